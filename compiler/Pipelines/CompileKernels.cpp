//===- CompileKernels.cpp - many kernels at once --------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See CompileKernels.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Pipelines/CompileKernels.h"
#include "compiler/Backend/LLVM/CPU/CPUBackend.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Threading.h"

using namespace mlir;

namespace swage {

SmallVector<MemRefType> getDenseOperands(kernel::FuncOp kernel) {
  SmallVector<MemRefType> operands;
  for (Type type : kernel.getArgumentTypes()) {
    auto tensor = cast<RankedTensorType>(type);
    operands.push_back(
        MemRefType::get(tensor.getShape(), tensor.getElementType()));
  }
  return operands;
}

MemRefType getOperandType(MemRefType type) {
  auto dense = MemRefType::get(type.getShape(), type.getElementType());
  if (type.getLayout().isIdentity())
    return dense;
  auto [strides, offset] = type.getStridesAndOffset();
  auto [denseStrides, denseOffset] = dense.getStridesAndOffset();
  // The stride of a dimension of size 1 is never used.
  bool same = true;
  for (auto [size, stride, expected] :
       llvm::zip(type.getShape(), strides, denseStrides))
    same &= size == 1 || (stride == expected && !ShapedType::isDynamic(stride));
  if (same)
    return dense;
  return MemRefType::get(type.getShape(), type.getElementType(),
                         StridedLayoutAttr::get(type.getContext(), 0, strides));
}

std::vector<KernelRequest> specializeKernels(ModuleOp module,
                                             StringRef prefix) {
  std::vector<KernelRequest> requests;
  SymbolTable symbols(module);
  DenseMap<std::pair<Operation *, ArrayAttr>, kernel::FuncOp> variants;
  DenseSet<Operation *> taken;
  module.walk([&](kernel::CallOp call) {
    auto callee = symbols.lookup<kernel::FuncOp>(call.getCallee());
    SmallVector<MemRefType> operands;
    SmallVector<Attribute> key;
    for (Value operand : call->getOperands()) {
      operands.push_back(getOperandType(cast<MemRefType>(operand.getType())));
      key.push_back(TypeAttr::get(operands.back()));
    }
    kernel::FuncOp &variant =
        variants[{callee, ArrayAttr::get(module.getContext(), key)}];
    if (!variant) {
      variant = callee;
      if (!taken.insert(callee).second) {
        variant = callee.clone();
        symbols.insert(variant); // makes the name unique
      }
      requests.push_back({variant, operands});
    }
    call.setCallee(variant.getSymName());
  });
  for (KernelRequest &request : requests) {
    std::string name = (prefix + "_" + request.kernel.getSymName()).str();
    (void)symbols.rename(request.kernel, name);
  }
  for (auto kernel :
       llvm::make_early_inc_range(module.getOps<kernel::FuncOp>()))
    if (!llvm::any_of(requests, [&](KernelRequest &request) {
          return request.kernel == kernel;
        }))
      kernel.erase();
  return requests;
}

FailureOr<std::vector<CompiledKernel>>
compileKernels(ArrayRef<KernelRequest> requests, const KernelOptions &options) {
  std::vector<CompiledKernel> results(requests.size());
  if (requests.empty())
    return results;
  std::unique_ptr<KernelBackend> backend = createCPUBackend();
  MLIRContext *context = requests.front().kernel->getContext();
  LogicalResult result = failableParallelForEachN(
      context, 0, requests.size(), [&](size_t index) -> LogicalResult {
        const KernelRequest &request = requests[index];
        FailureOr<CompiledKernel> compiled =
            backend->compile(request.kernel, request.operands, options);
        if (failed(compiled))
          return failure();
        results[index] = std::move(*compiled);
        return success();
      });
  if (failed(result))
    return failure();
  return results;
}

} // namespace swage
