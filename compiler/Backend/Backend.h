//===- Backend.h - what compiles kernels ------------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The interface between the pipeline and the code generators: a `kernel.func`
// on tensors goes in, relocatable machine code comes out.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_BACKEND_H
#define SWAGE_COMPILER_BACKEND_BACKEND_H

#include "compiler/Backend/Target/TargetInfo.h"
#include "dialects/Kernel/Kernel.h"
#include "llvm/ADT/SmallVector.h"

namespace swage {

/// A kernel as machine code. The object defines one function with the
/// signature `swage_kernel` of swage/artifact.h, named `symbol`.
struct CompiledKernel {
  std::string symbol;
  llvm::SmallVector<char, 0> object;  ///< relocatable, for the target's linker
  llvm::SmallVector<char, 0> bitcode; ///< LLVM bitcode; empty when not kept
  std::string statements; ///< Halide's loops as text; empty when not kept
};

/// How the pipeline asks for kernels.
struct KernelOptions {
  TargetInfo target;
  unsigned optLevel = 3;
  bool keepBitcode = false;
  bool keepStatements = false;
  /// No change of the arithmetic: what a kernel computes is what its operations
  /// say, rounded one by one, on any number of threads.
  bool strictFP = false;
  /// Check bounds in generated code where the backend can; for tests.
  bool checks = false;
};

/// A code generator for kernels. Thread-safe: one instance compiles several
/// kernels at once.
class KernelBackend {
public:
  virtual ~KernelBackend() = default;

  /// The value of the kernel's `backend` attribute that selects this one.
  virtual llvm::StringRef getName() const = 0;

  /// Compiles `kernel`, whose operands are described by `operands`: one memref
  /// type per argument, which adds the strides to the tensors' types. The
  /// kernel's own operation is not changed. Failures are diagnosed at the
  /// offending operation.
  virtual llvm::FailureOr<CompiledKernel>
  compile(kernel::FuncOp kernel, llvm::ArrayRef<mlir::MemRefType> operands,
          const KernelOptions &options) const = 0;
};

} // namespace swage

#endif // SWAGE_COMPILER_BACKEND_BACKEND_H
