//===- Draws.cpp - outputs that depend on random numbers ------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A walk over the nodes in their order: each name in sight gets what is known
// of its numbers when they are drawn, and is missing when they are not.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Draws.h"
#include "frontends/ONNX/ModelFile.h"
#include "frontends/ONNX/Validate.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/StringSwitch.h"
#include <cmath>

using namespace swage::onnx;

namespace {

using Draw = std::optional<DrawnNumbers>;

/// What is known of the names of one body.
struct Scope {
  const Scope *outer = nullptr;
  llvm::StringMap<DrawnNumbers> drawn;
  llvm::StringMap<double> scalars;
  llvm::StringMap<const TypeProto *> types;
  /// The call of the function that this is the body of.
  const NodeProto *call = nullptr;
  const Scope *caller = nullptr;

  Draw find(llvm::StringRef name) const {
    for (const Scope *scope = this; scope; scope = scope->outer)
      if (auto found = scope->drawn.find(name); found != scope->drawn.end())
        return found->second;
    return std::nullopt;
  }
  std::optional<double> findScalar(llvm::StringRef name) const {
    for (const Scope *scope = this; scope; scope = scope->outer)
      if (auto found = scope->scalars.find(name); found != scope->scalars.end())
        return found->second;
    return std::nullopt;
  }
};

class Walk {
public:
  explicit Walk(ModelFile &file) : file(file) {
    for (const FunctionProto &function : file.model().functions())
      functions[functionKey(function.domain(), function.name(),
                            function.overload())] = &function;
  }

  /// Walks a graph whose inputs `scope` may know.
  void walkGraph(const GraphProto &graph, Scope &scope);

private:
  void walkNode(const NodeProto &node, Scope &scope);
  void walkCall(const NodeProto &node, const FunctionProto &function,
                Scope &scope);
  void walkBodies(const NodeProto &node, Scope &scope);
  void addScalar(const TensorProto &tensor, llvm::StringRef name, Scope &scope);
  Draw getDraw(const NodeProto &node, int output, const Scope &scope);
  Draw followInputs(const NodeProto &node, const Scope &scope);

  ModelFile &file;
  llvm::StringMap<const FunctionProto *> functions;
};

} // namespace

/// An attribute of a node, or of the call that it takes the attribute from.
static const AttributeProto *
findAttribute(const NodeProto &node, llvm::StringRef name, const Scope &scope) {
  for (const AttributeProto &attribute : node.attribute()) {
    if (attribute.name() != name)
      continue;
    if (attribute.ref_attr_name().empty())
      return &attribute;
    for (const Scope *each = &scope; each; each = each->outer)
      if (each->call)
        return findAttribute(*each->call, attribute.ref_attr_name(),
                             *each->caller);
  }
  return nullptr;
}

static float getFloat(const NodeProto &node, llvm::StringRef name,
                      float otherwise, const Scope &scope) {
  const AttributeProto *attribute = findAttribute(node, name, scope);
  return attribute ? attribute->f() : otherwise;
}

static bool hasInput(const NodeProto &node, int index) {
  return node.input_size() > index && !node.input(index).empty();
}

/// The classes that a Multinomial draws from, where the model says how many.
static double getGreatestClass(llvm::StringRef weights, const Scope &scope) {
  for (const Scope *each = &scope; each; each = each->outer)
    if (const TypeProto *type = each->types.lookup(weights)) {
      const TensorShapeProto &shape = type->tensor_type().shape();
      if (shape.dim_size() == 2 && shape.dim(1).has_dim_value())
        return double(shape.dim(1).dim_value() - 1);
    }
  return DrawnNumbers().greatest;
}

/// Whether a Dropout drops elements that the standard does not determine: its
/// reference implementation says what a seed drops.
static bool dropsAny(const NodeProto &node, const Scope &scope) {
  if (!hasInput(node, 2) || findAttribute(node, "seed", scope))
    return false;
  std::optional<double> trains = scope.findScalar(node.input(2));
  std::optional<double> ratio =
      hasInput(node, 1) ? scope.findScalar(node.input(1)) : 0.5;
  return trains != 0.0 && ratio != 0.0;
}

/// Of the numbers of inputs that are drawn, what the result keeps.
Draw Walk::followInputs(const NodeProto &node, const Scope &scope) {
  bool isDrawn = false;
  for (const std::string &input : node.input())
    isDrawn |= scope.find(input).has_value();
  if (!isDrawn)
    return std::nullopt;
  enum {
    Unknown,
    Truth,
    Same,
    Converted
  } kind =
      llvm::StringSwitch<decltype(kind)>(node.op_type())
          .Cases({"Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"},
                 Truth)
          .Cases({"And", "Or", "Xor", "Not", "IsInf", "IsNaN"}, Truth)
          .Cases({"Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze"},
                 Same)
          .Cases({"Transpose", "Expand", "Tile"}, Same)
          .Cases({"Cast", "CastLike"}, Converted)
          .Default(Unknown);
  DrawnNumbers numbers;
  if (kind == Truth)
    numbers = {0, 1, true};
  if (kind == Same || kind == Converted)
    numbers = scope.find(node.input(0)).value_or(numbers);
  // Whatever it is converted to, it is not beyond the next whole number.
  if (kind == Converted)
    numbers = {std::floor(numbers.least), std::ceil(numbers.greatest),
               numbers.areWhole};
  return numbers;
}

/// What is drawn of an output of a node without bodies.
Draw Walk::getDraw(const NodeProto &node, int output, const Scope &scope) {
  llvm::StringRef name = node.op_type();
  if (!canonicalDomain(node.domain()).empty())
    return followInputs(node, scope);
  // Shapes are no matter of chance here: they have to agree.
  if (name == "Shape" || name == "Size")
    return std::nullopt;
  if (name == "Bernoulli")
    return DrawnNumbers{0, 1, true};
  if (name == "RandomUniform" || name == "RandomUniformLike")
    return DrawnNumbers{getFloat(node, "low", 0, scope),
                        getFloat(node, "high", 1, scope), false};
  if (name == "RandomNormal" || name == "RandomNormalLike")
    return DrawnNumbers();
  if (name == "Multinomial")
    return DrawnNumbers{0, getGreatestClass(node.input(0), scope), true};
  if (name == "Dropout" && dropsAny(node, scope))
    return output == 1 ? DrawnNumbers{0, 1, true} : DrawnNumbers();
  return followInputs(node, scope);
}

void Walk::addScalar(const TensorProto &tensor, llvm::StringRef name,
                     Scope &scope) {
  llvm::Expected<TensorData> data = file.tensor(tensor);
  if (!data) {
    // The importer has more to say of it.
    llvm::consumeError(data.takeError());
    return;
  }
  if (data->numElements() != 1)
    return;
  // Only whether it is zero matters, and zero has no bits in any type.
  bool isZero = llvm::all_of(data->bytes, [](char byte) { return byte == 0; });
  scope.scalars[name] = isZero ? 0 : 1;
}

void Walk::walkCall(const NodeProto &node, const FunctionProto &function,
                    Scope &scope) {
  Scope inner;
  inner.call = &node;
  inner.caller = &scope;
  for (int i = 0, e = std::min(node.input_size(), function.input_size()); i < e;
       ++i) {
    if (Draw draw = scope.find(node.input(i)))
      inner.drawn[function.input(i)] = *draw;
    if (std::optional<double> scalar = scope.findScalar(node.input(i)))
      inner.scalars[function.input(i)] = *scalar;
  }
  for (const NodeProto &each : function.node())
    walkNode(each, inner);
  for (int i = 0, e = std::min(node.output_size(), function.output_size());
       i < e; ++i)
    if (Draw draw = inner.find(function.output(i)))
      scope.drawn[node.output(i)] = *draw;
}

/// A body of If gives the node's outputs one by one; what a loop or another
/// operator with bodies carries around may get from any of them to any other.
void Walk::walkBodies(const NodeProto &node, Scope &scope) {
  bool isBranch = node.op_type() == "If";
  bool all = followInputs(node, scope).has_value();
  auto walkBody = [&](const GraphProto &graph) {
    Scope inner;
    inner.outer = &scope;
    if (all)
      for (const ValueInfoProto &input : graph.input())
        inner.drawn[input.name()] = DrawnNumbers();
    walkGraph(graph, inner);
    for (int i = 0, e = graph.output_size(); i < e; ++i) {
      if (!inner.find(graph.output(i).name()))
        continue;
      if (!isBranch)
        all = true;
      else if (i < node.output_size())
        scope.drawn[node.output(i)] = DrawnNumbers();
    }
  };
  for (const AttributeProto &attribute : node.attribute()) {
    if (attribute.has_g())
      walkBody(attribute.g());
    for (const GraphProto &graph : attribute.graphs())
      walkBody(graph);
  }
  if (all)
    for (const std::string &output : node.output())
      scope.drawn[output] = DrawnNumbers();
}

void Walk::walkNode(const NodeProto &node, Scope &scope) {
  if (const FunctionProto *function = functions.lookup(
          functionKey(node.domain(), node.op_type(), node.overload())))
    return walkCall(node, *function, scope);
  for (const AttributeProto &attribute : node.attribute())
    if (attribute.has_g() || attribute.graphs_size() > 0)
      return walkBodies(node, scope);
  if (node.op_type() == "Constant" && node.output_size() == 1)
    for (const AttributeProto &attribute : node.attribute())
      if (attribute.name() == "value")
        addScalar(attribute.t(), node.output(0), scope);
  for (int i = 0, e = node.output_size(); i < e; ++i)
    if (Draw draw = getDraw(node, i, scope))
      scope.drawn[node.output(i)] = *draw;
}

void Walk::walkGraph(const GraphProto &graph, Scope &scope) {
  for (const TensorProto &tensor : graph.initializer())
    addScalar(tensor, tensor.name(), scope);
  for (const auto *values : {&graph.input(), &graph.value_info()})
    for (const ValueInfoProto &value : *values)
      scope.types[value.name()] = &value.type();
  for (const NodeProto &node : graph.node())
    walkNode(node, scope);
}

llvm::Expected<std::vector<std::optional<DrawnNumbers>>>
swage::onnx::findDraws(llvm::StringRef path,
                       llvm::ArrayRef<std::optional<double>> scalars) {
  auto file = ModelFile::open(path);
  if (!file)
    return file.takeError();
  const GraphProto &graph = (*file)->model().graph();
  Scope scope;
  llvm::StringSet<> initializers;
  for (const TensorProto &tensor : graph.initializer())
    initializers.insert(tensor.name());
  size_t index = 0;
  for (const ValueInfoProto &input : graph.input()) {
    if (initializers.contains(input.name()))
      continue;
    if (index < scalars.size() && scalars[index])
      scope.scalars[input.name()] = *scalars[index];
    ++index;
  }
  Walk(**file).walkGraph(graph, scope);
  std::vector<std::optional<DrawnNumbers>> draws;
  for (const ValueInfoProto &output : graph.output())
    draws.push_back(scope.find(output.name()));
  return draws;
}
