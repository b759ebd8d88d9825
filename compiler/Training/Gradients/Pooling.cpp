//===- Pooling.cpp - gradients of pooling ---------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// An element of the input is in a few windows, at another place in each. Along
// one dimension there are at most ceil(extent / stride) of them; for each such
// candidate, the windows' gradients are gathered at the elements' places and
// kept where the window is one that counts.
//
//===----------------------------------------------------------------------===//
#include "compiler/Training/Gradients.h"
#include "dialects/NN/Window.h"

using namespace mlir;
using namespace swage;
using namespace swage::training;
using nn::Window;

namespace {

/// The candidate windows of the elements along one dimension.
struct Candidates {
  /// For each candidate and element: the window, and the element's number in
  /// it, or -1 where there is no such window.
  SmallVector<SmallVector<int64_t>> windows, numbers;

  Candidates(const Window &window, int64_t size, int64_t count) {
    int64_t candidates = llvm::divideCeil(window.extent(), window.stride);
    for (int64_t candidate = 0; candidate < candidates; ++candidate) {
      windows.emplace_back();
      numbers.emplace_back();
      for (int64_t at = 0; at < size; ++at) {
        int64_t own = (at + window.before) / window.stride - candidate;
        int64_t offset = at + window.before - own * window.stride;
        bool inside = own >= 0 && own < count && offset < window.extent() &&
                      offset % window.dilation == 0;
        windows.back().push_back(inside ? own : 0);
        numbers.back().push_back(inside ? offset / window.dilation : -1);
      }
    }
  }
};

/// The windows of a pooling operator, channels second.
class PoolGradient {
public:
  PoolGradient(const TensorBuilder &b, Value input, Value result,
               ArrayRef<Window> windows)
      : b(b), input(input), windows(windows) {
    int64_t rank = windows.size();
    for (int64_t i = 0; i < rank; ++i)
      dimensions.emplace_back(windows[i], b.shapeOf(input)[2 + i],
                              b.shapeOf(result)[2 + i]);
  }

  /// Calls `visit` for each combination of candidates along the dimensions,
  /// with a function that gathers a tensor of windows at the elements' places,
  /// and the elements' numbers in the windows, which broadcast to the input.
  using Gather = function_ref<Value(Value)>;
  void forEachCandidate(function_ref<void(Gather, Value numbers)> visit) const {
    SmallVector<size_t> chosen(windows.size(), 0);
    while (true) {
      auto gather = [&](Value value) {
        for (auto [i, candidates] : llvm::enumerate(dimensions))
          value =
              b.gather(value, b.indices(candidates.windows[chosen[i]]), 2 + i);
        return value;
      };
      visit(gather, getNumbers(chosen));
      size_t i = 0;
      while (i < chosen.size() && ++chosen[i] == dimensions[i].windows.size())
        chosen[i++] = 0;
      if (i == chosen.size())
        return;
    }
  }

private:
  /// The elements' numbers in their windows in row-major order.
  Value getNumbers(ArrayRef<size_t> chosen) const {
    SmallVector<int64_t> shape{1, 1}, numbers{0};
    for (auto [i, candidates] : llvm::enumerate(dimensions)) {
      ArrayRef<int64_t> own = candidates.numbers[chosen[i]];
      shape.push_back(own.size());
      SmallVector<int64_t> product;
      for (int64_t outer : numbers)
        for (int64_t number : own)
          product.push_back(
              outer < 0 || number < 0 ? -1 : outer * windows[i].size + number);
      numbers = std::move(product);
    }
    return b.indices(numbers, shape);
  }

  const TensorBuilder &b;
  Value input;
  ArrayRef<Window> windows;
  SmallVector<Candidates> dimensions;
};

/// Every element of a window gets the window's gradient.
Value buildSumGradient(const TensorBuilder &b, Value input, Value result,
                       ArrayRef<Window> windows, Value dy) {
  PoolGradient pool(b, input, result, windows);
  Value dx;
  pool.forEachCandidate([&](PoolGradient::Gather gather, Value numbers) {
    Value outside = b.index(-1);
    Value part = b.keepIf(b.less(outside, numbers), gather(dy));
    dx = dx ? b.add(dx, part) : part;
  });
  return dx;
}

template <typename OpTy> LogicalResult checkLayout(OpTy op) {
  if (op.getChannelsLast())
    return op.emitError("gradients are built before layouts are chosen");
  return success();
}

struct SumPoolGradient
    : nn::DifferentiableInterface::ExternalModel<SumPoolGradient,
                                                 nn::SumPoolOp> {
  FailureOr<Values> buildVJP(Operation *op, ValueRange cotangents,
                             OpBuilder &builder) const {
    auto pool = cast<nn::SumPoolOp>(op);
    TensorBuilder b(builder, op->getLoc());
    if (failed(checkLayout(pool)))
      return failure();
    return Values{buildSumGradient(b, pool.getInput(), pool.getResult(),
                                   nn::getWindows(pool), cotangents[0])};
  }
};

struct AveragePoolGradient
    : nn::DifferentiableInterface::ExternalModel<AveragePoolGradient,
                                                 nn::AveragePoolOp> {
  FailureOr<Values> buildVJP(Operation *op, ValueRange cotangents,
                             OpBuilder &builder) const {
    auto pool = cast<nn::AveragePoolOp>(op);
    TensorBuilder b(builder, op->getLoc());
    if (failed(checkLayout(pool)))
      return failure();
    Value input = pool.getInput(), result = pool.getResult();
    SmallVector<Window> windows = nn::getWindows(pool);
    Value counts = b.splat(b.elementTypeOf(input), {1, 1}, 1);
    for (auto [i, window] : llvm::enumerate(windows)) {
      // How many elements count in each window along this dimension.
      int64_t axis = 2 + i, size = b.shapeOf(input)[axis];
      SmallVector<int64_t> own, shape(2 + windows.size(), 1);
      bool padding = pool.getCountIncludePad();
      int64_t low = padding ? -window.before : 0;
      int64_t high = size + (padding ? window.after : 0);
      for (int64_t o = 0; o < b.shapeOf(result)[axis]; ++o) {
        int64_t count = 0;
        for (int64_t k = 0; k < window.size; ++k) {
          int64_t at = o * window.stride + k * window.dilation - window.before;
          count += at >= low && at < high;
        }
        own.push_back(std::max<int64_t>(count, 1));
      }
      shape[axis] = own.size();
      Value factor = b.cast(b.indices(own, shape), b.elementTypeOf(input));
      counts = b.rankOf(counts) == 2 ? factor : b.mul(counts, factor);
    }
    return Values{buildSumGradient(b, input, result, windows,
                                   b.div(cotangents[0], counts))};
  }
};

/// The first greatest element of a window gets its gradient.
struct MaxPoolGradient
    : nn::DifferentiableInterface::ExternalModel<MaxPoolGradient,
                                                 nn::MaxPoolOp> {
  FailureOr<Values> buildVJP(Operation *op, ValueRange cotangents,
                             OpBuilder &builder) const {
    auto pool = cast<nn::MaxPoolOp>(op);
    TensorBuilder b(builder, op->getLoc());
    if (failed(checkLayout(pool)))
      return failure();
    SmallVector<Window> windows = nn::getWindows(pool);
    Value winners = findWinners(b, pool, windows), dy = cotangents[0];
    PoolGradient gradient(b, pool.getInput(), pool.getResult(), windows);
    Value dx;
    gradient.forEachCandidate([&](PoolGradient::Gather gather, Value numbers) {
      Value won =
          b.equal(gather(winners), b.cast(numbers, b.elementTypeOf(winners)));
      Value part = b.keepIf(won, gather(dy));
      dx = dx ? b.add(dx, part) : part;
    });
    return Values{dx};
  }

  /// The number of the first greatest element in each window.
  static Value findWinners(const TensorBuilder &b, nn::MaxPoolOp pool,
                           ArrayRef<Window> windows) {
    Value input = pool.getInput(), result = pool.getResult();
    int64_t rank = windows.size();
    // Padding is never the greatest. Last windows may reach beyond it.
    SmallVector<int64_t> before(2 + rank, 0), after(2 + rank, 0), pads;
    int64_t elements = 1;
    for (int64_t i = 0; i < rank; ++i) {
      const Window &window = windows[i];
      int64_t needed =
          (b.shapeOf(result)[2 + i] - 1) * window.stride + window.extent();
      before[2 + i] = window.before;
      after[2 + i] = needed - b.shapeOf(input)[2 + i] - window.before;
      elements *= window.size;
    }
    pads.append(before);
    llvm::append_range(pads, after);
    double least = -std::numeric_limits<double>::infinity();
    Value padded = b.make<nn::PadOp>(input, b.indices(pads),
                                     b.scalarLike(input, least), "constant");
    Type i32 = b.builder.getI32Type();
    // From the last to the first, so that the first has the last word.
    Value winners;
    for (int64_t number = elements; number-- > 0;) {
      Value candidate = padded;
      int64_t rest = number;
      for (int64_t i = rank; i-- > 0;) {
        const Window &window = windows[i];
        int64_t start = rest % window.size * window.dilation;
        rest /= window.size;
        int64_t last = (b.shapeOf(result)[2 + i] - 1) * window.stride;
        candidate =
            b.slice(candidate, 2 + i, start, start + last + 1, window.stride);
      }
      Value own = b.scalar(i32, number);
      winners = winners ? b.select(b.equal(candidate, result), own, winners)
                        : b.expand(own, b.shapeOf(result));
    }
    return winners;
  }
};

} // namespace

void swage::training::registerPoolingGradients(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, nn::NNDialect *) {
    nn::SumPoolOp::attachInterface<SumPoolGradient>(*context);
    nn::AveragePoolOp::attachInterface<AveragePoolGradient>(*context);
    nn::MaxPoolOp::attachInterface<MaxPoolGradient>(*context);
  });
}
