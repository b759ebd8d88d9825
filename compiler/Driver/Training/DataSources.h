//===- DataSources.h - where examples come from ------------------*- C++
//-*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// One function for each kind of data; each has a source file of its own.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_TRAINING_DATASOURCES_H
#define SWAGE_COMPILER_DRIVER_TRAINING_DATASOURCES_H

#include "compiler/Driver/Training/Dataset.h"

namespace swage {

/// A .npz file with an array for each of `inputs`, by name. A model with one
/// input and a target also takes "x" and "y".
DatasetResult openArchive(llvm::StringRef path,
                          llvm::ArrayRef<ValueSignature> inputs);

/// The folders of ONNX test data (test_data_set_*) in a folder, in their order,
/// or the folder itself when it is one.
std::vector<std::string> findTestSets(llvm::StringRef path);
/// Examples of these folders one after another: input_K.pb for the model's
/// inputs and output_0.pb for the target.
DatasetResult openTestSets(llvm::StringRef path,
                           llvm::ArrayRef<std::string> sets,
                           llvm::ArrayRef<ValueSignature> inputs);

/// Images in subfolders, one for each class. `classes`, unless empty, are those
/// that there may be.
DatasetResult openImages(llvm::StringRef path,
                         llvm::ArrayRef<ValueSignature> inputs,
                         const ImageOptions &options,
                         llvm::ArrayRef<std::string> classes);

//===----------------------------------------------------------------------===//
// Arrays
//===----------------------------------------------------------------------===//

/// An array of examples, and what errors call it.
using NamedArray = std::pair<std::string, Tensor>;

/// Examples in memory, an array for each of `inputs`. Integers and floats of
/// other widths are converted.
DatasetResult makeArrayDataset(llvm::StringRef path,
                               llvm::ArrayRef<ValueSignature> inputs,
                               std::vector<NamedArray> arrays);

/// A tensor of zeros, of memory that belongs to it.
Tensor allocateTensor(int32_t dtype, llvm::ArrayRef<int64_t> dims);
/// Gives the array elements of another type: floats of another width, and
/// integers where floats or other integers are wanted. False where it cannot.
bool convertTensor(Tensor &array, int32_t dtype);

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_TRAINING_DATASOURCES_H
