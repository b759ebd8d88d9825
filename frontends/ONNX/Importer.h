//===- Importer.h - ONNX model -> nn module ---------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The frontend's face to the driver: a model file in, a module with
// `func.func @main` in the nn dialect out, and a report that names every node
// that stands in the way.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_FRONTENDS_ONNX_IMPORTER_H
#define SWAGE_FRONTENDS_ONNX_IMPORTER_H

#include "frontends/ONNX/ModelError.h"
#include "frontends/ONNX/Report.h"
#include "frontends/ONNX/TensorData.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/MemoryBuffer.h"
#include <functional>
#include <memory>

namespace swage::onnx {

struct ImportOptions {
  /// Sizes for symbolic dimensions of the inputs, as in `--dim batch=4`. One
  /// that the model leaves open without a name is called INPUT.AXIS.
  llvm::StringMap<int64_t> dims;
  /// Between which sizes, both included, dimensions of those names may be that
  /// stay open.
  llvm::StringMap<std::pair<int64_t, int64_t>> dimRanges;
  /// Leave every dimension of the inputs open; those that the model gives a
  /// size get names of their own, INPUT.AXIS.
  bool symbolicInputs = false;
  /// Values of inputs, in their order, which become constants. One without an
  /// element type leaves its input an input.
  std::vector<TensorData> constantInputs;
  /// Which of the initializers of floats are parameters, by name: arguments of
  /// `@main` instead of constants. Empty when none is.
  std::function<bool(llvm::StringRef)> isParameter;
  /// How normalisations of batches and dropouts behave.
  enum class Mode {
    AsIs,       ///< as the model's attributes say
    Training,   ///< as in training, unless the statistics are constants
    Evaluation, ///< as outside of training
  } mode = Mode::AsIs;
  /// The function of the model's own training (TrainingInfoProto) to import.
  /// The initializers that it updates are parameters, of any type.
  enum class Algorithm {
    None,          ///< the model, without regard to its training
    Step,          ///< (inputs, rate) -> (loss, ...), with updates
    Evaluation,    ///< -> (loss, the model's outputs)
    Prediction,    ///< -> the model's outputs
    Initialization ///< () -> initial values, see getInitialValues
  } algorithm = Algorithm::None;
};

struct ImportResult {
  /// The module; null unless `status` is Success.
  mlir::OwningOpRef<mlir::ModuleOp> module;
  ImportStatus status = ImportStatus::Error;
  /// The model's facts and what is wrong with it; filled as far as known.
  ModelReport report;
};

/// Imports the model at `path`. On failure, diagnostics have been emitted: one
/// for a file that cannot be read, one per offending node otherwise.
///
/// Weights stay in the mapped file, which the module's blobs keep open. Each
/// argument and result of `@main` has the attributes `nn.name` and `nn.dims`,
/// an array of its dimensions' symbolic names ("" where known or unnamed).
/// Parameters are further arguments with the attribute `nn.role = "parameter"`
/// and their values in `nn.initial`. In training there may be one with the role
/// "step", the number of steps so far, and results with the attribute
/// `nn.updates`, the number of the argument whose new value they are.
ImportResult importModel(llvm::StringRef path, mlir::MLIRContext &context,
                         const ImportOptions &options = {});

/// The same for a model in memory; `name` stands for the file in messages.
ImportResult importModel(std::unique_ptr<llvm::MemoryBuffer> model,
                         llvm::StringRef name, mlir::MLIRContext &context,
                         const ImportOptions &options = {});

} // namespace swage::onnx

#endif // SWAGE_FRONTENDS_ONNX_IMPORTER_H
