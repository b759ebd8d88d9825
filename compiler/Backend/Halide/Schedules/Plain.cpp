//===- Plain.cpp - the schedule that fits every kernel --------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Elementwise stages are computed where they are read. Stages that reduce, or
// that are read at several places, are computed whole before their readers, and
// rows of a fused group (softmax, layer normalisation) together. Innermost
// loops become vectors, outer ones tasks.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/Halide/Emitter/Dimensions.h"
#include "compiler/Backend/Halide/Emitter/Pipeline.h"
#include "compiler/Backend/Halide/Schedules/ScheduleTemplate.h"

namespace swage::halide {
namespace {

class PlainTemplate : public ScheduleTemplate {
public:
  std::string getName() const override { return "plain"; }

  std::optional<Claim> match(const KernelSpec &,
                             const TargetFacts &) const override {
    Claim claim;
    claim.schedule.form = getName();
    claim.speedup = 0.5;
    return claim;
  }

  std::string apply(Pipeline &pipeline, const Schedule &) const override {
    const KernelSpec &spec = pipeline.spec;
    for (size_t i = 0; i < spec.stages.size(); ++i) {
      int stage = static_cast<int>(i);
      if (pipeline.isOutput(stage) || spec.stages[i].isReduction() ||
          pipeline.consumers(stage).size() > 1)
        compute(pipeline, stage);
    }
    return "";
  }

private:
  /// Stores a stage of its own.
  static void compute(Pipeline &pipeline, int index) {
    const Stage &stage = pipeline.spec.stages[index];
    StageFunc &own = pipeline.stages[index];
    own.func.compute_root();
    if (stage.numParallel == 0)
      return;
    Halide::Var inner = own.vars.back();
    int lanes = static_cast<int>(getLanes(pipeline, stage));
    auto vectorize = [&](Halide::Stage definition) {
      if (lanes > 1)
        definition.vectorize(inner, lanes, Halide::TailStrategy::GuardWithIf);
    };
    vectorize(own.func);
    if (stage.isReduction())
      vectorize(own.func.update(0));
    if (stage.numParallel > 1) {
      own.func.parallel(own.vars.front());
      if (stage.isReduction())
        own.func.update(0).parallel(own.vars.front());
    }
  }

  /// Lanes of a vector along the innermost dimension.
  static int64_t getLanes(Pipeline &pipeline, const Stage &stage) {
    const Tensor &tensor = pipeline.spec.tensors[stage.results.front()];
    int64_t lanes = pipeline.target.lanes(tensor.element);
    std::optional<int64_t> size = pipeline.spec.size(tensor, tensor.rank() - 1);
    while (size && lanes > *size)
      lanes /= 2;
    return lanes;
  }
};

} // namespace

std::unique_ptr<ScheduleTemplate> createPlainTemplate() {
  return std::make_unique<PlainTemplate>();
}

} // namespace swage::halide
