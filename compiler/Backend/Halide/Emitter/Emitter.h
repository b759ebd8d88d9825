//===- Emitter.h - from KernelSpec to code ----------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The way through the wall: plain structs go in, bytes or an error come out.
// Halide's exceptions do not get out.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_HALIDE_EMITTER_EMITTER_H
#define SWAGE_COMPILER_BACKEND_HALIDE_EMITTER_EMITTER_H

#include "compiler/Backend/Halide/KernelSpec.h"

namespace swage::halide {

struct EmitOptions {
  TargetFacts target;
  Schedule schedule;
  /// Keep Halide's checks of bounds; the run fails where one does not hold.
  bool checks = false;
  /// Give Halide's lowered statements as text, too.
  bool keepStatements = false;
};

struct Emitted {
  /// LLVM bitcode, of an older LLVM, that defines the function `entryName`: it
  /// takes the run's context, the Sizes as int32, and a halide_buffer_t for
  /// each operand that is read, then one for each output; it gives 0.
  std::string bitcode;
  std::string statements;
  /// Why there is none of that.
  std::string error;
};

inline constexpr const char *entryName = "swage_halide_kernel";

/// Compiles `spec` as `options.schedule` says. Thread-safe.
Emitted emit(const KernelSpec &spec, const EmitOptions &options);

/// The file of the Halide library that is loaded.
std::string getLibraryFile();

} // namespace swage::halide

#endif // SWAGE_COMPILER_BACKEND_HALIDE_EMITTER_EMITTER_H
