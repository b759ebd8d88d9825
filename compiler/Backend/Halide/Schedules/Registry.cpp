//===- Registry.cpp - all schedule templates ------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The list of templates, and the choice among them.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/Halide/Schedules/ScheduleTemplate.h"

namespace swage::halide {

const std::vector<std::unique_ptr<ScheduleTemplate>> &getScheduleTemplates() {
  static const auto templates = [] {
    std::vector<std::unique_ptr<ScheduleTemplate>> list;
    list.push_back(createWinogradTemplate());
    list.push_back(createContractionTemplate());
    list.push_back(createDirectTemplate());
    list.push_back(createDepthwiseTemplate());
    list.push_back(createPoolingTemplate());
    list.push_back(createRowsTemplate());
    list.push_back(createElementwiseTemplate());
    list.push_back(createTranspositionTemplate());
    list.push_back(createPlainTemplate());
    return list;
  }();
  return templates;
}

const ScheduleTemplate *findScheduleTemplate(const std::string &form) {
  for (const auto &candidate : getScheduleTemplates())
    if (candidate->getName() == form)
      return candidate.get();
  return nullptr;
}

Claim chooseSchedule(const KernelSpec &spec, const TargetFacts &target) {
  Claim best;
  for (const auto &candidate : getScheduleTemplates()) {
    std::optional<Claim> claim = candidate->match(spec, target);
    if (claim && (best.schedule.form.empty() || claim->speedup > best.speedup))
      best = *claim;
  }
  return best;
}

} // namespace swage::halide
