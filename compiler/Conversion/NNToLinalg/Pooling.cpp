//===- Pooling.cpp - windows without a filter -----------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A pooling operator is one generic that reduces the dimensions of the window;
// an empty tensor of the window's shape says how large they are.
//
//===----------------------------------------------------------------------===//
#include "compiler/Conversion/NNToLinalg/WindowLowering.h"
#include "dialects/NN/Inference.h"
#include "dialects/NN/ScalarBuilder.h"

using namespace mlir;

namespace swage::nn {
namespace {

/// The loops over an image and a window: those of the image, then those of the
/// window.
struct PoolLoops {
  SmallVector<AffineMap> maps; // input, window, result
  SmallVector<utils::IteratorType> iterators;

  PoolLoops(OpBuilder &b, ImageLayout layout, ArrayRef<Window> windows) {
    int64_t rank = layout.rank, count = rank + windows.size();
    MLIRContext *context = b.getContext();
    SmallVector<AffineExpr> image, window, result;
    for (int64_t i = 0; i < rank; ++i)
      result.push_back(b.getAffineDimExpr(i));
    image = result;
    for (auto [i, each] : llvm::enumerate(windows)) {
      AffineExpr place = b.getAffineDimExpr(rank + i);
      window.push_back(place);
      AffineExpr &own = image[layout.spatial(i)];
      own = own * each.stride + place * each.dilation;
    }
    for (ArrayRef<AffineExpr> exprs :
         {ArrayRef(image), ArrayRef(window), ArrayRef(result)})
      maps.push_back(AffineMap::get(count, 0, exprs, context));
    iterators.assign(rank, utils::IteratorType::parallel);
    iterators.append(windows.size(), utils::IteratorType::reduction);
  }
};

Value createWindowTensor(OpBuilder &b, Location loc, ArrayRef<Window> windows) {
  SmallVector<int64_t> sizes;
  for (const Window &window : windows)
    sizes.push_back(window.size);
  return tensor::EmptyOp::create(b, loc, sizes, b.getF32Type());
}

/// The windows reduced by `body`, which gets an element and the accumulator.
Value reduceWindows(OpBuilder &b, Location loc, Value input,
                    ArrayRef<Window> windows, bool channelsLast, Value padding,
                    Value init, ScalarBody body) {
  ImageLayout layout{rankOf(input), channelsLast};
  Sizes sizes = slideSizes(b, loc, input, windows, channelsLast);
  Value padded = padImage(b, loc, input, windows, channelsLast, padding);
  PoolLoops loops(b, layout, windows);
  Value filled = createFilled(b, loc, sizes, init);
  auto generic = linalg::GenericOp::create(
      b, loc, filled.getType(),
      ValueRange{padded, createWindowTensor(b, loc, windows)}, filled,
      loops.maps, loops.iterators,
      [&](OpBuilder &inner, Location l, ValueRange args) {
        linalg::YieldOp::create(inner, l, body(inner, l, {args[0], args[2]}));
      });
  return generic.getResult(0);
}

Value sumWindows(OpBuilder &b, Location loc, Value input,
                 ArrayRef<Window> windows, bool channelsLast) {
  Type elementType = elementTypeOf(input);
  Type sumType = getAccumulatorType(elementType);
  return reduceWindows(b, loc, input, windows, channelsLast,
                       createScalarConstant(b, loc, elementType, 0),
                       createScalarConstant(b, loc, sumType, 0),
                       [&](OpBuilder &inner, Location l, ValueRange args) {
                         return ScalarBuilder(inner, l, sumType)
                             .add(args[1],
                                  convertFloat(inner, l, args[0], sumType));
                       });
}

struct MaxPoolLowering
    : LowerToLinalgInterface::ExternalModel<MaxPoolLowering, MaxPoolOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    auto pool = cast<MaxPoolOp>(op);
    Location loc = op->getLoc();
    Type type = elementTypeOf(operands[0]);
    bool isUnsigned = nn::isUnsigned(pool.getInput());
    Value least = createLeast(b, loc, type, isUnsigned);
    return Values{reduceWindows(
        b, loc, operands[0], getWindows(pool), pool.getChannelsLast(), least,
        least, [&](OpBuilder &inner, Location l, ValueRange args) {
          return ScalarBuilder(inner, l, type, isUnsigned)
              .max(args[1], args[0]);
        })};
  }
};

struct SumPoolLowering
    : LowerToLinalgInterface::ExternalModel<SumPoolLowering, SumPoolOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    auto pool = cast<SumPoolOp>(op);
    Location loc = op->getLoc();
    Value sum = sumWindows(b, loc, operands[0], getWindows(pool),
                           pool.getChannelsLast());
    Type elementType = elementTypeOf(operands[0]);
    if (elementTypeOf(sum) != elementType)
      sum =
          createParallel(b, loc, sum, b.getMultiDimIdentityMap(rankOf(sum)),
                         sizesOf(b, loc, sum), elementType,
                         [&](OpBuilder &inner, Location l, ValueRange args) {
                           return convertFloat(inner, l, args[0], elementType);
                         });
    return Values{sum};
  }
};

//===----------------------------------------------------------------------===//
// Average
//===----------------------------------------------------------------------===//

struct AveragePoolLowering
    : LowerToLinalgInterface::ExternalModel<AveragePoolLowering,
                                            AveragePoolOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    auto pool = cast<AveragePoolOp>(op);
    Location loc = op->getLoc();
    Value input = operands[0];
    SmallVector<Window> windows = getWindows(pool);
    ImageLayout layout{rankOf(input), pool.getChannelsLast()};
    Value sum = sumWindows(b, loc, input, windows, layout.channelsLast);
    Sizes sizes = sizesOf(b, loc, sum);
    Type type = elementTypeOf(sum);

    // The divisor is a product: what is the same for all windows, and a vector
    // for every dimension where windows differ.
    int64_t common = 1;
    SmallVector<Value> sources{sum};
    SmallVector<AffineMap> maps{b.getMultiDimIdentityMap(layout.rank)};
    for (auto [i, window] : llvm::enumerate(windows)) {
      int64_t dim = layout.spatial(i);
      if (isUniform(window, shapeOf(input)[dim], pool.getCountIncludePad())) {
        common *= window.size;
        continue;
      }
      sources.push_back(countElements(b, loc, window, sizes[dim],
                                      tensor::getMixedSize(b, loc, input, dim),
                                      pool.getCountIncludePad(), type));
      maps.push_back(AffineMap::get(layout.rank, 0, b.getAffineDimExpr(dim)));
    }
    Type elementType = elementTypeOf(input);
    return Values{createParallel(
        b, loc, sources, maps, sizes, elementType,
        [&](OpBuilder &inner, Location l, ValueRange args) {
          ScalarBuilder s(inner, l, type);
          Value divisor = s.constant(common);
          for (Value count : args.drop_front())
            divisor = s.mul(divisor, count);
          return convertFloat(inner, l, s.div(args[0], divisor), elementType);
        })};
  }

  /// Whether all elements of all windows are counted.
  static bool isUniform(const Window &window, int64_t size, bool includePad) {
    bool padded = window.before > 0 || window.after > 0;
    if (padded && !includePad)
      return false;
    if (!window.ceil)
      return true;
    if (ShapedType::isDynamic(size))
      return false;
    int64_t last = (window.countWindows(size) - 1) * window.stride;
    return last + window.extent() <= window.before + size + window.after;
  }

  /// A vector of how many elements each window along a dimension counts.
  static Value countElements(OpBuilder &b, Location loc, const Window &window,
                             OpFoldResult count, OpFoldResult size,
                             bool includePad, Type type) {
    Value limit = asValue(b, loc, size);
    return createParallel(
        b, loc, {}, {}, count, type,
        [&](OpBuilder &inner, Location l, ValueRange) -> Value {
          ScalarBuilder s(inner, l, inner.getIndexType());
          auto index = [&](int64_t value) -> Value {
            return arith::ConstantIndexOp::create(inner, l, value);
          };
          // Elements r of the window with low <= start + r * dilation < high.
          Value start = s.sub(
              s.mul(linalg::IndexOp::create(inner, l, 0), index(window.stride)),
              index(window.before));
          Value low = index(includePad ? -window.before : 0);
          Value high = includePad ? s.add(limit, index(window.after)) : limit;
          auto firstNotBelow = [&](Value bound) -> Value {
            Value first = arith::CeilDivSIOp::create(
                inner, l, s.sub(bound, start), index(window.dilation));
            return s.min(s.max(first, index(0)), index(window.size));
          };
          Value elements = s.sub(firstNotBelow(high), firstNotBelow(low));
          Value integer = arith::IndexCastOp::create(
              inner, l, inner.getI64Type(), elements);
          return arith::SIToFPOp::create(inner, l, type, integer);
        });
  }
};

//===----------------------------------------------------------------------===//
// Maximum with its place
//===----------------------------------------------------------------------===//

struct MaxPoolIndicesLowering
    : LowerToLinalgInterface::ExternalModel<MaxPoolIndicesLowering,
                                            MaxPoolIndicesOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    auto pool = cast<MaxPoolIndicesOp>(op);
    Location loc = op->getLoc();
    Value input = operands[0];
    SmallVector<Window> windows = getWindows(pool);
    ImageLayout layout{rankOf(input), false};
    Type type = elementTypeOf(input);
    bool isUnsigned = nn::isUnsigned(pool.getInput());
    Value least = createLeast(b, loc, type, isUnsigned);
    Value padded = padImage(b, loc, input, windows, false, least);
    Sizes inputSizes = sizesOf(b, loc, input);
    Sizes sizes = slideSizes(b, loc, input, windows, false);
    PoolLoops loops(b, layout, windows);
    loops.maps.push_back(loops.maps.back());
    Value values = createFilled(b, loc, sizes, least);
    // A place below 0 says that the window has seen nothing yet.
    Value places = createFilled(
        b, loc, sizes, createScalarConstant(b, loc, b.getI64Type(), -1));
    auto generic = linalg::GenericOp::create(
        b, loc, TypeRange{values.getType(), places.getType()},
        ValueRange{padded, createWindowTensor(b, loc, windows)},
        ValueRange{values, places}, loops.maps, loops.iterators,
        [&](OpBuilder &inner, Location l, ValueRange args) {
          auto [inside, place] =
              locate(inner, l, inputSizes, windows, pool.getColumnMajor());
          ScalarBuilder s(inner, l, type, isUnsigned);
          Value isFirst = arith::CmpIOp::create(
              inner, l, arith::CmpIPredicate::slt, args[3],
              createScalarConstant(inner, l, inner.getI64Type(), 0));
          Value better =
              arith::OrIOp::create(inner, l, isFirst, s.less(args[2], args[0]));
          better = arith::AndIOp::create(inner, l, inside, better);
          linalg::YieldOp::create(inner, l,
                                  ValueRange{s.select(better, args[0], args[2]),
                                             s.select(better, place, args[3])});
        });
    return Values(generic->getResults());
  }

  /// Whether the element that the loops are at lies inside of the input, and
  /// its place there.
  static std::pair<Value, Value> locate(OpBuilder &b, Location loc,
                                        ArrayRef<OpFoldResult> sizes,
                                        ArrayRef<Window> windows,
                                        bool columnMajor) {
    ScalarBuilder s(b, loc, b.getIndexType());
    int64_t rank = sizes.size();
    auto index = [&](int64_t value) -> Value {
      return arith::ConstantIndexOp::create(b, loc, value);
    };
    Value inside = arith::ConstantIntOp::create(b, loc, 1, 1);
    SmallVector<Value> coordinates;
    for (int64_t i = 0; i < rank; ++i) {
      Value coordinate = linalg::IndexOp::create(b, loc, i);
      if (i >= 2) {
        const Window &window = windows[i - 2];
        Value offset = s.mul(linalg::IndexOp::create(b, loc, rank + i - 2),
                             index(window.dilation));
        coordinate = s.add(s.mul(coordinate, index(window.stride)), offset);
        coordinate = s.sub(coordinate, index(window.before));
        // Unsigned, so that what is before the input is outside as well.
        Value within =
            arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult, coordinate,
                                  asValue(b, loc, sizes[i]));
        inside = arith::AndIOp::create(b, loc, inside, within);
      }
      coordinates.push_back(coordinate);
    }
    auto order = llvm::to_vector(llvm::seq<int64_t>(rank));
    if (columnMajor)
      std::reverse(order.begin() + 2, order.end());
    Value place = index(0);
    for (int64_t dim : order)
      place =
          s.add(s.mul(place, asValue(b, loc, sizes[dim])), coordinates[dim]);
    return {inside, arith::IndexCastOp::create(b, loc, b.getI64Type(), place)};
  }
};

} // namespace

void registerPoolingLowerings(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, NNDialect *) {
    MaxPoolOp::attachInterface<MaxPoolLowering>(*context);
    SumPoolOp::attachInterface<SumPoolLowering>(*context);
    AveragePoolOp::attachInterface<AveragePoolLowering>(*context);
    MaxPoolIndicesOp::attachInterface<MaxPoolIndicesLowering>(*context);
  });
}

} // namespace swage::nn
