//===- Gradient.cpp - derivatives within a model --------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Gradient of the preview domain: by name, of a value that nodes before it
// compute, at the point that its inputs are.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/GraphImporter.h"
#include "frontends/ONNX/ModelError.h"
#include "frontends/ONNX/Registry.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

/// The value that an attribute of Gradient names.
static Value findVariable(NodeContext &node, StringRef name) {
  ImportedValue found = node.graph().find(name);
  if (found.kind == ImportedValue::Tensor)
    return found.tensor;
  node.bad("it names '" + printable(name) +
           "', which no node before it computes and no input is called");
  return {};
}

static Results importGradient(NodeContext &node) {
  SmallVector<Value> by, fixed, at = node.tensorInputs();
  for (const std::string &name : node.stringsAttr("xs"))
    by.push_back(findVariable(node, name));
  for (const std::string &name : node.stringsAttr("zs"))
    fixed.push_back(findVariable(node, name));
  Value value = findVariable(node, node.stringAttr("y", ""));
  if (node.failed())
    return {};
  if (by.empty())
    return node.bad("its attribute 'xs' must name what to differentiate by");
  if (at.size() != by.size() + fixed.size())
    return node.bad("it needs an input for each name of 'xs' and 'zs'");
  SmallVector<Type> types;
  for (auto [index, point] : llvm::enumerate(at)) {
    Value variable = index < by.size() ? by[index] : fixed[index - by.size()];
    if (!nn::areCompatibleTypes(variable.getType(), point.getType()) &&
        !nn::areCompatibleTypes(point.getType(), variable.getType()))
      return node.bad("its input " + Twine(index) +
                      " has another type or shape than what it stands for");
    if (index < by.size())
      types.push_back(point.getType());
  }
  for (Value each : llvm::concat<Value>(by, SmallVector<Value>{value}))
    if (!isa<FloatType>(node.elementType(each)))
      return node.bad("only floats have gradients");
  auto op = nn::GradientOp::create(node.builder(), node.loc(), types, value, by,
                                   fixed, at);
  return SmallVector<Value>(op.getResults());
}

void swage::onnx::registerGradientOps(Registry &registry) {
  registry.add("Gradient", 1, {1, kVariadic}, importGradient,
               "ai.onnx.preview.training");
}
