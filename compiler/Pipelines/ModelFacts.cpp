//===- ModelFacts.cpp - the static facts of a model as JSON ---------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Pipelines/ModelFacts.h"
#include "swage/artifact.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace swage;

/// The name of a dimension that only a run knows; empty for unnamed ones.
static StringRef getDimName(const ValueSignature &value, size_t index) {
  return index < value.dimNames.size() ? StringRef(value.dimNames[index])
                                       : StringRef();
}

/// Numbers for known dimensions, strings for named ones, null for the rest.
static json::Value describeDim(const ValueSignature &value, size_t index) {
  if (value.dims[index] >= 0)
    return value.dims[index];
  StringRef name = getDimName(value, index);
  if (name.empty())
    return nullptr;
  return json::fixUTF8(name);
}

static json::Object describeValue(const ValueSignature &value) {
  json::Array shape;
  for (size_t i = 0; i < value.dims.size(); ++i)
    shape.push_back(describeDim(value, i));
  json::Object facts{{"dtype", swage_dtype_name(value.dtype)},
                     {"shape", value.isRanked ? json::Value(std::move(shape))
                                              : json::Value(nullptr)}};
  if (value.dtype == SWAGE_MAP) {
    facts["key"] = describeValue(value.element[0]);
    facts["value"] = describeValue(value.element[1]);
  } else if (!value.element.empty()) {
    facts["element"] = describeValue(value.element.front());
  }
  return facts;
}

static json::Array describeValues(ArrayRef<ValueSignature> values) {
  json::Array result;
  for (const ValueSignature &value : values) {
    json::Object facts = describeValue(value);
    facts["name"] = json::fixUTF8(value.name);
    result.push_back(std::move(facts));
  }
  return result;
}

json::Object swage::describeModel(const CompiledModel &model) {
  uint64_t weights = 0;
  for (const ConstantBlob &blob : model.constants)
    weights += blob.size;
  json::Object facts = model.metadata;
  facts["swage"] = SWAGE_VERSION;
  facts["abi"] = SWAGE_ABI_VERSION;
  facts["name"] = model.name;
  facts["inputs"] = describeValues(model.signature.inputs);
  facts["outputs"] = describeValues(model.signature.outputs);
  facts["triple"] = model.target.triple;
  facts["cpu"] = model.target.cpu;
  facts["kernels"] = int64_t(model.objects.size());
  facts["constants"] = int64_t(model.constants.size());
  facts["constant_bytes"] = weights;
  facts["prepared_bytes"] = model.preparedSize;
  facts["arena_bytes"] = model.arenaSize;
  facts["arena_naive_bytes"] = model.naiveArenaSize;
  const OpenSizes &open = model.openSizes;
  if (open.bounded)
    facts["arena_bounded_buffers"] = open.bounded;
  if (open.unbounded) {
    facts["unbounded_buffers"] = open.unbounded;
    json::Array dims;
    for (const std::string &dim : open.dims)
      dims.push_back(json::fixUTF8(dim));
    facts["unbounded_dims"] = std::move(dims);
  }
  return facts;
}

std::string swage::describeType(const ValueSignature &value) {
  std::string text;
  raw_string_ostream os(text);
  os << swage_dtype_name(value.dtype);
  if (value.dtype == SWAGE_MAP) {
    os << '(' << swage_dtype_name(value.element[0].dtype) << ','
       << swage_dtype_name(value.element[1].dtype) << ')';
    return text;
  }
  if (!value.element.empty()) {
    os << '(' << describeType(value.element.front()) << ')';
    return text;
  }
  if (!value.isRanked) {
    os << "[...]";
    return text;
  }
  os << '[';
  for (size_t i = 0; i < value.dims.size(); ++i) {
    os << (i ? "," : "");
    StringRef name = getDimName(value, i);
    if (value.dims[i] >= 0)
      os << value.dims[i];
    else
      os << (name.empty() ? "?" : name);
  }
  os << ']';
  return text;
}

std::string swage::getSizeText(uint64_t bytes) {
  if (bytes < 10000)
    return formatv("{0} bytes", bytes);
  if (bytes < 10000000)
    return formatv("{0:f1} KB", bytes / 1e3);
  return formatv("{0:f1} MB", bytes / 1e6);
}
