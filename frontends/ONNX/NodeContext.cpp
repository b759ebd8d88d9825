//===- NodeContext.cpp - a node as its handler sees it --------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/NodeContext.h"
#include "frontends/ONNX/GraphImporter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

NodeContext::NodeContext(GraphImporter &importer, const NodeProto &node,
                         int64_t opset, ArrayRef<ImportedValue> inputs,
                         Location loc)
    : importer(importer), node(node), version(opset), inputs(inputs),
      location(loc) {}

OpBuilder &NodeContext::builder() { return importer.getBuilder(); }

Results NodeContext::fail(ImportStatus kind, const llvm::Twine &why) {
  if (!failed()) {
    status = kind;
    reason = why.str();
  }
  return {};
}

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

std::optional<int64_t> NodeContext::declaredRank(unsigned output) const {
  if (!hasOutput(output))
    return std::nullopt;
  return importer.declaredRank(node.output(output));
}

Value NodeContext::input(unsigned index) {
  if (!hasInput(index))
    return {};
  if (inputs[index].kind == ImportedValue::Tensor)
    return inputs[index].tensor;
  bad(llvm::formatv("its input {0} must be a tensor", index));
  // Something to look at for the handler, which will find out that it failed.
  return scalar(builder().getF32Type(), 0);
}

Value NodeContext::sequenceInput(unsigned index) {
  Value value = anyInput(index);
  if (!value || isa<nn::SequenceType>(value.getType()))
    return value;
  bad(llvm::formatv("its input {0} must be a sequence", index));
  return {};
}

const TypeProto *NodeContext::declaredType(StringRef name) const {
  return importer.declaredType(name);
}

SmallVector<Value> NodeContext::tensorInputs() {
  SmallVector<Value> values;
  for (unsigned i = 0; i < numInputs(); ++i) {
    if (!hasInput(i))
      bad(llvm::formatv("its input {0} is missing", i));
    else
      values.push_back(input(i));
  }
  return values;
}

std::optional<SmallVector<int64_t>> NodeContext::constantInts(unsigned index,
                                                              StringRef what) {
  Value value = input(index);
  if (failed())
    return std::nullopt;
  if (!value || !isa<IntegerType>(elementType(value))) {
    bad(what + " must be integers");
    return std::nullopt;
  }
  std::optional<SmallVector<int64_t>> elements = nn::getConstantElements(value);
  if (!elements)
    unsupported(what + " must be known at compile time");
  return elements;
}

std::optional<int64_t> NodeContext::constantInt(unsigned index,
                                                StringRef what) {
  std::optional<SmallVector<int64_t>> elements = constantInts(index, what);
  if (!elements)
    return std::nullopt;
  if (elements->size() != 1) {
    bad(what + " must be one number");
    return std::nullopt;
  }
  return elements->front();
}

std::optional<SmallVector<double>> NodeContext::constantFloats(Value value) {
  DenseElementsAttr elements;
  if (!value || !matchPattern(value, m_Constant(&elements)) ||
      !isa<FloatType>(elements.getElementType()))
    return std::nullopt;
  SmallVector<double> result;
  for (const APFloat &element : elements.getValues<APFloat>()) {
    APFloat number = element;
    bool lost;
    number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &lost);
    result.push_back(number.convertToDouble());
  }
  return result;
}

bool NodeContext::requireSameType(ArrayRef<Value> values) {
  if (failed())
    return false;
  for (Value value : values) {
    if (!value || elementType(value) == elementType(values.front()))
      continue;
    bad("its inputs have different element types");
    return false;
  }
  return true;
}

int64_t NodeContext::axis(int64_t axis, int64_t rank) {
  if (std::optional<int64_t> inRange = nn::normalizeAxis(axis, rank))
    return *inRange;
  bad(llvm::formatv("its axis {0} is outside of the {1} dimensions", axis,
                    rank));
  return 0;
}

SmallVector<int64_t> NodeContext::axes(ArrayRef<int64_t> list, int64_t rank) {
  SmallVector<int64_t> result;
  for (int64_t each : list)
    result.push_back(axis(each, rank));
  llvm::sort(result);
  if (!failed() &&
      std::adjacent_find(result.begin(), result.end()) != result.end())
    bad("it names an axis twice");
  if (failed())
    result.clear();
  return result;
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

const AttributeProto *NodeContext::attr(StringRef name) {
  used.insert(name);
  for (const AttributeProto &attribute : node.attribute())
    if (attribute.name() == name)
      return importer.resolve(attribute);
  return nullptr;
}

bool NodeContext::hasAttr(StringRef name) { return attr(name) != nullptr; }

const AttributeProto *
NodeContext::typedAttr(StringRef name, AttributeProto::AttributeType type) {
  const AttributeProto *found = attr(name);
  if (!found || found->type() == type)
    return found;
  static constexpr StringLiteral names[] = {
      "nothing", "a number",        "an integer",     "a string", "a tensor",
      "a graph", "numbers",         "integers",       "strings",  "tensors",
      "graphs",  "a sparse tensor", "sparse tensors", "a type",   "types"};
  bad(llvm::formatv("its attribute '{0}' must be {1}, not {2}", name,
                    names[type], names[found->type()]));
  return nullptr;
}

int64_t NodeContext::intAttr(StringRef name, int64_t otherwise) {
  const AttributeProto *found = typedAttr(name, AttributeProto::INT);
  return found ? found->i() : otherwise;
}

double NodeContext::floatAttr(StringRef name, double otherwise) {
  const AttributeProto *found = typedAttr(name, AttributeProto::FLOAT);
  return found ? found->f() : otherwise;
}

std::string NodeContext::stringAttr(StringRef name, StringRef otherwise) {
  const AttributeProto *found = typedAttr(name, AttributeProto::STRING);
  return found ? found->s() : otherwise.str();
}

std::optional<SmallVector<int64_t>> NodeContext::intsAttr(StringRef name) {
  const AttributeProto *found = typedAttr(name, AttributeProto::INTS);
  if (!found)
    return std::nullopt;
  return SmallVector<int64_t>(found->ints().begin(), found->ints().end());
}

SmallVector<double> NodeContext::floatsAttr(StringRef name) {
  const AttributeProto *found = typedAttr(name, AttributeProto::FLOATS);
  if (!found)
    return {};
  return SmallVector<double>(found->floats().begin(), found->floats().end());
}

SmallVector<std::string> NodeContext::stringsAttr(StringRef name) {
  const AttributeProto *found = typedAttr(name, AttributeProto::STRINGS);
  if (!found)
    return {};
  return SmallVector<std::string>(found->strings().begin(),
                                  found->strings().end());
}

const GraphProto *NodeContext::graphAttr(StringRef name) {
  const AttributeProto *found = typedAttr(name, AttributeProto::GRAPH);
  return found ? &found->g() : nullptr;
}

StringRef NodeContext::unusedAttr() const {
  for (const AttributeProto &attribute : node.attribute())
    if (!used.contains(attribute.name()))
      return attribute.name();
  return {};
}

//===----------------------------------------------------------------------===//
// Building
//===----------------------------------------------------------------------===//

Value NodeContext::refused() {
  std::string said = importer.takeDiagnostics();
  // What nn refuses is a contradiction between the node's operands.
  bad(said.empty() ? "its operands do not fit together" : said);
  return {};
}

bool NodeContext::verified(Operation *op) {
  return succeeded(verify(op, /*verifyRecursively=*/false));
}

Value NodeContext::finish(Operation *op) {
  if (!verified(op)) {
    op->erase();
    return refused();
  }
  SmallVector<Value> folded;
  if (succeeded(builder().tryFold(op, folded)) && !folded.empty()) {
    op->erase();
    return folded.front();
  }
  return op->getResult(0);
}

Value NodeContext::scalar(Type elementType, double value) {
  // What stands for zero among strings.
  if (isa<nn::StringType>(elementType))
    return create<nn::StringConstantOp>(builder().getStrArrayAttr({""}),
                                        ArrayRef<int64_t>());
  return nn::createScalar(builder(), location, elementType, value);
}

Value NodeContext::ints(ArrayRef<int64_t> values) {
  return nn::createIndexVector(builder(), location, values);
}

Value NodeContext::intTensor(Type elementType, ArrayRef<int64_t> shape,
                             ArrayRef<int64_t> values) {
  auto type = RankedTensorType::get(shape, elementType);
  SmallVector<APInt> elements;
  for (int64_t value : values)
    elements.push_back(APInt(elementType.getIntOrFloatBitWidth(), value,
                             /*isSigned=*/true,
                             /*implicitTrunc=*/true));
  return arith::ConstantOp::create(builder(), location,
                                   DenseElementsAttr::get(type, elements));
}

Value NodeContext::floatTensor(Type elementType, ArrayRef<int64_t> shape,
                               ArrayRef<double> values) {
  auto floatType = dyn_cast<FloatType>(elementType);
  if (!floatType) {
    if (!isa<IntegerType>(elementType)) {
      unsupported("it computes with real numbers only");
      return {};
    }
    SmallVector<int64_t> integers(values.begin(), values.end());
    return intTensor(elementType, shape, integers);
  }
  SmallVector<APFloat> elements;
  for (double value : values) {
    bool lost;
    elements.emplace_back(value);
    elements.back().convert(floatType.getFloatSemantics(),
                            APFloat::rmNearestTiesToEven, &lost);
  }
  return arith::ConstantOp::create(
      builder(), location,
      DenseElementsAttr::get(RankedTensorType::get(shape, elementType),
                             elements));
}

Value NodeContext::constant(const TensorProto &tensor) {
  llvm::Expected<Value> value = importer.constant(tensor, location);
  if (value)
    return *value;
  llvm::handleAllErrors(value.takeError(), [&](const ModelError &error) {
    fail(error.status, error.message);
  });
  return {};
}

Value NodeContext::cast(Value value, Type elementType) {
  if (failed() || this->elementType(value) == elementType)
    return value;
  return create<nn::CastOp>(value, elementType);
}

Value NodeContext::reshape(Value value, ArrayRef<int64_t> sizes) {
  if (failed() || (!ShapedType::isDynamicShape(sizes) && shape(value) == sizes))
    return value;
  return create<nn::ReshapeOp>(value, ints(sizes), /*allow_zero=*/true);
}

Value NodeContext::vectorOf(Value vector, int64_t length) {
  if (failed() || rank(vector) != 1 || ShapedType::isStatic(shape(vector)[0]))
    return vector;
  return reshape(vector, {length});
}

Value NodeContext::sizesFor(unsigned output, Value vector) {
  std::optional<int64_t> declared = declaredRank(output);
  return declared ? vectorOf(vector, *declared) : vector;
}

Value NodeContext::transpose(Value value, ArrayRef<int64_t> permutation) {
  if (failed() ||
      llvm::equal(permutation, llvm::seq<int64_t>(0, permutation.size())))
    return value;
  return create<nn::TransposeOp>(value,
                                 builder().getDenseI64ArrayAttr(permutation));
}

Value NodeContext::shapeOf(Value value) {
  if (failed())
    return {};
  return create<nn::ShapeOp>(value, 0, rank(value));
}

Value NodeContext::slice(Value value, int64_t axis, int64_t start,
                         int64_t end) {
  if (failed())
    return {};
  return create<nn::SliceOp>(value, ints({start}), ints({end}), ints({1}),
                             builder().getDenseI64ArrayAttr({axis}));
}

Value NodeContext::concat(ArrayRef<Value> values, int64_t axis) {
  if (failed())
    return {};
  if (values.size() == 1)
    return values.front();
  return create<nn::ConcatOp>(ValueRange(values), axis);
}

/// A shape operand for a reshape of `value` to the dimensions in `keep`, where
/// a negative entry stands for a new dimension of size 1. Sizes that the run
/// decides are taken from the value's shape.
static Value reshapeByDims(NodeContext &node, Value value,
                           ArrayRef<int64_t> keep) {
  SmallVector<int64_t> sizes;
  // A dimension that is taken away has to be 1, which -1 would not notice.
  bool dropsUnknown = false;
  for (auto [dim, size] : llvm::enumerate(node.shape(value)))
    dropsUnknown |=
        ShapedType::isDynamic(size) && !llvm::is_contained(keep, int64_t(dim));
  unsigned unknown = 0;
  for (int64_t dim : keep) {
    int64_t size = dim < 0 ? 1 : node.shape(value)[dim];
    unknown += ShapedType::isDynamic(size);
    sizes.push_back(ShapedType::isDynamic(size) ? -1 : size);
  }
  // One unknown size is what the others leave, unless that is 0 of 0.
  bool empty = llvm::is_contained(sizes, 0);
  if (unknown == 0 || (unknown == 1 && !empty && !dropsUnknown))
    return node.reshape(value, sizes);
  SmallVector<Value> parts;
  for (auto [dim, size] : llvm::zip(keep, sizes))
    parts.push_back(size >= 0 ? node.ints({size})
                              : node.create<nn::ShapeOp>(value, dim, dim + 1));
  Value sizesValue = node.concat(parts, 0);
  return node.create<nn::ReshapeOp>(value, sizesValue, /*allow_zero=*/true);
}

Value NodeContext::unsqueeze(Value value, ArrayRef<int64_t> axes) {
  if (failed())
    return {};
  SmallVector<int64_t> keep;
  int64_t next = 0;
  for (int64_t i = 0, e = rank(value) + axes.size(); i < e; ++i)
    keep.push_back(llvm::is_contained(axes, i) ? -1 : next++);
  if (next != rank(value)) {
    bad("it inserts dimensions where the result has none");
    return {};
  }
  return reshapeByDims(*this, value, keep);
}

Value NodeContext::squeeze(Value value, ArrayRef<int64_t> axes) {
  if (failed())
    return {};
  SmallVector<int64_t> keep;
  for (int64_t i = 0; i < rank(value); ++i)
    if (!llvm::is_contained(axes, i))
      keep.push_back(i);
  return reshapeByDims(*this, value, keep);
}
