//===- EvaluatorMemory.cpp - loads and stores of elements -----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Addresses as code, and the loads, gathers and stores at them. What addresses
// have in common is computed once, outside of the loops that it does not
// depend on.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Evaluator.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace swage {

Value Evaluator::addressTerms(const IndexValue &address) {
  IndexValue terms = address;
  terms.constant = 0;
  terms.lane = Monomial(0);
  static const char tag = 0;
  VectorContext scalar;
  if (Value known = lookup(&tag, terms, scalar))
    return known;
  unsigned depth = clampLevel(space.levelOf(terms));
  Value value = at(depth, [&] { return space.materializeTerms(terms); });
  if (value)
    remember(&tag, terms, scalar, value, depth);
  return value;
}

Value Evaluator::addressOf(const IndexValue &address) {
  Location loc = builder.getUnknownLoc();
  Value terms = addressTerms(address);
  if (terms && address.constant == 0)
    return terms;
  Value constant =
      arith::ConstantIndexOp::create(builder, loc, address.constant);
  if (!terms)
    return constant;
  return arith::AddIOp::create(builder, loc, terms, constant,
                               arith::IntegerOverflowFlags::nsw);
}

Value Evaluator::laneSteps(int64_t lanes, const IndexValue &index) {
  Location loc = builder.getUnknownLoc();
  auto type = VectorType::get({lanes}, builder.getIndexType());
  Value steps = vector::StepOp::create(builder, loc, type);
  auto filled = [&](Value scalar) {
    return vector::BroadcastOp::create(builder, loc, type, scalar);
  };
  if (index.repeat != 1)
    steps = arith::DivUIOp::create(
        builder, loc, steps,
        filled(arith::ConstantIndexOp::create(builder, loc, index.repeat)));
  if (index.lane.isOne())
    return steps;
  return arith::MulIOp::create(builder, loc, steps,
                               filled(space.materialize(index.lane)));
}

/// A boolean's byte as i1, or the value itself.
static Value fromMemory(OpBuilder &builder, Value value, Type type) {
  if (!type.isInteger(1))
    return value;
  Location loc = builder.getUnknownLoc();
  Value zero = arith::ConstantOp::create(builder, loc,
                                         builder.getZeroAttr(value.getType()));
  return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ne, value,
                               zero);
}

static Value toMemory(OpBuilder &builder, Value value) {
  Type type = value.getType();
  if (!getElementTypeOrSelf(type).isInteger(1))
    return value;
  Type byte = builder.getI8Type();
  if (auto vectorType = dyn_cast<VectorType>(type))
    byte = VectorType::get(vectorType.getShape(), byte);
  return arith::ExtUIOp::create(builder, builder.getUnknownLoc(), byte, value);
}

/// Where lanes share elements, so many are read at once, which lie together.
std::optional<int64_t> Evaluator::spanOf(const IndexValue &address,
                                         int64_t lanes) const {
  if (address.repeat == 1 || lanes % address.repeat ||
      !address.lane.isConstant() || address.lane.factor < 1)
    return std::nullopt;
  int64_t step = address.lane.factor, span = lanes / address.repeat * step;
  IndexValue others = address;
  others.constant = 0;
  if (span > lanes || space.multipleOf(others, step) % step)
    return std::nullopt;
  return span;
}

/// All elements that lanes share, each brought to its lanes.
Value Evaluator::loadShared(const Place &place, const IndexValue &address,
                            int64_t span, int64_t lanes) {
  Location loc = builder.getUnknownLoc();
  int64_t step = address.lane.factor;
  // Steps begin at multiples of their length: nothing behind the last is read.
  int64_t within = (address.constant % step + step) % step;
  Type element = cast<MemRefType>(place.flat.getType()).getElementType();
  Value elements =
      vector::LoadOp::create(builder, loc, VectorType::get({span}, element),
                             place.flat, addressOf(plus(address, -within)));
  SmallVector<int64_t> mask;
  for (int64_t lane = 0; lane < lanes; ++lane)
    mask.push_back(lane / address.repeat * step + within);
  return vector::ShuffleOp::create(builder, loc, elements, elements, mask);
}

Value Evaluator::load(const Place &place, const IndexValue &address, Type type,
                      const VectorContext &context) {
  Location loc = builder.getUnknownLoc();
  if (address.isUniform() || context.lanes == 1) {
    IndexValue first = address;
    first.lane = Monomial(0);
    unsigned depth = std::max(space.levelOf(first), place.level);
    return at(depth, [&] {
      Value element =
          memref::LoadOp::create(builder, loc, place.flat, addressOf(first));
      return fromMemory(builder, element, type);
    });
  }
  Type element = cast<MemRefType>(place.flat.getType()).getElementType();
  auto vectorType = VectorType::get({context.lanes}, element);
  if (std::optional<int64_t> span = spanOf(address, context.lanes);
      span && !context.mask)
    return fromMemory(builder, loadShared(place, address, *span, context.lanes),
                      type);
  Value start = addressOf(address);
  Value result;
  if (address.isContiguous() && !context.mask) {
    result =
        vector::LoadOp::create(builder, loc, vectorType, place.flat, start);
  } else {
    Value nothing = arith::ConstantOp::create(builder, loc,
                                              builder.getZeroAttr(vectorType));
    if (address.isContiguous()) {
      result = vector::MaskedLoadOp::create(
          builder, loc, vectorType, place.flat, start, context.mask, nothing);
    } else {
      Value steps = laneSteps(context.lanes, address);
      Value mask = context.mask;
      if (!mask)
        mask = vector::ConstantMaskOp::create(
            builder, loc, VectorType::get({context.lanes}, builder.getI1Type()),
            ArrayRef<int64_t>{context.lanes});
      result = vector::GatherOp::create(builder, loc, vectorType, place.flat,
                                        start, steps, mask, nothing);
    }
  }
  return fromMemory(builder, result, type);
}

Value Evaluator::gather(const Place &place, ArrayRef<Value> indices, Type type,
                        const VectorContext &context) {
  Location loc = builder.getUnknownLoc();
  Value sum;
  for (auto [index, stride] : llvm::zip(indices, place.strides)) {
    Value part = index;
    if (!stride.isOne()) {
      Value factor = space.materialize(stride);
      if (auto vectorType = dyn_cast<VectorType>(part.getType()))
        factor = vector::BroadcastOp::create(builder, loc, vectorType, factor);
      part = arith::MulIOp::create(builder, loc, part, factor);
    }
    part = broadcast(part, context.lanes);
    sum =
        sum ? arith::AddIOp::create(builder, loc, sum, part).getResult() : part;
  }
  Type element = cast<MemRefType>(place.flat.getType()).getElementType();
  auto vectorType = VectorType::get({context.lanes}, element);
  Value nothing =
      arith::ConstantOp::create(builder, loc, builder.getZeroAttr(vectorType));
  Value mask = context.mask;
  if (!mask)
    mask = vector::ConstantMaskOp::create(
        builder, loc, VectorType::get({context.lanes}, builder.getI1Type()),
        ArrayRef<int64_t>{context.lanes});
  Value start = space.materialize(place.offset);
  Value result = vector::GatherOp::create(builder, loc, vectorType, place.flat,
                                          start, sum, mask, nothing);
  return fromMemory(builder, result, type);
}

void Evaluator::write(const Place &place, ArrayRef<IndexValue> indices,
                      Value value, const VectorContext &context) {
  Location loc = builder.getUnknownLoc();
  std::optional<IndexValue> address =
      tensors.address(place, indices, context.lanes);
  assert(address && "the planner checks that stores can be expressed");
  value = toMemory(builder, value);
  Value start = addressOf(*address);
  if (context.lanes == 1 || address->isUniform()) {
    // The same element for all lanes: any of them.
    if (isa<VectorType>(value.getType()))
      value = vector::ExtractOp::create(builder, loc, value, int64_t(0));
    memref::StoreOp::create(builder, loc, value, place.flat, start);
    return;
  }
  value = broadcast(value, context.lanes);
  if (address->isContiguous()) {
    if (context.mask)
      vector::MaskedStoreOp::create(builder, loc, place.flat, start,
                                    context.mask, value);
    else
      vector::StoreOp::create(builder, loc, value, place.flat, start);
    return;
  }
  Value steps = laneSteps(context.lanes, *address);
  Value mask = context.mask;
  if (!mask)
    mask = vector::ConstantMaskOp::create(
        builder, loc, VectorType::get({context.lanes}, builder.getI1Type()),
        ArrayRef<int64_t>{context.lanes});
  vector::ScatterOp::create(builder, loc, /*result=*/Type(), place.flat, start,
                            steps, mask, value);
}

} // namespace swage
