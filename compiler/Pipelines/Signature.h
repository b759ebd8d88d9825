//===- Signature.h - what a model takes and gives ---------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Reads names, element types and dimensions off @main, before lowering changes
// its types.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_PIPELINES_SIGNATURE_H
#define SWAGE_COMPILER_PIPELINES_SIGNATURE_H

#include "compiler/Pipelines/CompiledModel.h"
#include "mlir/IR/BuiltinAttributeInterfaces.h"
#include "mlir/IR/BuiltinOps.h"

namespace swage {

/// Fills `signature` from @main. Fails, with a diagnostic, when there is no
/// @main or when a type has no place in the ABI.
llvm::LogicalResult readSignature(mlir::ModuleOp module,
                                  ModelSignature &signature);

/// The bytes of a constant, wherever they are.
ConstantBlob getBlob(mlir::ElementsAttr constant);

} // namespace swage

#endif // SWAGE_COMPILER_PIPELINES_SIGNATURE_H
