//===- BoundSizes.cpp - between which sizes kernels work ------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Says of each kernel between which sizes its arguments are, where the ranges
// of the model's dimensions tell. Backends choose their schedules by it.
//
//===----------------------------------------------------------------------===//
#include "compiler/Analysis/SizeExpressions.h"
#include "compiler/Transforms/Passes.h"
#include "dialects/Kernel/Kernel.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace swage {
#define GEN_PASS_DEF_BOUNDSIZESPASS
#include "compiler/Transforms/Passes.h.inc"
} // namespace swage

using namespace mlir;
using namespace swage;

namespace {

/// Of every dimension of every argument of a kernel.
using Ranges = SmallVector<SmallVector<SizeRange>>;

Ranges rangesOf(kernel::CallOp call, SizeExpressions &sizes) {
  Ranges ranges;
  for (Value operand : call->getOperands()) {
    SmallVector<SizeRange> &own = ranges.emplace_back();
    if (auto type = dyn_cast<RankedTensorType>(operand.getType()))
      for (int64_t dim = 0; dim < type.getRank(); ++dim)
        own.push_back(sizes.getRange(sizes.getSize(operand, dim)));
  }
  return ranges;
}

/// What holds for both of two calls.
void widen(Ranges &all, const Ranges &other) {
  for (auto [own, more] : llvm::zip(all, other))
    for (auto [range, another] : llvm::zip(own, more)) {
      range.low = std::min(range.low.value_or(0), another.low.value_or(0));
      if (!range.high || !another.high)
        range.high.reset();
      else
        range.high = std::max(*range.high, *another.high);
    }
}

/// The attribute; null where it would say nothing.
ArrayAttr toAttribute(kernel::FuncOp kernel, const Ranges &ranges) {
  Builder builder(kernel.getContext());
  SmallVector<Attribute> arguments;
  bool any = false;
  for (auto [type, own] : llvm::zip(kernel.getArgumentTypes(), ranges)) {
    SmallVector<int64_t> limits;
    for (auto [dim, range] : llvm::enumerate(own)) {
      int64_t low = std::max<int64_t>(0, range.low.value_or(0));
      any |= cast<RankedTensorType>(type).isDynamicDim(dim) &&
             (low > 0 || range.high);
      limits.append({low, range.high.value_or(-1)});
    }
    arguments.push_back(builder.getDenseI64ArrayAttr(limits));
  }
  return any ? builder.getArrayAttr(arguments) : nullptr;
}

struct BoundSizes : swage::impl::BoundSizesPassBase<BoundSizes> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    SymbolTable symbols(module);
    llvm::MapVector<Operation *, Ranges> kernels;
    for (auto func : module.getOps<func::FuncOp>()) {
      SizeExpressions sizes;
      func.walk([&](kernel::CallOp call) {
        auto kernel = symbols.lookup<kernel::FuncOp>(call.getCallee());
        Ranges ranges = rangesOf(call, sizes);
        auto [known, isFirst] = kernels.try_emplace(kernel, ranges);
        if (!isFirst)
          widen(known->second, ranges);
      });
    }
    for (auto &[kernel, ranges] : kernels)
      if (ArrayAttr attribute =
              toAttribute(cast<kernel::FuncOp>(kernel), ranges))
        kernel->setAttr(kernel::kRangesAttr, attribute);
  }
};

} // namespace
