//===- ScheduleTemplate.h - schedules by structure --------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A schedule template knows one structure of kernels: it recognises it, chooses
// parameters by cost, and arranges the loops of the pipeline. Recognising and
// choosing look at plain structs and run in the compiler's passes; only
// `apply` sees Halide.
//
// What a schedule must keep to:
// * Code runs without checks of bounds. What is computed beyond a stage's size
//   (TailStrategy::RoundUp) must not read beyond an operand; swage-kernel has
//   the checks on and tells.
// * An update must not be split with TailStrategy::GuardWithIf or Predicate
//   unless the size is a multiple: Halide 14 takes the first part for all of
//   the loop where the update's value has shared parts.
// * The order in which a sum is added up must not depend on the number of
//   threads, so reductions are not split over tasks.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_HALIDE_SCHEDULES_SCHEDULETEMPLATE_H
#define SWAGE_COMPILER_BACKEND_HALIDE_SCHEDULES_SCHEDULETEMPLATE_H

#include "compiler/Backend/Halide/KernelSpec.h"
#include <memory>

namespace swage::halide {

struct Pipeline;

/// What a template offers for a kernel.
struct Claim {
  Schedule schedule;
  /// How many times as fast as the LLVM backend it expects to be. Above 1,
  /// `--backend=auto` takes it; of several templates the highest claim counts.
  double speedup = 0;
};

class ScheduleTemplate {
public:
  virtual ~ScheduleTemplate() = default;

  /// The `form` of its schedules.
  virtual std::string getName() const = 0;

  /// What it would do with `spec`; nothing when the structure is another one.
  virtual std::optional<Claim> match(const KernelSpec &spec,
                                     const TargetFacts &target) const = 0;

  /// Schedules the pipeline, or redefines its stages first. Parameters that
  /// `schedule` lacks are chosen as `match` does. The text is empty, or says
  /// why the schedule does not fit the kernel: schedules are written by hand,
  /// too.
  virtual std::string apply(Pipeline &pipeline,
                            const Schedule &schedule) const = 0;
};

/// All templates; the plain one, which takes every kernel, comes last.
const std::vector<std::unique_ptr<ScheduleTemplate>> &getScheduleTemplates();

/// The template named `form`, or null.
const ScheduleTemplate *findScheduleTemplate(const std::string &form);

/// The best claim. There always is one.
Claim chooseSchedule(const KernelSpec &spec, const TargetFacts &target);

/// Makers of the templates, one a file.
std::unique_ptr<ScheduleTemplate> createContractionTemplate();
std::unique_ptr<ScheduleTemplate> createDepthwiseTemplate();
std::unique_ptr<ScheduleTemplate> createDirectTemplate();
std::unique_ptr<ScheduleTemplate> createElementwiseTemplate();
std::unique_ptr<ScheduleTemplate> createPlainTemplate();
std::unique_ptr<ScheduleTemplate> createPoolingTemplate();
std::unique_ptr<ScheduleTemplate> createRowsTemplate();
std::unique_ptr<ScheduleTemplate> createTranspositionTemplate();
std::unique_ptr<ScheduleTemplate> createWinogradTemplate();

} // namespace swage::halide

#endif // SWAGE_COMPILER_BACKEND_HALIDE_SCHEDULES_SCHEDULETEMPLATE_H
