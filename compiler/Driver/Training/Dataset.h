//===- Dataset.h - examples to train on --------------------------*- C++
//-*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Examples come from arrays in one file, from a folder of images, or from
// folders of ONNX test data; training sees batches of numbered examples.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_TRAINING_DATASET_H
#define SWAGE_COMPILER_DRIVER_TRAINING_DATASET_H

#include "compiler/Driver/Tensor.h"
#include "compiler/Driver/Training/ImageLoader.h"
#include "llvm/Support/Error.h"
#include <memory>

namespace swage {

class Dataset;
using DatasetResult = llvm::Expected<std::unique_ptr<Dataset>>;

class Dataset {
public:
  virtual ~Dataset();

  /// The examples at `path`, for the inputs of a step. Classes are those of
  /// `training`, where there is one.
  static DatasetResult open(llvm::StringRef path,
                            llvm::ArrayRef<ValueSignature> inputs,
                            const ImageOptions &images,
                            const Dataset *training = nullptr);

  int64_t getNumExamples() const { return numExamples; }
  int64_t getBatch() const { return batches.front()->dims[0]; }
  int64_t getNumBatches() const { return numExamples / getBatch(); }
  /// The names of classes, where the examples have some.
  virtual llvm::ArrayRef<std::string> getClasses() const { return {}; }

  /// The order of the examples in an epoch, which depends on nothing else.
  std::vector<uint32_t> getOrder(uint64_t seed, uint64_t epoch) const;

  /// Copies the examples of these numbers, as many as a batch has or fewer, to
  /// the batch's tensors. What is left over repeats the first.
  llvm::Expected<llvm::ArrayRef<swage_tensor>>
  gather(llvm::ArrayRef<uint32_t> numbers);

protected:
  /// Batches are of `inputs`, and of one size.
  Dataset(llvm::ArrayRef<ValueSignature> inputs, int64_t numExamples);

  /// Copies one example to its places in the batches, one for each input.
  virtual llvm::Error copyExample(uint32_t number,
                                  llvm::ArrayRef<char *> places) = 0;

private:
  std::vector<Tensor> batches;
  std::vector<swage_tensor> descriptors;
  int64_t numExamples;
};

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_TRAINING_DATASET_H
