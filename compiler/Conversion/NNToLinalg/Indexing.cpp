//===- Indexing.cpp - places chosen by indices ----------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The lowerings of the operators in Indexing.td. Reads are parallel; updates
// are applied one after the other, because their places may coincide.
//
//===----------------------------------------------------------------------===//
#include "compiler/Conversion/NNToLinalg/Checks.h"
#include "compiler/Conversion/NNToLinalg/Loops.h"
#include "dialects/NN/Inference.h"

using namespace mlir;

namespace swage::nn {
namespace {

//===----------------------------------------------------------------------===//
// Ranges
//===----------------------------------------------------------------------===//

struct RangeLowering
    : LowerToLinalgInterface::ExternalModel<RangeLowering, RangeOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    Location loc = op->getLoc();
    bool isUnsigned = nn::isUnsigned(op->getOperand(0));
    Type elementType = elementTypeOf(operands[0]);
    Type type = getAccumulatorType(elementType);
    Values scalars;
    for (Value operand : operands)
      scalars.push_back(
          convertFloat(b, loc, createScalarRead(b, loc, operand), type));
    Value start = scalars[0], limit = scalars[1], delta = scalars[2];
    int64_t known = shapeOf(op->getResult(0))[0];
    OpFoldResult size = ShapedType::isDynamic(known)
                            ? OpFoldResult(count(b, loc, start, limit, delta))
                            : fixed(b, known);
    return Values{
        createParallel(b, loc, {}, {}, size, elementType,
                       [&](OpBuilder &inner, Location l, ValueRange) {
                         ScalarBuilder s(inner, l, type, isUnsigned);
                         Value index = linalg::IndexOp::create(inner, l, 0);
                         Value number = castIndex(inner, l, index, type);
                         Value value = s.add(start, s.mul(number, delta));
                         return convertFloat(inner, l, value, elementType);
                       })};
  }

  static Value castIndex(OpBuilder &b, Location loc, Value index, Type type) {
    if (isa<IntegerType>(type))
      return arith::IndexCastOp::create(b, loc, type, index);
    Value integer = arith::IndexCastOp::create(b, loc, b.getI64Type(), index);
    return arith::SIToFPOp::create(b, loc, type, integer);
  }

  /// max(ceil((limit - start) / delta), 0), or 0 where delta is 0.
  static Value count(OpBuilder &b, Location loc, Value start, Value limit,
                     Value delta) {
    ScalarBuilder s(b, loc, start.getType());
    Value distance = s.sub(limit, start), quotient;
    if (s.isFloat) {
      quotient = s.unary<math::CeilOp>(s.div(distance, delta));
      Value endless = s.equal(delta, s.constant(0));
      quotient = s.select(endless, s.constant(0), quotient);
      quotient = s.max(quotient, s.constant(0));
      quotient = arith::FPToSIOp::create(b, loc, b.getI64Type(), quotient);
    } else {
      // The quotient truncates; a rest in the direction of delta counts.
      quotient = s.div(distance, delta);
      Value rest = s.rem(distance, delta), zero = s.constant(0);
      Value sameSign = arith::XOrIOp::create(b, loc, s.less(rest, zero),
                                             s.less(delta, zero));
      Value none = s.equal(rest, zero);
      Value exact = arith::OrIOp::create(b, loc, none, sameSign);
      quotient = s.select(exact, quotient, s.add(quotient, s.constant(1)));
      quotient = s.max(quotient, zero);
      quotient = s.select(s.equal(delta, zero), zero, quotient);
    }
    return arith::IndexCastOp::create(b, loc, b.getIndexType(), quotient);
  }
};

//===----------------------------------------------------------------------===//
// Gathers
//===----------------------------------------------------------------------===//

/// Makes sure that `inner` has no larger sizes than `outer` but along `axis`.
void checkWithin(OpBuilder &b, Location loc, Value inner, Value outer,
                 int64_t axis) {
  Sizes sizes = sizesOf(b, loc, inner), limits = sizesOf(b, loc, outer);
  Values conditions;
  for (auto [dim, size] : llvm::enumerate(sizes))
    if (int64_t(dim) != axis && createSameSize(b, loc, size, limits[dim]))
      conditions.push_back(b.createOrFold<arith::CmpIOp>(
          loc, arith::CmpIPredicate::sle, asValue(b, loc, size),
          asValue(b, loc, limits[dim])));
  createRequire(b, loc, createAll(b, loc, conditions),
                "its indices reach beyond the data", {sizes, limits});
}

/// Makes sure that each of the sizes is the one beside it.
void checkSame(OpBuilder &b, Location loc, ArrayRef<OpFoldResult> sizes,
               ArrayRef<OpFoldResult> others, StringRef problem,
               ArrayRef<Sizes> shapes) {
  Values conditions;
  for (auto [size, other] : llvm::zip_equal(sizes, others))
    conditions.push_back(createSameSize(b, loc, size, other));
  createRequire(b, loc, createAll(b, loc, conditions), problem, shapes);
}

struct GatherElementsLowering
    : LowerToLinalgInterface::ExternalModel<GatherElementsLowering,
                                            GatherElementsOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    Location loc = op->getLoc();
    Value data = operands[0], indices = operands[1];
    int64_t rank = rankOf(data);
    int64_t axis = cast<GatherElementsOp>(op).getAxis();
    checkWithin(b, loc, indices, data, axis);
    Value size = asValue(b, loc, tensor::getMixedSize(b, loc, data, axis));
    return Values{createParallel(
        b, loc, indices, b.getMultiDimIdentityMap(rank),
        sizesOf(b, loc, indices), elementTypeOf(data),
        [&](OpBuilder &inner, Location l, ValueRange args) -> Value {
          Values position;
          for (int64_t d = 0; d < rank; ++d)
            position.push_back(linalg::IndexOp::create(inner, l, d));
          position[axis] = createSafeIndex(inner, l, args[0], size);
          return tensor::ExtractOp::create(inner, l, data, position);
        })};
  }
};

struct GatherNDLowering
    : LowerToLinalgInterface::ExternalModel<GatherNDLowering, GatherNDOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    Location loc = op->getLoc();
    Value data = operands[0], indices = operands[1];
    int64_t batch = cast<GatherNDOp>(op).getBatchDims();
    int64_t depth = shapeOf(indices).back(), outer = rankOf(indices) - 1;
    Sizes dataSizes = sizesOf(b, loc, data);
    Sizes sizes = sizesOf(b, loc, indices);
    checkSame(b, loc, ArrayRef(sizes).take_front(batch),
              ArrayRef(dataSizes).take_front(batch),
              "its indices are for another number of batches",
              {dataSizes, sizes});
    sizes.pop_back();
    llvm::append_range(sizes, ArrayRef(dataSizes).drop_front(batch + depth));
    Values limits;
    for (int64_t d = 0; d < depth; ++d)
      limits.push_back(asValue(b, loc, dataSizes[batch + d]));
    return Values{createParallel(
        b, loc, {}, {}, sizes, elementTypeOf(data),
        [&](OpBuilder &inner, Location l, ValueRange) -> Value {
          Values place, position;
          for (int64_t d = 0; d < int64_t(sizes.size()); ++d)
            place.push_back(linalg::IndexOp::create(inner, l, d));
          position.assign(place.begin(), place.begin() + batch);
          Values at(place.begin(), place.begin() + outer);
          for (int64_t d = 0; d < depth; ++d) {
            at.push_back(arith::ConstantIndexOp::create(inner, l, d));
            Value index = tensor::ExtractOp::create(inner, l, indices, at);
            position.push_back(createSafeIndex(inner, l, index, limits[d]));
            at.pop_back();
          }
          position.append(place.begin() + outer, place.end());
          return tensor::ExtractOp::create(inner, l, data, position);
        })};
  }
};

struct GatherSumLowering
    : LowerToLinalgInterface::ExternalModel<GatherSumLowering, GatherSumOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    Location loc = op->getLoc();
    bool maximum = cast<GatherSumOp>(op).getMaximum();
    Value data = operands[0], indices = operands[1], weights = operands[2];
    Type stored = elementTypeOf(data), type = getAccumulatorType(stored);
    Sizes sizes{sizesOf(b, loc, indices)[0], sizesOf(b, loc, data)[1]};
    Value limit = asValue(b, loc, sizesOf(b, loc, data)[0]);
    Value start = maximum ? createLeast(b, loc, type, /*isUnsigned=*/false)
                          : createScalarConstant(b, loc, type, 0);
    // The loops are rows, columns and, innermost, what is summed up.
    AffineExpr m = b.getAffineDimExpr(0), c = b.getAffineDimExpr(1),
               k = b.getAffineDimExpr(2);
    auto map = [&](AffineExpr first, AffineExpr second) {
      return AffineMap::get(3, 0, {first, second}, b.getContext());
    };
    Value init = createFilled(b, loc, sizes, start);
    auto sum = linalg::GenericOp::create(
        b, loc, init.getType(), ValueRange{indices, weights}, init,
        ArrayRef<AffineMap>{map(m, k), map(m, k), map(m, c)},
        ArrayRef<utils::IteratorType>{utils::IteratorType::parallel,
                                      utils::IteratorType::parallel,
                                      utils::IteratorType::reduction},
        [&](OpBuilder &in, Location l, ValueRange args) {
          ScalarBuilder s(in, l, type);
          Value index =
              arith::IndexCastOp::create(in, l, in.getIndexType(), args[0]);
          Value inside = arith::CmpIOp::create(in, l, arith::CmpIPredicate::ult,
                                               index, limit);
          Value none = arith::ConstantIndexOp::create(in, l, 0);
          Value row = arith::SelectOp::create(in, l, inside, index, none);
          Value column = linalg::IndexOp::create(in, l, 1);
          Value element =
              tensor::ExtractOp::create(in, l, data, ValueRange{row, column});
          Value product = s.mul(convertFloat(in, l, args[1], type),
                                convertFloat(in, l, element, type));
          product = s.select(inside, product, s.constant(0));
          linalg::YieldOp::create(in, l,
                                  maximum ? s.max(args[2], product)
                                          : s.add(args[2], product));
        });
    if (type == stored)
      return Values{sum.getResult(0)};
    return Values{createParallel(
        b, loc, sum.getResult(0), b.getMultiDimIdentityMap(2), sizes, stored,
        [&](OpBuilder &in, Location l, ValueRange args) {
          return convertFloat(in, l, args[0], stored);
        })};
  }
};

//===----------------------------------------------------------------------===//
// Scatters
//===----------------------------------------------------------------------===//

/// What happens to one element of the data.
struct Update {
  StringRef reduction;
  Value updates;
  bool isUnsigned;

  Value apply(OpBuilder &b, Location loc, Value data, ValueRange position,
              ValueRange from) const {
    Value update = tensor::ExtractOp::create(b, loc, updates, from);
    if (reduction != "none") {
      Type stored = update.getType(), type = getAccumulatorType(stored);
      ScalarBuilder s(b, loc, type, isUnsigned);
      Value old = tensor::ExtractOp::create(b, loc, data, position);
      old = convertFloat(b, loc, old, type);
      update = convertFloat(b, loc, update, type);
      Value combined = reduction == "add"   ? s.add(old, update)
                       : reduction == "mul" ? s.mul(old, update)
                       : reduction == "max" ? s.max(old, update)
                                            : s.min(old, update);
      update = convertFloat(b, loc, combined, stored);
    }
    return tensor::InsertOp::create(b, loc, update, data, position);
  }
};

/// An index as its number counted from the start, and whether that is inside.
std::pair<Value, Value> resolveIndex(OpBuilder &b, Location loc, Value index,
                                     Value size) {
  index = arith::IndexCastOp::create(b, loc, b.getIndexType(), index);
  index = createWrappedIndex(b, loc, index, size);
  Value inside =
      arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult, index, size);
  return {index, inside};
}

struct ScatterElementsLowering
    : LowerToLinalgInterface::ExternalModel<ScatterElementsLowering,
                                            ScatterElementsOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    auto scatter = cast<ScatterElementsOp>(op);
    Location loc = op->getLoc();
    Value data = operands[0], indices = operands[1];
    int64_t axis = scatter.getAxis();
    Update update{scatter.getReduction(), operands[2],
                  nn::isUnsigned(scatter.getData())};
    checkWithin(b, loc, indices, data, axis);
    Sizes sizes = sizesOf(b, loc, indices);
    Sizes updateSizes = sizesOf(b, loc, operands[2]);
    checkSame(b, loc, sizes, updateSizes,
              "it has another number of indices than of updates",
              {sizes, updateSizes});
    Value size = asValue(b, loc, tensor::getMixedSize(b, loc, data, axis));
    return createSequence(
        b, loc, data, [&](OpBuilder &in, Location l, ValueRange inits) {
          return createNest(
              in, l, sizesOf(in, l, indices), inits,
              [&](OpBuilder &at, Location l, ValueRange place,
                  ValueRange carried) {
                Value index = tensor::ExtractOp::create(at, l, indices, place);
                auto [found, inside] = resolveIndex(at, l, index, size);
                Values position(place);
                position[axis] = found;
                return createIf(
                    at, l, inside,
                    [&](OpBuilder &in, Location il) {
                      return Values{
                          update.apply(in, il, carried[0], position, place)};
                    },
                    [&](OpBuilder &, Location) { return Values(carried); });
              });
        });
  }
};

struct ScatterNDLowering
    : LowerToLinalgInterface::ExternalModel<ScatterNDLowering, ScatterNDOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    auto scatter = cast<ScatterNDOp>(op);
    Location loc = op->getLoc();
    Value data = operands[0], indices = operands[1];
    int64_t depth = shapeOf(indices).back();
    Update update{scatter.getReduction(), operands[2],
                  nn::isUnsigned(scatter.getData())};
    Sizes dataSizes = sizesOf(b, loc, data), outer = sizesOf(b, loc, indices);
    outer.pop_back();
    ArrayRef<OpFoldResult> slice = ArrayRef(dataSizes).drop_front(depth);
    Sizes expected = outer, updateSizes = sizesOf(b, loc, operands[2]);
    llvm::append_range(expected, slice);
    checkSame(b, loc, updateSizes, expected,
              "its updates do not have the shape that its indices ask for",
              {updateSizes, expected});
    Values limits;
    for (int64_t d = 0; d < depth; ++d)
      limits.push_back(asValue(b, loc, dataSizes[d]));
    return createSequence(
        b, loc, data, [&](OpBuilder &in, Location l, ValueRange inits) {
          return createNest(
              in, l, outer, inits,
              [&](OpBuilder &at, Location l, ValueRange place,
                  ValueRange carried) {
                Values position, read(place);
                Value inside = arith::ConstantIntOp::create(at, l, 1, 1);
                for (int64_t d = 0; d < depth; ++d) {
                  read.push_back(arith::ConstantIndexOp::create(at, l, d));
                  Value index = tensor::ExtractOp::create(at, l, indices, read);
                  auto [found, within] = resolveIndex(at, l, index, limits[d]);
                  position.push_back(found);
                  inside = arith::AndIOp::create(at, l, inside, within);
                  read.pop_back();
                }
                auto apply = [&](OpBuilder &in, Location il, ValueRange inner,
                                 ValueRange now) {
                  Values to(position), from(place);
                  llvm::append_range(to, inner);
                  llvm::append_range(from, inner);
                  return Values{update.apply(in, il, now[0], to, from)};
                };
                return createIf(
                    at, l, inside,
                    [&](OpBuilder &in, Location il) {
                      if (slice.empty())
                        return apply(in, il, {}, carried);
                      return createNest(in, il, slice, carried, apply);
                    },
                    [&](OpBuilder &, Location) { return Values(carried); });
              });
        });
  }
};

} // namespace

void registerIndexingLowerings(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, NNDialect *) {
    RangeOp::attachInterface<RangeLowering>(*context);
    GatherElementsOp::attachInterface<GatherElementsLowering>(*context);
    GatherNDOp::attachInterface<GatherNDLowering>(*context);
    GatherSumOp::attachInterface<GatherSumLowering>(*context);
    ScatterElementsOp::attachInterface<ScatterElementsLowering>(*context);
    ScatterNDOp::attachInterface<ScatterNDLowering>(*context);
  });
}

} // namespace swage::nn
