//===- Indexing.cpp - gradients of what indices choose --------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What was gathered is scattered, with sums where places repeat, and what was
// scattered is gathered.
//
//===----------------------------------------------------------------------===//
#include "compiler/Training/Gradients.h"
#include "dialects/NN/Inference.h"
#include <numeric>

using namespace mlir;
using namespace swage;
using namespace swage::training;

namespace {

struct GatherGradient
    : nn::DifferentiableInterface::ExternalModel<GatherGradient, nn::GatherOp> {
  FailureOr<Values> buildVJP(Operation *op, ValueRange cotangents,
                             OpBuilder &builder) const {
    auto gather = cast<nn::GatherOp>(op);
    TensorBuilder b(builder, op->getLoc());
    Value data = gather.getData(), indices = gather.getIndices();
    int64_t axis = gather.getAxis(), rank = b.rankOf(data);
    int64_t count = b.countOf(indices);
    // The axis first: [before, indices, after] -> [indices, before, after].
    SmallVector<int64_t> shape(b.shapeOf(data)), order, back;
    Value rows = b.reshape(cotangents[0], replaced(shape, axis, count));
    // One slice at a known place has zeros around it.
    if (auto known = nn::getConstantElements(indices); known && count == 1) {
      int64_t place = known->front() + (known->front() < 0 ? shape[axis] : 0);
      SmallVector<int64_t> before(rank, 0), after(rank, 0);
      before[axis] = place;
      after[axis] = shape[axis] - 1 - place;
      return Values{b.pad(rows, before, after), Value()};
    }
    for (int64_t i = 0; i < rank; ++i) {
      order.push_back(i == 0 ? axis : i <= axis ? i - 1 : i);
      back.push_back(i < axis ? i + 1 : i == axis ? 0 : i);
    }
    SmallVector<int64_t> turned;
    for (int64_t from : order)
      turned.push_back(shape[from]);
    if (axis != 0)
      rows = b.transpose(rows, order);
    Value sums =
        b.make<nn::ScatterNDOp>(b.splat(b.elementTypeOf(data), turned, 0),
                                b.reshape(indices, {count, 1}), rows, "add");
    return Values{axis == 0 ? sums : b.transpose(sums, back), Value()};
  }

  static SmallVector<int64_t> replaced(ArrayRef<int64_t> shape, int64_t axis,
                                       int64_t size) {
    SmallVector<int64_t> result(shape);
    result[axis] = size;
    return result;
  }
};

struct GatherElementsGradient
    : nn::DifferentiableInterface::ExternalModel<GatherElementsGradient,
                                                 nn::GatherElementsOp> {
  FailureOr<Values> buildVJP(Operation *op, ValueRange cotangents,
                             OpBuilder &builder) const {
    auto gather = cast<nn::GatherElementsOp>(op);
    TensorBuilder b(builder, op->getLoc());
    return Values{b.make<nn::ScatterElementsOp>(
                      b.zerosLike(gather.getData()), gather.getIndices(),
                      cotangents[0], gather.getAxis(), "add"),
                  Value()};
  }
};

struct GatherNDGradient
    : nn::DifferentiableInterface::ExternalModel<GatherNDGradient,
                                                 nn::GatherNDOp> {
  FailureOr<Values> buildVJP(Operation *op, ValueRange cotangents,
                             OpBuilder &builder) const {
    auto gather = cast<nn::GatherNDOp>(op);
    TensorBuilder b(builder, op->getLoc());
    return Values{b.make<nn::ScatterNDOp>(b.zerosLike(gather.getData()),
                                          getPlaces(gather, b), cotangents[0],
                                          "add"),
                  Value()};
  }

  /// The indices, with those of the batch before them.
  static Value getPlaces(nn::GatherNDOp gather, const TensorBuilder &b) {
    Value indices = gather.getIndices();
    SmallVector<int64_t> shape(b.shapeOf(indices));
    shape.back() = 1;
    SmallVector<Value> parts;
    for (int64_t dim = 0; dim < gather.getBatchDims(); ++dim) {
      SmallVector<int64_t> numbers(shape[dim]), own(shape.size(), 1);
      std::iota(numbers.begin(), numbers.end(), 0);
      own[dim] = shape[dim];
      parts.push_back(b.cast(b.expand(b.indices(numbers, own), shape),
                             b.elementTypeOf(indices)));
    }
    if (parts.empty())
      return indices;
    parts.push_back(indices);
    return b.concat(parts, shape.size() - 1);
  }
};

/// Rows go back to where they came from, weighted; a weight's gradient is what
/// its row has in common with the result's.
struct GatherSumGradient
    : nn::DifferentiableInterface::ExternalModel<GatherSumGradient,
                                                 nn::GatherSumOp> {
  FailureOr<Values> buildVJP(Operation *op, ValueRange cotangents,
                             OpBuilder &builder) const {
    auto gather = cast<nn::GatherSumOp>(op);
    TensorBuilder b(builder, op->getLoc());
    Value data = gather.getData();
    int64_t height = b.shapeOf(data)[0], width = b.shapeOf(data)[1],
            results = b.shapeOf(gather.getIndices())[0],
            count = b.shapeOf(gather.getIndices())[1];
    auto asColumn = [&](Value value) {
      return b.reshape(value, {results, count, 1});
    };
    // Places outside of the data stand for zeros.
    Value places = b.cast(gather.getIndices(), builder.getI64Type());
    Value isInside = b.logicalNot(b.make<nn::OrOp>(
        b.less(places, b.index(0)), b.lessEqual(b.index(height), places)));
    places = b.keepIf(isInside, places);
    Value weights = asColumn(b.keepIf(isInside, gather.getWeights()));
    Value rows = b.gather(data, places, 0); // [results, count, width]

    SmallVector<int64_t> single{results, 1, width};
    Value dy = b.reshape(cotangents[0], single);
    if (gather.getMaximum()) {
      // All that are the greatest share the gradient.
      Value wins =
          b.equal(b.mul(weights, rows), b.reshape(gather.getResult(), single));
      Value winners = b.sum(b.cast(wins, b.elementTypeOf(data)), {1},
                            /*keepDims=*/true);
      dy = b.keepIf(wins, b.div(dy, winners));
    }
    Value ofWeights = b.sum(b.mul(dy, rows), {2}, /*keepDims=*/false);
    Value ofData = b.make<nn::ScatterNDOp>(
        b.zerosLike(data), b.reshape(places, {results * count, 1}),
        b.reshape(b.mul(dy, weights), {results * count, width}), "add");
    return Values{ofData, Value(), b.keepIf(isInside, ofWeights)};
  }
};

/// The gradients of the data and the updates of a scatter. `apply` scatters
/// updates over data at the same places, `pick` gathers from them.
struct ScatterGradients {
  const TensorBuilder &b;
  Value data, updates, result, dy;
  function_ref<Value(Value data, Value updates, StringRef reduction)> apply;
  function_ref<Value(Value)> pick;

  Values build(StringRef reduction) const {
    if (reduction == "add")
      return {dy, Value(), pick(dy)};
    if (reduction == "mul")
      return ofProducts();
    if (reduction == "max" || reduction == "min")
      return ofExtremes();
    // Where several updates have one place, the last counted; which it was, the
    // gradient does not know. Exporters promise that there are none.
    return {apply(dy, b.zerosLike(updates), "none"), Value(), pick(dy)};
  }

private:
  Value asNumber(Value condition) const {
    return b.cast(condition, b.elementTypeOf(data));
  }

  /// The element and the updates of its place that are all the greatest share
  /// the gradient.
  Values ofExtremes() const {
    Value keeps = b.equal(data, result), wins = b.equal(updates, pick(result));
    Value share = b.div(dy, apply(asNumber(keeps), asNumber(wins), "add"));
    return {b.keepIf(keeps, share), Value(), b.keepIf(wins, pick(share))};
  }

  /// The product of all others at the place. Zeros are left out of the product
  /// and counted.
  Values ofProducts() const {
    Value zero = b.scalarLike(updates, 0), one = b.scalarLike(updates, 1);
    Value isZero = b.equal(updates, zero);
    Value others = b.select(isZero, one, updates);
    Value products = apply(b.splat(b.elementTypeOf(data), b.shapeOf(data), 1),
                           others, "mul");
    Value zeros = apply(b.zerosLike(data), asNumber(isZero), "add");
    Value ofData =
        b.keepIf(b.equal(zeros, b.scalarLike(data, 0)), b.mul(dy, products));
    Value left = b.sub(pick(zeros), asNumber(isZero));
    Value ofUpdates = b.div(pick(b.mul(dy, b.mul(data, products))), others);
    return {ofData, Value(), b.keepIf(b.equal(left, zero), ofUpdates)};
  }
};

template <typename OpTy>
Values gradientsOf(const TensorBuilder &b, OpTy scatter, Value dy,
                   function_ref<Value(Value, Value, StringRef)> apply,
                   function_ref<Value(Value)> pick) {
  return ScatterGradients{b,
                          scatter.getData(),
                          scatter.getUpdates(),
                          scatter.getResult(),
                          dy,
                          apply,
                          pick}
      .build(scatter.getReduction());
}

struct ScatterElementsGradient
    : nn::DifferentiableInterface::ExternalModel<ScatterElementsGradient,
                                                 nn::ScatterElementsOp> {
  FailureOr<Values> buildVJP(Operation *op, ValueRange cotangents,
                             OpBuilder &builder) const {
    auto scatter = cast<nn::ScatterElementsOp>(op);
    TensorBuilder b(builder, op->getLoc());
    Value indices = scatter.getIndices();
    int64_t axis = scatter.getAxis();
    auto apply = [&](Value data, Value updates, StringRef reduction) -> Value {
      return b.make<nn::ScatterElementsOp>(data, indices, updates, axis,
                                           reduction);
    };
    auto pick = [&](Value from) -> Value {
      return b.make<nn::GatherElementsOp>(from, indices, axis);
    };
    return gradientsOf(b, scatter, cotangents[0], apply, pick);
  }
};

struct ScatterNDGradient
    : nn::DifferentiableInterface::ExternalModel<ScatterNDGradient,
                                                 nn::ScatterNDOp> {
  FailureOr<Values> buildVJP(Operation *op, ValueRange cotangents,
                             OpBuilder &builder) const {
    auto scatter = cast<nn::ScatterNDOp>(op);
    TensorBuilder b(builder, op->getLoc());
    Value indices = scatter.getIndices();
    auto apply = [&](Value data, Value updates, StringRef reduction) -> Value {
      return b.make<nn::ScatterNDOp>(data, indices, updates, reduction);
    };
    auto pick = [&](Value from) -> Value {
      return b.make<nn::GatherNDOp>(from, indices, /*batch_dims=*/0);
    };
    return gradientsOf(b, scatter, cotangents[0], apply, pick);
  }
};

} // namespace

void swage::training::registerIndexingGradients(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, nn::NNDialect *) {
    nn::GatherOp::attachInterface<GatherGradient>(*context);
    nn::GatherElementsOp::attachInterface<GatherElementsGradient>(*context);
    nn::GatherSumOp::attachInterface<GatherSumGradient>(*context);
    nn::GatherNDOp::attachInterface<GatherNDGradient>(*context);
    nn::ScatterElementsOp::attachInterface<ScatterElementsGradient>(*context);
    nn::ScatterNDOp::attachInterface<ScatterNDGradient>(*context);
  });
}
