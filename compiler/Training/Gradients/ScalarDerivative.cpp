//===- ScalarDerivative.cpp - derivatives of scalar computations ----------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See ScalarDerivative.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Training/Gradients/ScalarDerivative.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

using namespace mlir;
using namespace swage;
using namespace swage::training;

namespace {

/// A scalar computation in a block of its own, and tensors for its scalars.
class ScalarProgram {
public:
  ScalarProgram(nn::ElementwiseInterface op, const TensorBuilder &b)
      : op(op), b(b) {
    OpBuilder inner(op.getContext());
    inner.setInsertionPointToStart(&block);
    for (Value operand : op->getOperands()) {
      Value scalar =
          block.addArgument(getScalarType(operand.getType()), op.getLoc());
      tensors[scalar] = operand;
    }
    result = op.buildScalar(inner, op.getLoc(), block.getArguments());
  }
  ~ScalarProgram() {
    // Users first: the block belongs to no operation that would know how.
    while (!block.empty())
      block.back().erase();
  }

  FailureOr<Values> derive(Value cotangent);

private:
  /// Scalars of operands are signless; narrow floats are computed in f32.
  static Type getScalarType(Type tensor) {
    Type type = getElementTypeOrSelf(tensor);
    if (auto integer = dyn_cast<IntegerType>(type))
      return IntegerType::get(type.getContext(), integer.getWidth());
    return type.getIntOrFloatBitWidth() < 32
               ? Type(Float32Type::get(type.getContext()))
               : type;
  }

  /// The tensor whose elements `scalar` stands for; built when first needed.
  Value tensorOf(Value scalar);
  Value replay(Operation *scalarOp);
  Value compare(arith::CmpFOp compare);

  /// Adds to the cotangent of a scalar.
  void give(Value scalar, Value cotangent);
  LogicalResult differentiate(Operation *scalarOp, Value cotangent);
  /// Functions of one scalar; null for one that is not known.
  Value derivative(Operation *scalarOp);

  nn::ElementwiseInterface op;
  const TensorBuilder &b;
  Block block;
  Value result;
  DenseMap<Value, Value> tensors, cotangents;
  /// An operation whose value was needed and could not be built.
  Operation *unknown = nullptr;
};

} // namespace

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

Value ScalarProgram::tensorOf(Value scalar) {
  Value &tensor = tensors[scalar];
  if (!tensor) {
    Value built = replay(scalar.getDefiningOp());
    if (!built) {
      // Something in place of it, until the derivation ends.
      unknown = scalar.getDefiningOp();
      built = b.scalar(scalar.getType(), 0);
    }
    return tensors[scalar] = built;
  }
  // Operands of narrow types are widened once.
  if (isa<FloatType>(scalar.getType()))
    return b.cast(tensor, scalar.getType());
  return tensor;
}

Value ScalarProgram::compare(arith::CmpFOp compare) {
  Value x = tensorOf(compare.getLhs()), y = tensorOf(compare.getRhs());
  switch (compare.getPredicate()) {
  case arith::CmpFPredicate::OLT:
  case arith::CmpFPredicate::ULT:
    return b.less(x, y);
  case arith::CmpFPredicate::OLE:
  case arith::CmpFPredicate::ULE:
    return b.lessEqual(x, y);
  case arith::CmpFPredicate::OGT:
  case arith::CmpFPredicate::UGT:
    return b.less(y, x);
  case arith::CmpFPredicate::OGE:
  case arith::CmpFPredicate::UGE:
    return b.lessEqual(y, x);
  case arith::CmpFPredicate::OEQ:
  case arith::CmpFPredicate::UEQ:
    return b.equal(x, y);
  default:
    return {};
  }
}

/// The same computation on tensors; null for operations that have none.
Value ScalarProgram::replay(Operation *scalarOp) {
  FloatAttr constant;
  if (matchPattern(scalarOp, m_Constant(&constant)))
    return b.scalar(constant.getType(), constant.getValueAsDouble());
  if (auto comparison = dyn_cast<arith::CmpFOp>(scalarOp))
    return compare(comparison);
  Values args;
  for (Value operand : scalarOp->getOperands())
    args.push_back(tensorOf(operand));
  using Result = Value;
  return llvm::TypeSwitch<Operation *, Result>(scalarOp)
      .Case([&](arith::AddFOp) { return b.add(args[0], args[1]); })
      .Case([&](arith::SubFOp) { return b.sub(args[0], args[1]); })
      .Case([&](arith::MulFOp) { return b.mul(args[0], args[1]); })
      .Case([&](arith::DivFOp) { return b.div(args[0], args[1]); })
      .Case([&](arith::RemFOp) {
        return b.make<nn::ModOp>(args[0], args[1], /*fmod=*/true);
      })
      .Case([&](arith::NegFOp) { return b.neg(args[0]); })
      .Case([&](arith::MaximumFOp) { return b.max(args[0], args[1]); })
      .Case([&](arith::MinimumFOp) { return b.min(args[0], args[1]); })
      .Case(
          [&](arith::SelectOp) { return b.select(args[0], args[1], args[2]); })
      .Case<arith::ExtFOp, arith::TruncFOp>([&](Operation *cast) {
        return b.cast(args[0], cast->getResult(0).getType());
      })
      .Case([&](math::ExpOp) { return b.exp(args[0]); })
      .Case([&](math::ExpM1Op) { return b.sub(b.exp(args[0]), 1); })
      .Case([&](math::LogOp) { return b.log(args[0]); })
      .Case([&](math::Log1pOp) { return b.log(b.add(args[0], 1)); })
      .Case([&](math::SqrtOp) { return b.sqrt(args[0]); })
      .Case([&](math::TanhOp) { return b.tanh(args[0]); })
      .Case([&](math::AbsFOp) { return b.abs(args[0]); })
      .Case([&](math::ErfOp) { return b.make<nn::ErfOp>(args[0]); })
      .Case([&](math::SinOp) { return b.make<nn::SinOp>(args[0]); })
      .Case([&](math::CosOp) { return b.make<nn::CosOp>(args[0]); })
      .Default([](Operation *) { return Result(); });
}

//===----------------------------------------------------------------------===//
// Derivatives
//===----------------------------------------------------------------------===//

void ScalarProgram::give(Value scalar, Value cotangent) {
  if (!isa<FloatType>(scalar.getType()))
    return;
  Value &sum = cotangents[scalar];
  sum = sum ? b.add(sum, cotangent) : cotangent;
}

Value ScalarProgram::derivative(Operation *scalarOp) {
  Value x = tensorOf(scalarOp->getOperand(0));
  auto reciprocal = [&](Value value) {
    return b.div(b.scalarLike(x, 1), value);
  };
  using Result = Value;
  return llvm::TypeSwitch<Operation *, Result>(scalarOp)
      .Case<math::ExpOp, math::ExpM1Op>([&](Operation *) { return b.exp(x); })
      .Case([&](math::LogOp) { return reciprocal(x); })
      .Case([&](math::Log1pOp) { return reciprocal(b.add(x, 1)); })
      .Case([&](math::SqrtOp) { return b.mul(b.rsqrt(x), 0.5); })
      .Case([&](math::TanhOp op) {
        return b.sub(b.scalarLike(x, 1), b.square(tensorOf(op.getResult())));
      })
      .Case([&](math::AbsFOp) { return b.sign(x); })
      .Case([&](math::ErfOp) {
        return b.mul(b.exp(b.neg(b.square(x))), 2 / std::sqrt(M_PI));
      })
      .Case([&](math::SinOp) { return b.make<nn::CosOp>(x); })
      .Case([&](math::CosOp) { return b.neg(b.make<nn::SinOp>(x)); })
      .Case([&](math::TanOp) {
        return reciprocal(b.square(b.make<nn::CosOp>(x)));
      })
      .Case([&](math::AsinOp) {
        return b.rsqrt(b.sub(b.scalarLike(x, 1), b.square(x)));
      })
      .Case([&](math::AcosOp) {
        return b.neg(b.rsqrt(b.sub(b.scalarLike(x, 1), b.square(x))));
      })
      .Case([&](math::AtanOp) { return reciprocal(b.add(b.square(x), 1)); })
      .Case([&](math::SinhOp) { return b.make<nn::CoshOp>(x); })
      .Case([&](math::CoshOp) { return b.make<nn::SinhOp>(x); })
      .Case([&](math::AsinhOp) { return b.rsqrt(b.add(b.square(x), 1)); })
      .Case([&](math::AcoshOp) { return b.rsqrt(b.sub(b.square(x), 1)); })
      .Case([&](math::AtanhOp) {
        return reciprocal(b.sub(b.scalarLike(x, 1), b.square(x)));
      })
      .Default([](Operation *) { return Result(); });
}

LogicalResult ScalarProgram::differentiate(Operation *scalarOp, Value dy) {
  auto operand = [&](unsigned i) { return scalarOp->getOperand(i); };
  auto tensor = [&](unsigned i) { return tensorOf(operand(i)); };
  return llvm::TypeSwitch<Operation *, LogicalResult>(scalarOp)
      .Case([&](arith::ConstantOp) { return success(); })
      .Case([&](arith::AddFOp) {
        give(operand(0), dy);
        give(operand(1), dy);
        return success();
      })
      .Case([&](arith::SubFOp) {
        give(operand(0), dy);
        give(operand(1), b.neg(dy));
        return success();
      })
      .Case([&](arith::MulFOp) {
        give(operand(0), b.mul(dy, tensor(1)));
        give(operand(1), b.mul(dy, tensor(0)));
        return success();
      })
      .Case([&](arith::DivFOp) {
        Value part = b.div(dy, tensor(1));
        give(operand(0), part);
        give(operand(1), b.neg(b.mul(part, b.div(tensor(0), tensor(1)))));
        return success();
      })
      .Case([&](arith::RemFOp remainder) {
        // x - n y, where n is the quotient without its fraction.
        Value rest = b.sub(tensor(0), tensorOf(remainder.getResult()));
        give(operand(0), dy);
        give(operand(1), b.neg(b.mul(dy, b.div(rest, tensor(1)))));
        return success();
      })
      .Case([&](arith::NegFOp) {
        give(operand(0), b.neg(dy));
        return success();
      })
      .Case<arith::MaximumFOp, arith::MinimumFOp>([&](Operation *extreme) {
        // Where both are equal, each gets a half.
        Value x = tensor(0), y = tensor(1);
        Value isFirst =
            isa<arith::MaximumFOp>(extreme) ? b.less(y, x) : b.less(x, y);
        Value half = b.mul(dy, 0.5), zero = b.scalarLike(dy, 0);
        Value isSame = b.equal(x, y);
        give(operand(0), b.select(isSame, half, b.select(isFirst, dy, zero)));
        give(operand(1), b.select(isSame, half, b.select(isFirst, zero, dy)));
        return success();
      })
      .Case([&](arith::SelectOp) {
        Value condition = tensor(0), zero = b.scalarLike(dy, 0);
        give(operand(1), b.select(condition, dy, zero));
        give(operand(2), b.select(condition, zero, dy));
        return success();
      })
      .Case<arith::ExtFOp, arith::TruncFOp>([&](Operation *) {
        give(operand(0), b.cast(dy, operand(0).getType()));
        return success();
      })
      .Case([&](math::PowFOp) {
        Value x = tensor(0), y = tensor(1);
        // The derivative by x is zero where y is, whatever x^-1 may be.
        Value byBase = b.mul(y, b.pow(x, b.sub(y, 1)));
        Value zero = b.scalarLike(y, 0);
        give(operand(0), b.mul(dy, b.select(b.equal(y, zero), zero, byBase)));
        // 0^y does not move with a positive y, though log(0) is infinite.
        if (!operand(1).getDefiningOp<arith::ConstantOp>()) {
          Value logarithm = b.select(b.equal(x, zero), zero, b.log(x));
          give(operand(1), b.mul(dy, b.mul(b.pow(x, y), logarithm)));
        }
        return success();
      })
      .Case([&](math::FPowIOp) {
        Value x = tensor(0), y = b.cast(tensor(1), operand(0).getType());
        Value zero = b.scalarLike(y, 0);
        Value byBase = b.mul(y, b.pow(x, b.sub(y, 1)));
        give(operand(0), b.mul(dy, b.select(b.equal(y, zero), zero, byBase)));
        return success();
      })
      // Steps: flat wherever they have a derivative.
      .Case<math::CeilOp, math::FloorOp, math::RoundEvenOp, arith::SIToFPOp,
            arith::UIToFPOp, arith::FPToSIOp, arith::FPToUIOp>(
          [&](Operation *) { return success(); })
      .Default([&](Operation *) {
        if (scalarOp->getNumOperands() != 1)
          return failure();
        Value factor = derivative(scalarOp);
        if (!factor)
          return failure();
        give(operand(0), b.mul(dy, factor));
        return success();
      });
}

FailureOr<Values> ScalarProgram::derive(Value cotangent) {
  give(result, b.cast(cotangent, result.getType()));
  for (Operation &scalarOp : llvm::reverse(block)) {
    if (scalarOp.getNumResults() != 1)
      continue;
    Value dy = cotangents.lookup(scalarOp.getResult(0));
    if (dy && failed(differentiate(&scalarOp, dy)))
      unknown = &scalarOp;
    if (unknown)
      return op.emitError("'")
             << op->getName() << "' cannot be differentiated: there is no "
             << "derivative of '" << unknown->getName() << "'";
  }
  Values result;
  for (auto [scalar, operand] :
       llvm::zip_equal(block.getArguments(), op->getOperands())) {
    Value own = cotangents.lookup(scalar);
    result.push_back(own ? b.cast(own, TensorBuilder::elementTypeOf(operand))
                         : Value());
  }
  return result;
}

FailureOr<Values> swage::training::deriveScalars(nn::ElementwiseInterface op,
                                                 Value cotangent,
                                                 const TensorBuilder &b) {
  return ScalarProgram(op, b).derive(cotangent);
}
