//===- Recurrent.cpp - recurrent layers -----------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Result types and constraints of the operators in Recurrent.td.
//
//===----------------------------------------------------------------------===//
#include "dialects/NN/Inference.h"

using namespace mlir;
using namespace swage::nn;

template <typename OpTy>
static LogicalResult inferRecurrence(std::optional<Location> loc,
                                     typename OpTy::Adaptor op,
                                     SmallVectorImpl<Type> &types) {
  auto input = cast<RankedTensorType>(op.getInput().getType());
  auto recurrent = cast<RankedTensorType>(op.getRecurrent().getType());
  if (input.getRank() != 3 || recurrent.getRank() != 2) // (N1)
    return emitOptionalError(loc,
                             "needs an input of rank 3 and recurrent weights "
                             "of rank 2, but has ",
                             input, " and ", recurrent);
  int64_t steps = input.getDimSize(0), batch = input.getDimSize(1);
  int64_t hidden = recurrent.getDimSize(1);
  Type elementType = input.getElementType();
  types.push_back(RankedTensorType::get({steps, batch, hidden}, elementType));
  for (int64_t i = 0; i < OpTy::numStates; ++i)
    types.push_back(RankedTensorType::get({batch, hidden}, elementType));
  return success();
}

/// Whether an operand that may be absent can have `shape`.
static bool fits(Value operand, ArrayRef<int64_t> shape) {
  return !operand || succeeded(verifyCompatibleShape(shapeOf(operand), shape));
}

template <typename OpTy> static LogicalResult verifyRecurrence(OpTy op) {
  static constexpr llvm::StringLiteral known[] = {
      "relu",        "tanh",         "sigmoid",
      "affine",      "leaky_relu",   "thresholded_relu",
      "scaled_tanh", "hard_sigmoid", "elu",
      "softsign",    "softplus"};
  ArrayRef<int64_t> input = shapeOf(op.getInput());
  int64_t hidden = shapeOf(op.getRecurrent())[1];
  int64_t gates = ShapedType::isDynamic(hidden) ? ShapedType::kDynamic
                                                : OpTy::numGates * hidden;
  if (!fits(op.getWeights(), {gates, input[2]}) ||
      !fits(op.getRecurrent(), {gates, hidden})) // (N1)
    return op.emitOpError("takes weights ")
           << gates << "x" << input[2] << " and recurrent weights " << gates
           << "x" << hidden << ", but has " << op.getWeights().getType()
           << " and " << op.getRecurrent().getType();
  if (!fits(op.getBias(), {gates}))
    return op.emitOpError("takes a bias of ")
           << gates << " elements, but has " << op.getBias().getType();
  if (!fits(op.getLengths(), {input[1]}))
    return op.emitOpError("takes a length for each of ")
           << input[1] << " sequences, but has " << op.getLengths().getType();
  if (!fits(op.getInitialHidden(), {input[1], hidden}))
    return op.emitOpError("takes an initial state ")
           << input[1] << "x" << hidden << ", but has "
           << op.getInitialHidden().getType();
  size_t count = OpTy::numActivations;
  if (op.getActivations().size() != count || op.getAlphas().size() != count ||
      op.getBetas().size() != count) // (N2)
    return op.emitOpError("needs ") << count << " activations with constants";
  for (auto name : op.getActivations().template getAsRange<StringAttr>())
    if (!llvm::is_contained(known, name.getValue()))
      return op.emitOpError("does not know the activation ") << name;
  return success();
}

NN_INFER_TYPES(RNNOp) {
  return inferRecurrence<RNNOp>(
      loc, Adaptor(operands, attributes, properties, regions), types);
}
LogicalResult RNNOp::verify() { return verifyRecurrence(*this); }

NN_INFER_TYPES(LSTMOp) {
  return inferRecurrence<LSTMOp>(
      loc, Adaptor(operands, attributes, properties, regions), types);
}
LogicalResult LSTMOp::verify() {
  ArrayRef<int64_t> state = shapeOf(getHidden());
  if (!fits(getInitialCell(), state))
    return emitOpError("takes an initial cell ")
           << getHidden().getType() << ", but has "
           << getInitialCell().getType();
  int64_t peepholes = ShapedType::isDynamic(state[1]) ? state[1] : 3 * state[1];
  if (!fits(getPeepholes(), {peepholes}))
    return emitOpError("takes ") << peepholes << " peephole weights, but has "
                                 << getPeepholes().getType();
  return verifyRecurrence(*this);
}

NN_INFER_TYPES(GRUOp) {
  return inferRecurrence<GRUOp>(
      loc, Adaptor(operands, attributes, properties, regions), types);
}
LogicalResult GRUOp::verify() {
  if (!fits(getHiddenBias(), shapeOf(getHidden()).drop_front()))
    return emitOpError("takes a hidden bias of ")
           << shapeOf(getHidden())[1] << " elements, but has "
           << getHiddenBias().getType();
  return verifyRecurrence(*this);
}
