//===- Shape.cpp - shapes and data movement -------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The lowerings of the operators in Shape.td.
//
//===----------------------------------------------------------------------===//
#include "compiler/Conversion/NNToLinalg/Lowering.h"
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
    auto steps = getKnownElements(slice.getSteps());
    bool forward = true;
    Value zero = arith::ConstantIndexOp::create(b, loc, 0);
    Value one = arith::ConstantIndexOp::create(b, loc, 1);
    for (auto [i, axis] : llvm::enumerate(slice.getAxes())) {
      Value size = asValue(b, loc, sizes[axis]);
      Value start =
          createWrappedIndex(b, loc, indexElement(b, loc, operands[1], i), size);
      Value end = createWrappedIndex(b, loc, indexElement(b, loc, operands[2], i), size);
      Value step = indexElement(b, loc, operands[3], i);
      if (!(*steps)[i])
        return op->emitError("slices along axis ")
               << axis << " by a step that is computed while running, which "
               << "is not supported: give a constant step";
      int64_t stride = *(*steps)[i];
      strides[axis] = b.getIndexAttr(stride);
      Value count;
      if (stride > 0) {
        start = createClamp(b, loc, start, zero, size);
        end = createClamp(b, loc, end, start, size);
        count = b.createOrFold<arith::SubIOp>(loc, end, start);
        count = b.createOrFold<arith::CeilDivSIOp>(loc, count, step);
      } else {
        forward = false;
        Value minusOne = arith::ConstantIndexOp::create(b, loc, -1);
        Value last = b.createOrFold<arith::SubIOp>(loc, size, one);
        start = createClamp(b, loc, start, minusOne, last);
        // A wrapped end below the tensor means "up to the first element".
        end = createClamp(b, loc, end, minusOne, start);
        Value back = arith::ConstantIndexOp::create(b, loc, -stride);
        count = b.createOrFold<arith::SubIOp>(loc, start, end);
        count = b.createOrFold<arith::CeilDivSIOp>(loc, count, back);
      }
      offsets[axis] = getAsOpFoldResult(start);
      int64_t known = shapeOf(slice.getResult())[axis];
      sizes[axis] = ShapedType::isDynamic(known) ? getAsOpFoldResult(count)
                                                 : fixed(b, known);
    }
    // A slice of nothing may begin behind the end.
    if (llvm::is_contained(shapeOf(slice.getResult()), 0))
      return Values{createEmpty(b, loc, sizes, elementTypeOf(input))};
    if (forward)
      return Values{tensor::ExtractSliceOp::create(b, loc, input, offsets,
                                                   sizes, strides)};
    return Values{createReversed(b, loc, input, offsets, sizes, strides)};
  }

  /// Reads with negative strides, which a slice of a tensor cannot have.
  static Value createReversed(OpBuilder &b, Location loc, Value input,
                              ArrayRef<OpFoldResult> offsets,
                              ArrayRef<OpFoldResult> sizes,
                              ArrayRef<OpFoldResult> strides) {
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
    return Values{createParallel(
        b, loc, input,
        getBroadcastMap(b.getContext(), shapeOf(input),
                        shapeOf(expand.getResult())),
        sizes, elementTypeOf(input),
        [](OpBuilder &, Location, ValueRange args) { return args[0]; })};
  }
};

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
    return Values{createParallel(b, loc, {}, {}, sizes, type,
                                 [&](OpBuilder &inner, Location l, ValueRange) {
                                   return readPadded(inner, l, pad.getMode(),
                                                     input, low, inputSizes,
                                                     value);
                                 })};
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
