//===- Evaluator.cpp - elements of tensors as code ------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See Evaluator.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Evaluator.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace swage {

//===----------------------------------------------------------------------===//
// What is known already, and where code goes
//===----------------------------------------------------------------------===//

static size_t hashOf(const void *what, ArrayRef<IndexValue> indices) {
  llvm::hash_code code = llvm::hash_value(what);
  for (const IndexValue &index : indices)
    code = llvm::hash_combine(code, hash_value(index));
  return code;
}

static bool isUniform(ArrayRef<IndexValue> indices) {
  return llvm::all_of(indices,
                      [](const IndexValue &index) { return index.isUniform(); });
}

Value Evaluator::lookup(const void *what, ArrayRef<IndexValue> indices,
                        const VectorContext &context) {
  size_t hash = hashOf(what, indices);
  bool uniform = isUniform(indices);
  for (Scope &scope : llvm::reverse(scopes)) {
    auto [begin, end] = scope.memo.equal_range(hash);
    for (auto it = begin; it != end; ++it) {
      const Entry &entry = it->second;
      if (entry.what == what && ArrayRef(entry.indices) == indices &&
          (uniform ||
           (entry.mask == context.mask && entry.lanes == context.lanes)))
        return entry.value;
    }
  }
  return {};
}

void Evaluator::remember(const void *what, ArrayRef<IndexValue> indices,
                         const VectorContext &context, Value value,
                         unsigned level) {
  Entry entry = {what, Indices(indices.begin(), indices.end()), context.mask,
                 context.lanes, value};
  scopes[level].memo.emplace(hashOf(what, indices), std::move(entry));
}

void Evaluator::define(Value tensor, ArrayRef<IndexValue> indices,
                       const VectorContext &context, Value value) {
  levels[value] = level();
  remember(tensor.getAsOpaquePointer(), indices, context, value, level());
}

unsigned Evaluator::levelOf(Value value) const {
  auto found = levels.find(value);
  return found == levels.end() ? level() : std::min(found->second, level());
}

unsigned Evaluator::clampLevel(unsigned wanted) const {
  for (unsigned depth = level(); depth > wanted; --depth)
    if (scopes[depth].barrier)
      return depth;
  return wanted;
}

Value Evaluator::at(unsigned wanted, llvm::function_ref<Value()> create) {
  unsigned depth = clampLevel(wanted);
  Value value;
  if (scopes[depth].block == builder.getInsertionBlock()) {
    value = create();
  } else {
    OpBuilder::InsertionGuard guard(builder);
    // The loop on the way to here: before it.
    Block *block = builder.getInsertionBlock();
    Operation *ancestor =
        scopes[depth].block->findAncestorOpInBlock(*block->getParentOp());
    builder.setInsertionPoint(ancestor);
    value = create();
  }
  if (value)
    levels[value] = depth;
  return value;
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

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

Value Evaluator::broadcast(Value value, int64_t lanes) {
  if (lanes == 1 || isa<VectorType>(value.getType()))
    return value;
  return vector::BroadcastOp::create(builder, builder.getUnknownLoc(),
                                     VectorType::get({lanes}, value.getType()),
                                     value);
}

/// Vector of 0, factor, 2 factor ... of the index type.
static Value laneSteps(OpBuilder &builder, int64_t lanes, Value factor) {
  Location loc = builder.getUnknownLoc();
  auto type = VectorType::get({lanes}, builder.getIndexType());
  Value steps = vector::StepOp::create(builder, loc, type);
  if (!factor)
    return steps;
  Value factors = vector::BroadcastOp::create(builder, loc, type, factor);
  return arith::MulIOp::create(builder, loc, steps, factors);
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
  Value start = addressOf(address);
  Value result;
  if (address.lane.isOne() && !context.mask) {
    result =
        vector::LoadOp::create(builder, loc, vectorType, place.flat, start);
  } else {
    Value nothing = arith::ConstantOp::create(builder, loc,
                                              builder.getZeroAttr(vectorType));
    if (address.lane.isOne()) {
      result = vector::MaskedLoadOp::create(builder, loc, vectorType,
                                            place.flat, start, context.mask,
                                            nothing);
    } else {
      Value steps = laneSteps(builder, context.lanes,
                              space.materialize(address.lane));
      Value mask = context.mask;
      if (!mask)
        mask = vector::ConstantMaskOp::create(
            builder, loc,
            VectorType::get({context.lanes}, builder.getI1Type()),
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
    sum = sum ? arith::AddIOp::create(builder, loc, sum, part).getResult()
              : part;
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
  if (address->lane.isOne()) {
    if (context.mask)
      vector::MaskedStoreOp::create(builder, loc, place.flat, start,
                                    context.mask, value);
    else
      vector::StoreOp::create(builder, loc, value, place.flat, start);
    return;
  }
  Value steps =
      laneSteps(builder, context.lanes, space.materialize(address->lane));
  Value mask = context.mask;
  if (!mask)
    mask = vector::ConstantMaskOp::create(
        builder, loc, VectorType::get({context.lanes}, builder.getI1Type()),
        ArrayRef<int64_t>{context.lanes});
  vector::ScatterOp::create(builder, loc, /*result=*/Type(), place.flat, start,
                            steps, mask, value);
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

std::optional<Indices> Evaluator::loopsOf(linalg::GenericOp op, unsigned number,
                                          ArrayRef<IndexValue> indices) {
  AffineMap map =
      op.getMatchingIndexingMap(op.getDpsInitOperand(number));
  SmallVector<std::optional<IndexValue>, 6> loops(op.getNumLoops());
  for (auto [expr, index] : llvm::zip(map.getResults(), indices))
    if (auto dim = dyn_cast<AffineDimExpr>(expr))
      loops[dim.getPosition()] = index;
  Indices result;
  for (auto [loop, kind] : llvm::zip(loops, op.getIteratorTypesArray())) {
    if (!loop && kind == utils::IteratorType::parallel)
      return std::nullopt;
    result.push_back(loop.value_or(IndexValue()));
  }
  return result;
}

std::optional<Indices> Evaluator::throughView(Operation *view,
                                              ArrayRef<IndexValue> indices,
                                              int64_t lanes) {
  if (isa<tensor::CastOp>(view))
    return Indices(indices.begin(), indices.end());
  MLIRContext *context = view->getContext();
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(view)) {
    Indices source;
    for (const ReassociationIndices &group : expand.getReassociationIndices()) {
      IndexValue sum;
      Monomial factor(1);
      for (int64_t dim : llvm::reverse(group)) {
        sum += indices[dim] * factor;
        OpFoldResult size = tensors.getSize(expand.getResult(), dim);
        if (!size)
          return std::nullopt;
        factor = factor * space.monomialOf(size);
      }
      source.push_back(sum);
    }
    return source;
  }
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(view)) {
    Indices source(collapse.getSrcType().getRank());
    for (auto [place, group] :
         llvm::enumerate(collapse.getReassociationIndices())) {
      AffineExpr rest = getAffineDimExpr(0, context);
      SmallVector<int64_t> wide;
      for (int64_t dim : group)
        if (collapse.getSrcType().getDimSize(dim) != 1)
          wide.push_back(dim);
      for (auto [position, dim] :
           llvm::enumerate(llvm::reverse(ArrayRef(wide)))) {
        int64_t size = collapse.getSrcType().getDimSize(dim);
        bool outermost = position + 1 == wide.size();
        if (ShapedType::isDynamic(size) && !outermost)
          return std::nullopt;
        AffineExpr expr = outermost ? rest : rest % size;
        std::optional<IndexValue> index =
            space.evaluate(expr, indices[place], lanes);
        if (!index)
          return std::nullopt;
        source[dim] = *index;
        if (!outermost)
          rest = rest.floorDiv(size);
      }
    }
    return source;
  }
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(view)) {
    Indices source;
    auto dropped = slice.getDroppedDims();
    unsigned next = 0;
    auto asMonomial = [&](OpFoldResult value) -> std::optional<Monomial> {
      if (auto dynamic = dyn_cast<Value>(value)) {
        Value scalar = tensors.getScalar(dynamic);
        if (!scalar)
          return std::nullopt;
        return space.monomialOf(getAsOpFoldResult(scalar));
      }
      return space.monomialOf(value);
    };
    for (auto [dim, offset, step] : llvm::enumerate(
             slice.getMixedOffsets(), slice.getMixedStrides())) {
      std::optional<Monomial> first = asMonomial(offset),
                              stride = asMonomial(step);
      if (!first || !stride)
        return std::nullopt;
      IndexValue index = IndexValue::ofConstant(1) * *first;
      if (!dropped.test(dim))
        index += indices[next++] * *stride;
      source.push_back(index);
    }
    return source;
  }
  return std::nullopt;
}

static bool isView(Operation *op) {
  return isa_and_nonnull<tensor::CastOp, tensor::ExtractSliceOp,
                         tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op);
}

Value Evaluator::read(Value tensor, ArrayRef<IndexValue> indices,
                      const VectorContext &context) {
  if (Value known = lookup(tensor.getAsOpaquePointer(), indices, context))
    return known;
  Value value = compute(tensor, indices, context);
  if (value) {
    bool scalar = !isa<VectorType>(value.getType());
    remember(tensor.getAsOpaquePointer(), indices, context, value,
             scalar && isUniform(indices) ? levelOf(value) : level());
  }
  return value;
}

Value Evaluator::compute(Value tensor, ArrayRef<IndexValue> indices,
                         const VectorContext &context) {
  Type type = getElementTypeOrSelf(tensor.getType());
  if (const Place *place = tensors.find(tensor)) {
    std::optional<IndexValue> address =
        tensors.address(*place, indices, context.lanes);
    return address ? load(*place, *address, type, context) : Value();
  }
  Operation *op = tensor.getDefiningOp();
  Location loc = builder.getUnknownLoc();
  auto constant = [&](Attribute value) {
    return at(0, [&]() -> Value {
      return arith::ConstantOp::create(builder, loc, cast<TypedAttr>(value));
    });
  };
  SplatElementsAttr splat;
  if (matchPattern(tensor, m_Constant(&splat)))
    return constant(splat.getSplatValue<Attribute>());
  if (isa_and_nonnull<tensor::EmptyOp>(op)) {
    Attribute zero = builder.getZeroAttr(type);
    return zero ? constant(zero) : Value();
  }
  if (auto fill = dyn_cast_or_null<linalg::FillOp>(op)) {
    Value scalar = tensors.getScalar(fill.getInputs()[0]);
    if (scalar)
      levels[scalar] = 0;
    return scalar;
  }
  if (isView(op)) {
    std::optional<Indices> source = throughView(op, indices, context.lanes);
    return source ? read(op->getOperand(0), *source, context) : Value();
  }
  auto generic = dyn_cast_or_null<linalg::GenericOp>(op);
  if (!generic || generic.getNumReductionLoops())
    return {};
  unsigned number = cast<OpResult>(tensor).getResultNumber();
  std::optional<Indices> loops = loopsOf(generic, number, indices);
  if (!loops)
    return {};
  SmallVector<Value> arguments;
  for (OpOperand &operand : generic->getOpOperands()) {
    BlockArgument argument = generic.getMatchingBlockArgument(&operand);
    if (argument.use_empty()) {
      arguments.push_back(Value());
      continue;
    }
    if (!isa<RankedTensorType>(operand.get().getType())) {
      Value scalar = tensors.getScalar(operand.get());
      if (!scalar)
        return {};
      levels[scalar] = 0;
      arguments.push_back(scalar);
      continue;
    }
    Indices inner;
    for (AffineExpr expr : generic.getMatchingIndexingMap(&operand).getResults()) {
      std::optional<IndexValue> index =
          space.evaluate(expr, *loops, context.lanes);
      if (!index)
        return {};
      inner.push_back(*index);
    }
    arguments.push_back(read(operand.get(), inner, context));
    if (!arguments.back())
      return {};
  }
  SmallVector<Value> results = emitBody(generic, *loops, arguments, context);
  return results.empty() ? Value() : results[number];
}

//===----------------------------------------------------------------------===//
// Bodies
//===----------------------------------------------------------------------===//

Value Evaluator::emitIndex(const IndexValue &index,
                           const VectorContext &context) {
  Location loc = builder.getUnknownLoc();
  IndexValue first = index;
  first.lane = Monomial(0);
  Value base = at(space.levelOf(first), [&] { return addressOf(first); });
  if (!index.isUniform()) {
    Value steps = laneSteps(
        builder, context.lanes,
        index.lane.isOne() ? Value() : space.materialize(index.lane));
    base = arith::AddIOp::create(builder, loc, broadcast(base, context.lanes),
                                 steps);
  }
  forms[base] = index;
  return base;
}

Value Evaluator::emitExtract(tensor::ExtractOp op, IRMapping &mapping,
                             const VectorContext &context) {
  SmallVector<Value> values;
  Indices indices;
  bool affine = true;
  for (Value index : op.getIndices()) {
    Value value = mapping.lookupOrNull(index);
    if (!value)
      value = tensors.getScalar(index);
    if (!value)
      return {};
    values.push_back(value);
    auto form = forms.find(value);
    if (form != forms.end())
      indices.push_back(form->second);
    else if (isa<VectorType>(value.getType()))
      affine = false;
    else
      indices.push_back(
          IndexValue::ofAtom(space.addAtom(value, 1, levelOf(value))));
  }
  if (affine)
    return read(op.getTensor(), indices, context);
  const Place *place = tensors.find(op.getTensor());
  if (!place || place->layout)
    return {};
  return gather(*place, values, op.getType(), context);
}

Value Evaluator::emitOp(Operation *op, IRMapping &mapping,
                        const VectorContext &context, bool contract) {
  if (auto extract = dyn_cast<tensor::ExtractOp>(op))
    return emitExtract(extract, mapping, context);
  Location loc = builder.getUnknownLoc();
  bool vectors = false;
  unsigned depth = 0;
  for (Value operand : op->getOperands()) {
    Value value = mapping.lookup(operand);
    vectors |= isa<VectorType>(value.getType());
    depth = std::max(depth, levelOf(value));
  }
  auto allowFusing = [&](Operation *copy) {
    auto math = dyn_cast<arith::ArithFastMathInterface>(copy);
    if (!contract || !math)
      return copy->getResult(0);
    // Conversions may carry no flags at all.
    auto flags = arith::FastMathFlags::contract;
    if (arith::FastMathFlagsAttr given = math.getFastMathFlagsAttr())
      flags = flags | given.getValue();
    copy->setAttr(math.getFastMathAttrName(),
                  arith::FastMathFlagsAttr::get(op->getContext(), flags));
    return copy->getResult(0);
  };
  if (!vectors)
    return at(op->getNumRegions() ? level() : depth,
              [&] { return allowFusing(builder.clone(*op, mapping)); });
  SmallVector<Value> operands;
  for (auto [position, operand] : llvm::enumerate(op->getOperands())) {
    Value value = mapping.lookup(operand);
    // A select of vectors may have one condition for all lanes.
    bool condition = isa<arith::SelectOp>(op) && position == 0;
    operands.push_back(condition ? value : broadcast(value, context.lanes));
  }
  auto type = VectorType::get({context.lanes}, op->getResult(0).getType());
  OperationState state(loc, op->getName(), operands, type, op->getAttrs());
  return allowFusing(builder.create(state));
}

SmallVector<Value> Evaluator::emitBody(linalg::GenericOp op,
                                       ArrayRef<IndexValue> dims,
                                       ArrayRef<Value> arguments,
                                       const VectorContext &context,
                                       bool contract) {
  IRMapping mapping;
  Block *body = op.getBlock();
  auto capture = [&](Value value) {
    if (mapping.contains(value) || isa<TensorType>(value.getType()))
      return true;
    Value scalar = tensors.getScalar(value);
    if (!scalar)
      return false;
    levels[scalar] = 0;
    mapping.map(value, scalar);
    return true;
  };
  for (auto [argument, value] : llvm::zip(body->getArguments(), arguments))
    if (value)
      mapping.map(argument, value);
  for (Operation &inner : body->without_terminator()) {
    bool captured = true;
    inner.walk([&](Operation *nested) {
      for (Value operand : nested->getOperands())
        if (!op->isAncestor(operand.getParentBlock()->getParentOp()))
          captured &= capture(operand);
    });
    if (!captured)
      return {};
    Value result;
    if (auto index = dyn_cast<linalg::IndexOp>(inner)) {
      result = emitIndex(dims[index.getDim()], context);
    } else if (inner.getNumResults() == 1) {
      result = emitOp(&inner, mapping, context, contract);
    } else {
      // Several results, or none: scalar code only.
      Operation *copy = builder.clone(inner, mapping);
      for (Value value : copy->getResults())
        levels[value] = level();
      continue;
    }
    if (!result)
      return {};
    mapping.map(inner.getResult(0), result);
  }
  SmallVector<Value> results;
  for (Value value : body->getTerminator()->getOperands()) {
    if (!capture(value))
      return {};
    results.push_back(mapping.lookup(value));
  }
  return results;
}

bool Evaluator::isVectorizable(linalg::GenericOp op) {
  return llvm::all_of(op.getBlock()->without_terminator(), [](Operation &op) {
    if (isa<linalg::IndexOp, tensor::ExtractOp>(op))
      return true;
    auto fits = [](Type type) {
      return type.isIntOrIndexOrFloat() &&
             (type.isIndex() || type.getIntOrFloatBitWidth() <= 64);
    };
    return op.getNumResults() == 1 && op.getNumRegions() == 0 &&
           (isa<arith::ConstantOp>(op) ||
            OpTrait::hasElementwiseMappableTraits(&op)) &&
           llvm::all_of(op.getOperandTypes(), fits) &&
           llvm::all_of(op.getResultTypes(), fits);
  });
}

//===----------------------------------------------------------------------===//
// Accesses
//===----------------------------------------------------------------------===//

bool Evaluator::listInputs(linalg::GenericOp op, ArrayRef<IndexValue> dims,
                           int64_t lanes, SmallVectorImpl<Access> &accesses,
                           bool &usesIndices) {
  for (OpOperand &operand : op->getOpOperands()) {
    if (op.getMatchingBlockArgument(&operand).use_empty())
      continue;
    auto type = dyn_cast<RankedTensorType>(operand.get().getType());
    if (!type)
      continue;
    Indices inner;
    bool expressible = true;
    for (AffineExpr expr : op.getMatchingIndexingMap(&operand).getResults()) {
      std::optional<IndexValue> index = space.evaluate(expr, dims, lanes);
      expressible &= index.has_value();
      inner.push_back(index.value_or(IndexValue()));
    }
    if (!expressible)
      accesses.push_back({operand.get(), type.getElementType(), std::nullopt});
    else if (!listAccesses(operand.get(), inner, lanes, accesses, usesIndices))
      return false;
  }
  bool fine = true;
  op.getBlock()->walk([&](Operation *inner) {
    usesIndices |= isa<linalg::IndexOp, tensor::ExtractOp>(inner);
    if (auto extract = dyn_cast<tensor::ExtractOp>(inner))
      fine &= tensors.find(extract.getTensor()) != nullptr;
  });
  return fine;
}

bool Evaluator::listAccesses(Value tensor, ArrayRef<IndexValue> indices,
                             int64_t lanes, SmallVectorImpl<Access> &accesses,
                             bool &usesIndices) {
  if (stop && stop(tensor, indices))
    return true;
  Type type = getElementTypeOrSelf(tensor.getType());
  if (const Place *place = tensors.find(tensor)) {
    accesses.push_back({tensor, type, tensors.address(*place, indices, lanes)});
    return true;
  }
  Operation *op = tensor.getDefiningOp();
  SplatElementsAttr splat;
  if (matchPattern(tensor, m_Constant(&splat)) ||
      isa_and_nonnull<tensor::EmptyOp>(op))
    return true;
  if (auto fill = dyn_cast_or_null<linalg::FillOp>(op))
    return static_cast<bool>(tensors.getScalar(fill.getInputs()[0]));
  if (isView(op)) {
    std::optional<Indices> source = throughView(op, indices, lanes);
    if (!source) {
      accesses.push_back({tensor, type, std::nullopt});
      return true;
    }
    return listAccesses(op->getOperand(0), *source, lanes, accesses,
                        usesIndices);
  }
  auto generic = dyn_cast_or_null<linalg::GenericOp>(op);
  if (!generic || generic.getNumReductionLoops())
    return false;
  std::optional<Indices> loops =
      loopsOf(generic, cast<OpResult>(tensor).getResultNumber(), indices);
  if (!loops)
    return false;
  return listInputs(generic, *loops, lanes, accesses, usesIndices);
}

} // namespace swage
