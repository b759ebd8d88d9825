//===- Tensors.cpp - elements and sizes of tensors ------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Reading a slice or a reshaped tensor reads what it is made of.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/Halide/Bridge/SpecBuilder.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;

namespace swage::halide {

ExprId SpecBuilder::readTensor(TensorId tensor, ArrayRef<ExprId> place) {
  Expression expression;
  expression.opcode = Opcode::Read;
  expression.type = spec.tensors[tensor].element;
  expression.index = tensor;
  expression.operands.assign(place.begin(), place.end());
  for (ExprId &position : expression.operands)
    position = convert(position, Element::Index);
  return add(std::move(expression));
}

FailureOr<ExprId> SpecBuilder::read(Value tensor, ArrayRef<ExprId> place,
                                    Operation *reader) {
  if (auto found = tensors.find(tensor); found != tensors.end())
    return readTensor(found->second, place);
  if (auto argument = dyn_cast<BlockArgument>(tensor)) {
    Operand &operand = spec.operands[argument.getArgNumber()];
    operand.tensor = spec.tensors.size();
    Tensor given;
    given.element = operand.element;
    given.shape = operand.shape;
    given.operand = argument.getArgNumber();
    tensors[tensor] = operand.tensor;
    spec.tensors.push_back(std::move(given));
    return readTensor(tensors[tensor], place);
  }
  Operation *op = tensor.getDefiningOp();
  if (auto fill = dyn_cast<linalg::FillOp>(op))
    return scalar(fill.getInputs().front(), globals);
  if (auto splat = dyn_cast<tensor::SplatOp>(op))
    return scalar(splat.getInput(), globals);
  if (auto view = dyn_cast<tensor::CastOp>(op))
    return read(view.getSource(), place, reader);
  if (isa<tensor::EmptyOp>(op)) {
    // Any value will do for what nobody has written.
    FailureOr<Element> element =
        elementOf(op, getElementTypeOrSelf(tensor.getType()));
    if (failed(element))
      return failure();
    return integer(*element, 0);
  }
  if (auto view = dyn_cast<tensor::ExtractSliceOp>(op)) {
    llvm::SmallBitVector dropped = view.getDroppedDims();
    ExprIds source;
    unsigned next = 0;
    for (auto [dim, offset, stride] :
         llvm::enumerate(view.getMixedOffsets(), view.getMixedStrides())) {
      FailureOr<ExprId> first = sizeOf(offset), step = sizeOf(stride);
      if (failed(first) || failed(step))
        return failure();
      ExprId position = dropped[dim] ? index(0) : place[next++];
      source.push_back(
          binary(Opcode::Add, binary(Opcode::Mul, position, *step), *first));
    }
    return read(view.getSource(), source, reader);
  }
  if (auto view = dyn_cast<tensor::CollapseShapeOp>(op)) {
    ExprIds source(view.getSrcType().getRank());
    for (auto [dim, group] : llvm::enumerate(view.getReassociationIndices())) {
      ExprId left = place[dim];
      for (int64_t inner : llvm::reverse(group)) {
        FailureOr<ExprId> size = sizeOf(view.getSrc(), inner, reader);
        if (failed(size))
          return failure();
        bool outermost = inner == group.front();
        source[inner] = outermost ? left : binary(Opcode::Mod, left, *size);
        left = outermost ? left : binary(Opcode::FloorDiv, left, *size);
      }
    }
    return read(view.getSrc(), source, reader);
  }
  if (auto view = dyn_cast<tensor::ExpandShapeOp>(op)) {
    ExprIds source;
    for (ReassociationIndices &group : view.getReassociationIndices()) {
      ExprId position = index(0);
      for (int64_t inner : group) {
        FailureOr<ExprId> size = sizeOf(view.getResult(), inner, reader);
        if (failed(size))
          return failure();
        position = binary(Opcode::Add, binary(Opcode::Mul, position, *size),
                          place[inner]);
      }
      source.push_back(position);
    }
    // Of a scalar every element is that scalar.
    return read(view.getSrc(), source, reader);
  }
  ElementsAttr constant;
  if (!matchPattern(op, m_Constant(&constant)))
    return refuse(op, "'" + op->getName().getStringRef() +
                          "' has no counterpart in Halide");
  FailureOr<Element> element = elementOf(op, constant.getElementType());
  if (failed(element))
    return failure();
  auto dense = dyn_cast<DenseElementsAttr>(constant);
  if (!dense || constant.getNumElements() == 0)
    return refuse(op, "a constant of this kind has no counterpart in Halide");
  if (dense.isSplat())
    return constantOf(dense.getSplatValue<Attribute>(), *element);
  Tensor literal;
  literal.element = *element;
  for (int64_t size : constant.getShapedType().getShape())
    literal.shape.push_back(index(size));
  if (isa<IntegerType>(dense.getElementType()) ||
      dense.getElementType().isIndex()) {
    unsigned bytes = getBits(*element) / 8;
    for (const APInt &value : dense.getValues<APInt>()) {
      int64_t bits = value.getZExtValue();
      literal.bytes.append(reinterpret_cast<const char *>(&bits), bytes);
    }
  } else {
    for (const APFloat &value : dense.getValues<APFloat>()) {
      uint64_t bits = value.bitcastToAPInt().getZExtValue();
      literal.bytes.append(reinterpret_cast<const char *>(&bits),
                           getBits(*element) / 8);
    }
  }
  tensors[tensor] = spec.tensors.size();
  spec.tensors.push_back(std::move(literal));
  return readTensor(tensors[tensor], place);
}

FailureOr<ExprId> SpecBuilder::sizeOf(OpFoldResult size) {
  if (std::optional<int64_t> constant = getConstantIntValue(size))
    return index(*constant);
  FailureOr<ExprId> value = scalar(cast<Value>(size), globals);
  return failed(value) ? value
                       : FailureOr<ExprId>(convert(*value, Element::Index));
}

FailureOr<ExprId> SpecBuilder::sizeOf(Value tensor, int64_t dim,
                                      Operation *reader) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (!type.isDynamicDim(dim))
    return index(type.getDimSize(dim));
  if (auto argument = dyn_cast<BlockArgument>(tensor))
    return spec.operands[argument.getArgNumber()].shape[dim];
  Operation *op = tensor.getDefiningOp();
  if (auto found = tensors.find(tensor); found != tensors.end())
    return spec.tensors[found->second].shape[dim];
  if (auto empty = dyn_cast<tensor::EmptyOp>(op))
    return sizeOf(empty.getMixedSizes()[dim]);
  if (auto view = dyn_cast<tensor::CastOp>(op))
    return sizeOf(view.getSource(), dim, reader);
  if (auto view = dyn_cast<tensor::ExtractSliceOp>(op)) {
    llvm::SmallBitVector dropped = view.getDroppedDims();
    for (auto [source, size] : llvm::enumerate(view.getMixedSizes()))
      if (!dropped[source] && dim-- == 0)
        return sizeOf(size);
  }
  if (auto view = dyn_cast<tensor::ExpandShapeOp>(op))
    return sizeOf(view.getMixedOutputShape()[dim]);
  if (auto view = dyn_cast<tensor::CollapseShapeOp>(op)) {
    ExprId product = index(1);
    auto groups = view.getReassociationIndices();
    for (int64_t inner : groups[dim]) {
      FailureOr<ExprId> size = sizeOf(view.getSrc(), inner, reader);
      if (failed(size))
        return failure();
      product = binary(Opcode::Mul, product, *size);
    }
    return product;
  }
  if (auto pad = dyn_cast<tensor::PadOp>(op)) {
    FailureOr<ExprId> low = sizeOf(pad.getMixedLowPad()[dim]);
    FailureOr<ExprId> high = sizeOf(pad.getMixedHighPad()[dim]);
    FailureOr<ExprId> inner = sizeOf(pad.getSource(), dim, reader);
    if (failed(low) || failed(high) || failed(inner))
      return failure();
    return binary(Opcode::Add, binary(Opcode::Add, *low, *inner), *high);
  }
  if (auto concat = dyn_cast<tensor::ConcatOp>(op)) {
    if (int64_t(concat.getDim()) != dim)
      return sizeOf(concat.getInputs().front(), dim, reader);
    ExprId sum = index(0);
    for (Value input : concat.getInputs()) {
      FailureOr<ExprId> size = sizeOf(input, dim, reader);
      if (failed(size))
        return failure();
      sum = binary(Opcode::Add, sum, *size);
    }
    return sum;
  }
  if (auto generate = dyn_cast<tensor::GenerateOp>(op))
    return sizeOf(OpFoldResult(
        generate.getDynamicExtents()[type.getDynamicDimIndex(dim)]));
  if (auto destination = dyn_cast<DestinationStyleOpInterface>(op))
    return sizeOf(destination.getTiedOpOperand(cast<OpResult>(tensor))->get(),
                  dim, reader);
  return refuse(op, "the sizes of what '" + op->getName().getStringRef() +
                        "' makes are not known to Halide");
}

FailureOr<ExprIds> SpecBuilder::shapeOf(Value tensor, Operation *reader) {
  ExprIds shape;
  for (int64_t dim = 0,
               rank = cast<RankedTensorType>(tensor.getType()).getRank();
       dim < rank; ++dim) {
    FailureOr<ExprId> size = sizeOf(tensor, dim, reader);
    if (failed(size))
      return failure();
    shape.push_back(*size);
  }
  return shape;
}

} // namespace swage::halide
