//===- ModelBytes.h - the file of a model that is trained --------*- C++
//-*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_TRAINING_MODELBYTES_H
#define SWAGE_COMPILER_DRIVER_TRAINING_MODELBYTES_H

#include "compiler/Driver/Compiler.h"
#include "frontends/ONNX/ModelFile.h"
#include "frontends/ONNX/ModelWriter.h"

namespace swage {

llvm::Expected<std::unique_ptr<onnx::ModelFile>>
openModel(const ModelSource &source);

/// The model with other initializers; see onnx::replaceInitializers.
llvm::Expected<std::string>
replaceInitializers(const ModelSource &source,
                    const onnx::InitializerBytes &bytes);

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_TRAINING_MODELBYTES_H
