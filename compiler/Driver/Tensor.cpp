//===- Tensor.cpp - tensors with an owner ---------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Tensor.h"
#include "compiler/Pipelines/ModelFacts.h"

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

Expected<Tensor> Tensor::load(StringRef path, const swage_value_info &info) {
  Tensor result;
  char *message = nullptr;
  if (swage_value_load(path.str().c_str(), &info, &result.tensor, &message) !=
      SWAGE_OK) {
    result.tensor = {};
    return takeMessage(message);
  }
  return result;
}

std::string swage::describeTensor(const swage_tensor &tensor) {
  ValueSignature value;
  value.dtype = tensor.dtype;
  value.dims.assign(tensor.dims, tensor.dims + tensor.rank);
  return describeType(value);
}

std::string Tensor::getType() const { return describeTensor(tensor); }
