//===- Scalars.cpp - operations on scalars --------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// arith and math operations as opcodes. Numbers of 16 bits are computed with in
// 32 and rounded after each operation, as everywhere else.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/Halide/Bridge/SpecBuilder.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;

namespace swage::halide {
namespace {

/// What an operation becomes: an opcode, and for Library the C function.
struct Translation {
  Opcode opcode;
  StringRef function = "";
};

/// Operations whose operands and results correspond one to one.
const llvm::StringMap<Translation> &getTranslations() {
  static const llvm::StringMap<Translation> table = {
      {"arith.addf", {Opcode::Add}},
      {"arith.addi", {Opcode::Add}},
      {"arith.subf", {Opcode::Sub}},
      {"arith.subi", {Opcode::Sub}},
      {"arith.mulf", {Opcode::Mul}},
      {"arith.muli", {Opcode::Mul}},
      {"arith.divf", {Opcode::Div}},
      {"arith.divsi", {Opcode::Div}},
      {"arith.divui", {Opcode::DivU}},
      {"arith.floordivsi", {Opcode::FloorDiv}},
      {"arith.ceildivsi", {Opcode::CeilDiv}},
      {"arith.ceildivui", {Opcode::CeilDivU}},
      {"arith.remf", {Opcode::Rem}},
      {"arith.remsi", {Opcode::Rem}},
      {"arith.remui", {Opcode::RemU}},
      {"arith.minimumf", {Opcode::Min}},
      {"arith.maximumf", {Opcode::Max}},
      {"arith.minnumf", {Opcode::MinNum}},
      {"arith.maxnumf", {Opcode::MaxNum}},
      {"arith.minsi", {Opcode::Min}},
      {"arith.maxsi", {Opcode::Max}},
      {"arith.minui", {Opcode::MinU}},
      {"arith.maxui", {Opcode::MaxU}},
      {"arith.negf", {Opcode::Neg}},
      {"arith.andi", {Opcode::And}},
      {"arith.ori", {Opcode::Or}},
      {"arith.xori", {Opcode::Xor}},
      {"arith.shli", {Opcode::Shl}},
      {"arith.shrsi", {Opcode::Shr}},
      {"arith.shrui", {Opcode::ShrU}},
      {"arith.select", {Opcode::Select}},
      {"arith.extsi", {Opcode::Cast}},
      {"arith.extui", {Opcode::CastU}},
      {"arith.trunci", {Opcode::Cast}},
      {"arith.extf", {Opcode::Cast}},
      {"arith.truncf", {Opcode::Cast}},
      {"arith.sitofp", {Opcode::Cast}},
      {"arith.uitofp", {Opcode::CastU}},
      {"arith.fptosi", {Opcode::Cast}},
      {"arith.fptoui", {Opcode::ToU}},
      {"arith.bitcast", {Opcode::Bitcast}},
      {"math.absf", {Opcode::Abs}},
      {"math.absi", {Opcode::Abs}},
      {"math.fma", {Opcode::Fma}},
      {"math.sqrt", {Opcode::Sqrt}},
      {"math.floor", {Opcode::Floor}},
      {"math.ceil", {Opcode::Ceil}},
      {"math.trunc", {Opcode::Trunc}},
      {"math.roundeven", {Opcode::RoundEven}},
      {"math.copysign", {Opcode::CopySign}},
      {"math.round", {Opcode::Library, "round"}},
      {"math.exp", {Opcode::Library, "exp"}},
      {"math.exp2", {Opcode::Library, "exp2"}},
      {"math.expm1", {Opcode::Library, "expm1"}},
      {"math.log", {Opcode::Library, "log"}},
      {"math.log2", {Opcode::Library, "log2"}},
      {"math.log10", {Opcode::Library, "log10"}},
      {"math.log1p", {Opcode::Library, "log1p"}},
      {"math.sin", {Opcode::Library, "sin"}},
      {"math.cos", {Opcode::Library, "cos"}},
      {"math.tan", {Opcode::Library, "tan"}},
      {"math.asin", {Opcode::Library, "asin"}},
      {"math.acos", {Opcode::Library, "acos"}},
      {"math.atan", {Opcode::Library, "atan"}},
      {"math.sinh", {Opcode::Library, "sinh"}},
      {"math.cosh", {Opcode::Library, "cosh"}},
      {"math.tanh", {Opcode::Library, "tanh"}},
      {"math.asinh", {Opcode::Library, "asinh"}},
      {"math.acosh", {Opcode::Library, "acosh"}},
      {"math.atanh", {Opcode::Library, "atanh"}},
      {"math.erf", {Opcode::Library, "erf"}},
      {"math.erfc", {Opcode::Library, "erfc"}},
      {"math.cbrt", {Opcode::Library, "cbrt"}},
      {"math.powf", {Opcode::Library, "pow"}},
      {"math.atan2", {Opcode::Library, "atan2"}},
  };
  return table;
}

bool isNarrowFloat(Element element) {
  return element == Element::F16 || element == Element::BF16;
}

/// Whether operands may come as they are, whatever their width.
bool movesBits(Opcode opcode) {
  return opcode == Opcode::Select || opcode == Opcode::Bitcast;
}

} // namespace

FailureOr<ExprId> SpecBuilder::scalar(Value value, Scope &scope) {
  if (auto found = scope.find(value); found != scope.end())
    return found->second;
  if (auto found = globals.find(value); found != globals.end())
    return found->second;
  Operation *op = value.getDefiningOp();
  if (!op)
    return refuse(value.getParentBlock()->getParentOp(),
                  "a value that a loop carries has no counterpart in Halide");
  // What stands outside of a body is the same for all of its elements.
  bool isGlobal = op->getBlock() == &kernel.getBody().front();
  Scope &home = isGlobal ? globals : scope;
  FailureOr<ExprId> result = translate(op, home);
  if (succeeded(result))
    home[value] = *result;
  return result;
}

ExprId SpecBuilder::constantOf(Attribute value, Element element) {
  Expression constant;
  constant.type = element;
  if (auto number = dyn_cast<FloatAttr>(value)) {
    APFloat wide = number.getValue();
    bool lost;
    wide.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &lost);
    constant.number = wide.convertToDouble();
  } else {
    const APInt &bits = cast<IntegerAttr>(value).getValue();
    constant.integer =
        element == Element::Bool ? bits.getZExtValue() : bits.getSExtValue();
    if (element == Element::Index && !llvm::isInt<32>(constant.integer))
      constant.type = Element::I64;
  }
  return add(constant);
}

FailureOr<ExprId> SpecBuilder::translate(Operation *op, Scope &scope) {
  Attribute constant;
  if (matchPattern(op, m_Constant(&constant)) &&
      isa<FloatAttr, IntegerAttr>(constant)) {
    FailureOr<Element> element = elementOf(op, op->getResult(0).getType());
    if (failed(element))
      return failure();
    return constantOf(constant, *element);
  }
  if (auto dim = dyn_cast<tensor::DimOp>(op)) {
    std::optional<int64_t> number = dim.getConstantIndex();
    if (!number)
      return refuse(op, "'tensor.dim' of a dimension that only a run knows has "
                        "no counterpart in Halide");
    return sizeOf(dim.getSource(), *number, op);
  }
  if (isa<tensor::ExtractOp>(op))
    return translateExtract(op, scope);
  if (isa<arith::CmpFOp, arith::CmpIOp>(op))
    return translateCompare(op, scope);
  ExprIds operands;
  for (Value operand : op->getOperands()) {
    if (isa<ShapedType>(operand.getType()))
      break;
    FailureOr<ExprId> translated = scalar(operand, scope);
    if (failed(translated))
      return failure();
    operands.push_back(*translated);
  }
  bool complete = op->getNumResults() == 1 && op->getNumRegions() == 0 &&
                  operands.size() == op->getNumOperands() && !operands.empty();
  // An index that comes from a tensor keeps its 64 bits until it is used.
  if (complete && isa<arith::IndexCastOp, arith::IndexCastUIOp>(op)) {
    FailureOr<Element> element = elementOf(op, op->getResult(0).getType());
    if (failed(element))
      return failure();
    bool isUnsigned = isa<arith::IndexCastUIOp>(op);
    return convert(operands[0],
                   *element == Element::Index ? Element::I64 : *element,
                   isUnsigned ? Opcode::CastU : Opcode::Cast);
  }
  auto found = getTranslations().find(op->getName().getStringRef());
  if (!complete || found == getTranslations().end())
    return refuse(op, "'" + op->getName().getStringRef() +
                          "' has no counterpart in Halide");
  return apply(op, found->second.opcode, operands, found->second.function);
}

FailureOr<ExprId> SpecBuilder::apply(Operation *op, Opcode opcode,
                                     ArrayRef<ExprId> operands,
                                     StringRef function) {
  FailureOr<Element> element = elementOf(op, op->getResult(0).getType());
  if (failed(element))
    return failure();
  if (opcode == Opcode::Select)
    return select(operands[0], operands[1], operands[2]);
  if (*element == Element::Index)
    return binary(opcode, operands[0], operands[1]);
  Expression expression;
  expression.opcode = opcode;
  expression.type = *element;
  expression.function = function.str();
  for (ExprId operand : operands) {
    bool widen = isNarrowFloat(spec.typeOf(operand)) && !movesBits(opcode) &&
                 opcode != Opcode::Cast;
    expression.operands.push_back(widen ? convert(operand, Element::F32)
                                        : operand);
  }
  if (!isNarrowFloat(*element) || movesBits(opcode) || opcode == Opcode::Cast) {
    if (opcode == Opcode::Library && *element == Element::F32)
      expression.function += "f";
    return add(std::move(expression));
  }
  if (opcode == Opcode::Library)
    expression.function += "f";
  expression.type = Element::F32;
  return convert(add(std::move(expression)), *element);
}

FailureOr<ExprId> SpecBuilder::translateExtract(Operation *op, Scope &scope) {
  auto extract = cast<tensor::ExtractOp>(op);
  ExprIds place;
  for (auto [dim, position] : llvm::enumerate(extract.getIndices())) {
    FailureOr<ExprId> given = scalar(position, scope);
    FailureOr<ExprId> size = sizeOf(extract.getTensor(), dim, op);
    if (failed(given) || failed(size))
      return failure();
    // Halide must see where the element lies. A place outside of the tensor
    // has no meaning anyway.
    bool isLoop = spec[*given].opcode == Opcode::Loop;
    bool isKnown = spec.constant(*given).has_value();
    place.push_back(
        isLoop || isKnown
            ? *given
            : clamp(*given, index(0), binary(Opcode::Sub, *size, index(1))));
  }
  return read(extract.getTensor(), place, op);
}

FailureOr<ExprId> SpecBuilder::translateCompare(Operation *op, Scope &scope) {
  FailureOr<ExprId> a = scalar(op->getOperand(0), scope);
  FailureOr<ExprId> b = scalar(op->getOperand(1), scope);
  if (failed(a) || failed(b))
    return failure();
  if (isNarrowFloat(spec.typeOf(*a))) {
    a = convert(*a, Element::F32);
    b = convert(*b, Element::F32);
  }
  ExprId left = *a, right = *b;
  auto invert = [&](ExprId condition) {
    return binary(Opcode::Xor, condition, integer(Element::Bool, 1));
  };
  auto either = [&](ExprId x, ExprId y) { return binary(Opcode::Or, x, y); };
  if (auto integers = dyn_cast<arith::CmpIOp>(op)) {
    switch (integers.getPredicate()) {
    case arith::CmpIPredicate::eq:
      return compare(Opcode::Eq, left, right);
    case arith::CmpIPredicate::ne:
      return compare(Opcode::Ne, left, right);
    case arith::CmpIPredicate::slt:
      return compare(Opcode::Lt, left, right);
    case arith::CmpIPredicate::sle:
      return compare(Opcode::Le, left, right);
    case arith::CmpIPredicate::sgt:
      return compare(Opcode::Lt, right, left);
    case arith::CmpIPredicate::sge:
      return compare(Opcode::Le, right, left);
    case arith::CmpIPredicate::ult:
      return compare(Opcode::LtU, left, right);
    case arith::CmpIPredicate::ule:
      return compare(Opcode::LeU, left, right);
    case arith::CmpIPredicate::ugt:
      return compare(Opcode::LtU, right, left);
    case arith::CmpIPredicate::uge:
      return compare(Opcode::LeU, right, left);
    }
  }
  auto unordered = [&] { return compare(Opcode::Unordered, left, right); };
  auto less = [&] { return compare(Opcode::Lt, left, right); };
  auto greater = [&] { return compare(Opcode::Lt, right, left); };
  switch (cast<arith::CmpFOp>(op).getPredicate()) {
  case arith::CmpFPredicate::AlwaysFalse:
    return integer(Element::Bool, 0);
  case arith::CmpFPredicate::AlwaysTrue:
    return integer(Element::Bool, 1);
  case arith::CmpFPredicate::OEQ:
    return compare(Opcode::Eq, left, right);
  case arith::CmpFPredicate::OGT:
    return greater();
  case arith::CmpFPredicate::OGE:
    return compare(Opcode::Le, right, left);
  case arith::CmpFPredicate::OLT:
    return less();
  case arith::CmpFPredicate::OLE:
    return compare(Opcode::Le, left, right);
  case arith::CmpFPredicate::ONE:
    return either(less(), greater());
  case arith::CmpFPredicate::ORD:
    return invert(unordered());
  case arith::CmpFPredicate::UEQ:
    return invert(either(less(), greater()));
  case arith::CmpFPredicate::UGT:
    return invert(compare(Opcode::Le, left, right));
  case arith::CmpFPredicate::UGE:
    return invert(less());
  case arith::CmpFPredicate::ULT:
    return invert(compare(Opcode::Le, right, left));
  case arith::CmpFPredicate::ULE:
    return invert(greater());
  case arith::CmpFPredicate::UNE:
    return compare(Opcode::Ne, left, right);
  case arith::CmpFPredicate::UNO:
    return unordered();
  }
  llvm_unreachable("all predicates are translated");
}

} // namespace swage::halide
