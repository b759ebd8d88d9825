//===- ValueTable.cpp - a signature as the runtime has it -----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/JIT/ValueTable.h"

using namespace llvm;
using namespace swage;

ValueTable::ValueTable(const ModelSignature &signature)
    : inputs(describe(signature.inputs)), outputs(describe(signature.outputs)) {
}

swage_value_info ValueTable::describe(const ValueSignature &value) {
  std::vector<const char *> names;
  for (const std::string &name : value.dimNames)
    names.push_back(name.empty() ? nullptr : name.c_str());
  dimNames.push_back(std::move(names));
  swage_value_info info = {
      value.name.c_str(),
      value.dtype,
      value.isRanked ? static_cast<int32_t>(value.dims.size()) : -1,
      value.dims.data(),
      value.dimNames.empty() ? nullptr : dimNames.back().data(),
      nullptr,
      value.dimRanges.empty() ? nullptr : value.dimRanges.data()};
  if (!value.element.empty()) {
    elements.push_back(describe(value.element));
    info.element = elements.back().data();
  }
  return info;
}

std::vector<swage_value_info>
ValueTable::describe(ArrayRef<ValueSignature> values) {
  std::vector<swage_value_info> infos;
  for (const ValueSignature &value : values)
    infos.push_back(describe(value));
  return infos;
}
