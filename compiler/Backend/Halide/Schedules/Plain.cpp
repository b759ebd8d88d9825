//===- Plain.cpp - the schedule that fits every kernel --------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Elementwise stages are computed where they are read. Stages that reduce, or
// whose elements are read more than once, are computed whole before their
// readers. Innermost loops become vectors, outer ones tasks.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/Halide/Emitter/Pipeline.h"
#include "compiler/Backend/Halide/Schedules/ScheduleTemplate.h"
#include "compiler/Backend/Halide/Schedules/Whole.h"

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
    for (size_t i = 0; i < spec.stages.size(); ++i)
      if (isStored(pipeline, static_cast<int>(i)))
        computeWhole(pipeline, static_cast<int>(i));
    vectorizeCopies(pipeline);
    return "";
  }
};

} // namespace

std::unique_ptr<ScheduleTemplate> createPlainTemplate() {
  return std::make_unique<PlainTemplate>();
}

} // namespace swage::halide
