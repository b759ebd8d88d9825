//===- Registration.h - all dialects and passes -----------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The one place where dialects, their extensions and passes are registered.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_PIPELINES_REGISTRATION_H
#define SWAGE_COMPILER_PIPELINES_REGISTRATION_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace swage {

/// Every dialect that a compilation meets, with lowerings, bufferization and
/// translation to LLVM IR attached.
void registerAllDialects(mlir::DialectRegistry &registry);

/// Swage's own passes and those of MLIR that tests use, for textual pipelines.
void registerAllPasses();

} // namespace swage

#endif // SWAGE_COMPILER_PIPELINES_REGISTRATION_H
