//===- Codegen.h - from MLIR's LLVM dialect to machine code -----*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What kernels and the main function share: lowering of loops, vectors and
// buffers to the LLVM dialect, translation to LLVM IR, optimisation, objects.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_LLVM_CODEGEN_H
#define SWAGE_COMPILER_BACKEND_LLVM_CODEGEN_H

#include "compiler/Backend/Target/TargetInfo.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/FMF.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Error.h"

namespace mlir {
class DialectRegistry;
class OpPassManager;
} // namespace mlir

namespace swage {

/// Registers the dialects, interfaces and translations that the functions
/// below and the bufferization of kernels need.
void registerCodegenDialects(mlir::DialectRegistry &registry);

/// Adds the passes that lower func, scf, cf, memref, affine, vector, arith,
/// math, complex, index and ub to the LLVM dialect.
void buildLowerToLLVM(mlir::OpPassManager &passes);

/// Translates a module in the LLVM dialect to LLVM IR for `target`. Null, with
/// a diagnostic, when an operation has no translation.
std::unique_ptr<llvm::Module> translateToLLVMIR(mlir::ModuleOp module,
                                                llvm::LLVMContext &context,
                                                const TargetInfo &target);

/// Writes the processor that `target` means into the functions of `module`.
void setTarget(llvm::Module &module, const TargetInfo &target);

/// Gives all floating-point operations of `module` just these freedoms.
void setFastMath(llvm::Module &module, llvm::FastMathFlags flags);

/// LLVM's optimisation pipeline at `optLevel` (0..3). Where a schedule has
/// arranged the loops, `changeLoops` is false: they are not unrolled or
/// vectorised once more.
llvm::Error optimize(llvm::Module &module, const TargetInfo &target,
                     unsigned optLevel, bool changeLoops = true);

/// What `emit` produces.
enum class EmitKind { Object, Assembly, Bitcode };

/// Machine code, assembly text or bitcode of `module`.
llvm::Expected<llvm::SmallVector<char, 0>> emit(llvm::Module &module,
                                                const TargetInfo &target,
                                                unsigned optLevel,
                                                EmitKind kind);

} // namespace swage

#endif // SWAGE_COMPILER_BACKEND_LLVM_CODEGEN_H
