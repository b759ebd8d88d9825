//===- Expressions.cpp - making expressions -------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Expressions of sizes and indices, folded where they are constant.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/Halide/Bridge/SpecBuilder.h"

using namespace mlir;

namespace swage::halide {

ExprId SpecBuilder::add(Expression expression) {
  spec.expressions.push_back(std::move(expression));
  return spec.expressions.size() - 1;
}

ExprId SpecBuilder::integer(Element type, int64_t value) {
  Expression expression;
  expression.type = type;
  expression.integer = value;
  return add(expression);
}

ExprId SpecBuilder::index(int64_t value) {
  return integer(Element::Index, value);
}

ExprId SpecBuilder::loop(int number) {
  Expression expression;
  expression.opcode = Opcode::Loop;
  expression.index = number;
  return add(expression);
}

/// What `opcode` makes of constants; nothing where it is not folded.
static std::optional<int64_t> fold(Opcode opcode, int64_t a, int64_t b) {
  switch (opcode) {
  case Opcode::Add:
    return a + b;
  case Opcode::Sub:
    return a - b;
  case Opcode::Mul:
    return a * b;
  case Opcode::Min:
    return std::min(a, b);
  case Opcode::Max:
    return std::max(a, b);
  case Opcode::Div:
    return b > 0 && a >= 0 ? std::optional<int64_t>(a / b) : std::nullopt;
  case Opcode::FloorDiv:
    return b > 0 ? std::optional<int64_t>(llvm::divideFloorSigned(a, b))
                 : std::nullopt;
  case Opcode::CeilDiv:
    return b > 0 ? std::optional<int64_t>(llvm::divideCeilSigned(a, b))
                 : std::nullopt;
  case Opcode::Mod:
    return b > 0 ? std::optional<int64_t>(llvm::mod(a, b)) : std::nullopt;
  default:
    return std::nullopt;
  }
}

ExprId SpecBuilder::binary(Opcode opcode, ExprId a, ExprId b) {
  // Numbers from tensors have 64 bits, which indices beside them get.
  if (spec.typeOf(a) != spec.typeOf(b)) {
    a = convert(a, Element::I64);
    b = convert(b, Element::I64);
  }
  std::optional<int64_t> left = spec.constant(a), right = spec.constant(b);
  if (spec.typeOf(a) == Element::Index) {
    if (left && right)
      if (std::optional<int64_t> value = fold(opcode, *left, *right))
        return index(*value);
    bool zero = right == 0, one = right == 1;
    if (((opcode == Opcode::Add || opcode == Opcode::Sub) && zero) ||
        ((opcode == Opcode::Mul || opcode == Opcode::FloorDiv ||
          opcode == Opcode::CeilDiv || opcode == Opcode::Div) &&
         one))
      return a;
    if ((opcode == Opcode::Add && left == 0) ||
        (opcode == Opcode::Mul && left == 1))
      return b;
    if (opcode == Opcode::Mod && one)
      return index(0);
  }
  Expression expression;
  expression.opcode = opcode;
  expression.type = spec.typeOf(a);
  expression.operands = {a, b};
  return add(expression);
}

ExprId SpecBuilder::compare(Opcode opcode, ExprId a, ExprId b) {
  ExprId result = binary(opcode, a, b);
  spec.expressions[result].type = Element::Bool;
  return result;
}

ExprId SpecBuilder::select(ExprId condition, ExprId a, ExprId b) {
  if (spec.typeOf(a) != spec.typeOf(b)) {
    a = convert(a, Element::I64);
    b = convert(b, Element::I64);
  }
  Expression expression;
  expression.opcode = Opcode::Select;
  expression.type = spec.typeOf(a);
  expression.operands = {condition, a, b};
  return add(expression);
}

ExprId SpecBuilder::convert(ExprId a, Element type, Opcode opcode) {
  if (spec.typeOf(a) == type)
    return a;
  if (std::optional<int64_t> value = spec.constant(a);
      value && type == Element::I64 && spec.typeOf(a) == Element::Index)
    return integer(type, *value);
  Expression expression;
  expression.opcode = opcode;
  expression.type = type;
  expression.operands = {a};
  return add(expression);
}

ExprId SpecBuilder::clamp(ExprId a, ExprId low, ExprId high) {
  return binary(Opcode::Max, binary(Opcode::Min, a, high), low);
}

ExprId SpecBuilder::affine(AffineExpr expression, ArrayRef<ExprId> loops) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expression))
    return index(constant.getValue());
  if (auto dim = dyn_cast<AffineDimExpr>(expression))
    return loops[dim.getPosition()];
  auto operation = cast<AffineBinaryOpExpr>(expression);
  ExprId left = affine(operation.getLHS(), loops);
  ExprId right = affine(operation.getRHS(), loops);
  switch (operation.getKind()) {
  case AffineExprKind::Add:
    return binary(Opcode::Add, left, right);
  case AffineExprKind::Mul:
    return binary(Opcode::Mul, left, right);
  case AffineExprKind::FloorDiv:
    return binary(Opcode::FloorDiv, left, right);
  case AffineExprKind::CeilDiv:
    return binary(Opcode::CeilDiv, left, right);
  case AffineExprKind::Mod:
    return binary(Opcode::Mod, left, right);
  default:
    llvm_unreachable("all kinds of affine operations are translated");
  }
}

} // namespace swage::halide
