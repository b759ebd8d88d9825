//===- UpstreamRegistration.h - MLIR's dialects and passes ------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Keeps the heaviest headers of MLIR in one file that never changes.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_PIPELINES_UPSTREAMREGISTRATION_H
#define SWAGE_COMPILER_PIPELINES_UPSTREAMREGISTRATION_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace swage {

/// MLIR's dialects with their extensions and translations to LLVM IR.
void registerUpstreamDialects(mlir::DialectRegistry &registry);

/// MLIR's passes.
void registerUpstreamPasses();

} // namespace swage

#endif // SWAGE_COMPILER_PIPELINES_UPSTREAMREGISTRATION_H
