//===- Winograd.cpp - convolutions with fewer multiplications -------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Rewrites convolutions into transforms of filter and image, products of the
// transforms, and a transform back. The rewrite is the algorithm in full, as
// linalg on tensors, so that any backend can run it; the schedule that it
// attaches says how it becomes fast.
//
//===----------------------------------------------------------------------===//
#include "compiler/Analysis/ConstantTensors.h"
#include "compiler/Transforms/Passes.h"
#include "compiler/Transforms/Schedules.h"
#include "compiler/Transforms/WinogradCost.h"
#include "compiler/Transforms/WinogradForms.h"
#include "compiler/Transforms/WinogradPools.h"
#include "dialects/Kernel/Kernel.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Matchers.h"

namespace swage {
#define GEN_PASS_DEF_WINOGRADPASS
#include "compiler/Transforms/Passes.h.inc"
} // namespace swage

using namespace mlir;
using namespace swage;

namespace {

//===----------------------------------------------------------------------===//
// Convolutions that have a form
//===----------------------------------------------------------------------===//

/// A convolution [n, y, x, k] += [n, y * sy + dy, x * sx + dx, c] * filter.
struct Convolution {
  linalg::GenericOp op;
  Value image; ///< before it was padded
  std::array<int64_t, 2> padding{};
  Value filter;
  /// The loops over the window; none where the window has one element.
  std::array<std::optional<unsigned>, 2> windowLoops;
  unsigned inputChannelLoop = 0;
  WinogradProblem problem;
};

/// The loops n, y, x, k come first, as results are written.
constexpr unsigned kColumnLoop = 3, kNumParallel = 4;

/// Whether the body adds the product of both inputs to the accumulator.
bool isMultiplyAdd(linalg::GenericOp op) {
  Block *body = op.getBody();
  auto yield = cast<linalg::YieldOp>(body->getTerminator());
  auto add = yield.getOperand(0).getDefiningOp<arith::AddFOp>();
  if (!add)
    return false;
  for (int64_t i : {0, 1}) {
    auto mul = add->getOperand(i).getDefiningOp<arith::MulFOp>();
    if (!mul || add->getOperand(1 - i) != body->getArgument(2))
      continue;
    return (mul.getLhs() == body->getArgument(0) &&
            mul.getRhs() == body->getArgument(1)) ||
           (mul.getLhs() == body->getArgument(1) &&
            mul.getRhs() == body->getArgument(0));
  }
  return false;
}

/// Takes the padding with zeros around the image off, if that is what is there.
void peelPadding(Convolution &conv) {
  auto pad = conv.image.getDefiningOp<tensor::PadOp>();
  if (!pad || pad.getNofold())
    return;
  Value value = pad.getConstantPaddingValue();
  auto low = getConstantIntValues(pad.getMixedLowPad());
  auto high = getConstantIntValues(pad.getMixedHighPad());
  if (!value || !matchPattern(value, m_AnyZeroFloat()) || !low || !high)
    return;
  for (auto [dim, before, after] : llvm::enumerate(*low, *high))
    if (before < 0 || after < 0 ||
        ((dim == 0 || dim == 3) && (before || after)))
      return;
  conv.image = pad.getSource();
  conv.padding = {(*low)[1], (*low)[2]};
}

/// The positive s of `expr` = dim(loop) * s; nothing where it is something
/// else.
std::optional<int64_t> getStride(AffineExpr expr, unsigned loop) {
  AffineExpr dim = getAffineDimExpr(loop, expr.getContext());
  if (expr == dim)
    return 1;
  auto product = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!product || product.getKind() != AffineExprKind::Mul ||
      product.getLHS() != dim)
    return std::nullopt;
  auto factor = dyn_cast<AffineConstantExpr>(product.getRHS());
  if (!factor || factor.getValue() < 1)
    return std::nullopt;
  return factor.getValue();
}

/// `op` as a convolution, or the reason why it is none.
FailureOr<Convolution> matchConvolution(linalg::GenericOp op,
                                        const char *&reason) {
  reason = "not a convolution of one image with one filter";
  if (op.getNumDpsInputs() != 2 || op.getNumDpsInits() != 1 ||
      op.getNumParallelLoops() != kNumParallel || !isMultiplyAdd(op))
    return failure();
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  MLIRContext *context = op.getContext();
  unsigned loops = op.getNumLoops();
  if (maps[2] != AffineMap::getMultiDimIdentityMap(loops, context)
                     .getMajorSubMap(kNumParallel) ||
      maps[0].getNumResults() != 4 || !maps[1].isProjectedPermutation())
    return failure();

  Convolution conv;
  conv.op = op;
  auto dim = [&](unsigned loop) { return getAffineDimExpr(loop, context); };
  if (maps[0].getResult(0) != dim(0))
    return failure();
  auto channel = dyn_cast<AffineDimExpr>(maps[0].getResult(3));
  if (!channel || channel.getPosition() < kNumParallel)
    return failure();
  conv.inputChannelLoop = channel.getPosition();
  reason = "it has a dilation";
  unsigned next = kNumParallel;
  for (unsigned i : {0, 1}) {
    AffineExpr place = maps[0].getResult(1 + i);
    auto sum = dyn_cast<AffineBinaryOpExpr>(place);
    if (sum && sum.getKind() == AffineExprKind::Add) {
      if (next >= loops || sum.getRHS() != dim(next))
        return failure();
      conv.windowLoops[i] = next++;
      place = sum.getLHS();
    }
    std::optional<int64_t> stride = getStride(place, 1 + i);
    if (!stride)
      return failure();
    conv.problem.strides[i] = *stride;
  }
  if (conv.inputChannelLoop != next || next + 1 != loops)
    return failure();
  reason = "its window has one element";
  if (!conv.windowLoops[0] && !conv.windowLoops[1])
    return failure();
  reason = "its filter is no constant matrix for each place of the window";
  conv.filter = op.getDpsInputs()[1];
  if (!isConstantValue(conv.filter) || dependsOnConstantsOnly(op) ||
      maps[1].getNumResults() != loops - 3 || maps[1].isFunctionOfDim(0) ||
      maps[1].isFunctionOfDim(1) || maps[1].isFunctionOfDim(2))
    return failure();
  reason = "its sizes are not known";
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  conv.image = op.getDpsInputs()[0];
  peelPadding(conv);
  if (llvm::is_contained(extents, ShapedType::kDynamic) ||
      !cast<RankedTensorType>(conv.image.getType()).hasStaticShape())
    return failure();
  reason = "it is not in f32";
  for (Value operand : op->getOperands())
    if (!getElementTypeOrSelf(operand).isF32())
      return failure();
  conv.problem.batch = extents[0];
  conv.problem.outputs = {extents[1], extents[2]};
  for (unsigned i : {0, 1})
    conv.problem.taps[i] =
        conv.windowLoops[i] ? extents[*conv.windowLoops[i]] : 1;
  conv.problem.inputChannels = extents[conv.inputChannelLoop];
  conv.problem.outputChannels = extents[kColumnLoop];
  return conv;
}

//===----------------------------------------------------------------------===//
// The rewrite
//===----------------------------------------------------------------------===//

/// Writes one convolution anew.
class Rewriter {
public:
  Rewriter(Convolution conv, const WinogradPlan &plan)
      : conv(conv), plan(plan), builder(conv.op), loc(conv.op.getLoc()) {
    for (unsigned i : {0, 1}) {
      forms[i] = getWinogradForm(plan.tile[i], conv.problem.taps[i],
                                 conv.problem.strides[i]);
      steps[i] = plan.tile[i] * conv.problem.strides[i];
      points[i] = forms[i].points();
      tiles[i] = llvm::divideCeil(conv.problem.outputs[i], plan.tile[i]);
    }
    width = plan.registerTile[1];
    panels = conv.problem.outputChannels / width;
  }

  void run() {
    Value filter = transformFilter();
    Value image = transformImage();
    ScheduleAttr schedule = getSchedule();
    linalg::GenericOp product = multiply(image, filter);
    linalg::GenericOp result = transformBack(product.getResult(0));
    product->setAttr(kScheduleAttr, schedule);
    result->setAttr(kScheduleAttr, schedule);
    conv.op.getResult(0).replaceAllUsesWith(result.getResult(0));
    if (linalg::GenericOp pool =
            findPoolOfTiles(result.getResult(0), plan.tile))
      pool->setAttr(kScheduleAttr, schedule);
    auto pad = conv.op.getDpsInputs()[0].getDefiningOp<tensor::PadOp>();
    conv.op.erase();
    if (pad && pad->use_empty())
      pad.erase();
  }

private:
  using ScheduleAttr = kernel::ScheduleAttr;

  AffineExpr dim(unsigned position) {
    return builder.getAffineDimExpr(position);
  }

  /// A matrix of a form as a constant. In f32 all but the filters' are exact.
  Value createMatrix(const FormMatrix &matrix, FloatType type) {
    auto tensor = RankedTensorType::get({matrix.rows, matrix.columns}, type);
    SmallVector<Attribute> elements;
    for (double element : matrix.elements)
      elements.push_back(FloatAttr::get(type, element));
    return arith::ConstantOp::create(builder, loc,
                                     DenseElementsAttr::get(tensor, elements));
  }

  Value createFilled(ArrayRef<int64_t> shape, FloatType type) {
    Value empty = tensor::EmptyOp::create(builder, loc, shape, type);
    Value zero =
        arith::ConstantOp::create(builder, loc, builder.getZeroAttr(type));
    return linalg::FillOp::create(builder, loc, zero, empty).getResult(0);
  }

  /// init[parallel loops in order] += the product of the inputs, which `exprs`
  /// read; the `reductions` last loops are summed over.
  linalg::GenericOp createSum(ValueRange inputs,
                              ArrayRef<SmallVector<AffineExpr>> exprs,
                              Value init, AffineMap write,
                              unsigned reductions) {
    unsigned loops = write.getNumDims();
    SmallVector<AffineMap> maps;
    for (const SmallVector<AffineExpr> &expr : exprs)
      maps.push_back(AffineMap::get(loops, 0, expr, builder.getContext()));
    maps.push_back(write);
    SmallVector<utils::IteratorType> iterators(loops - reductions,
                                               utils::IteratorType::parallel);
    iterators.append(reductions, utils::IteratorType::reduction);
    return linalg::GenericOp::create(
        builder, loc, init.getType(), inputs, init, maps, iterators,
        [](OpBuilder &b, Location l, ValueRange args) {
          // A fused multiply-add may be used, as in what is replaced.
          auto flags = arith::FastMathFlags::contract;
          Type type = args.back().getType();
          Value product;
          for (Value factor : args.drop_back()) {
            if (factor.getType() != type)
              factor = arith::ExtFOp::create(b, l, type, factor);
            product = product
                          ? arith::MulFOp::create(b, l, product, factor, flags)
                          : factor;
          }
          Value sum = arith::AddFOp::create(b, l, args.back(), product, flags);
          linalg::YieldOp::create(b, l, sum);
        });
  }

  AffineMap writeInOrder(unsigned parallel, unsigned reductions) {
    return AffineMap::getMultiDimIdentityMap(parallel + reductions,
                                             builder.getContext())
        .getMajorSubMap(parallel);
  }

  /// U[a, b, panel, c, column] = sum of G[a, i] G[b, j] filter[i, j, c, k], in
  /// f64, in the order in which products read it.
  Value transformFilter() {
    AffineMap from = conv.op.getIndexingMapsArray()[1];
    Value filter = conv.filter;
    SmallVector<AffineExpr> read;
    enum { A, B, Panel, Channel, Column, I, J };
    for (AffineExpr expr : from.getResults()) {
      unsigned loop = cast<AffineDimExpr>(expr).getPosition();
      if (loop == kColumnLoop) {
        read.push_back(dim(Panel) * width + dim(Column));
      } else if (loop == conv.inputChannelLoop) {
        read.push_back(dim(Channel));
      } else {
        read.push_back(dim(loop == conv.windowLoops[0] ? I : J));
      }
    }
    SmallVector<int64_t> shape{points[0], points[1], panels,
                               conv.problem.inputChannels, width};
    FloatType f64 = builder.getF64Type(), f32 = builder.getF32Type();
    Value exact = createSum({createMatrix(forms[0].filter, f64),
                             createMatrix(forms[1].filter, f64), filter},
                            {{dim(A), dim(I)}, {dim(B), dim(J)}, read},
                            createFilled(shape, f64), writeInOrder(5, 2), 2)
                      .getResult(0);
    Value empty = tensor::EmptyOp::create(builder, loc, shape, f32);
    AffineMap identity = builder.getMultiDimIdentityMap(5);
    SmallVector<utils::IteratorType> parallel(5, utils::IteratorType::parallel);
    return linalg::GenericOp::create(
               builder, loc, empty.getType(), exact, empty,
               ArrayRef{identity, identity}, parallel,
               [&](OpBuilder &b, Location l, ValueRange args) {
                 linalg::YieldOp::create(
                     b, l, Value(arith::TruncFOp::create(b, l, f32, args[0])));
               })
        .getResult(0);
  }

  /// V[a, b, n, tile y, tile x, c] = sum of B^T[a, i] B^T[b, j] image[...]. The
  /// last tiles may reach beyond the image, where there are zeros.
  Value transformImage() {
    auto type = cast<RankedTensorType>(conv.image.getType());
    SmallVector<int64_t> low(4, 0), high(4, 0), shape(type.getShape());
    for (unsigned i : {0, 1}) {
      int64_t end = (tiles[i] - 1) * steps[i] + points[i];
      low[1 + i] = conv.padding[i];
      high[1 + i] =
          std::max<int64_t>(0, end - conv.padding[i] - type.getDimSize(1 + i));
      shape[1 + i] += low[1 + i] + high[1 + i];
    }
    Value image = conv.image;
    if (ArrayRef(shape) != type.getShape()) {
      Value zero = arith::ConstantOp::create(
          builder, loc, builder.getZeroAttr(type.getElementType()));
      image = tensor::PadOp::create(
          builder, loc, RankedTensorType::get(shape, type.getElementType()),
          image, getAsIndexOpFoldResult(builder.getContext(), low),
          getAsIndexOpFoldResult(builder.getContext(), high), zero);
    }
    enum { A, B, Batch, Y, X, Channel, I, J };
    FloatType f32 = builder.getF32Type();
    return createSum(
               {createMatrix(forms[0].input, f32),
                createMatrix(forms[1].input, f32), image},
               {{dim(A), dim(I)},
                {dim(B), dim(J)},
                {dim(Batch), dim(Y) * steps[0] + dim(I),
                 dim(X) * steps[1] + dim(J), dim(Channel)}},
               createFilled({points[0], points[1], conv.problem.batch, tiles[0],
                             tiles[1], conv.problem.inputChannels},
                            f32),
               writeInOrder(6, 2), 2)
        .getResult(0);
  }

  /// M[a, b, n, tile y, tile x, k] = sum of V[..., c] U[..., c, k].
  linalg::GenericOp multiply(Value image, Value filter) {
    enum { A, B, Batch, Y, X, Column, Channel };
    return createSum(
        {image, filter},
        {{dim(A), dim(B), dim(Batch), dim(Y), dim(X), dim(Channel)},
         {dim(A), dim(B), dim(Column).floorDiv(width), dim(Channel),
          dim(Column) % width}},
        createFilled({points[0], points[1], conv.problem.batch, tiles[0],
                      tiles[1], conv.problem.outputChannels},
                     builder.getF32Type()),
        writeInOrder(6, 1), 1);
  }

  /// result[n, y, x, k] += A^T[y mod m, a] A^T[x mod m, b] M[...].
  linalg::GenericOp transformBack(Value products) {
    enum { Batch, Y, X, Column, A, B };
    int64_t my = plan.tile[0], mx = plan.tile[1];
    FloatType f32 = builder.getF32Type();
    return createSum({createMatrix(forms[0].output, f32),
                      createMatrix(forms[1].output, f32), products},
                     {{dim(Y) % my, dim(A)},
                      {dim(X) % mx, dim(B)},
                      {dim(A), dim(B), dim(Batch), dim(Y).floorDiv(my),
                       dim(X).floorDiv(mx), dim(Column)}},
                     conv.op.getDpsInits()[0], writeInOrder(4, 2), 2);
  }

  ScheduleAttr getSchedule() {
    auto list = [&](StringRef name, ArrayRef<int64_t> values) {
      return builder.getNamedAttr(name, builder.getDenseI64ArrayAttr(values));
    };
    return ScheduleAttr::get(
        builder.getContext(), "winograd",
        builder.getDictionaryAttr({list("block", plan.block),
                                   list("cache_blocks", plan.columns),
                                   list("register_tile", plan.registerTile)}));
  }

  Convolution conv;
  const WinogradPlan &plan;
  OpBuilder builder;
  Location loc;
  std::array<WinogradForm, 2> forms;
  std::array<int64_t, 2> points{}, tiles{};
  std::array<int64_t, 2> steps{}; ///< of the image, from tile to tile
  int64_t width = 0, panels = 0;
};

struct Winograd : swage::impl::WinogradPassBase<Winograd> {
  using WinogradPassBase::WinogradPassBase;

  void runOnOperation() override {
    std::optional<std::array<int64_t, 2>> forced;
    if (!tile.empty()) {
      if (tile.size() != 2 || tile[0] < 1 || tile[1] < 1) {
        getOperation().emitError("option 'tile' takes two positive numbers, "
                                 "rows and columns of outputs");
        return signalPassFailure();
      }
      forced = std::array<int64_t, 2>{tile[0], tile[1]};
    }
    WinogradTarget facts{lanes, registers, l2Bytes, memoryBytes};
    SmallVector<linalg::GenericOp> candidates;
    getOperation().walk(
        [&](linalg::GenericOp op) { candidates.push_back(op); });
    for (linalg::GenericOp op : candidates) {
      const char *reason = nullptr;
      FailureOr<Convolution> conv = matchConvolution(op, reason);
      if (failed(conv))
        continue;
      auto plan = chooseWinograd(conv->problem, facts, forced);
      if (!plan)
        continue;
      Rewriter(*conv, *plan).run();
      ++numRewritten;
    }
  }
};

} // namespace
