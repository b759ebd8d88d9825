//===- Artifact.h - compiled models as files --------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The last phase of the compiler: links a compiled model, or a training, into
// what the user asked for and moves it into place when it is complete, never
// before.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_ARTIFACTS_ARTIFACT_H
#define SWAGE_COMPILER_DRIVER_ARTIFACTS_ARTIFACT_H

#include "compiler/Driver/Artifacts/WorkFiles.h"
#include "compiler/Pipelines/CompiledTraining.h"
#include <optional>

namespace swage {

/// The kinds of output; the names are those of `--emit`.
enum class ArtifactKind {
  Executable, ///< exe: a program that runs the model
  Shared,     ///< shared: a .so and its header
  Static,     ///< static: a .a, runtime included, and its header
  Object,     ///< object: one .o without the runtime, and its header
  Header,     ///< header: the C header alone
  LLVMIR,     ///< llvm-ir: all code as LLVM text
  Bitcode,    ///< bitcode: all code as LLVM bitcode
  Assembly,   ///< asm: all code as the target's assembly
  Statements, ///< stmt: the loops of kernels that Halide compiles, as text
  MLIR,       ///< mlir: the module as some phase left it, as text
};

/// The inverse of getArtifactKindName.
std::optional<ArtifactKind> parseArtifactKind(llvm::StringRef name);
/// "exe" for ArtifactKind::Executable.
llvm::StringRef getArtifactKindName(ArtifactKind kind);
/// All names, for help texts.
llvm::ArrayRef<llvm::StringLiteral> getArtifactKindNames();

/// Whether the kind is made from bitcode, which the pipeline must then keep.
bool needsBitcode(ArtifactKind kind);
/// Whether the kind is machine code with weights.
bool isBinary(ArtifactKind kind);

struct ArtifactOptions {
  ArtifactKind kind = ArtifactKind::Executable;
  /// The file to write. The name of the model (see getModelName) should come
  /// from it; a header goes beside it with the extension .h.
  std::string output;
  /// Keep the weights in a file `<output stem>.weights` beside the artifact.
  bool weightsInFile = false;
  unsigned optLevel = 3; ///< for the code that is generated only here
  TemporaryFileHook onTemporaryFile;
};

/// Writes the artifact and, for libraries and objects, its header. On failure
/// no file has been created or changed. MLIR is not among the kinds: the
/// driver prints modules itself.
llvm::Error writeArtifact(const CompiledModel &model,
                          const ArtifactOptions &options);
llvm::Error writeArtifact(const CompiledTraining &training,
                          const ArtifactOptions &options);

/// Writes `contents` to `path` in one step: through a temporary file that takes
/// its name when complete.
llvm::Error writeFile(llvm::StringRef path, llvm::StringRef contents,
                      const TemporaryFileHook &hook = nullptr);

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_ARTIFACTS_ARTIFACT_H
