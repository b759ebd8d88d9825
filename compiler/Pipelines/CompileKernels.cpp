//===- CompileKernels.cpp - many kernels at once --------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See CompileKernels.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Pipelines/CompileKernels.h"
#include "compiler/Backend/Halide/HalideBackend.h"
#include "compiler/Backend/LLVM/CPU/CPUBackend.h"
#include "compiler/Pipelines/KernelCache.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Threading.h"
#include "llvm/Support/Threading.h"
#include <atomic>

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
  DenseSet<Operation *> taken, called;
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
      called.insert(variant);
    }
    call.setCallee(variant.getSymName());
  });
  // Only calls name kernels, and there are thousands of both in a large model:
  // a symbol table would search them all for each name.
  DenseMap<StringAttr, StringAttr> names;
  for (KernelRequest &request : requests) {
    StringAttr name = request.kernel.getSymNameAttr();
    names[name] =
        StringAttr::get(module.getContext(), prefix + "_" + name.getValue());
    request.kernel.setSymNameAttr(names[name]);
  }
  module.walk([&](kernel::CallOp call) {
    call.setCallee(names.lookup(call.getCalleeAttr().getAttr()));
  });
  for (auto kernel :
       llvm::make_early_inc_range(module.getOps<kernel::FuncOp>()))
    if (!called.contains(kernel))
      kernel.erase();
  return requests;
}

namespace {

/// The backends, and the cache before them.
class Compilers {
public:
  Compilers(const KernelOptions &options, StringRef cacheFolder)
      : options(options), cache(cacheFolder), llvm(createCPUBackend()),
        halide(createHalideBackend()) {}

  FailureOr<CompiledKernel> compile(const KernelRequest &request) {
    std::string key =
        KernelCache::getKey(request.kernel, request.operands, options);
    if (std::optional<CompiledKernel> found = cache.find(key))
      return std::move(*found);
    FailureOr<CompiledKernel> compiled = compileAnew(request);
    if (failed(compiled))
      return failure();
    cache.store(key, *compiled);
    // Looking through the folder takes time; now and then is often enough.
    if (key.front() == '0')
      needsTrimming = true;
    return compiled;
  }

  void finish() {
    if (needsTrimming)
      cache.trim();
  }

private:
  FailureOr<CompiledKernel> compileAnew(const KernelRequest &request) {
    kernel::FuncOp kernel = request.kernel;
    if (kernel.getBackend() != "halide")
      return llvm->compile(kernel, request.operands, options);
    std::string problem;
    FailureOr<CompiledKernel> compiled = compileQuietly(request, problem);
    if (succeeded(compiled))
      return compiled;
    kernel.emitWarning(problem) << "; LLVM compiles it instead";
    return llvm->compile(kernel, request.operands, options);
  }

  /// Compiles by Halide, with its complaint as text.
  FailureOr<CompiledKernel> compileQuietly(const KernelRequest &request,
                                           std::string &problem) {
    uint64_t thread = llvm::get_threadid();
    ScopedDiagnosticHandler handler(request.kernel->getContext(),
                                    [&](Diagnostic &diagnostic) {
                                      if (llvm::get_threadid() != thread)
                                        return failure(); // another kernel's
                                      problem = diagnostic.str();
                                      return success();
                                    });
    return halide->compile(request.kernel, request.operands, options);
  }

  const KernelOptions &options;
  KernelCache cache;
  std::unique_ptr<KernelBackend> llvm, halide;
  std::atomic<bool> needsTrimming = false;
};

} // namespace

FailureOr<std::vector<CompiledKernel>>
compileKernels(ArrayRef<KernelRequest> requests, const KernelOptions &options,
               StringRef cacheFolder) {
  std::vector<CompiledKernel> results(requests.size());
  if (requests.empty())
    return results;
  MLIRContext *context = requests.front().kernel->getContext();
  // Threads may not load dialects.
  context->loadDialect<math::MathDialect, scf::SCFDialect>();
  Compilers compilers(options, cacheFolder);
  LogicalResult result = failableParallelForEachN(
      context, 0, requests.size(), [&](size_t index) -> LogicalResult {
        FailureOr<CompiledKernel> compiled = compilers.compile(requests[index]);
        if (failed(compiled))
          return failure();
        results[index] = std::move(*compiled);
        return success();
      });
  compilers.finish();
  if (failed(result))
    return failure();
  return results;
}

} // namespace swage
