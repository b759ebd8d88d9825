//===- Whole.cpp - stages that are computed before their readers ----------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See Whole.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/Halide/Schedules/Whole.h"

using Halide::TailStrategy;

namespace swage::halide {
namespace {

/// Work, in elements, below which a loop stays on one thread.
constexpr int64_t kWorthTasks = 1 << 14;

/// What a size counts for where it is not known.
constexpr int64_t kUnknown = 256;

/// Whether a size comes from the shapes of the operands alone.
bool isGiven(const KernelSpec &spec, ExprId size) {
  if (spec[size].opcode == Opcode::Read)
    return false;
  for (ExprId operand : spec[size].operands)
    if (!isGiven(spec, operand))
      return false;
  return true;
}

/// Splits the outermost loops that have something to split.
void parallelize(Pipeline &pipeline, const Stage &stage, StageFunc &own) {
  const KernelSpec &spec = pipeline.spec;
  const Tensor &tensor = spec.tensors[stage.results.front()];
  int64_t work = 1;
  for (ExprId size : tensor.shape)
    work *= spec.constant(size).value_or(kUnknown);
  for (ExprId size : stage.reductions)
    work *= spec.constant(size).value_or(kUnknown);
  if (work < kWorthTasks)
    return;
  for (size_t dim = 0; dim + 1 < tensor.rank(); ++dim) {
    std::optional<int64_t> size = spec.size(tensor, dim);
    if (size == 1)
      continue;
    own.func.parallel(own.vars[dim]);
    if (stage.isReduction())
      own.func.update(0).parallel(own.vars[dim]);
    // One that may turn out to be 1 leaves the next to be split.
    if (size)
      return;
  }
}

} // namespace

bool isStored(Pipeline &pipeline, int index) {
  const KernelSpec &spec = pipeline.spec;
  if (pipeline.isOutput(index) || spec.stages[index].isReduction())
    return true;
  std::vector<int> consumers = pipeline.consumers(index);
  if (consumers.size() != 1)
    return true;
  const Stage &reader = spec.stages[consumers.front()];
  unsigned loops = reader.numParallel + reader.reductions.size();
  return reader.isReduction() && loops > spec.stages[index].numParallel;
}

void computeWhole(Pipeline &pipeline, int index) {
  const Stage &stage = pipeline.spec.stages[index];
  StageFunc &own = pipeline.stages[index];
  const Tensor &tensor = pipeline.spec.tensors[stage.results.front()];
  own.func.compute_root();
  parallelize(pipeline, stage, own);
  vectorizeInner(pipeline, own.func, tensor);
  // Halide 14 loses the rest of an update that is split with a guard (its
  // loop partitioning takes the first part for all), so there must be none.
  if (stage.isReduction() && tensor.rank() > 0) {
    int64_t size = pipeline.spec.size(tensor, tensor.rank() - 1).value_or(1);
    int64_t lanes = pipeline.target.lanes(tensor.element);
    while (size % lanes)
      lanes /= 2;
    if (lanes > 1)
      own.func.update(0).vectorize(own.vars.back(), static_cast<int>(lanes));
  }
}

void vectorizeInner(Pipeline &pipeline, Halide::Func func,
                    const Tensor &tensor) {
  if (tensor.rank() == 0)
    return;
  Halide::Var inner = func.args().front(); // as Halide counts
  int lanes = static_cast<int>(pipeline.target.lanes(tensor.element));
  ExprId size = tensor.shape.back();
  if (std::optional<int64_t> known = pipeline.spec.constant(size)) {
    while (lanes > *known)
      lanes /= 2;
    if (lanes > 1)
      func.vectorize(inner, lanes, TailStrategy::ShiftInwards);
  } else if (isGiven(pipeline.spec, size)) {
    Halide::Expr extent =
        pipeline.expression(size, std::vector<Halide::Expr>());
    func.specialize(extent >= lanes)
        .vectorize(inner, lanes, TailStrategy::ShiftInwards);
  }
}

void vectorizeCopies(Pipeline &pipeline) {
  const KernelSpec &spec = pipeline.spec;
  for (size_t i = 0; i < spec.outputs.size(); ++i) {
    const Tensor &tensor = spec.tensors[spec.outputs[i].tensor];
    if (pipeline.outputs[i].name() != pipeline.stages[tensor.stage].func.name())
      vectorizeInner(pipeline, pipeline.outputs[i], tensor);
  }
}

} // namespace swage::halide
