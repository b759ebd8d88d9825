//===- Elementwise.cpp - elements that are changed one by one -------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// All that is made of an element is made while it is in registers: what several
// later stages read, too, is computed for the vectors of a step rather than
// stored as a tensor. Parameters:
//
//   unroll    vectors of a step
//   parallel  0: no tasks; 1: pieces of the innermost loop are tasks; 2: the
//             first of the other loops that has something to split is
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/Halide/Schedules/MapStages.h"
#include "compiler/Backend/Halide/Schedules/ScheduleTemplate.h"
#include "compiler/Backend/Halide/Schedules/Whole.h"
#include <algorithm>

using namespace Halide;

namespace swage::halide {
namespace {

/// Elements of the innermost loop that are a task.
constexpr int64_t kTaskElements = 1 << 14;

/// Vectors of a step. Two hide how long an operation takes, of which those with
/// many have enough in one already; four and eight were no faster.
int64_t chooseUnroll(const MapStages &parts) {
  return parts.cost <= 40 ? 2 : 1;
}

class ElementwiseTemplate : public ScheduleTemplate {
public:
  std::string getName() const override { return "elementwise"; }

  std::optional<Claim> match(const KernelSpec &spec,
                             const TargetFacts &) const override {
    std::optional<MapStages> parts = find(spec);
    if (!parts)
      return std::nullopt;
    Claim claim;
    claim.schedule.form = getName();
    claim.schedule.parameters = {{"unroll", {chooseUnroll(*parts)}},
                                 {"parallel", {chooseTasks(*parts)}}};
    claim.speedup = 0.9;
    return claim;
  }

  std::string apply(swage::halide::Pipeline &pipeline,
                    const Schedule &schedule) const override {
    const KernelSpec &spec = pipeline.spec;
    std::optional<MapStages> parts = find(spec);
    if (!parts)
      return "the schedule 'elementwise' fits stages that change elements one "
             "by one, in vectors that lie side by side in all they read";
    int64_t parallel = schedule.get("parallel", chooseTasks(*parts));
    int last = static_cast<int>(spec.stages.size()) - 1;
    const Tensor &result = spec.tensors[spec.stages[last].results[0]];
    int64_t lanes = getLanes(pipeline, result, parts->inner());
    int64_t elements = lanes * std::clamp<int64_t>(
                                   schedule.get("unroll", chooseUnroll(*parts)),
                                   1, parts->inner() / lanes);
    std::vector<bool> inStep = findInStep(pipeline);
    Func func = pipeline.stages[last].func;
    Var steps("steps");
    for (int i = last; i >= 0; --i) {
      if (!isStored(pipeline, i))
        continue;
      if (i == last) {
        func.compute_root();
        vectorize(pipeline, last, elements, steps);
        steps =
            addTasks(pipeline.stages[last], *parts, parallel, elements, steps);
      } else if (inStep[i]) {
        pipeline.stages[i].func.compute_at(func, steps);
        vectorize(pipeline, i, elements, Var("all"));
      } else {
        computeWhole(pipeline, i);
      }
    }
    vectorizeCopies(pipeline);
    return "";
  }

private:
  static std::optional<MapStages> find(const KernelSpec &spec) {
    std::optional<MapStages> parts = findMapStages(spec);
    if (!parts || !parts->turned.empty())
      return std::nullopt;
    return parts;
  }

  /// The stages of which the last one needs just the elements of a step.
  static std::vector<bool> findInStep(swage::halide::Pipeline &pipeline) {
    const KernelSpec &spec = pipeline.spec;
    int last = static_cast<int>(spec.stages.size()) - 1;
    std::vector<bool> inStep(spec.stages.size(), false);
    inStep[last] = true;
    for (int i = last - 1; i >= 0; --i) {
      // Other outputs have loops of their own.
      inStep[i] = spec.stages[i].numParallel == spec.stages[last].numParallel &&
                  !pipeline.isOutput(i);
      for (int reader : pipeline.consumers(i)) {
        inStep[i] = inStep[i] && inStep[reader];
        forEachRead(spec, spec.stages[reader], [&](ExprId id) {
          if (spec.tensors[spec[id].index].stage == i)
            inStep[i] = inStep[i] && isInPlace(spec, id);
        });
      }
    }
    return inStep;
  }

  static bool isInPlace(const KernelSpec &spec, ExprId read) {
    int dim = 0;
    for (ExprId operand : spec[read].operands) {
      std::optional<LinearIndex> index = linearIndex(spec, operand);
      if (!index || index->loop() != dim++)
        return false;
    }
    return true;
  }

  /// Lanes of vectors of a loop with `size` steps.
  static int64_t getLanes(swage::halide::Pipeline &pipeline,
                          const Tensor &tensor, int64_t size) {
    int64_t lanes = pipeline.target.lanes(tensor.element);
    while (lanes > size)
      lanes /= 2;
    return lanes;
  }

  /// `elements` of the innermost loop are a step of the loop `steps`.
  static void vectorize(swage::halide::Pipeline &pipeline, int stage,
                        int64_t elements, const Var &steps) {
    StageFunc &own = pipeline.stages[stage];
    const Tensor &tensor =
        pipeline.spec.tensors[pipeline.spec.stages[stage].results[0]];
    int lanes = static_cast<int>(getLanes(pipeline, tensor, elements));
    Var element("element"), vectors("vectors"), lane("lane");
    own.func
        .split(own.vars.back(), steps, element, static_cast<int>(elements),
               TailStrategy::ShiftInwards)
        .split(element, vectors, lane, lanes, TailStrategy::ShiftInwards)
        .vectorize(lane)
        .unroll(vectors);
  }

  /// Makes tasks; the loop that runs over steps then.
  static Var addTasks(StageFunc &own, const MapStages &parts, int64_t parallel,
                      int64_t elements, const Var &steps) {
    std::optional<int> outer = findOuterLoop(parts);
    if (parallel == 2 && outer)
      own.func.parallel(own.vars[*outer]);
    if (parallel != 1)
      return steps;
    Var tasks("tasks"), step("step");
    own.func
        .split(steps, tasks, step, static_cast<int>(kTaskElements / elements),
               TailStrategy::GuardWithIf)
        .parallel(tasks);
    return step;
  }
};

} // namespace

std::unique_ptr<ScheduleTemplate> createElementwiseTemplate() {
  return std::make_unique<ElementwiseTemplate>();
}

} // namespace swage::halide
