//===- Tensor.cpp - tensors with an owner ----------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Tensor.h"
#include "compiler/Pipelines/ModelFacts.h"
#include "llvm/Support/CheckedArithmetic.h"
#include "llvm/Support/FormatVariadic.h"
#include <cstdlib>

using namespace llvm;
using namespace swage;

Error swage::takeMessage(char *message) {
  Error error = createStringError(message ? message : "out of memory");
  swage_free(message);
  return error;
}

Expected<Tensor> Tensor::load(StringRef path) {
  Tensor result;
  char *message = nullptr;
  if (swage_tensor_load(path.str().c_str(), &result.tensor, &message) !=
      SWAGE_OK) {
    result.tensor = {};
    return takeMessage(message);
  }
  return result;
}

Expected<Tensor> Tensor::random(const ValueSignature &value, int64_t unknown,
                                uint64_t &state) {
  Tensor result;
  if (value.dims.size() > SWAGE_MAX_RANK)
    return createStringError(
        formatv("'{0}' has rank {1}; at most {2} are supported", value.name,
                value.dims.size(), SWAGE_MAX_RANK));
  result->dtype = value.dtype;
  result->rank = value.dims.size();
  size_t element = value.dtype == SWAGE_STRING ? sizeof(swage_string)
                                               : swage_dtype_size(value.dtype);
  std::optional<int64_t> bytes = element;
  for (auto [i, dim] : enumerate(value.dims)) {
    result->dims[i] = dim < 0 ? unknown : dim;
    if (bytes)
      bytes = checkedMul(*bytes, result->dims[i]);
  }
  if (bytes)
    result->data = std::aligned_alloc(
        constantAlignment,
        alignTo(std::max<int64_t>(*bytes, 1), constantAlignment));
  if (!result->data)
    return createStringError(formatv("no memory for a random input '{0}' of {1}",
                                     value.name, describeType(value)));
  swage_tensor_fill_random(&result.tensor, &state);
  return result;
}

Error Tensor::save(StringRef path) const {
  char *message = nullptr;
  if (swage_npy_save(path.str().c_str(), &tensor, &message) != SWAGE_OK)
    return takeMessage(message);
  return Error::success();
}

std::string Tensor::getType() const {
  ValueSignature value;
  value.dtype = tensor.dtype;
  value.dims.assign(tensor.dims, tensor.dims + tensor.rank);
  return describeType(value);
}
