//===- Shape.cpp - shapes and data movement -------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The lowerings of the operators in Shape.td.
//
//===----------------------------------------------------------------------===//
#include "compiler/Conversion/NNToLinalg/Broadcast.h"
#include "compiler/Conversion/NNToLinalg/Checks.h"
#include "dialects/NN/Inference.h"
#include "dialects/NN/ScalarBuilder.h"

using namespace mlir;

namespace swage::nn {
namespace {

/// The sizes of the result of `op`, static where its type says so, else what
/// `compute` gives.
Sizes resultSizes(OpBuilder &b, Operation *op,
                  function_ref<OpFoldResult(int64_t)> compute) {
  Sizes sizes;
  for (auto [i, size] : llvm::enumerate(shapeOf(op->getResult(0))))
    sizes.push_back(ShapedType::isDynamic(size) ? compute(i) : fixed(b, size));
  return sizes;
}

struct ShapeLowering
    : LowerToLinalgInterface::ExternalModel<ShapeLowering, ShapeOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    auto shape = cast<ShapeOp>(op);
    Location loc = op->getLoc();
    Values sizes;
    for (int64_t i = shape.getStart(), e = shape.getEnd(); i < e; ++i) {
      Value size =
          asValue(b, loc, tensor::getMixedSize(b, loc, operands[0], i));
      sizes.push_back(
          b.createOrFold<arith::IndexCastOp>(loc, b.getI64Type(), size));
    }
    return Values{
        tensor::FromElementsOp::create(b, loc, shape.getType(), sizes)};
  }
};

struct ReshapeLowering
    : LowerToLinalgInterface::ExternalModel<ReshapeLowering, ReshapeOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    auto reshape = cast<ReshapeOp>(op);
    Location loc = op->getLoc();
    auto known = getKnownElements(reshape.getShape());
    ScalarBuilder s(b, loc, b.getIndexType());
    Value zero = arith::ConstantIndexOp::create(b, loc, 0);
    // Sizes that are only computed while running may turn out to be 0 or -1.
    Sizes sizes;
    SmallVector<bool> isRest;
    OpFoldResult others = b.getIndexAttr(1);
    for (auto [i, size] : llvm::enumerate(shapeOf(reshape.getResult()))) {
      std::optional<int64_t> element = (*known)[i];
      isRest.push_back(element == -1);
      if (!ShapedType::isDynamic(size)) {
        sizes.push_back(fixed(b, size));
      } else if (element == 0 && !reshape.getAllowZero()) {
        sizes.push_back(tensor::getMixedSize(b, loc, operands[0], i));
      } else if (element == -1) {
        sizes.push_back(OpFoldResult());
        continue;
      } else {
        Value computed = indexElement(b, loc, operands[1], i);
        if (!isSize(computed)) {
          if (!reshape.getAllowZero() && int64_t(i) < rankOf(operands[0])) {
            Value own =
                asValue(b, loc, tensor::getMixedSize(b, loc, operands[0], i));
            computed = s.select(s.equal(computed, zero), own, computed);
          }
          isRest.back() = true;
        }
        sizes.push_back(getAsOpFoldResult(computed));
        if (isRest.back()) {
          Value one = arith::ConstantIndexOp::create(b, loc, 1);
          computed = s.select(s.less(computed, zero), one, computed);
        }
        others = mulSizes(b, loc, others, computed);
        continue;
      }
      others = mulSizes(b, loc, others, sizes.back());
    }
    if (llvm::is_contained(isRest, true)) {
      // What -1 stands for: all elements over those that are spoken for.
      OpFoldResult total = b.getIndexAttr(1);
      for (OpFoldResult size : sizesOf(b, loc, operands[0]))
        total = mulSizes(b, loc, total, size);
      Value one = arith::ConstantIndexOp::create(b, loc, 1);
      Value divisor = s.max(asValue(b, loc, others), one);
      Value quotient =
          b.createOrFold<arith::DivSIOp>(loc, asValue(b, loc, total), divisor);
      for (auto [size, rest] : llvm::zip(sizes, isRest)) {
        if (!rest)
          continue;
        if (!size) {
          size = getAsOpFoldResult(quotient);
          continue;
        }
        if (getConstantIntValue(size))
          continue;
        Value computed = cast<Value>(size);
        size = getAsOpFoldResult(
            s.select(s.less(computed, zero), quotient, computed));
      }
    }
    return Values{reshapeTo(b, loc, operands[0], sizes)};
  }

  /// Whether `value` is surely the size of some dimension.
  static bool isSize(Value value) {
    while (auto cast = value.getDefiningOp<arith::IndexCastOp>())
      value = cast.getIn();
    return value.getDefiningOp<tensor::DimOp>() || getConstantIntValue(value);
  }
};

struct TransposeLowering
    : LowerToLinalgInterface::ExternalModel<TransposeLowering, TransposeOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    auto transpose = cast<TransposeOp>(op);
    ArrayRef<int64_t> permutation = transpose.getPermutation();
    Location loc = op->getLoc();
    Sizes input = sizesOf(b, loc, operands[0]), sizes;
    SmallVector<AffineExpr> exprs(permutation.size());
    for (auto [to, from] : llvm::enumerate(permutation)) {
      sizes.push_back(input[from]);
      exprs[from] = b.getAffineDimExpr(to);
    }
    AffineMap map =
        AffineMap::get(permutation.size(), 0, exprs, b.getContext());
    return Values{createParallel(
        b, loc, operands[0], map, sizes, elementTypeOf(operands[0]),
        [](OpBuilder &, Location, ValueRange args) { return args[0]; })};
  }
};

struct ConcatLowering
    : LowerToLinalgInterface::ExternalModel<ConcatLowering, ConcatOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    auto concat = cast<ConcatOp>(op);
    Location loc = op->getLoc();
    int64_t axis = concat.getAxis(), rank = rankOf(operands[0]);
    Sizes sizes = sizesOf(b, loc, operands[0]);
    SmallVector<OpFoldResult> starts;
    OpFoldResult end = b.getIndexAttr(0);
    for (Value operand : operands) {
      starts.push_back(end);
      end = addSizes(b, loc, end, tensor::getMixedSize(b, loc, operand, axis));
    }
    sizes[axis] = end;
    checkParts(b, loc, operands, axis);
    Value result = createEmpty(b, loc, sizes, elementTypeOf(operands[0]));
    for (auto [operand, start] : llvm::zip(operands, starts)) {
      if (ShapedType::isStatic(shapeOf(operand)[axis]) &&
          shapeOf(operand)[axis] == 0)
        continue;
      SmallVector<OpFoldResult> offsets(rank, b.getIndexAttr(0));
      SmallVector<OpFoldResult> strides(rank, b.getIndexAttr(1));
      offsets[axis] = start;
      result = tensor::InsertSliceOp::create(b, loc, operand, result, offsets,
                                             sizesOf(b, loc, operand), strides);
    }
    return Values{result};
  }

  /// The parts have the same sizes but along the axis.
  static void checkParts(OpBuilder &b, Location loc, ValueRange parts,
                         int64_t axis) {
    SmallVector<Sizes> shapes;
    Values conditions;
    for (Value part : parts) {
      shapes.push_back(sizesOf(b, loc, part));
      for (int64_t i = 0; i < rankOf(part); ++i)
        if (i != axis)
          conditions.push_back(
              createSameSize(b, loc, shapes.front()[i], shapes.back()[i]));
    }
    createRequire(b, loc, createAll(b, loc, conditions),
                  "tensors of these shapes cannot be joined along axis " +
                      std::to_string(axis),
                  shapes);
  }
};

struct SliceLowering
    : LowerToLinalgInterface::ExternalModel<SliceLowering, SliceOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    auto slice = cast<SliceOp>(op);
    Location loc = op->getLoc();
    Value input = operands[0];
    int64_t rank = rankOf(input);
    SmallVector<OpFoldResult> offsets(rank, b.getIndexAttr(0));
    SmallVector<OpFoldResult> strides(rank, b.getIndexAttr(1));
    Sizes sizes = sizesOf(b, loc, input);
    auto ends = getKnownElements(slice.getEnds());
    auto steps = getKnownElements(slice.getSteps());
    bool forward = true;
    for (auto [i, axis] : llvm::enumerate(slice.getAxes())) {
      Value size = asValue(b, loc, sizes[axis]);
      Range range;
      range.start = createWrappedIndex(
          b, loc, indexElement(b, loc, operands[1], i), size);
      range.end =
          findEnd(b, loc, operands[2], i, (*ends)[i], (*steps)[i], size);
      range.step = indexElement(b, loc, operands[3], i);
      forward &= (*steps)[i] && *(*steps)[i] > 0;
      Value count = clamp(b, loc, range, size, (*steps)[i]);
      offsets[axis] = getAsOpFoldResult(range.start);
      strides[axis] = getAsOpFoldResult(range.step);
      int64_t known = shapeOf(slice.getResult())[axis];
      sizes[axis] = ShapedType::isDynamic(known) ? getAsOpFoldResult(count)
                                                 : fixed(b, known);
    }
    // A slice of nothing may begin behind the end.
    if (llvm::is_contained(shapeOf(slice.getResult()), 0) ||
        llvm::is_contained(shapeOf(input), 0))
      return Values{createEmpty(b, loc, sizes, elementTypeOf(input))};
    if (forward)
      return Values{tensor::ExtractSliceOp::create(b, loc, input, offsets,
                                                   sizes, strides)};
    return Values{createReversed(b, loc, input, offsets, sizes, strides)};
  }

  struct Range {
    Value start, end, step;
  };

  /// The end of an axis, counted from its start. What surely lies outside
  /// stands for all that is there.
  static Value findEnd(OpBuilder &b, Location loc, Value ends, int64_t place,
                       std::optional<int64_t> end, std::optional<int64_t> step,
                       Value size) {
    if (end && step && *step > 0 && *end >= std::numeric_limits<int32_t>::max())
      return size;
    if (end && step && *step < 0 && *end <= std::numeric_limits<int32_t>::min())
      return arith::ConstantIndexOp::create(b, loc, -1);
    return createWrappedIndex(b, loc, indexElement(b, loc, ends, place), size);
  }

  /// Brings a range inside of the axis and counts its elements. The step's
  /// direction is the run's affair where the step is.
  static Value clamp(OpBuilder &b, Location loc, Range &range, Value size,
                     std::optional<int64_t> step) {
    ScalarBuilder s(b, loc, b.getIndexType());
    Value zero = arith::ConstantIndexOp::create(b, loc, 0);
    Value minusOne = arith::ConstantIndexOp::create(b, loc, -1);
    Value one = arith::ConstantIndexOp::create(b, loc, 1);
    auto forwards = [&] {
      Range inside = range;
      inside.start = createClamp(b, loc, range.start, zero, size);
      inside.end = createClamp(b, loc, range.end, inside.start, size);
      return inside;
    };
    auto backwards = [&] {
      // An end below the tensor means "up to the first element".
      Range inside = range;
      Value last = b.createOrFold<arith::SubIOp>(loc, size, one);
      inside.start = createClamp(b, loc, range.start, minusOne, last);
      inside.end = createClamp(b, loc, range.end, minusOne, inside.start);
      return inside;
    };
    auto count = [&](Value from, Value to, Value by) -> Value {
      Value distance = b.createOrFold<arith::SubIOp>(loc, to, from);
      return b.createOrFold<arith::CeilDivSIOp>(loc, distance, by);
    };
    if (step && *step > 0) {
      range = forwards();
      return count(range.start, range.end, range.step);
    }
    Value back = b.createOrFold<arith::SubIOp>(loc, zero, range.step);
    if (step) {
      range = backwards();
      return count(range.end, range.start, back);
    }
    Value isStep = b.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::ne,
                                                 range.step, zero);
    createRequire(b, loc, isStep, "a step of 0 leads nowhere", {});
    Value ahead = s.less(zero, range.step);
    Range up = forwards(), down = backwards();
    range.start = s.select(ahead, up.start, down.start);
    Value from = s.select(ahead, up.start, down.end);
    Value to = s.select(ahead, up.end, down.start);
    return count(from, to, s.select(ahead, range.step, back));
  }

  /// Reads with strides that a slice of a tensor cannot have.
  static Value createReversed(OpBuilder &b, Location loc, Value input,
                              ArrayRef<OpFoldResult> offsets,
                              ArrayRef<OpFoldResult> sizes,
                              ArrayRef<OpFoldResult> strides) {
    // Where all is known it is a map, which what follows can take in. Steps
    // that are longer than any axis have no place in one.
    auto starts = getConstantIntValues(offsets);
    auto steps = getConstantIntValues(strides);
    auto fits = [](int64_t step) { return llvm::isInt<32>(step); };
    if (starts && steps && getConstantIntValues(sizes) &&
        llvm::all_of(*steps, fits)) {
      SmallVector<AffineExpr> from;
      for (auto [d, start, step] : llvm::enumerate(*starts, *steps))
        from.push_back(b.getAffineDimExpr(d) * step + start);
      return createParallel(
          b, loc, {input},
          {AffineMap::get(from.size(), 0, from, b.getContext())}, sizes,
          elementTypeOf(input),
          [](OpBuilder &, Location, ValueRange elements) -> Value {
            return elements[0];
          });
    }
    return createParallel(
        b, loc, {}, {}, sizes, elementTypeOf(input),
        [&](OpBuilder &inner, Location l, ValueRange) -> Value {
          Values indices;
          for (auto [d, offset] : llvm::enumerate(offsets)) {
            Value index = linalg::IndexOp::create(inner, l, d);
            index = inner.createOrFold<arith::MulIOp>(
                l, index, asValue(inner, l, strides[d]));
            indices.push_back(inner.createOrFold<arith::AddIOp>(
                l, index, asValue(inner, l, offset)));
          }
          return tensor::ExtractOp::create(inner, l, input, indices);
        });
  }
};

struct ExpandLowering
    : LowerToLinalgInterface::ExternalModel<ExpandLowering, ExpandOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    auto expand = cast<ExpandOp>(op);
    Location loc = op->getLoc();
    Value input = operands[0];
    int64_t rank = rankOf(expand.getResult());
    int64_t missing = rank - rankOf(input);
    int64_t wanted = shapeOf(expand.getShape())[0];
    Sizes sizes = resultSizes(b, op, [&](int64_t i) -> OpFoldResult {
      OpFoldResult own = b.getIndexAttr(1);
      if (i >= missing)
        own = tensor::getMixedSize(b, loc, input, i - missing);
      if (i < rank - wanted)
        return own;
      Value size = indexElement(b, loc, operands[1], i - (rank - wanted));
      // Either may be 1; 0 is a size like any other.
      if (getConstantIntValue(own) == int64_t(1))
        return getAsOpFoldResult(size);
      ScalarBuilder s(b, loc, b.getIndexType());
      Value input = asValue(b, loc, own);
      Value one = arith::ConstantIndexOp::create(b, loc, 1);
      return getAsOpFoldResult(s.select(s.equal(input, one), size, input));
    });
    checkWanted(b, loc, operands[1], sizes);
    Values source{input};
    createBroadcasts(b, loc, source, sizes);
    return Values{createParallel(
        b, loc, source,
        getBroadcastMap(b.getContext(), shapeOf(source[0]),
                        shapeOf(expand.getResult())),
        sizes, elementTypeOf(input),
        [](OpBuilder &, Location, ValueRange args) { return args[0]; })};
  }

  static void checkWanted(OpBuilder &b, Location loc, Value shape,
                          ArrayRef<OpFoldResult> sizes);
};

/// A wanted size other than the result's is 1.
void ExpandLowering::checkWanted(OpBuilder &b, Location loc, Value shape,
                                 ArrayRef<OpFoldResult> sizes) {
  Sizes wanted;
  Values conditions;
  for (int64_t i = 0, e = shapeOf(shape)[0]; i < e; ++i) {
    wanted.push_back(getAsOpFoldResult(indexElement(b, loc, shape, i)));
    OpFoldResult size = sizes[int64_t(sizes.size()) - e + i];
    Value same = createSameSize(b, loc, wanted.back(), size);
    if (!same || getConstantIntValue(wanted.back()) == int64_t(1))
      continue;
    conditions.push_back(b.createOrFold<arith::OrIOp>(
        loc, same, createSameSize(b, loc, wanted.back(), b.getIndexAttr(1))));
  }
  createRequire(b, loc, createAll(b, loc, conditions),
                "the input does not broadcast to the wanted shape",
                {Sizes(sizes), wanted});
}

struct GatherLowering
    : LowerToLinalgInterface::ExternalModel<GatherLowering, GatherOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    auto gather = cast<GatherOp>(op);
    Location loc = op->getLoc();
    Value data = operands[0], indices = operands[1];
    int64_t axis = gather.getAxis(), count = rankOf(indices);
    int64_t rank = rankOf(gather.getResult());
    Sizes dataSizes = sizesOf(b, loc, data);
    Sizes sizes(dataSizes.begin(), dataSizes.begin() + axis);
    llvm::append_range(sizes, sizesOf(b, loc, indices));
    llvm::append_range(sizes, ArrayRef(dataSizes).drop_front(axis + 1));
    SmallVector<AffineExpr> exprs;
    for (int64_t i = 0; i < count; ++i)
      exprs.push_back(b.getAffineDimExpr(axis + i));
    Value size = asValue(b, loc, dataSizes[axis]);
    return Values{createParallel(
        b, loc, indices, AffineMap::get(rank, 0, exprs, b.getContext()), sizes,
        elementTypeOf(data),
        [&](OpBuilder &inner, Location l, ValueRange args) -> Value {
          // An index outside must not read outside.
          Value place = createSafeIndex(inner, l, args[0], size);
          Values position;
          for (int64_t d = 0; d < rankOf(data); ++d) {
            if (d == axis)
              position.push_back(place);
            else
              position.push_back(linalg::IndexOp::create(
                  inner, l, d < axis ? d : d - 1 + count));
          }
          return tensor::ExtractOp::create(inner, l, data, position);
        })};
  }
};

struct PadLowering : LowerToLinalgInterface::ExternalModel<PadLowering, PadOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    auto pad = cast<PadOp>(op);
    Location loc = op->getLoc();
    Value input = operands[0];
    int64_t rank = rankOf(input);
    auto known = getKnownElements(pad.getPads());
    SmallVector<OpFoldResult> low, high;
    bool grows = true;
    for (int64_t i = 0; i < 2 * rank; ++i) {
      std::optional<int64_t> count = (*known)[i];
      grows &= count && *count >= 0;
      (i < rank ? low : high)
          .push_back(
              count ? fixed(b, *count)
                    : getAsOpFoldResult(indexElement(b, loc, operands[1], i)));
    }
    Type type = elementTypeOf(input);
    Value value;
    if (operands.size() > 2)
      value = tensor::ExtractOp::create(
          b, loc, operands[2],
          Values(rankOf(operands[2]),
                 arith::ConstantIndexOp::create(b, loc, 0)));
    else
      value = createScalarConstant(b, loc, type, 0);
    if (pad.getMode() == "constant" && grows)
      return Values{tensor::PadOp::create(
          b, loc, getStorageTensor(pad.getType()), input, low, high, value)};
    Sizes inputSizes = sizesOf(b, loc, input);
    Sizes sizes = resultSizes(b, op, [&](int64_t i) {
      OpFoldResult size = addSizes(b, loc, inputSizes[i], low[i]);
      return addSizes(b, loc, size, high[i]);
    });
    // What wraps is what is left where counts are negative.
    if (pad.getMode() == "wrap" && !grows) {
      input = crop(b, loc, input, inputSizes, low, high);
      inputSizes = sizesOf(b, loc, input);
    }
    return Values{createParallel(b, loc, {}, {}, sizes, type,
                                 [&](OpBuilder &inner, Location l, ValueRange) {
                                   return readPadded(inner, l, pad.getMode(),
                                                     input, low, inputSizes,
                                                     value);
                                 })};
  }

  /// `input` without what negative counts take away. Those in `low` become 0.
  static Value crop(OpBuilder &b, Location loc, Value input,
                    ArrayRef<OpFoldResult> sizes,
                    MutableArrayRef<OpFoldResult> low,
                    ArrayRef<OpFoldResult> high) {
    Value zero = arith::ConstantIndexOp::create(b, loc, 0);
    auto atLeast = [&](Value value) {
      return b.createOrFold<arith::MaxSIOp>(loc, value, zero);
    };
    auto taken = [&](OpFoldResult count) {
      return atLeast(
          b.createOrFold<arith::SubIOp>(loc, zero, asValue(b, loc, count)));
    };
    Sizes starts, left;
    for (auto [size, before, after] : llvm::zip(sizes, low, high)) {
      Value start = taken(before);
      Value rest = b.createOrFold<arith::SubIOp>(
          loc, asValue(b, loc, size),
          b.createOrFold<arith::AddIOp>(loc, start, taken(after)));
      starts.push_back(getAsOpFoldResult(start));
      left.push_back(getAsOpFoldResult(atLeast(rest)));
      before = getAsOpFoldResult(atLeast(asValue(b, loc, before)));
    }
    return tensor::ExtractSliceOp::create(b, loc, input, starts, left,
                                          Sizes(low.size(), b.getIndexAttr(1)));
  }

  /// The element of the padded tensor at the current place.
  static Value readPadded(OpBuilder &b, Location loc, StringRef mode,
                          Value input, ArrayRef<OpFoldResult> low,
                          ArrayRef<OpFoldResult> sizes, Value value) {
    ScalarBuilder s(b, loc, b.getIndexType());
    Value zero = arith::ConstantIndexOp::create(b, loc, 0);
    Value one = arith::ConstantIndexOp::create(b, loc, 1);
    Value inside;
    Values position;
    for (auto [d, before] : llvm::enumerate(low)) {
      Value size = asValue(b, loc, sizes[d]);
      Value last = s.sub(size, one);
      Value index =
          s.sub(linalg::IndexOp::create(b, loc, d), asValue(b, loc, before));
      Value within =
          arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult, index, size);
      inside = inside ? arith::AndIOp::create(b, loc, inside, within) : within;
      if (mode == "reflect") {
        // A triangle wave of period 2 * (size - 1).
        Value period = s.max(s.add(last, last), one);
        Value phase = arith::RemSIOp::create(b, loc, index, period);
        phase = s.select(s.less(phase, zero), s.add(phase, period), phase);
        index = s.select(s.less(last, phase), s.sub(period, phase), phase);
      } else if (mode == "wrap") {
        Value phase = arith::RemSIOp::create(b, loc, index, size);
        index = s.select(s.less(phase, zero), s.add(phase, size), phase);
      }
      position.push_back(createClamp(b, loc, index, zero, last));
    }
    Value element = tensor::ExtractOp::create(b, loc, input, position);
    if (mode != "constant" || !inside)
      return element;
    return arith::SelectOp::create(b, loc, inside, element, value);
  }
};

} // namespace

void registerShapeLowerings(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, NNDialect *) {
    ShapeOp::attachInterface<ShapeLowering>(*context);
    ReshapeOp::attachInterface<ReshapeLowering>(*context);
    TransposeOp::attachInterface<TransposeLowering>(*context);
    ConcatOp::attachInterface<ConcatLowering>(*context);
    SliceOp::attachInterface<SliceLowering>(*context);
    ExpandOp::attachInterface<ExpandLowering>(*context);
    GatherOp::attachInterface<GatherLowering>(*context);
    PadOp::attachInterface<PadLowering>(*context);
  });
}

} // namespace swage::nn
