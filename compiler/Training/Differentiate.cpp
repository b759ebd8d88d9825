//===- Differentiate.cpp - reverse mode
//-------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Goes through the operators from the loss back to the parameters and asks each
// for its vector-Jacobian product. A value that is used more than once gets the
// sum of its gradients.
//
//===----------------------------------------------------------------------===//
#include "compiler/Training/Differentiate.h"
#include "mlir/Analysis/SliceAnalysis.h"

using namespace mlir;
using namespace swage;
using namespace swage::training;

namespace {

class Differentiation {
public:
  Differentiation(OpBuilder &builder, Value loss)
      : builder(builder), loss(loss) {}

  FailureOr<Values> run(ArrayRef<Value> parameters);

private:
  /// Marks what depends on the parameters, and so has a gradient that somebody
  /// asks for.
  void findActive(ArrayRef<Value> parameters);
  LogicalResult checkTypes(Operation *op) const;
  LogicalResult visit(Operation *op);
  FailureOr<Values> buildVJP(Operation *op, ArrayRef<Value> cotangents);
  Value takeCotangent(Value value);
  Value joinProducts(ArrayRef<Value> terms);

  OpBuilder &builder;
  Value loss;
  DenseSet<Value> active;
  /// The terms whose sum is the gradient of a value.
  DenseMap<Value, Values> terms;
};

} // namespace

void Differentiation::findActive(ArrayRef<Value> parameters) {
  active.insert(parameters.begin(), parameters.end());
  for (Operation &op : *loss.getParentBlock()) {
    bool depends = false;
    op.walk([&](Operation *inner) {
      depends |= llvm::any_of(inner->getOperands(), [&](Value operand) {
        return active.contains(operand);
      });
    });
    if (!depends)
      continue;
    for (Value result : op.getResults())
      if (isDifferentiable(result.getType()))
        active.insert(result);
  }
}

LogicalResult Differentiation::checkTypes(Operation *op) const {
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
Value Differentiation::joinProducts(ArrayRef<Value> terms) {
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

Value Differentiation::takeCotangent(Value value) {
  auto found = terms.find(value);
  if (found == terms.end() || found->second.empty())
    return {};
  Values &list = found->second;
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

FailureOr<Values> Differentiation::buildVJP(Operation *op,
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

LogicalResult Differentiation::visit(Operation *op) {
  Values cotangents;
  for (Value result : op->getResults())
    cotangents.push_back(takeCotangent(result));
  if (llvm::none_of(cotangents, [](Value value) { return bool(value); }))
    return success();
  if (llvm::none_of(op->getOperands(),
                    [&](Value operand) { return active.contains(operand); }) &&
      op->getNumRegions() == 0)
    return success();
  if (failed(checkTypes(op)))
    return failure();
  FailureOr<Values> gradients = buildVJP(op, cotangents);
  if (failed(gradients))
    return failure();
  for (auto [operand, gradient] :
       llvm::zip_equal(op->getOperands(), *gradients)) {
    if (!gradient || !active.contains(operand))
      continue;
    assert(gradient.getType() == operand.getType() && "as the value itself");
    terms[operand].push_back(gradient);
  }
  return success();
}

FailureOr<Values> Differentiation::run(ArrayRef<Value> parameters) {
  findActive(parameters);
  if (active.contains(loss)) {
    TensorBuilder b(builder, loss.getLoc());
    terms[loss].push_back(b.scalarLike(loss, 1));
  }
  // Before anything is added to the block.
  SmallVector<Operation *> order;
  if (Operation *last = loss.getDefiningOp())
    for (Operation &op : *last->getBlock()) {
      order.push_back(&op);
      if (&op == last)
        break;
    }
  for (Operation *op : llvm::reverse(order))
    if (failed(visit(op)))
      return failure();
  Values gradients;
  for (Value parameter : parameters)
    gradients.push_back(takeCotangent(parameter));
  return gradients;
}

FailureOr<Values> swage::training::buildGradients(OpBuilder &builder,
                                                  Value loss,
                                                  ArrayRef<Value> parameters) {
  return Differentiation(builder, loss).run(parameters);
}
