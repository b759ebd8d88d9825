//===- Evaluator.cpp - elements of tensors as code ------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See Evaluator.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Evaluator.h"
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

Value Evaluator::broadcast(Value value, int64_t lanes) {
  if (lanes == 1 || isa<VectorType>(value.getType()))
    return value;
  return vector::BroadcastOp::create(builder, builder.getUnknownLoc(),
                                     VectorType::get({lanes}, value.getType()),
                                     value);
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

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
