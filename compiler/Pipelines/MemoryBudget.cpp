//===- MemoryBudget.cpp - training within so much memory ------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Compiles the step as far as the plan of its memory for one level after the
// other. That takes little time, since no code is made, and is exact, which no
// estimate on unfused operators would be.
//
//===----------------------------------------------------------------------===//
#include "compiler/Pipelines/MemoryBudget.h"
#include "compiler/Training/Recompute.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "swage/artifact.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace swage;

uint64_t swage::getBytes(const ValueSignature &value) {
  uint64_t bytes = swage_dtype_size(value.dtype);
  for (int64_t dim : value.dims)
    bytes *= std::max<int64_t>(dim, 0);
  return bytes;
}

uint64_t swage::getWorkingSet(const CompiledModel &model) {
  uint64_t bytes = model.arenaSize + model.preparedSize;
  for (const ValueSignature &input : model.signature.inputs)
    bytes += getBytes(input);
  for (const ValueSignature &output : model.signature.outputs)
    if (output.updates < 0)
      bytes += getBytes(output);
  for (const ConstantBlob &constant : model.constants)
    bytes += constant.size;
  return bytes;
}

/// Levels in the order of trial: more parts are tried in growing strides.
static SmallVector<unsigned> getLevels() {
  SmallVector<unsigned> levels{0, 1};
  for (unsigned level = 2; level <= training::kMaxRecomputeLevel;
       level += std::max(1u, level / 3))
    levels.push_back(level);
  return levels;
}

FailureOr<unsigned> swage::fitMemoryBudget(ModuleOp module,
                                           const CompileOptions &options) {
  uint64_t budget = options.training->memoryBudget, least = 0;
  for (unsigned level : getLevels()) {
    OwningOpRef<ModuleOp> trial(module.clone());
    CompileOptions own = options;
    own.stopAfter = Phase::Buffers;
    own.onBegin = nullptr;
    own.onEnd = nullptr;
    own.training->memoryBudget = 0;
    own.training->recompute = level;
    FailureOr<CompiledModel> model = compileModel(*trial, own);
    if (failed(model))
      return failure();
    uint64_t bytes = getWorkingSet(*model);
    if (bytes <= budget)
      return level;
    least = level == 0 ? bytes : std::min(least, bytes);
  }
  return module.emitError(llvm::formatv(
      "a step of training does not fit into {0:f1} MB: with all values "
      "computed "
      "again that can be, it takes {1:f1} MB; use smaller batches and "
      "--accumulate, or train fewer parameters",
      budget / 1048576.0, least / 1048576.0));
}
