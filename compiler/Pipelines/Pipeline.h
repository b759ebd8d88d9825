//===- Pipeline.h - from nn to machine code ---------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The phases of the compiler, their options, and the function that runs them.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_PIPELINES_PIPELINE_H
#define SWAGE_COMPILER_PIPELINES_PIPELINE_H

#include "compiler/Pipelines/CompiledModel.h"
#include "swage/tensor.h"
#include "compiler/Training/TrainingOptions.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/LogicalResult.h"
#include <functional>
#include <optional>
#include <utility>

namespace mlir {
class ModuleOp;
} // namespace mlir

namespace swage {

/// The phases in their order. `import` is the frontend's, `artifact` the
/// driver's; compileModel runs those between.
enum class Phase {
  Import,
  Graph,
  Layout,
  Kernels,
  Constants,
  Buffers,
  Code,
  Artifact,
};

/// A phase's name on the command line and what is true after it.
struct PhaseInfo {
  Phase phase;
  llvm::StringLiteral name;
  llvm::StringLiteral sentence;
};

/// All phases, in order.
llvm::ArrayRef<PhaseInfo> getPhases();

/// "graph" for Phase::Graph.
llvm::StringRef getPhaseName(Phase phase);

/// The inverse of getPhaseName.
std::optional<Phase> parsePhase(llvm::StringRef name);

/// Between which sizes a symbolic dimension may be in a run, both included.
struct DimRange {
  std::string name;
  int64_t low = 0;
  int64_t high = 0;
};

/// How a model is to be compiled.
struct CompileOptions {
  TargetInfo target = TargetInfo::host();
  unsigned optLevel = 3; ///< 0..3
  /// The name of the model, a C identifier; prefixes the symbols that an
  /// artifact exports and makes the entry's symbol unique.
  std::string modelName = "model";
  /// Values for symbolic dimensions, by name. The importer binds them.
  std::vector<std::pair<std::string, int64_t>> dims;
  /// What is known of symbolic dimensions that stay open.
  std::vector<DimRange> dimRanges;
  /// Leave every dimension of the inputs open, also those that have a size.
  bool symbolicInputs = false;
  /// Tensors that inputs, in their order, are known to have: these become
  /// constants. One without data leaves its input an input. They are used as
  /// long as the compiled model is.
  std::vector<swage_tensor> constantInputs;
  /// Who compiles kernels: "auto" (by cost), "llvm", or "halide" (whatever it
  /// can).
  std::string backend = "auto";
  /// A file of schedules that override the choice (see ChooseBackends.h).
  std::string schedules;
  /// Leave it to the loading program to make the weights that are much larger
  /// than what they are made from, such as Winograd's filters. Without it, the
  /// compiler makes them, and an artifact is as much larger. What only runs in
  /// this process begins sooner so: in both cases its threads would make them,
  /// but @prepare has to be compiled first (inception_v3: 40 ms of 650).
  bool growAtLoad = false;
  /// How weights of products and lookups are stored: "f32" as they are, or
  /// "f16" or "bf16" at half the size. See `swage-narrow-weights`.
  std::string weightsType = "f32";
  /// No change of the arithmetic; see KernelOptions.
  bool strictFP = false;
  /// The folder with kernels that were compiled before: "" is the user's cache
  /// folder, "off" none.
  std::string kernelCache;
  /// Let the caches of a decoder grow in place: results that begin with an
  /// argument and grow along one dimension get that dimension outermost, and
  /// so does the argument. See `swage-grow-caches`.
  bool growCaches = false;
  /// The threads to tune for; 0 is as many as the target has.
  unsigned threads = 0;
  /// Keep bitcode in every ObjectCode, for --emit=llvm-ir|bitcode|asm.
  bool keepBitcode = false;
  /// Keep Halide's lowered loops in every ObjectCode, for --emit=stmt.
  bool keepStatements = false;

  /// Compile a step of the model's training instead of the model.
  std::optional<training::TrainingOptions> training;
  /// Compile the graph that gives the model's own training (TrainingInfoProto)
  /// its initial values instead of the model.
  bool initialization = false;
  /// In training: which of the model's initializers are parameters, by name,
  /// and which therefore are arguments.
  std::function<bool(llvm::StringRef)> isParameter;

  /// The last phase to run. compileModel leaves the module as this phase made
  /// it, and a model without objects where `code` was not reached.
  Phase stopAfter = Phase::Artifact;

  /// Called as each phase begins; may be null.
  std::function<void(Phase)> onBegin;
  /// Called with the module as each phase has left it, so for dumps: after
  /// `code` it is what code was made from. May be null.
  std::function<void(Phase, mlir::ModuleOp)> onEnd;
};

/// Compiles `module`, which the frontend made, and changes it on the way.
/// Failures are diagnosed through the module's context.
llvm::FailureOr<CompiledModel> compileModel(mlir::ModuleOp module,
                                            const CompileOptions &options);

} // namespace swage

#endif // SWAGE_COMPILER_PIPELINES_PIPELINE_H
