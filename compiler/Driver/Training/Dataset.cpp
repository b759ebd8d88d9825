//===- Dataset.cpp - examples to train on ---------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Training/Dataset.h"
#include "compiler/Driver/Training/DataSources.h"
#include "compiler/Pipelines/ModelFacts.h"
#include "swage/training.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"

using namespace llvm;
using namespace swage;

Dataset::~Dataset() = default;

Dataset::Dataset(ArrayRef<ValueSignature> inputs, int64_t numExamples)
    : numExamples(numExamples) {
  for (const ValueSignature &input : inputs) {
    batches.push_back(allocateTensor(input.dtype, input.dims));
    descriptors.push_back(batches.back().get());
  }
}

DatasetResult Dataset::open(StringRef path, ArrayRef<ValueSignature> inputs,
                            const ImageOptions &images,
                            const Dataset *training) {
  for (const ValueSignature &input : inputs)
    if (input.dims.empty() || input.dims[0] != inputs.front().dims.front())
      return createStringError(
          "'" + input.name + "' is " + describeType(input) +
          "; training needs inputs whose first dimension is the batch's");
  if (!sys::fs::is_directory(path))
    return openArchive(path, inputs);
  std::vector<std::string> sets = findTestSets(path);
  if (!sets.empty())
    return openTestSets(path, sets, inputs);
  if (training && training->getClasses().empty())
    return createStringError(
        path +
        ": is a folder of images, but what is trained on is not, so that "
        "it is unknown which class has which number; give both as "
        "folders");
  return openImages(path, inputs, images,
                    training ? training->getClasses()
                             : ArrayRef<std::string>());
}

std::vector<uint32_t> Dataset::getOrder(uint64_t seed, uint64_t epoch) const {
  std::vector<uint32_t> order(numExamples);
  swage_training_order(order.data(), order.size(), seed, epoch);
  return order;
}

Expected<ArrayRef<swage_tensor>> Dataset::gather(ArrayRef<uint32_t> numbers) {
  size_t batch = getBatch();
  std::vector<char *> places(batches.size());
  auto place = [&](size_t input, size_t row) {
    const Tensor &tensor = batches[input];
    return static_cast<char *>(tensor->data) +
           row * (tensor.getCount() / batch * swage_dtype_size(tensor->dtype));
  };
  for (size_t row = 0; row < batch; ++row) {
    for (size_t input = 0; input < places.size(); ++input)
      places[input] = place(input, row);
    if (Error error = copyExample(
            row < numbers.size() ? numbers[row] : numbers[0], places))
      return std::move(error);
  }
  return descriptors;
}
