//===- GenericLowering.cpp - any kernel to loops --------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Upstream's one-shot bufferization and linalg's own loops, so that whatever
// can be said in a kernel can be run.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/GenericLowering.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotAnalysis.h"
#include "mlir/Dialect/Bufferization/Transforms/Transforms.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace swage {

LogicalResult breakUp(Operation *body) {
  IRRewriter rewriter(body->getContext());
  SmallVector<linalg::AggregatedOpInterface> aggregated;
  body->walk([&](linalg::AggregatedOpInterface op) {
    if (!isa<linalg::LinalgOp>(op.getOperation()))
      aggregated.push_back(op);
  });
  for (linalg::AggregatedOpInterface op : aggregated) {
    rewriter.setInsertionPoint(op);
    FailureOr<SmallVector<Value>> parts = op.decomposeOperation(rewriter);
    if (failed(parts))
      return op->emitOpError("cannot be broken up into plain operations");
    rewriter.replaceOp(op, *parts);
  }
  SmallVector<Operation *> packs;
  body->walk([&](Operation *op) {
    if (isa<linalg::PackOp, linalg::UnPackOp>(op))
      packs.push_back(op);
  });
  for (Operation *op : packs) {
    rewriter.setInsertionPoint(op);
    bool lowered =
        isa<linalg::PackOp>(op)
            ? succeeded(linalg::lowerPack(rewriter, cast<linalg::PackOp>(op)))
            : succeeded(
                  linalg::lowerUnPack(rewriter, cast<linalg::UnPackOp>(op)));
    if (!lowered)
      return op->emitOpError("cannot be broken up into plain operations");
  }
  return success();
}

namespace {

/// Breaks up operations that bufferization does not know.
LogicalResult decompose(func::FuncOp body) {
  if (failed(breakUp(body)))
    return failure();
  RewritePatternSet patterns(body.getContext());
  tensor::populateDecomposeTensorConcatPatterns(patterns);
  return applyPatternsGreedily(body, std::move(patterns));
}

/// The argument whose buffer `value` is computed into by its chain of
/// destinations; null when that is not an argument.
Value destinationOf(Value value) {
  while (auto result = dyn_cast<OpResult>(value)) {
    auto op = dyn_cast<DestinationStyleOpInterface>(result.getOwner());
    if (!op || op.getNumDpsInits() <= result.getResultNumber())
      return {};
    value = op.getDpsInitOperand(result.getResultNumber())->get();
  }
  return value;
}

/// The kernel's operations in `body`, between tensors made from its buffers.
void fillBody(kernel::FuncOp kernel, func::FuncOp body) {
  Block &source = kernel.getBody().front();
  OpBuilder builder(body.front().getTerminator());
  Location loc = kernel.getLoc();
  unsigned inputs = kernel.getNumInputs();
  IRMapping mapping;
  SmallVector<Value> outputs;
  for (BlockArgument argument : source.getArguments()) {
    unsigned index = argument.getArgNumber();
    auto tensor = bufferization::ToTensorOp::create(
        builder, loc, argument.getType(), body.getArgument(index + 1),
        /*restrict=*/true, /*writable=*/index >= inputs);
    mapping.map(argument, tensor);
    if (index >= inputs)
      outputs.push_back(tensor);
  }
  for (Operation &op : source.without_terminator())
    builder.clone(op, mapping);
  for (auto [index, value] :
       llvm::enumerate(source.getTerminator()->getOperands())) {
    Value result = mapping.lookup(value);
    Value destination = destinationOf(result);
    // A result that was computed into another result's buffer must leave it
    // before that one is written.
    if (destination && destination != outputs[index] &&
        llvm::is_contained(outputs, destination))
      result = bufferization::AllocTensorOp::create(
          builder, loc, cast<RankedTensorType>(result.getType()),
          /*dynamicSizes=*/ValueRange(), /*copy=*/result);
    bufferization::MaterializeInDestinationOp::create(
        builder, loc, /*result=*/Type(), result,
        body.getArgument(inputs + index + 1), /*restrict=*/true,
        /*writable=*/true);
  }
}

LogicalResult bufferize(func::FuncOp body) {
  bufferization::OneShotBufferizationOptions options;
  options.allowReturnAllocsFromLoops = true;
  // Library routines for copies of strided buffers do not exist here.
  options.memCpyFn = [](OpBuilder &builder, Location loc, Value from,
                        Value to) {
    if (from != to)
      linalg::makeMemRefCopyOp(builder, loc, from, to);
    return success();
  };
  options.unknownTypeConverterFn = [](TensorType type, Attribute space,
                                      const auto &) {
    return bufferization::getMemRefTypeWithStaticIdentityLayout(type, space);
  };
  IRRewriter rewriter(body.getContext());
  if (failed(bufferization::eliminateEmptyTensors(rewriter, body)))
    return failure();
  bufferization::BufferizationState state;
  return bufferization::runOneShotBufferize(body, options, state);
}

LogicalResult lowerToLoops(func::FuncOp body) {
  SmallVector<linalg::LinalgOp> ops;
  body.walk([&](linalg::LinalgOp op) { ops.push_back(op); });
  IRRewriter rewriter(body.getContext());
  for (linalg::LinalgOp op : ops) {
    rewriter.setInsertionPoint(op);
    FailureOr<linalg::LinalgLoops> loops =
        linalg::linalgOpToParallelLoops(rewriter, op);
    if (failed(loops))
      return op->emitOpError("has no loops");
    rewriter.eraseOp(op);
  }
  return success();
}

} // namespace

FailureOr<func::FuncOp> lowerGeneric(kernel::FuncOp kernel,
                                     ArrayRef<MemRefType> operands) {
  func::FuncOp body = createBody(kernel, operands);
  fillBody(kernel, body);
  if (failed(decompose(body)) || failed(bufferize(body)) ||
      failed(lowerToLoops(body)))
    return failure();
  return body;
}

} // namespace swage
