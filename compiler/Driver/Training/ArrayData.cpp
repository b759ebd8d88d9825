//===- ArrayData.cpp - examples in memory ---------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Training/DataSources.h"
#include "compiler/Pipelines/ModelFacts.h"
#include "llvm/ADT/STLExtras.h"
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

Tensor swage::allocateTensor(int32_t dtype, ArrayRef<int64_t> dims) {
  Tensor tensor;
  tensor->dtype = dtype;
  tensor->rank = dims.size();
  copy(dims, tensor->dims);
  tensor->data = calloc(
      std::max<size_t>(tensor.getCount() * swage_dtype_size(dtype), 1), 1);
  if (!tensor->data)
    report_bad_alloc_error("no memory for the data");
  return tensor;
}

template <typename To> static void convertElements(const Tensor &from, To *to) {
  for (int64_t i = 0, e = from.getCount(); i < e; ++i)
    to[i] = static_cast<To>(swage_tensor_element(&from.get(), i));
}

bool swage::convertTensor(Tensor &array, int32_t dtype) {
  if (array->dtype == dtype || swage_tensor_retype(&array.get(), dtype))
    return true;
  bool loses = isInteger(dtype) && !isInteger(array->dtype);
  if (loses || !(isReal(array->dtype) || isInteger(array->dtype)))
    return false;
  Tensor result =
      allocateTensor(dtype, ArrayRef(array->dims, size_t(array->rank)));
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

namespace {

class ArrayDataset : public Dataset {
public:
  ArrayDataset(ArrayRef<ValueSignature> inputs, std::vector<NamedArray> arrays)
      : Dataset(inputs, arrays.front().second->dims[0]),
        arrays(std::move(arrays)) {}

private:
  Error copyExample(uint32_t number, ArrayRef<char *> places) override {
    for (auto [entry, place] : zip_equal(arrays, places)) {
      const Tensor &array = entry.second;
      size_t size =
          swage_dtype_size(array->dtype) * array.getCount() / getNumExamples();
      std::memcpy(place, static_cast<const char *>(array->data) + number * size,
                  size);
    }
    return Error::success();
  }

  std::vector<NamedArray> arrays;
};

} // namespace

DatasetResult swage::makeArrayDataset(StringRef path,
                                      ArrayRef<ValueSignature> inputs,
                                      std::vector<NamedArray> arrays) {
  auto refuse = [&](const Twine &reason) {
    return createStringError(path + ": " + reason);
  };
  for (auto [input, entry] : zip_equal(inputs, arrays)) {
    auto &[name, array] = entry;
    std::string type = array.getType();
    bool fits = array->rank == int32_t(input.dims.size()) && array->rank > 0 &&
                ArrayRef(array->dims + 1, size_t(array->rank - 1)) ==
                    ArrayRef(input.dims).drop_front();
    if (!fits || !convertTensor(array, input.dtype))
      return refuse(name + " is " + type + ", but '" + input.name + "' is " +
                    describeType(input) + " for each batch");
    int64_t count = arrays.front().second->dims[0];
    if (array->dims[0] != count)
      return refuse(name + " has " + Twine(array->dims[0]) +
                    " examples, others have " + Twine(count));
  }
  if (arrays.front().second->dims[0] == 0)
    return refuse("has no examples");
  return std::make_unique<ArrayDataset>(inputs, std::move(arrays));
}
