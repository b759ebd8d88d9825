//===- Dataset.h - examples to train on --------------------------*- C++
//-*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_TRAINING_DATASET_H
#define SWAGE_COMPILER_DRIVER_TRAINING_DATASET_H

#include "compiler/Driver/Tensor.h"
#include "llvm/Support/Error.h"

namespace swage {

/// An array for each input of a step, whose first dimension counts examples.
class Dataset {
public:
  /// Reads a .npz file with an array for each of `inputs`, by name. A model
  /// with one input and a target also takes "x" and "y". Integers and floats of
  /// other widths are converted.
  static llvm::Expected<Dataset> load(llvm::StringRef path,
                                      llvm::ArrayRef<ValueSignature> inputs);

  int64_t getNumExamples() const { return numExamples; }
  int64_t getBatch() const { return batch; }
  int64_t getNumBatches() const { return numExamples / batch; }

  /// The order of the examples in an epoch, which depends on nothing else.
  std::vector<uint32_t> getOrder(uint64_t seed, uint64_t epoch) const;

  /// Copies the examples of these numbers, as many as a batch has or fewer, to
  /// the batch's tensors. What is left over repeats the first.
  llvm::ArrayRef<swage_tensor> gather(llvm::ArrayRef<uint32_t> numbers);

private:
  std::vector<Tensor> arrays;
  std::vector<Tensor> batches;
  std::vector<swage_tensor> descriptors;
  int64_t numExamples = 0, batch = 0;
};

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_TRAINING_DATASET_H
