//===- Rows.cpp - reductions of rows, and what is made of them ------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Softmax and normalisations reduce each row of a tensor, use what comes out on
// the row, and may reduce again. All of it is done for one row after the other,
// which stays in the first cache. Sums and extremes have a partial result for
// each lane of a vector, taken together in order. Parameters:
//
//   lanes  partial results of a row; 1 takes element after element
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/Halide/Emitter/Dimensions.h"
#include "compiler/Backend/Halide/Schedules/ScheduleTemplate.h"
#include "compiler/Backend/Halide/Schedules/Whole.h"

using namespace Halide;

namespace swage::halide {
namespace {

/// The number of loops over rows, and partial sums that divide all rows.
struct RowStages {
  unsigned rowLoops = 0;
  int64_t lanes = 1;
};

bool readsSum(const KernelSpec &spec, ExprId id) {
  if (spec[id].opcode == Opcode::Accumulator)
    return true;
  for (ExprId operand : spec[id].operands)
    if (readsSum(spec, operand))
      return true;
  return false;
}

/// The operand that a reduction takes one element after the other of, if
/// partial results come to the same.
std::optional<ExprId> findElement(const KernelSpec &spec,
                                  const swage::halide::Stage &stage) {
  if (stage.values.size() != 1)
    return std::nullopt;
  const Expression &value = spec[stage.values[0]], &init = spec[stage.inits[0]];
  switch (value.opcode) {
  case Opcode::Add: // begins with zero, which is added more than once
    if (init.opcode != Opcode::Constant || init.number != 0 ||
        init.integer != 0)
      return std::nullopt;
    break;
  case Opcode::Min:
  case Opcode::Max:
  case Opcode::MinNum:
  case Opcode::MaxNum:
    break;
  default:
    return std::nullopt;
  }
  for (int i : {0, 1})
    if (spec[value.operands[i]].opcode == Opcode::Accumulator &&
        !readsSum(spec, value.operands[1 - i]))
      return value.operands[1 - i];
  return std::nullopt;
}

std::optional<RowStages> findRowStages(const KernelSpec &spec,
                                       const TargetFacts &target) {
  if (spec.outputs.size() != 1 || spec.stages.empty())
    return std::nullopt;
  RowStages found;
  found.lanes = target.lanes(Element::F32);
  for (const swage::halide::Stage &stage : spec.stages) {
    if (stage.results.size() != 1)
      return std::nullopt;
    if (!stage.isReduction())
      continue;
    std::optional<int64_t> size = spec.constant(stage.reductions[0]);
    if (stage.reductions.size() != 1 || !size || stage.numParallel == 0 ||
        (found.rowLoops && stage.numParallel != found.rowLoops))
      return std::nullopt;
    found.rowLoops = stage.numParallel;
    while (*size % found.lanes)
      found.lanes /= 2;
  }
  // What is made of the rows has their shape.
  const swage::halide::Stage &last = spec.stages.back();
  if (!found.rowLoops || last.isReduction() ||
      last.numParallel != found.rowLoops + 1 ||
      spec.outputs[0].tensor != last.results[0])
    return std::nullopt;
  for (const swage::halide::Stage &stage : spec.stages)
    for (unsigned loop = 0; loop < found.rowLoops; ++loop) {
      const Tensor &tensor = spec.tensors[stage.results[0]],
                   &result = spec.tensors[last.results[0]];
      std::optional<int64_t> size = spec.size(result, loop);
      if (loop >= tensor.rank() || !size || spec.size(tensor, loop) != size)
        return std::nullopt;
    }
  return found;
}

class RowsTemplate : public ScheduleTemplate {
public:
  std::string getName() const override { return "rows"; }

  std::optional<Claim> match(const KernelSpec &spec,
                             const TargetFacts &target) const override {
    std::optional<RowStages> parts = findRowStages(spec, target);
    if (!parts)
      return std::nullopt;
    Claim claim;
    claim.schedule.form = getName();
    claim.schedule.parameters = {{"lanes", {parts->lanes}}};
    claim.speedup = 0.8;
    return claim;
  }

  std::string apply(swage::halide::Pipeline &pipeline,
                    const Schedule &schedule) const override {
    const KernelSpec &spec = pipeline.spec;
    std::optional<RowStages> parts = findRowStages(spec, pipeline.target);
    if (!parts)
      return "the schedule 'rows' fits reductions of rows of known size, of "
             "which something of the rows' shape is made";
    int64_t lanes = schedule.get("lanes", parts->lanes);
    if (lanes < 1 || parts->lanes % lanes)
      lanes = parts->lanes;
    int last = static_cast<int>(spec.stages.size()) - 1;
    // All anew, since stages read what they were defined on.
    std::map<int, Func> partial;
    for (int i = 0; i <= last; ++i)
      define(pipeline, i, static_cast<int>(lanes), partial);
    pipeline.outputs[0] = pipeline.stages[last].func;
    computeWhole(pipeline, last);
    Func result = pipeline.stages[last].func;
    Var row = pipeline.stages[last].vars[parts->rowLoops - 1];
    for (int i = 0; i < last; ++i) {
      if (!isStored(pipeline, i))
        continue;
      StageFunc &own = pipeline.stages[i];
      own.func.compute_at(result, row);
      if (!spec.stages[i].isReduction())
        vectorizeInner(pipeline, own.func,
                       spec.tensors[spec.stages[i].results[0]]);
      if (auto found = partial.find(i); found != partial.end()) {
        Var lane = found->second.args()[0];
        found->second.compute_at(result, row).vectorize(lane);
        found->second.update(0)
            .reorder(lane, own.reductions[0])
            .vectorize(lane);
        own.func.update(0).unroll(own.reductions[1]);
      }
    }
    return "";
  }

private:
  /// Defines stage `index`, in partial results for lanes of a row if possible.
  static void define(swage::halide::Pipeline &pipeline, int index, int lanes,
                     std::map<int, Func> &partial) {
    const KernelSpec &spec = pipeline.spec;
    const swage::halide::Stage &stage = spec.stages[index];
    StageFunc &own = pipeline.stages[index];
    std::vector<Expr> loops(own.vars.begin(), own.vars.end());
    std::optional<ExprId> element;
    if (stage.isReduction() && lanes > 1)
      element = findElement(spec, stage);
    own.func = Func(stage.name);
    std::vector<Var> place = toHalideOrder(own.vars);
    std::vector<ExprId> first =
        stage.isReduction() ? stage.inits : stage.values;
    own.func(place) = stored(pipeline.expression(first[0], loops));
    if (!stage.isReduction())
      return;
    int size = static_cast<int>(*spec.constant(stage.reductions[0]));
    if (!element) {
      RDom domain(0, size, stage.name + "_r");
      own.reductions = {domain.x};
      loops.push_back(domain.x);
      own.func(place) = stored(
          pipeline.expression(stage.values[0], loops, {Expr(own.func(place))}));
      return;
    }
    Func sums(stage.name + "_partial");
    Var lane("lane");
    std::vector<Var> within{lane};
    within.insert(within.end(), place.begin(), place.end());
    sums(within) = pipeline.expression(stage.inits[0], loops);
    RDom steps(0, size / lanes, stage.name + "_steps"),
        all(0, lanes, stage.name + "_lanes");
    std::vector<Expr> inRow = loops, last{all.x};
    inRow.push_back(steps.x * lanes + lane);
    sums(within) =
        pipeline.expression(stage.values[0], inRow, {Expr(sums(within))});
    last.insert(last.end(), place.begin(), place.end());
    own.func(place) =
        pipeline.expression(stage.values[0], loops, {Expr(own.func(place))},
                            {{*element, sums(last)}});
    own.reductions = {steps.x, all.x};
    partial[index] = sums;
  }
};

} // namespace

std::unique_ptr<ScheduleTemplate> createRowsTemplate() {
  return std::make_unique<RowsTemplate>();
}

} // namespace swage::halide
