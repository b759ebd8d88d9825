//===- ControlFlow.cpp - branches and loops -------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Branch.h"
#include "frontends/ONNX/GraphImporter.h"
#include "frontends/ONNX/Loops.h"
#include "frontends/ONNX/Registry.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

/// The one element of a boolean, where it is known.
static std::optional<bool> constantBool(Value value) {
  DenseIntElementsAttr elements;
  if (!matchPattern(value, m_Constant(&elements)) ||
      elements.getNumElements() != 1)
    return std::nullopt;
  return !(*elements.begin()).isZero();
}

/// A subgraph's results; fails when one of them is missing.
static SmallVector<Value> valuesOf(NodeContext &node,
                                   ArrayRef<ImportedValue> results) {
  SmallVector<Value> values;
  for (const ImportedValue &result : results) {
    if (!result.tensor)
      node.bad("its subgraph does not give one of its results");
    else
      values.push_back(result.tensor);
  }
  return values;
}

/// The same where all must be tensors.
static SmallVector<Value> tensorsOf(NodeContext &node,
                                    ArrayRef<ImportedValue> results) {
  for (const ImportedValue &result : results)
    if (result.kind == ImportedValue::Container)
      node.bad("its subgraph gives a container where a tensor must be");
  return valuesOf(node, results);
}

/// A branch whose arms give different numbers of dimensions: what follows is
/// built in both.
static Results importIfWithRest(NodeContext &node, Value condition,
                                const GraphProto &then,
                                const GraphProto &otherwise) {
  GraphImporter &importer = node.graph();
  if (!importer.canImportRest())
    return node.unsupported("its branches give values of different types or "
                            "numbers of dimensions");
  bool poisoned = false;
  auto arm = [&](const GraphProto &graph) {
    auto own = importer.importSubgraph(graph, {});
    auto outputs = own ? importer.importRest(node.proto(), *own) : std::nullopt;
    poisoned |= !outputs;
    return outputs ? valuesOf(node, *outputs) : SmallVector<Value>();
  };
  SmallVector<Value> outputs = branch(
      node, condition, [&] { return arm(then); },
      [&] { return arm(otherwise); });
  if (poisoned)
    node.blameSubgraph();
  importer.endBody(node.failed() ? ArrayRef<Value>() : outputs);
  return node.failed() ? Results() : node.blameSubgraph();
}

static Results importIf(NodeContext &node) {
  Value condition = node.input(0);
  const GraphProto *then = node.graphAttr("then_branch");
  const GraphProto *otherwise = node.graphAttr("else_branch");
  if (node.failed() || !then || !otherwise)
    return node.bad("it needs two branches");
  if (!node.elementType(condition).isInteger(1))
    return node.bad("its condition must be a boolean");
  if (std::optional<bool> known = constantBool(condition)) {
    auto results = node.graph().importSubgraph(*known ? *then : *otherwise, {},
                                               &node.proto());
    if (!results)
      return node.blameSubgraph();
    Results taken;
    taken.values.append(results->begin(), results->end());
    return taken;
  }
  bool poisoned = false;
  auto arm = [&](const GraphProto *graph) {
    auto results = node.graph().importSubgraph(*graph, {});
    poisoned |= !results;
    return results ? valuesOf(node, *results) : SmallVector<Value>();
  };
  auto results = tryBranch(
      node, condition, [&] { return arm(then); },
      [&] { return arm(otherwise); });
  if (poisoned)
    return node.blameSubgraph();
  if (results || node.failed())
    return results ? Results(*results) : Results();
  return importIfWithRest(node, condition, *then, *otherwise);
}

/// Iterations up to which a loop over a sequence whose tensors are known is
/// spelled out, so that no sequence is left when the model runs.
static constexpr int64_t kUnrollLimit = 64;

/// Spells a loop out; nothing where that cannot be done.
static std::optional<Results> unrollLoop(NodeContext &node,
                                         const GraphProto &body) {
  std::optional<SmallVector<int64_t>> count;
  if (node.hasInput(0))
    count = nn::getConstantElements(node.input(0));
  if (!count || count->size() != 1 || count->front() > kUnrollLimit)
    return std::nullopt;
  ImportedValue condition =
      node.hasInput(1)
          ? node.rawInput(1)
          : ImportedValue(node.scalar(node.builder().getI1Type(), 1));
  SmallVector<ImportedValue> carried;
  for (unsigned i = 2; i < node.numInputs(); ++i)
    carried.push_back(node.rawInput(i));
  for (int64_t i = 0; i < count->front(); ++i) {
    std::optional<bool> goesOn = constantBool(condition.tensor);
    if (!goesOn)
      return std::nullopt;
    if (!*goesOn)
      break;
    SmallVector<ImportedValue> arguments{
        node.intTensor(node.builder().getI64Type(), {}, {i}), condition};
    llvm::append_range(arguments, carried);
    auto results = node.graph().importSubgraph(body, arguments);
    if (!results)
      return node.blameSubgraph();
    condition = results->front();
    carried.assign(results->begin() + 1, results->end());
  }
  Results results;
  results.values.append(carried.begin(), carried.end());
  return results;
}

/// `value` with sizes that are not known taken from the body's declaration:
/// only so there is room for all of them before the first iteration.
static Value refine(NodeContext &node, Value value,
                    const ValueInfoProto &declared) {
  if (node.failed())
    return value;
  RankedTensorType type = node.type(value);
  const TensorShapeProto &dims = declared.type().tensor_type().shape();
  SmallVector<int64_t> shape(type.getShape());
  if (dims.dim_size() != type.getRank())
    return value;
  for (auto [size, dim] : llvm::zip(shape, dims.dim()))
    if (ShapedType::isDynamic(size) && dim.has_dim_value() &&
        dim.dim_value() >= 0)
      size = dim.dim_value();
  return castTo(node, value,
                RankedTensorType::get(shape, type.getElementType()));
}

static Results importLoop(NodeContext &node) {
  const GraphProto *graph = node.graphAttr("body");
  if (!graph)
    return node.bad("it has no body");
  unsigned numCarried = node.numInputs() < 2 ? 0 : node.numInputs() - 2;
  if (graph->input_size() != int(numCarried) + 2 ||
      graph->output_size() < int(numCarried) + 1)
    return node.bad("its body takes another number of values than it carries");
  SmallVector<Value> initial;
  bool knowsTensors = false;
  for (unsigned i = 2; i < node.numInputs(); ++i) {
    initial.push_back(node.anyInput(i));
    if (!initial.back())
      return node.bad("a value that it carries is missing");
    knowsTensors |= bool(initial.back().getDefiningOp<nn::SequenceOp>());
  }
  if (knowsTensors && graph->output_size() == int(numCarried) + 1)
    if (std::optional<Results> unrolled = unrollLoop(node, *graph))
      return *unrolled;

  Value known = node.scalar(node.builder().getI1Type(), 1);
  Value condition = node.hasInput(1) ? node.input(1) : known;
  LoopBounds bounds;
  if (node.hasInput(0))
    bounds.count = toIndex(node, node.input(0));
  if (node.failed())
    return {};
  bool poisoned = false, decides = false;
  auto body = [&](Value number, Value goesOn,
                  ArrayRef<Value> carried) -> std::optional<Iteration> {
    SmallVector<ImportedValue> arguments{number, goesOn ? goesOn : known};
    arguments.append(carried.begin(), carried.end());
    auto results = node.graph().importSubgraph(*graph, arguments);
    if (!results) {
      poisoned = true;
      return std::nullopt;
    }
    SmallVector<Value> values = valuesOf(node, *results);
    for (size_t i = 0; i < values.size() && !node.failed(); ++i)
      if ((i == 0 || i > numCarried) &&
          !isa<RankedTensorType>(values[i].getType()))
        node.bad("its subgraph gives a container where a tensor must be");
    if (node.failed())
      return std::nullopt;
    Iteration iteration;
    iteration.condition = values.front();
    // Without a condition of its own, the count alone decides.
    if (!goesOn && constantBool(values.front()) != true) {
      decides = true;
      return std::nullopt;
    }
    auto rest = ArrayRef(values).drop_front();
    iteration.carried.assign(rest.begin(), rest.begin() + numCarried);
    for (int i = numCarried + 1; i < graph->output_size(); ++i)
      iteration.collected.push_back(refine(node, values[i], graph->output(i)));
    return iteration;
  };
  SmallVector<Value> results;
  bool counts = bounds.count && constantBool(condition) == true;
  if (counts)
    results = buildLoop(node, bounds, initial, body);
  if (!counts || decides) {
    bounds.condition = condition;
    results = buildLoop(node, bounds, initial, body);
  }
  if (poisoned)
    return node.blameSubgraph();
  return results;
}

/// One entry for each of `count` scanned tensors; `otherwise` where not given.
static SmallVector<int64_t> listOr(NodeContext &node, StringRef name,
                                   int64_t count, int64_t otherwise) {
  SmallVector<int64_t> list =
      node.intsAttr(name).value_or(SmallVector<int64_t>(count, otherwise));
  if (int64_t(list.size()) != count)
    node.bad("its attribute '" + name + "' needs " + llvm::Twine(count) +
             " entries");
  list.resize(count, otherwise);
  return list;
}

namespace {
/// How a Scan walks over its inputs and lays out what it collects.
struct ScanForm {
  const GraphProto *graph;
  int64_t carried;
  int64_t collected;
  SmallVector<int64_t> axes, backwards, outputAxes, outputBackwards;
};
} // namespace

/// One walk over `sources`. Empty when the node failed.
static SmallVector<Value> scan(NodeContext &node, const ScanForm &form,
                               ArrayRef<Value> initial,
                               ArrayRef<Value> sources) {
  Value length = node.reshape(
      node.create<nn::ShapeOp>(sources[0], form.axes[0], form.axes[0] + 1), {});
  Value last = node.create<nn::SubOp>(length, node.scalarLike(length, 1));
  LoopBounds bounds{toIndex(node, length), {}};
  auto body = [&](Value number, Value,
                  ArrayRef<Value> values) -> std::optional<Iteration> {
    SmallVector<ImportedValue> arguments(values.begin(), values.end());
    Value mirrored = node.create<nn::SubOp>(last, number);
    for (auto [source, axis, backward] :
         llvm::zip(sources, form.axes, form.backwards))
      arguments.push_back(node.create<nn::GatherOp>(
          source, backward ? mirrored : number, axis));
    if (node.failed())
      return std::nullopt;
    auto results = node.graph().importSubgraph(*form.graph, arguments);
    if (!results) {
      node.blameSubgraph();
      return std::nullopt;
    }
    SmallVector<Value> tensors = tensorsOf(node, *results);
    if (node.failed())
      return std::nullopt;
    Iteration iteration;
    iteration.carried.assign(tensors.begin(), tensors.begin() + form.carried);
    iteration.collected.assign(tensors.begin() + form.carried, tensors.end());
    return iteration;
  };
  SmallVector<Value> results = buildLoop(node, bounds, initial, body);
  if (node.failed())
    return {};
  // What was collected along the first dimension goes to the axis asked for.
  for (int64_t i = 0; i < form.collected; ++i) {
    Value &value = results[form.carried + i];
    int64_t rank = node.rank(value);
    int64_t axis = node.axis(form.outputAxes[i], rank);
    if (form.outputBackwards[i])
      value = node.create<nn::SliceOp>(
          value, node.ints({-1}),
          node.ints({std::numeric_limits<int64_t>::min()}), node.ints({-1}),
          ArrayRef<int64_t>{0});
    SmallVector<int64_t> order = llvm::to_vector(llvm::seq<int64_t>(1, rank));
    order.insert(order.begin() + axis, 0);
    value = node.transpose(value, order);
    if (node.failed())
      return {};
  }
  return results;
}

/// What both forms of Scan read; `first` inputs come before the states.
static std::optional<ScanForm> readScan(NodeContext &node, int64_t first) {
  ScanForm form;
  form.graph = node.graphAttr("body");
  int64_t inputs = int64_t(node.numInputs()) - first;
  int64_t scanned = node.intAttr("num_scan_inputs", 0);
  form.carried = inputs - scanned;
  if (!form.graph) {
    node.bad("it has no body");
    return std::nullopt;
  }
  if (scanned < 1 || form.carried < 0 || form.graph->input_size() != inputs ||
      form.graph->output_size() < form.carried) {
    node.bad("its body takes another number of values than it is given");
    return std::nullopt;
  }
  form.collected = form.graph->output_size() - form.carried;
  return form;
}

static Results importScan(NodeContext &node) {
  std::optional<ScanForm> form = readScan(node, 0);
  if (!form)
    return {};
  int64_t scanned = int64_t(node.numInputs()) - form->carried;
  form->axes = listOr(node, "scan_input_axes", scanned, 0);
  form->backwards = listOr(node, "scan_input_directions", scanned, 0);
  form->outputAxes = listOr(node, "scan_output_axes", form->collected, 0);
  form->outputBackwards =
      listOr(node, "scan_output_directions", form->collected, 0);
  SmallVector<Value> inputs = node.tensorInputs();
  if (node.failed())
    return {};
  ArrayRef<Value> sources = ArrayRef(inputs).drop_front(form->carried);
  for (auto [axis, source] : llvm::zip(form->axes, sources))
    axis = node.axis(axis, node.rank(source));
  if (node.failed())
    return {};
  return scan(node, *form, ArrayRef(inputs).take_front(form->carried), sources);
}

void swage::onnx::registerControlFlowOps(Registry &registry) {
  registry.add("If", 1, {1, 1}, importIf);
  registry.add("Loop", 1, {0, kVariadic}, importLoop);
  registry.add("Scan", 9, {1, kVariadic}, importScan);
}
