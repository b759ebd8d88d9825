//===- Normalization.cpp - normalisation of rows --------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A normalisation is a few generics that share their leading loops: sums over
// rows, what they make of each row, and the result. The variance is the mean of
// squared differences: the mean of squares less the squared mean would lose all
// digits of rows far from zero.
//
//===----------------------------------------------------------------------===//
#include "compiler/Conversion/NNToLinalg/Broadcast.h"
#include "dialects/NN/Inference.h"
#include "dialects/NN/ScalarBuilder.h"

using namespace mlir;

namespace swage::nn {
namespace {

/// The rows of a tensor: what the dimensions from `axis` on hold.
class Rows {
public:
  Rows(OpBuilder &b, Location loc, Value input, int64_t axis)
      : b(b), loc(loc), input(input), sizes(sizesOf(b, loc, input)),
        elementType(elementTypeOf(input)),
        type(getAccumulatorType(elementType)),
        identity(b.getMultiDimIdentityMap(sizes.size())), axis(axis),
        leading(AffineMap::get(sizes.size(), 0,
                               identity.getResults().take_front(axis),
                               b.getContext())) {}

  /// The mean over each row of what `body` makes of an element and of the
  /// row's value in `perRow`, if that is given.
  Value mean(Value perRow,
             function_ref<Value(ScalarBuilder &, ValueRange)> body) {
    SmallVector<Value> sources{input};
    SmallVector<AffineMap> maps{identity};
    if (perRow) {
      sources.push_back(perRow);
      maps.push_back(leading);
    }
    maps.push_back(leading);
    Sizes rowSizes(sizes.begin(), sizes.begin() + axis);
    Value init =
        createFilled(b, loc, rowSizes, createScalarConstant(b, loc, type, 0));
    SmallVector<utils::IteratorType> iterators(axis,
                                               utils::IteratorType::parallel);
    iterators.append(sizes.size() - axis, utils::IteratorType::reduction);
    auto sum = linalg::GenericOp::create(
        b, loc, init.getType(), sources, init, maps, iterators,
        [&](OpBuilder &inner, Location l, ValueRange args) {
          ScalarBuilder s(inner, l, type);
          SmallVector<Value> scalars(args.drop_back());
          scalars[0] = convertFloat(inner, l, scalars[0], type);
          linalg::YieldOp::create(inner, l,
                                  s.add(args.back(), body(s, scalars)));
        });
    Value count = countElements();
    return eachRow(sum.getResult(0), [&](ScalarBuilder &s, Value total) {
      return s.div(total, count);
    });
  }

  /// A value for each row from another.
  Value eachRow(Value perRow,
                function_ref<Value(ScalarBuilder &, Value)> body) {
    Sizes rowSizes(sizes.begin(), sizes.begin() + axis);
    return createParallel(b, loc, perRow, b.getMultiDimIdentityMap(axis),
                          rowSizes, type,
                          [&](OpBuilder &inner, Location l, ValueRange args) {
                            ScalarBuilder s(inner, l, type);
                            return body(s, args[0]);
                          });
  }

  /// The result: each element from itself, its row's values and the
  /// parameters that meet it, all in the accumulator's type.
  Value eachElement(ValueRange perRow, ValueRange parameters,
                    function_ref<Value(ScalarBuilder &, ValueRange)> body) {
    SmallVector<Value> sources{input};
    SmallVector<AffineMap> maps{identity};
    for (Value value : perRow) {
      sources.push_back(value);
      maps.push_back(leading);
    }
    Values fitting{input};
    llvm::append_range(fitting, parameters);
    createBroadcasts(b, loc, fitting, sizes);
    for (Value parameter : ArrayRef(fitting).drop_front()) {
      sources.push_back(parameter);
      maps.push_back(
          getBroadcastMap(b.getContext(), shapeOf(parameter), shapeOf(input)));
    }
    return createParallel(
        b, loc, sources, maps, sizes, elementType,
        [&](OpBuilder &inner, Location l, ValueRange args) {
          ScalarBuilder s(inner, l, type);
          SmallVector<Value> scalars;
          for (Value scalar : args)
            scalars.push_back(convertFloat(inner, l, scalar, type));
          return convertFloat(inner, l, body(s, scalars), elementType);
        });
  }

  /// 1 / sqrt(value + epsilon) for each row.
  Value reciprocalRoot(Value perRow, double epsilon) {
    return eachRow(perRow, [&](ScalarBuilder &s, Value value) {
      Value shifted = s.add(value, s.constant(epsilon));
      return s.div(s.constant(1), s.unary<math::SqrtOp>(shifted));
    });
  }

private:
  /// How many elements a row has, as a scalar.
  Value countElements() {
    OpFoldResult count = b.getIndexAttr(1);
    for (OpFoldResult size : ArrayRef(sizes).drop_front(axis))
      count = mulSizes(b, loc, count, size);
    if (auto known = getConstantIntValue(count))
      return createScalarConstant(b, loc, type, double(*known));
    Value integer = arith::IndexCastOp::create(b, loc, b.getI64Type(),
                                               asValue(b, loc, count));
    return arith::SIToFPOp::create(b, loc, type, integer);
  }

  OpBuilder &b;
  Location loc;
  Value input;
  Sizes sizes;
  Type elementType, type;
  AffineMap identity;
  int64_t axis;
  AffineMap leading;
};

struct LayerNormLowering
    : LowerToLinalgInterface::ExternalModel<LayerNormLowering, LayerNormOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    auto norm = cast<LayerNormOp>(op);
    Rows rows(b, op->getLoc(), operands[0], norm.getAxis());
    Value mean = rows.mean(
        Value(), [](ScalarBuilder &, ValueRange args) { return args[0]; });
    Value variance = rows.mean(mean, [](ScalarBuilder &s, ValueRange args) {
      Value difference = s.sub(args[0], args[1]);
      return s.mul(difference, difference);
    });
    Value factor =
        rows.reciprocalRoot(variance, norm.getEpsilon().convertToDouble());
    bool hasScale = bool(norm.getScale()), hasBias = bool(norm.getBias());
    return Values{rows.eachElement(
        {mean, factor}, operands.drop_front(),
        [&](ScalarBuilder &s, ValueRange args) {
          Value value = s.mul(s.sub(args[0], args[1]), args[2]);
          if (hasScale)
            value = s.mul(value, args[3]);
          return hasBias ? s.add(value, args.back()) : value;
        })};
  }
};

struct RMSNormLowering
    : LowerToLinalgInterface::ExternalModel<RMSNormLowering, RMSNormOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    auto norm = cast<RMSNormOp>(op);
    Rows rows(b, op->getLoc(), operands[0], norm.getAxis());
    Value square = rows.mean(Value(), [](ScalarBuilder &s, ValueRange args) {
      return s.mul(args[0], args[0]);
    });
    Value factor =
        rows.reciprocalRoot(square, norm.getEpsilon().convertToDouble());
    return Values{rows.eachElement(
        factor, operands.drop_front(), [&](ScalarBuilder &s, ValueRange args) {
          Value value = s.mul(args[0], args[1]);
          return norm.getScale() ? s.mul(value, args[2]) : value;
        })};
  }
};

} // namespace

void registerNormalizationLowerings(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, NNDialect *) {
    LayerNormOp::attachInterface<LayerNormLowering>(*context);
    RMSNormOp::attachInterface<RMSNormLowering>(*context);
  });
}

} // namespace swage::nn
