//===- EvaluateConstants.cpp - run at compile time what can be ------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See EvaluateConstants.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Pipelines/EvaluateConstants.h"
#include "compiler/JIT/KernelRunner.h"
#include "compiler/Pipelines/CompileKernels.h"
#include "compiler/Pipelines/ConstantCalls.h"
#include "compiler/Pipelines/LoadTime.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include <cstring>

using namespace mlir;

namespace swage {
namespace {

/// A constant whose bytes are `bytes`, which it takes over.
ElementsAttr createConstant(RankedTensorType type, AsmResourceBlob blob) {
  return DenseResourceElementsAttr::get(type, "evaluated", std::move(blob));
}

bool isReady(Operation *op) {
  auto call = dyn_cast<kernel::CallOp>(op);
  return call && llvm::all_of(call.getInputs(), getConstant);
}

/// A part of a constant is a constant of its own: often nobody needs the whole.
Attribute foldSlice(tensor::ExtractSliceOp slice) {
  ElementsAttr constant = getConstant(slice.getSource());
  RankedTensorType type = slice.getType();
  if (!constant || !type.getElementType().isIntOrFloat() ||
      type.getElementTypeBitWidth() % 8 || type.getNumElements() == 0)
    return nullptr;
  if (auto dense = dyn_cast<DenseElementsAttr>(constant);
      dense && dense.isSplat())
    return dense.resizeSplat(type);
  std::vector<char> storage;
  const char *from = getConstantBytes(constant, storage).data();
  AsmResourceBlob blob = HeapAsmResourceBlob::allocate(
      countBytes(type), /*align=*/64, /*dataIsMutable=*/true);
  char *to = blob.getMutableData().data();
  int64_t width = type.getElementTypeBitWidth() / 8;
  SmallVector<int64_t> steps =
      computeSuffixProduct(slice.getSourceType().getShape());
  SmallVector<int64_t> order = computeSuffixProduct(slice.getStaticSizes());
  for (int64_t i = 0, e = type.getNumElements(); i < e; ++i) {
    int64_t place = 0, rest = i;
    for (auto [step, unit, offset, stride] :
         llvm::zip(steps, order, slice.getStaticOffsets(),
                   slice.getStaticStrides())) {
      place += step * (offset + rest / unit * stride);
      rest %= unit;
    }
    std::memcpy(to + i * width, from + place * width, width);
  }
  return createConstant(type, std::move(blob));
}

/// A view of a constant is the same bytes under another type.
Attribute foldView(Operation *op) {
  if (!isView(op))
    return nullptr;
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op))
    return foldSlice(slice);
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  ElementsAttr constant = getConstant(op->getOperand(0));
  if (!constant)
    return nullptr;
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(constant))
    return DenseResourceElementsAttr::get(type, resource.getRawHandle());
  return cast<DenseElementsAttr>(constant).reshape(type);
}

/// The kernels that `calls` run, each once.
std::vector<KernelRequest> findRequests(ArrayRef<Operation *> calls,
                                        SymbolTable &symbols) {
  std::vector<KernelRequest> requests;
  DenseSet<Operation *> seen;
  for (Operation *op : calls) {
    auto call = dyn_cast<kernel::CallOp>(op);
    if (!call)
      continue;
    auto kernel = symbols.lookup<kernel::FuncOp>(call.getCallee());
    if (seen.insert(kernel).second)
      requests.push_back({kernel, getDenseOperands(kernel)});
  }
  return requests;
}

/// Whether `bytes` hold an infinity or NaN of `type`, a type of 16 bits.
bool hasNonFinite(ArrayRef<char> bytes, Type type) {
  uint16_t exponent = type.isBF16() ? 0x7f80 : 0x7c00;
  for (size_t at = 0; at + 2 <= bytes.size(); at += 2) {
    uint16_t element;
    std::memcpy(&element, bytes.data() + at, 2);
    if ((element & exponent) == exponent)
      return true;
  }
  return false;
}

/// Weights that are stored in fewer bits must not leave the numbers' range.
LogicalResult checkNarrowed(kernel::CallOp call, kernel::FuncOp kernel,
                            ArrayRef<ElementsAttr> results) {
  if (!keepsFinite(kernel))
    return success();
  for (ElementsAttr result : results) {
    std::vector<char> storage;
    if (hasNonFinite(getConstantBytes(result, storage),
                     result.getElementType()))
      return call.emitError("has weights that ")
             << result.getElementType()
             << " cannot hold; store them as f32, or as bf16, which has the "
                "range of f32";
  }
  return success();
}

/// Runs one call and returns its results.
FailureOr<SmallVector<ElementsAttr>> evaluate(kernel::CallOp call,
                                              const KernelRunner &runner) {
  SmallVector<std::vector<char>> storage(call.getInputs().size());
  SmallVector<void *> buffers;
  for (auto [input, bytes] : llvm::zip(call.getInputs(), storage))
    buffers.push_back(
        const_cast<char *>(getConstantBytes(getConstant(input), bytes).data()));
  SmallVector<AsmResourceBlob> results;
  for (Type result : call.getResultTypes()) {
    results.push_back(HeapAsmResourceBlob::allocate(
        countBytes(result), /*align=*/64, /*dataIsMutable=*/true));
    buffers.push_back(results.back().getMutableData().data());
  }
  if (llvm::Error error = runner.run(buffers.data(), /*dims=*/nullptr))
    return call.emitError("cannot be evaluated at compile time: ")
           << llvm::toString(std::move(error));
  SmallVector<ElementsAttr> constants;
  for (auto [type, blob] : llvm::zip(call.getResultTypes(), results))
    constants.push_back(
        createConstant(cast<RankedTensorType>(type), std::move(blob)));
  return constants;
}

} // namespace

ArrayRef<char> getConstantBytes(ElementsAttr constant,
                                std::vector<char> &storage) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(constant))
    return resource.getRawHandle().getBlob()->getData();
  auto dense = cast<DenseElementsAttr>(constant);
  ArrayRef<char> raw = dense.getRawData();
  if (!dense.isSplat())
    return raw;
  int64_t count = dense.getNumElements();
  storage.resize(raw.size() * count);
  for (int64_t i = 0; i < count; ++i)
    std::copy(raw.begin(), raw.end(), storage.begin() + i * raw.size());
  return storage;
}

LogicalResult evaluateConstants(ModuleOp module, StringRef cache,
                                bool growAtLoad) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  SymbolTable symbols(module);
  SmallVector<Operation *> calls = findConstantCalls(main);
  LoadTimeCalls atLoad;
  if (growAtLoad)
    atLoad = findLoadTimeCalls(calls, symbols);
  llvm::erase_if(calls, [&](Operation *op) {
    // What a type may not be able to hold is looked at now, in any case.
    return atLoad.contains(op) && !keepsFinite(symbols.lookup<kernel::FuncOp>(
                                      cast<kernel::CallOp>(op).getCallee()));
  });
  std::vector<KernelRequest> requests = findRequests(calls, symbols);
  KernelOptions options;
  options.target = TargetInfo::host();
  FailureOr<std::vector<CompiledKernel>> compiled =
      compileKernels(requests, options, cache);
  if (failed(compiled))
    return failure();
  DenseMap<Operation *, std::unique_ptr<KernelRunner>> runners;
  for (auto [request, kernel] : llvm::zip(requests, *compiled)) {
    auto runner = KernelRunner::load(kernel.object, kernel.symbol);
    if (!runner)
      return request.kernel.emitError("cannot be loaded: ")
             << llvm::toString(runner.takeError());
    runners[request.kernel] = std::move(*runner);
  }

  OpBuilder builder(module.getContext());
  for (Operation *op : calls) {
    builder.setInsertionPoint(op);
    SmallVector<ElementsAttr> constants;
    if (Attribute view = foldView(op)) {
      constants.push_back(cast<ElementsAttr>(view));
    } else if (isReady(op)) {
      auto call = cast<kernel::CallOp>(op);
      auto kernel = symbols.lookup<kernel::FuncOp>(call.getCallee());
      auto results = evaluate(call, *runners.find(kernel)->second);
      if (failed(results) || failed(checkNarrowed(call, kernel, *results)))
        return failure();
      if (atLoad.contains(op))
        continue;
      constants = *results;
    } else {
      continue;
    }
    for (auto [result, constant] : llvm::zip(op->getResults(), constants))
      result.replaceAllUsesWith(arith::ConstantOp::create(
          builder, op->getLoc(), cast<TypedAttr>(constant)));
    op->erase();
  }
  if (!atLoad.empty())
    moveToPrepare(main, atLoad);
  return success();
}

} // namespace swage
