//===- Containers.cpp - sequences and optionals ---------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A sequence that is spelled out in the model is a list of tensors that are
// known by themselves, and what takes it apart at known places takes these. So
// nothing of it is left when the model runs.
//
//===----------------------------------------------------------------------===//
#include "dialects/NN/Types.h"
#include "frontends/ONNX/Branch.h"
#include "frontends/ONNX/Constants.h"
#include "frontends/ONNX/GraphImporter.h"
#include "frontends/ONNX/Loops.h"
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Registry.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

/// Pieces up to which a tensor is cut, and a body repeated, at compile time.
static constexpr int64_t kSpellOutLimit = 64;

//===----------------------------------------------------------------------===//
// Sequences whose tensors are known
//===----------------------------------------------------------------------===//

/// The tensors of a sequence that the model spells out.
static std::optional<SmallVector<Value>> tensorsIn(Value sequence) {
  while (auto cast = sequence.getDefiningOp<nn::ContainerCastOp>())
    sequence = cast.getContainer();
  auto list = sequence.getDefiningOp<nn::SequenceOp>();
  if (!list)
    return std::nullopt;
  return SmallVector<Value>(list.getElements());
}

static Value createSequence(NodeContext &node, ArrayRef<Value> tensors,
                            Type elementType) {
  return node.create<nn::SequenceOp>(ValueRange(tensors), elementType);
}

static Type innerType(Value container) {
  return nn::getInnerElementType(container.getType());
}

/// Where input `index` points to among `places`, if that is known; the end when
/// it is absent. A position that is outside is left for the run to report.
static std::optional<int64_t> knownPosition(NodeContext &node, unsigned index,
                                            int64_t count, int64_t places) {
  if (!node.hasInput(index))
    return places - 1;
  std::optional<SmallVector<int64_t>> position =
      nn::getConstantElements(node.input(index));
  if (!position || position->size() != 1)
    return std::nullopt;
  int64_t place =
      position->front() < 0 ? position->front() + count : position->front();
  if (place < 0 || place >= places)
    return std::nullopt;
  return place;
}

/// `container` with what is `declared` (may be null) of a tensor in it, when it
/// does not know the number of dimensions itself; fails where nobody does.
/// `wrap` makes the container's type from the tensor's.
static Value refine(NodeContext &node, Value container, Type content,
                    const TypeProto *declared,
                    llvm::function_ref<Type(RankedTensorType)> wrap) {
  if (node.failed() || isa<RankedTensorType>(content))
    return container;
  auto tensor = declared ? dyn_cast_or_null<RankedTensorType>(
                               valueTypeOf(*declared, node.context()))
                         : RankedTensorType();
  // From a sequence without tensors nothing comes: before a loop has put some
  // into it, any type will do.
  if (!tensor && !isa<TensorType>(content))
    tensor = RankedTensorType::get({}, content);
  if (tensor &&
      tensor.getElementType() == nn::getInnerElementType(container.getType()))
    return castTo(node, container, wrap(tensor));
  node.unsupported("the number of dimensions of a tensor that it takes from a "
                   "container is not known; declare its shape");
  return {};
}

/// The tensor at `position`, of which what is `declared` (may be null) may know
/// more than the sequence does.
static Value takeAt(NodeContext &node, Value sequence, Value position,
                    const TypeProto *declared) {
  Type content = cast<nn::SequenceType>(sequence.getType()).getElement();
  Value known = refine(node, sequence, content, declared,
                       [&](RankedTensorType tensor) -> Type {
                         return nn::SequenceType::get(node.context(), tensor);
                       });
  return node.create<nn::SequenceAtOp>(known, position);
}

static Results importSequenceConstruct(NodeContext &node) {
  SmallVector<Value> tensors = node.tensorInputs();
  if (node.failed())
    return {};
  return createSequence(node, tensors, node.elementType(tensors.front()));
}

static Results importSequenceEmpty(NodeContext &node) {
  Type type =
      elementTypeOf(node.intAttr("dtype", TensorProto::FLOAT), node.context());
  if (!type)
    return node.bad("its attribute 'dtype' is no element type");
  return createSequence(node, {}, type);
}

static Results importSequenceInsert(NodeContext &node) {
  Value sequence = node.sequenceInput(0), tensor = node.input(1);
  Value position = node.input(2);
  if (node.failed())
    return {};
  if (auto tensors = tensorsIn(sequence)) {
    int64_t count = tensors->size();
    if (auto place = knownPosition(node, 2, count, count + 1)) {
      tensors->insert(tensors->begin() + *place, tensor);
      return createSequence(node, *tensors, innerType(sequence));
    }
  }
  return node.create<nn::SequenceInsertOp>(sequence, tensor, position);
}

static Results importSequenceErase(NodeContext &node) {
  Value sequence = node.sequenceInput(0), position = node.input(1);
  if (node.failed())
    return {};
  if (auto tensors = tensorsIn(sequence)) {
    int64_t count = tensors->size();
    if (auto place = knownPosition(node, 1, count, count);
        place && *place >= 0) {
      tensors->erase(tensors->begin() + *place);
      return createSequence(node, *tensors, innerType(sequence));
    }
  }
  return node.create<nn::SequenceEraseOp>(sequence, position);
}

static Results importSequenceAt(NodeContext &node) {
  Value sequence = node.sequenceInput(0), position = node.input(1);
  if (node.failed())
    return {};
  if (auto tensors = tensorsIn(sequence))
    if (auto place = knownPosition(node, 1, tensors->size(), tensors->size()))
      return (*tensors)[*place];
  return takeAt(node, sequence, position,
                node.declaredType(node.proto().output(0)));
}

static Results importSequenceLength(NodeContext &node) {
  Value sequence = node.sequenceInput(0);
  return node.create<nn::SequenceLengthOp>(sequence);
}

//===----------------------------------------------------------------------===//
// Joining and cutting
//===----------------------------------------------------------------------===//

static Results importConcatFromSequence(NodeContext &node) {
  Value sequence = node.sequenceInput(0);
  bool newAxis = node.boolAttr("new_axis", false);
  if (!node.hasAttr("axis"))
    return node.bad("its attribute 'axis' is missing");
  int64_t axis = node.intAttr("axis", 0);
  if (node.failed())
    return {};
  auto tensors = tensorsIn(sequence);
  if (tensors && !tensors->empty()) {
    axis = node.axis(axis, node.rank(tensors->front()) + newAxis);
    for (Value &tensor : *tensors) {
      if (newAxis)
        tensor = node.unsqueeze(tensor, {axis});
      if (node.failed())
        return {};
    }
    return node.concat(*tensors, axis);
  }
  auto type = dyn_cast<RankedTensorType>(
      cast<nn::SequenceType>(sequence.getType()).getElement());
  if (!type) {
    // What the result is declared to be tells the tensors' dimensions.
    const TypeProto *declared = node.declaredType(node.proto().output(0));
    auto result = declared ? dyn_cast_or_null<RankedTensorType>(
                                 valueTypeOf(*declared, node.context()))
                           : RankedTensorType();
    if (!result || result.getRank() < newAxis)
      return node.unsupported("the number of dimensions of the tensors in its "
                              "sequence is not known");
    SmallVector<int64_t> shape(result.getRank() - newAxis,
                               ShapedType::kDynamic);
    type = RankedTensorType::get(shape, innerType(sequence));
    sequence =
        castTo(node, sequence, nn::SequenceType::get(node.context(), type));
  }
  axis = node.axis(axis, type.getRank() + newAxis);
  return node.create<nn::SequenceConcatOp>(sequence, axis, newAxis);
}

/// The sizes of all pieces, where they are known.
static std::optional<SmallVector<int64_t>>
pieceSizes(NodeContext &node, Value split, int64_t size) {
  std::optional<SmallVector<int64_t>> given;
  if (!split)
    given = SmallVector<int64_t>{1};
  else
    given = nn::getConstantElements(split);
  if (!given || ShapedType::isDynamic(size))
    return std::nullopt;
  if (split && node.rank(split) == 1)
    return given;
  if (given->size() != 1 || given->front() < 1)
    return std::nullopt;
  SmallVector<int64_t> sizes;
  for (int64_t left = size; left > 0; left -= sizes.back())
    sizes.push_back(std::min(left, given->front()));
  return sizes;
}

static Results importSplitToSequence(NodeContext &node) {
  Value tensor = node.input(0), split = node.input(1);
  int64_t axis = node.axis(node.intAttr("axis", 0), node.rank(tensor));
  bool keep = node.boolAttr("keepdims", true) || split;
  if (node.failed())
    return {};
  if (split && node.rank(split) > 1)
    return node.bad("its sizes must be a scalar or a vector");
  int64_t size = node.shape(tensor)[axis];
  auto sizes = pieceSizes(node, split, size);
  if (sizes && int64_t(sizes->size()) <= kSpellOutLimit) {
    SmallVector<Value> pieces;
    int64_t begin = 0;
    for (int64_t piece : *sizes) {
      if (piece < 0 || piece > size - begin)
        return node.bad("the sizes of its pieces do not add up to the size of "
                        "the axis");
      Value part = node.slice(tensor, axis, begin, begin + piece);
      pieces.push_back(keep ? part : node.squeeze(part, {axis}));
      begin += piece;
    }
    if (begin != size)
      return node.bad("the sizes of its pieces do not add up to the size of "
                      "the axis");
    if (node.failed())
      return {};
    return createSequence(node, pieces, node.elementType(tensor));
  }
  if (!split)
    split = node.intTensor(node.builder().getI64Type(), {}, {1});
  return node.create<nn::SequenceSplitOp>(tensor, split, axis, keep);
}

//===----------------------------------------------------------------------===//
// SequenceMap
//===----------------------------------------------------------------------===//

/// The tensors that the body gives for one element of the sequences.
static std::optional<SmallVector<Value>>
mapOnce(NodeContext &node, const GraphProto &body,
        llvm::function_ref<Value(unsigned)> inputAt) {
  SmallVector<ImportedValue> arguments;
  for (unsigned i = 0; i < node.numInputs(); ++i)
    arguments.push_back(inputAt(i));
  if (node.failed())
    return std::nullopt;
  auto results = node.graph().importSubgraph(body, arguments);
  if (!results) {
    node.blameSubgraph();
    return std::nullopt;
  }
  SmallVector<Value> tensors;
  for (const ImportedValue &result : *results) {
    if (result.kind != ImportedValue::Tensor) {
      node.bad("its body gives something else than tensors");
      return std::nullopt;
    }
    tensors.push_back(result.tensor);
  }
  return tensors;
}

/// The body once for each of the tensors that are known.
static Results spellOutMap(NodeContext &node, const GraphProto &body,
                           int64_t length) {
  SmallVector<SmallVector<Value>> lists(body.output_size());
  for (int64_t i = 0; i < length; ++i) {
    auto tensors = mapOnce(node, body, [&](unsigned index) -> Value {
      Value value = node.anyInput(index);
      auto known = tensorsIn(value);
      if (known && i < int64_t(known->size()))
        return (*known)[i];
      if (!isa<nn::SequenceType>(value.getType()))
        return value;
      return takeAt(node, value,
                    node.intTensor(node.builder().getI64Type(), {}, {i}),
                    &body.input(index).type());
    });
    if (!tensors)
      return {};
    for (auto [list, tensor] : llvm::zip(lists, *tensors))
      list.push_back(tensor);
  }
  Results results;
  for (ArrayRef<Value> list : lists)
    results.values.push_back(
        createSequence(node, list, node.elementType(list.front())));
  return results;
}

static Results importSequenceMap(NodeContext &node) {
  const GraphProto *body = node.graphAttr("body");
  Value first = node.sequenceInput(0);
  if (node.failed() || !body)
    return node.bad("it has no body");
  if (body->input_size() != int(node.numInputs()))
    return node.bad("its body takes another number of values than it is given");
  for (unsigned i = 0; i < node.numInputs(); ++i)
    if (!node.hasInput(i))
      return node.bad("its input " + llvm::Twine(i) + " is missing");
  auto known = tensorsIn(first);
  if (known && !known->empty() && int64_t(known->size()) <= kSpellOutLimit)
    return spellOutMap(node, *body, known->size());

  SmallVector<Value> initial;
  for (const ValueInfoProto &output : body->output()) {
    Type type =
        elementTypeOf(output.type().tensor_type().elem_type(), node.context());
    if (!type)
      return node.bad("the output '" + printable(output.name()) +
                      "' of its body has no element type");
    initial.push_back(createSequence(node, {}, type));
  }
  Value length = node.create<nn::SequenceLengthOp>(first);
  Value count = extractScalar(node, length);
  if (node.failed())
    return {};
  LoopBounds bounds;
  bounds.count = arith::IndexCastOp::create(
      node.builder(), node.loc(), node.builder().getIndexType(), count);
  auto build = [&](Value number, Value,
                   ArrayRef<Value> carried) -> std::optional<Iteration> {
    auto tensors = mapOnce(node, *body, [&](unsigned index) -> Value {
      Value value = node.anyInput(index);
      if (!isa<nn::SequenceType>(value.getType()))
        return value;
      return takeAt(node, value, number, &body->input(index).type());
    });
    if (!tensors)
      return std::nullopt;
    Iteration iteration;
    for (auto [sequence, tensor] : llvm::zip(carried, *tensors))
      iteration.carried.push_back(
          node.create<nn::SequenceInsertOp>(sequence, tensor, Value()));
    if (node.failed())
      return std::nullopt;
    return iteration;
  };
  return buildLoop(node, bounds, initial, build);
}

//===----------------------------------------------------------------------===//
// Optionals
//===----------------------------------------------------------------------===//

static Results importOptional(NodeContext &node) {
  const AttributeProto *type = node.attr("type");
  if (Value value = node.anyInput(0)) {
    if (isa<nn::OptionalType>(value.getType()))
      return node.bad("an optional cannot hold an optional");
    return node.create<nn::SomeOp>(value);
  }
  if (!type || type->type() != AttributeProto::TYPE_PROTO)
    return node.bad("it has neither an input nor the attribute 'type'");
  TypeProto optional;
  *optional.mutable_optional_type()->mutable_elem_type() = type->tp();
  auto result =
      dyn_cast_or_null<nn::OptionalType>(valueTypeOf(optional, node.context()));
  if (!result)
    return node.unsupported("its attribute 'type' is neither that of a tensor "
                            "nor of a sequence");
  return node.create<nn::NoneOp>(result.getElement());
}

static Results importOptionalHasElement(NodeContext &node) {
  Type boolean = node.builder().getI1Type();
  Value value = node.anyInput(0);
  if (value && isa<nn::OptionalType>(value.getType()))
    return node.create<nn::HasElementOp>(value);
  return node.intTensor(boolean, {}, {value ? 1 : 0});
}

static Results importOptionalGetElement(NodeContext &node) {
  Value value = node.anyInput(0);
  auto type = dyn_cast<nn::OptionalType>(value.getType());
  if (!type)
    return value;
  if (auto some = value.getDefiningOp<nn::SomeOp>())
    return some.getValue();
  if (!isa<nn::SequenceType>(type.getElement()))
    value = refine(node, value, type.getElement(),
                   node.declaredType(node.proto().output(0)),
                   [&](RankedTensorType tensor) -> Type {
                     return nn::OptionalType::get(node.context(), tensor);
                   });
  return node.create<nn::GetElementOp>(value);
}

void swage::onnx::registerContainerOps(Registry &registry) {
  registry.add("SequenceConstruct", 11, {1, kVariadic},
               importSequenceConstruct);
  registry.add("SequenceEmpty", 11, {0, 0}, importSequenceEmpty);
  registry.add("SequenceInsert", 11, {2, 3}, importSequenceInsert);
  registry.add("SequenceErase", 11, {1, 2}, importSequenceErase);
  registry.add("SequenceAt", 11, {2, 2}, importSequenceAt);
  registry.add("SequenceLength", 11, {1, 1}, importSequenceLength);
  registry.add("ConcatFromSequence", 11, {1, 1}, importConcatFromSequence);
  registry.add("SplitToSequence", 11, {1, 2}, importSplitToSequence);
  registry.add("SequenceMap", 17, {1, kVariadic}, importSequenceMap);
  registry.add("Optional", 15, {0, 1}, importOptional);
  registry.add("OptionalHasElement", 15, {0, 1}, importOptionalHasElement);
  registry.add("OptionalGetElement", 15, {1, 1}, importOptionalGetElement);
}
