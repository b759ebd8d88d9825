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
#include "compiler/Transforms/Passes.h"
#include "compiler/Transforms/Schedules.h"
#include "compiler/Transforms/WinogradConvolutions.h"
#include "compiler/Transforms/WinogradCost.h"
#include "compiler/Transforms/WinogradForms.h"
#include "compiler/Transforms/WinogradPools.h"
#include "dialects/Kernel/Kernel.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace swage {
#define GEN_PASS_DEF_WINOGRADPASS
#include "compiler/Transforms/Passes.h.inc"
} // namespace swage

using namespace mlir;
using namespace swage;

namespace {

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
      if (loop == Convolution::kColumnLoop) {
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
      std::optional<Convolution> conv = matchConvolution(op);
      if (!conv)
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
