//===- Binding.cpp - tensors that functions of a training share -----------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Training/Binding.h"
#include "compiler/Pipelines/Pipeline.h"
#include "swage/training.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace swage;

static int32_t bindCaller(size_t index) {
  return SWAGE_BIND_CALLER - int32_t(index);
}

static Error checkSizes(const ModelSignature &signature) {
  if (signature.isStatic())
    return Error::success();
  return createStringError("training needs sizes that are known at compile "
                           "time; bind symbolic dimensions with --dim NAME=N");
}

int32_t TensorBinder::addSlot(const ValueSignature &value) {
  auto [place, isNew] =
      slotsByName.try_emplace(value.name, int32_t(slots.size()));
  if (isNew)
    slots.push_back(value.inModelOrder());
  return place->second;
}

int32_t TensorBinder::findSlot(StringRef name) const {
  auto found = slotsByName.find(name);
  return found == slotsByName.end() ? -1 : found->second;
}

Expected<TensorBindings> TensorBinder::bindStep(const ModelSignature &step) {
  if (Error error = checkSizes(step))
    return std::move(error);
  TensorBindings result;
  for (const ValueSignature &input : step.inputs) {
    bool isTarget = input.role == training::role::target;
    if (input.role.empty() || isTarget) {
      result.inputs.push_back(bindCaller(inputs.size()));
      inputs.push_back(input);
      numModelInputs += !isTarget;
    } else {
      result.inputs.push_back(input.role == training::role::rate
                                  ? SWAGE_BIND_SCALAR
                                  : addSlot(input));
    }
  }
  result.outputs.push_back(SWAGE_BIND_SCALAR);
  for (const ValueSignature &output : drop_begin(step.outputs))
    result.outputs.push_back(output.updates >= 0 ? result.inputs[output.updates]
                                                 : addSlot(output));
  return result;
}

Expected<TensorBindings> TensorBinder::bindOther(const ModelSignature &function,
                                                 bool hasLoss) {
  if (Error error = checkSizes(function))
    return std::move(error);
  TensorBindings result;
  for (const ValueSignature &input : function.inputs) {
    if (input.role == training::role::rate) {
      result.inputs.push_back(SWAGE_BIND_SCALAR);
      continue;
    }
    if (input.role == training::role::parameter) {
      // Perhaps one that only this function reads.
      result.inputs.push_back(addSlot(input));
      if (slots[result.inputs.back()].order != input.order)
        return createStringError("'" + input.name +
                                 "' has another order in memory than in the "
                                 "step; this is a mistake in Swage");
      continue;
    }
    auto own = find_if(inputs, [&](const ValueSignature &each) {
      return each.name == input.name && each.role == input.role;
    });
    assert(own != inputs.end() && "all come from one model");
    result.inputs.push_back(bindCaller(own - inputs.begin()));
  }
  if (hasLoss)
    result.outputs.push_back(SWAGE_BIND_SCALAR);
  for (size_t i = 0, e = function.outputs.size() - hasLoss; i < e; ++i)
    result.outputs.push_back(bindCaller(i));
  return result;
}
