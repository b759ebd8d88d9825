//===- KernelBufferization.cpp - kernel.call on buffers -------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A call reads its inputs and writes its destinations in place, so that
// one-shot bufferization turns it into the same call on buffers. What goes to
// the runtime is dense there; what comes from it is not written.
//
//===----------------------------------------------------------------------===//
#include "dialects/Kernel/Kernel.h"
#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/DstBufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace mlir::bufferization;

namespace swage::kernel {
namespace {

struct CallBufferization
    : DstBufferizableOpInterfaceExternalModel<CallBufferization, CallOp> {
  /// A kernel overwrites its destinations whole; it never reads them.
  bool bufferizesToMemoryRead(Operation *op, OpOperand &operand,
                              const AnalysisState &) const {
    return !cast<CallOp>(op).isDpsInit(&operand);
  }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const BufferizationOptions &options,
                          BufferizationState &state) const {
    auto call = cast<CallOp>(op);
    SmallVector<Value> inputs, outs;
    for (Value input : call.getInputs()) {
      if (!isa<TensorType>(input.getType())) {
        inputs.push_back(input);
        continue;
      }
      FailureOr<Value> buffer = getBuffer(rewriter, input, options, state);
      if (failed(buffer))
        return failure();
      inputs.push_back(*buffer);
    }
    for (Value out : call.getOuts()) {
      FailureOr<Value> buffer = getBuffer(rewriter, out, options, state);
      if (failed(buffer))
        return failure();
      outs.push_back(*buffer);
    }
    CallOp::create(rewriter, call.getLoc(), TypeRange(), call.getCalleeAttr(),
                   inputs, outs);
    replaceOpWithBufferizedValues(rewriter, op, outs);
    return success();
  }
};

/// A buffer of the same shape without gaps, for the runtime: `buffer` itself,
/// or a new one.
FailureOr<Value> makeDense(RewriterBase &rewriter, Location loc, Value buffer,
                           const BufferizationOptions &options) {
  auto type = cast<MemRefType>(buffer.getType());
  if (type.getLayout().isIdentity())
    return buffer;
  auto dense = MemRefType::get(type.getShape(), type.getElementType());
  SmallVector<Value> sizes;
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    if (type.isDynamicDim(dim))
      sizes.push_back(memref::DimOp::create(rewriter, loc, buffer, dim));
  return options.createAlloc(rewriter, loc, dense, sizes);
}

/// A dense buffer with the elements of `tensor`.
FailureOr<Value> getDenseBuffer(RewriterBase &rewriter, Location loc,
                                Value tensor,
                                const BufferizationOptions &options,
                                BufferizationState &state) {
  FailureOr<Value> buffer = getBuffer(rewriter, tensor, options, state);
  if (failed(buffer))
    return failure();
  FailureOr<Value> dense = makeDense(rewriter, loc, *buffer, options);
  if (failed(dense) ||
      (*dense != *buffer &&
       failed(options.createMemCpy(rewriter, loc, *buffer, *dense))))
    return failure();
  return dense;
}

struct RuntimeBufferization
    : DstBufferizableOpInterfaceExternalModel<RuntimeBufferization, RuntimeOp> {
  bool bufferizesToMemoryRead(Operation *op, OpOperand &operand,
                              const AnalysisState &) const {
    return !cast<RuntimeOp>(op).isDpsInit(&operand);
  }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const BufferizationOptions &options,
                          BufferizationState &state) const {
    auto call = cast<RuntimeOp>(op);
    Location loc = op->getLoc();
    SmallVector<Value> inputs, outs, dense;
    for (Value input : call.getInputs()) {
      auto buffer = getDenseBuffer(rewriter, loc, input, options, state);
      if (failed(buffer))
        return failure();
      inputs.push_back(*buffer);
    }
    for (Value out : call.getOuts()) {
      FailureOr<Value> buffer = getBuffer(rewriter, out, options, state);
      if (failed(buffer))
        return failure();
      FailureOr<Value> place = makeDense(rewriter, loc, *buffer, options);
      if (failed(place))
        return failure();
      outs.push_back(*buffer);
      dense.push_back(*place);
    }
    RuntimeOp::create(rewriter, loc, TypeRange(), call.getCalleeAttr(), inputs,
                      dense);
    for (auto [out, place] : llvm::zip(outs, dense))
      if (out != place &&
          failed(options.createMemCpy(rewriter, loc, place, out)))
        return failure();
    replaceOpWithBufferizedValues(rewriter, op, outs);
    return success();
  }
};

struct BoxBufferization
    : BufferizableOpInterface::ExternalModel<BoxBufferization, BoxOp> {
  bool bufferizesToMemoryRead(Operation *, OpOperand &,
                              const AnalysisState &) const {
    return true;
  }
  bool bufferizesToMemoryWrite(Operation *, OpOperand &,
                               const AnalysisState &) const {
    return false;
  }
  AliasingValueList getAliasingValues(Operation *, OpOperand &,
                                      const AnalysisState &) const {
    return {};
  }
  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const BufferizationOptions &options,
                          BufferizationState &state) const {
    auto box = cast<BoxOp>(op);
    auto buffer =
        getDenseBuffer(rewriter, op->getLoc(), box.getTensor(), options, state);
    if (failed(buffer))
      return failure();
    rewriter.replaceOpWithNewOp<BoxOp>(op, box.getHandle().getType(), *buffer,
                                       box.getDtypeAttr());
    return success();
  }
};

struct UnboxBufferization
    : BufferizableOpInterface::ExternalModel<UnboxBufferization, UnboxOp> {
  bool isWritable(Operation *, Value, const AnalysisState &) const {
    return false;
  }
  FailureOr<BufferLikeType> getBufferType(Operation *op, Value,
                                          const BufferizationOptions &,
                                          const BufferizationState &,
                                          SmallVector<Value> &) const {
    auto type = cast<RankedTensorType>(cast<UnboxOp>(op).getTensor().getType());
    return cast<BufferLikeType>(
        MemRefType::get(type.getShape(), type.getElementType()));
  }
  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const BufferizationOptions &,
                          BufferizationState &) const {
    auto unbox = cast<UnboxOp>(op);
    auto type = cast<RankedTensorType>(unbox.getTensor().getType());
    Value buffer =
        UnboxOp::create(rewriter, op->getLoc(),
                        MemRefType::get(type.getShape(), type.getElementType()),
                        unbox.getHandle(), unbox.getDtypeAttr());
    replaceOpWithBufferizedValues(rewriter, op, buffer);
    return success();
  }
};

} // namespace

void registerBufferization(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, KernelDialect *) {
    CallOp::attachInterface<CallBufferization>(*context);
    RuntimeOp::attachInterface<RuntimeBufferization>(*context);
    BoxOp::attachInterface<BoxBufferization>(*context);
    UnboxOp::attachInterface<UnboxBufferization>(*context);
  });
}

} // namespace swage::kernel
