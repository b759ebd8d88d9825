//===- Differentiate.cpp - reverse mode -----------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Goes through the operators from the loss back to the parameters and asks each
// for its vector-Jacobian product. A value that is used more than once gets the
// sum of its gradients.
//
//===----------------------------------------------------------------------===//
#include "compiler/Training/Differentiate.h"
#include "compiler/Training/ReverseMode.h"
#include "dialects/NN/Inference.h"
#include "dialects/NN/Types.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace swage;
using namespace swage::training;

/// Sequences and optionals have no cotangents, but what is taken out of them
/// does: it must not seem to depend on nothing.
static bool holdsNumbers(Type type) {
  return isa<nn::SequenceType, nn::OptionalType>(type) &&
         isa<FloatType>(nn::getInnerElementType(type));
}

ReverseMode::ReverseMode(OpBuilder &builder, ArrayRef<Operation *> operations,
                         ArrayRef<Value> variables)
    : builder(builder), operations(operations),
      active(variables.begin(), variables.end()) {
  for (Operation *op : operations) {
    bool depends = false;
    op->walk([&](Operation *inner) {
      depends |= llvm::any_of(inner->getOperands(), [&](Value operand) {
        return active.contains(operand);
      });
    });
    if (!depends)
      continue;
    for (Value result : op->getResults())
      if (isDifferentiable(result.getType()) || holdsNumbers(result.getType()))
        active.insert(result);
  }
}

void ReverseMode::seed(Value value, Value cotangent) {
  if (active.contains(value))
    terms[value].push_back(cotangent);
}

LogicalResult swage::training::checkStatic(Operation *op) {
  for (ValueRange values :
       {ValueRange(op->getOperands()), ValueRange(op->getResults())})
    for (Value value : values) {
      auto type = dyn_cast<RankedTensorType>(value.getType());
      if (type && !type.hasStaticShape())
        return op->emitError("gradients need sizes that are known at compile "
                             "time, and there is a ")
               << type << "; bind symbolic dimensions with --dim NAME=N";
    }
  return success();
}

/// Several products along the same loops, such as a layer's use in every step
/// of a sequence, are one product of operands that are joined: nothing is added
/// up in memory.
Value ReverseMode::joinProducts(ArrayRef<Value> terms) const {
  Values left, right;
  bool transposed = false;
  for (Value term : terms) {
    auto product = term.getDefiningOp<nn::MatMulOp>();
    if (!product || TensorBuilder::rankOf(product.getLhs()) != 2 ||
        TensorBuilder::rankOf(product.getRhs()) != 2 ||
        !product.getTransposeLhs() ||
        (!left.empty() && transposed != product.getTransposeRhs()))
      return {};
    transposed = product.getTransposeRhs();
    left.push_back(product.getLhs());
    right.push_back(product.getRhs());
  }
  TensorBuilder b(builder, terms.front().getLoc());
  return b.matmul(b.concat(left, 0), b.concat(right, transposed ? 1 : 0),
                  /*transposeA=*/true, transposed);
}

namespace {
/// A term that is zero but for a slice of one axis.
struct SliceTerm {
  Value slice;
  int64_t axis, begin, end;
};
} // namespace

static std::optional<SliceTerm> readSlice(Value term) {
  auto pad = term.getDefiningOp<nn::PadOp>();
  if (!pad || pad.getMode() != "constant" ||
      (pad.getValue() && !matchPattern(pad.getValue(), m_AnyZeroFloat())))
    return std::nullopt;
  auto pads = nn::getConstantElements(pad.getPads());
  if (!pads)
    return std::nullopt;
  std::optional<SliceTerm> found;
  ArrayRef<int64_t> shape = TensorBuilder::shapeOf(pad.getInput());
  for (auto [axis, size] : llvm::enumerate(shape)) {
    int64_t before = (*pads)[axis], after = (*pads)[shape.size() + axis];
    if (before == 0 && after == 0)
      continue;
    if (found || before < 0 || after < 0)
      return std::nullopt;
    found = {pad.getInput(), int64_t(axis), before, before + size};
  }
  return found;
}

/// Slices of a value that different operators took, as the steps of a sequence
/// or the gates of a cell: what comes back to them is joined, where no two have
/// an element in common. A sum of padded slices would be as many tensors of the
/// full size.
static void joinSlices(Values &terms, OpBuilder &builder) {
  SmallVector<SliceTerm> slices;
  Values rest;
  for (Value term : terms) {
    std::optional<SliceTerm> slice = readSlice(term);
    if (slice && (slices.empty() || slices.front().axis == slice->axis))
      slices.push_back(*slice);
    else
      rest.push_back(term);
  }
  if (slices.size() < 2)
    return;
  llvm::sort(slices, [](const SliceTerm &left, const SliceTerm &right) {
    return left.begin < right.begin;
  });
  for (auto [left, right] : llvm::zip(slices, llvm::drop_begin(slices)))
    if (right.begin < left.end)
      return;
  TensorBuilder b(builder, terms.front().getLoc());
  int64_t axis = slices.front().axis, place = 0;
  SmallVector<int64_t> shape(b.shapeOf(terms.front()));
  int64_t size = shape[axis];
  Values pieces;
  auto fill = [&](int64_t end) {
    if (place == end)
      return;
    shape[axis] = end - place;
    pieces.push_back(b.splat(b.elementTypeOf(terms.front()), shape, 0));
  };
  for (const SliceTerm &slice : slices) {
    fill(slice.begin);
    pieces.push_back(slice.slice);
    place = slice.end;
  }
  fill(size);
  rest.push_back(b.concat(pieces, axis));
  terms = std::move(rest);
}

Value ReverseMode::take(Value value) {
  auto found = terms.find(value);
  if (found == terms.end() || found->second.empty())
    return {};
  Values &list = found->second;
  joinSlices(list, builder);
  if (list.size() > 2)
    if (Value joined = joinProducts(list))
      list = {joined};
  TensorBuilder b(builder, value.getLoc());
  while (list.size() > 1) {
    // In pairs, which keeps the rounding small.
    Values sums;
    for (size_t i = 0; i + 1 < list.size(); i += 2)
      sums.push_back(b.add(list[i], list[i + 1]));
    if (list.size() % 2)
      sums.push_back(list.back());
    list = std::move(sums);
  }
  return list.front();
}

FailureOr<Values> ReverseMode::buildVJP(Operation *op,
                                        ArrayRef<Value> cotangents) {
  if (auto differentiable = dyn_cast<nn::DifferentiableInterface>(op))
    return differentiable.buildVJP(cotangents, builder);
  if (auto elementwise = dyn_cast<nn::ElementwiseInterface>(op))
    return buildElementwiseVJP(elementwise, cotangents.front(), builder);
  InFlightDiagnostic error = op->emitError("'")
                             << op->getName()
                             << "' cannot be differentiated, and parameters "
                                "that are trained come before it";
  error.attachNote() << "freeze those parameters, or train only some of the "
                        "parameters behind it";
  return error;
}

LogicalResult ReverseMode::visit(Operation *op) {
  Values cotangents;
  for (Value result : op->getResults())
    cotangents.push_back(take(result));
  if (llvm::none_of(cotangents, [](Value value) { return bool(value); }))
    return success();
  if (op->getNumRegions() != 0) {
    auto contributions = buildRegionGradients(op, cotangents, active, builder);
    if (failed(contributions))
      return failure();
    for (auto [value, gradient] : *contributions)
      seed(value, gradient);
    return success();
  }
  if (llvm::none_of(op->getOperands(),
                    [&](Value operand) { return active.contains(operand); }))
    return success();
  if (failed(checkStatic(op)))
    return failure();
  FailureOr<Values> gradients = buildVJP(op, cotangents);
  if (failed(gradients))
    return failure();
  for (auto [operand, gradient] :
       llvm::zip_equal(op->getOperands(), *gradients)) {
    assert((!gradient || gradient.getType() == operand.getType()) &&
           "as the value itself");
    if (gradient)
      seed(operand, gradient);
  }
  return success();
}

LogicalResult ReverseMode::run() {
  for (Operation *op : llvm::reverse(operations))
    if (failed(visit(op)))
      return failure();
  return success();
}

FailureOr<Values> swage::training::buildGradients(OpBuilder &builder,
                                                  Value loss,
                                                  ArrayRef<Value> parameters) {
  // Before anything is added to the block.
  SmallVector<Operation *> operations;
  if (Operation *last = loss.getDefiningOp())
    for (Operation &op : *last->getBlock()) {
      operations.push_back(&op);
      if (&op == last)
        break;
    }
  ReverseMode reverse(builder, operations, parameters);
  TensorBuilder b(builder, loss.getLoc());
  reverse.seed(loss, b.scalarLike(loss, 1));
  if (failed(reverse.run()))
    return failure();
  Values gradients;
  for (Value parameter : parameters)
    gradients.push_back(reverse.take(parameter));
  return gradients;
}
