//===- Dataset.cpp - examples to train on ---------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Training/Dataset.h"
#include "compiler/Driver/Training/Archive.h"
#include "compiler/Pipelines/ModelFacts.h"
#include "swage/training.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <cstring>

using namespace llvm;
using namespace swage;

static bool isReal(int32_t dtype) {
  return dtype == SWAGE_F32 || dtype == SWAGE_F64;
}
static bool isInteger(int32_t dtype) {
  return (dtype >= SWAGE_U8 && dtype <= SWAGE_I64) || dtype == SWAGE_U32 ||
         dtype == SWAGE_U64;
}

/// A tensor of memory that belongs to it.
static Tensor allocate(int32_t dtype, ArrayRef<int64_t> dims) {
  Tensor tensor;
  tensor->dtype = dtype;
  tensor->rank = dims.size();
  size_t bytes = swage_dtype_size(dtype);
  for (auto [to, dim] : zip(tensor->dims, dims)) {
    to = dim;
    bytes *= dim;
  }
  tensor->data = calloc(std::max<size_t>(bytes, 1), 1);
  if (!tensor->data)
    report_bad_alloc_error("no memory for the data");
  return tensor;
}

template <typename To> static void convertElements(const Tensor &from, To *to) {
  for (int64_t i = 0, e = from.getCount(); i < e; ++i)
    to[i] = static_cast<To>(swage_tensor_element(&from.get(), i));
}

/// The array with elements of the type that the input has: floats of another
/// width, and integers where floats or other integers are wanted.
static bool convert(Tensor &array, int32_t dtype) {
  if (array->dtype == dtype || swage_tensor_retype(&array.get(), dtype))
    return true;
  bool loses = isInteger(dtype) && !isInteger(array->dtype);
  if (loses || !(isReal(array->dtype) || isInteger(array->dtype)))
    return false;
  Tensor result = allocate(dtype, ArrayRef(array->dims, size_t(array->rank)));
  switch (dtype) {
  case SWAGE_F32:
    convertElements(array, static_cast<float *>(result->data));
    break;
  case SWAGE_F64:
    convertElements(array, static_cast<double *>(result->data));
    break;
  case SWAGE_I64:
    convertElements(array, static_cast<int64_t *>(result->data));
    break;
  case SWAGE_I32:
    convertElements(array, static_cast<int32_t *>(result->data));
    break;
  default:
    return false;
  }
  array = std::move(result);
  return true;
}

Expected<Dataset> Dataset::load(StringRef path,
                                ArrayRef<ValueSignature> inputs) {
  auto archive = loadArchive(path);
  if (!archive)
    return archive.takeError();
  auto refuse = [&](const Twine &reason) {
    return createStringError(path + ": " + reason);
  };
  auto find = [&](StringRef name) {
    return find_if(*archive,
                   [&](const auto &entry) { return entry.first == name; });
  };
  Dataset data;
  size_t numModelInputs = count_if(
      inputs, [](const ValueSignature &input) { return input.role.empty(); });
  for (const ValueSignature &input : inputs) {
    auto found = find(input.name);
    if (found == archive->end() && input.role == "target")
      found = find("y");
    else if (found == archive->end() && numModelInputs == 1)
      found = find("x");
    if (found == archive->end()) {
      std::string names;
      for (const auto &entry : *archive)
        names += (names.empty() ? "'" : ", '") + entry.first + "'";
      return refuse("has no array for the " +
                    Twine(input.role == "target" ? "" : "input ") + "'" +
                    input.name + "'; it has " +
                    (names.empty() ? "none" : names));
    }
    Tensor &array = found->second;
    std::string type = array.getType();
    bool fits = array->rank == int32_t(input.dims.size()) && array->rank > 0 &&
                ArrayRef(array->dims + 1, size_t(array->rank - 1)) ==
                    ArrayRef(input.dims).drop_front();
    if (!fits || !convert(array, input.dtype))
      return refuse("the array '" + found->first + "' is " + type + ", but '" +
                    input.name + "' is " + describeType(input) +
                    " for each batch");
    if (data.arrays.empty()) {
      data.numExamples = array->dims[0];
      data.batch = input.dims[0];
    }
    if (array->dims[0] != data.numExamples || input.dims[0] != data.batch)
      return refuse("the array '" + found->first + "' has " +
                    Twine(array->dims[0]) + " examples, others have " +
                    Twine(data.numExamples));
    data.batches.push_back(allocate(input.dtype, input.dims));
    data.descriptors.push_back(data.batches.back().get());
    data.arrays.push_back(std::move(array));
  }
  if (data.numExamples == 0)
    return refuse("has no examples");
  return data;
}

std::vector<uint32_t> Dataset::getOrder(uint64_t seed, uint64_t epoch) const {
  std::vector<uint32_t> order(numExamples);
  swage_training_order(order.data(), order.size(), seed, epoch);
  return order;
}

ArrayRef<swage_tensor> Dataset::gather(ArrayRef<uint32_t> numbers) {
  for (auto [array, tensor] : zip_equal(arrays, batches)) {
    size_t size =
        swage_dtype_size(array->dtype) * array.getCount() / numExamples;
    for (int64_t i = 0; i < batch; ++i) {
      uint64_t number = size_t(i) < numbers.size() ? numbers[i] : numbers[0];
      std::memcpy(static_cast<char *>(tensor->data) + i * size,
                  static_cast<const char *>(array->data) + number * size, size);
    }
  }
  return descriptors;
}
