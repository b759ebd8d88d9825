//===- TrainingInfo.h - the training that a model brings --------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A TrainingInfoProto has an algorithm: a graph that goes on from the model's
// own, and bindings that say which of its outputs become the new values of
// which initializers. It may also have a graph without inputs whose outputs are
// the first values of initializers.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_FRONTENDS_ONNX_TRAININGINFO_H
#define SWAGE_FRONTENDS_ONNX_TRAININGINFO_H

#include "frontends/ONNX/Importer.h"
#include "frontends/ONNX/ModelFile.h"
#include "llvm/ADT/MapVector.h"

namespace swage::onnx {

/// What a model's own training updates.
struct UpdateBindings {
  /// Initializers, and the values that they get.
  llvm::MapVector<llvm::StringRef, llvm::StringRef> updates;
  /// The input that optimizers take for their learning rate; may be empty.
  llvm::StringRef rate;
};

/// Puts the algorithm into the model's graph, as far as the function wants it:
///
///   Step        outputs are those of the algorithm that update nothing
///   Evaluation  the first of these, and those of the model's own graph
///   Prediction  the graph stays as it is
///   Initialization  the graph that computes initial values takes its place
///
/// The error says what the model lacks or what is not supported.
llvm::Expected<UpdateBindings>
combineTraining(ModelFile &file, ImportOptions::Algorithm function);

/// An initializer that gets its first value when training begins.
struct InitialValue {
  std::string initializer;
  int32_t dtype;
  llvm::SmallVector<int64_t> dims;
  size_t output; ///< of the initialization
};

/// What the model's own training says of its beginning; nothing where it says
/// nothing.
llvm::Expected<std::vector<InitialValue>>
getInitialValues(const ModelProto &model);

} // namespace swage::onnx

#endif // SWAGE_FRONTENDS_ONNX_TRAININGINFO_H
