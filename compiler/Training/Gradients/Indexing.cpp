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

/// The gradients of the data and the updates of a scatter. `replace` scatters
/// zeros over a tensor, `pick` gathers from one.
template <typename OpTy>
FailureOr<Values> scatterGradients(OpTy scatter, Value dy,
                                   function_ref<Value(Value)> replace,
                                   function_ref<Value()> pick) {
  if (scatter.getReduction() == "add")
    return Values{dy, Value(), pick()};
  // Where several updates have one place, the last counted; which it was, the
  // gradient does not know. Exporters promise that there are none.
  if (scatter.getReduction() == "none")
    return Values{replace(dy), Value(), pick()};
  return scatter.emitError("'")
         << scatter->getName() << "' with the reduction '"
         << scatter.getReduction() << "' cannot be differentiated";
}

struct ScatterElementsGradient
    : nn::DifferentiableInterface::ExternalModel<ScatterElementsGradient,
                                                 nn::ScatterElementsOp> {
  FailureOr<Values> buildVJP(Operation *op, ValueRange cotangents,
                             OpBuilder &builder) const {
    auto scatter = cast<nn::ScatterElementsOp>(op);
    TensorBuilder b(builder, op->getLoc());
    Value dy = cotangents[0], indices = scatter.getIndices();
    return scatterGradients(
        scatter, dy,
        [&](Value value) {
          return b.make<nn::ScatterElementsOp>(
              value, indices, b.zerosLike(scatter.getUpdates()),
              scatter.getAxis(), "none");
        },
        [&] {
          return b.make<nn::GatherElementsOp>(dy, indices, scatter.getAxis());
        });
  }
};

struct ScatterNDGradient
    : nn::DifferentiableInterface::ExternalModel<ScatterNDGradient,
                                                 nn::ScatterNDOp> {
  FailureOr<Values> buildVJP(Operation *op, ValueRange cotangents,
                             OpBuilder &builder) const {
    auto scatter = cast<nn::ScatterNDOp>(op);
    TensorBuilder b(builder, op->getLoc());
    Value dy = cotangents[0], indices = scatter.getIndices();
    return scatterGradients(
        scatter, dy,
        [&](Value value) {
          return b.make<nn::ScatterNDOp>(
              value, indices, b.zerosLike(scatter.getUpdates()), "none");
        },
        [&] { return b.make<nn::GatherNDOp>(dy, indices, /*batch_dims=*/0); });
  }
};

} // namespace

void swage::training::registerIndexingGradients(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, nn::NNDialect *) {
    nn::GatherOp::attachInterface<GatherGradient>(*context);
    nn::GatherElementsOp::attachInterface<GatherElementsGradient>(*context);
    nn::GatherNDOp::attachInterface<GatherNDGradient>(*context);
    nn::ScatterElementsOp::attachInterface<ScatterElementsGradient>(*context);
    nn::ScatterNDOp::attachInterface<ScatterNDGradient>(*context);
  });
}
