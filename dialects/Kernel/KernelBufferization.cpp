//===- KernelBufferization.cpp - kernel.call on buffers -------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A call reads its inputs and writes its destinations in place, so that
// one-shot bufferization turns it into the same call on buffers.
//
//===----------------------------------------------------------------------===//
#include "dialects/Kernel/Kernel.h"
#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/DstBufferizableOpInterfaceImpl.h"

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

} // namespace

void registerBufferization(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, KernelDialect *) {
    CallOp::attachInterface<CallBufferization>(*context);
  });
}

} // namespace swage::kernel
