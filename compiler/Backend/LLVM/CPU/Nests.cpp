//===- Nests.cpp - loops and vectors for planned kernels ------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Emits the groups of a plan, each in the form that suits it.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Nests.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;

namespace swage {

void NestEmitter::record(StringRef form, const StageLoops &loops, int64_t rows,
                         int64_t columns, int64_t lanes, int64_t parallel,
                         Parameter further) {
  double size = analysis.volume(loops) * std::max<int64_t>(1, loops.operations);
  if (size <= largest)
    return;
  largest = size;
  NamedAttrList parameters;
  parameters.set("register_tile",
                 builder.getDenseI64ArrayAttr({rows, columns}));
  parameters.set("parallel", builder.getDenseI64ArrayAttr({parallel}));
  parameters.set("vector", builder.getDenseI64ArrayAttr({lanes}));
  if (further.second)
    parameters.set(further.first,
                   builder.getDenseI64ArrayAttr({further.second}));
  schedule = kernel::ScheduleAttr::get(
      builder.getContext(), form,
      parameters.getDictionary(builder.getContext()));
}

void NestEmitter::emitSingle(StageGroup &group) {
  allocateWhole(group);
  Stage &stage = group.stages.front();
  StageLoops loops = analysis.analyze(stage, {});
  int64_t lanes = analysis.lanesOf(loops);
  if (!stage.heavy || !emitContraction(stage, lanes)) {
    analysis.merge(loops, {});
    if (std::optional<Interleaving> turns = findInterleaving(loops, lanes))
      emitInterleaved(loops, *turns, lanes);
    else
      emitLight(loops, bestLane(loops, false, lanes), lanes);
  }
  settle(stage);
}

void NestEmitter::emitGroup(StageGroup &group) {
  if (group.chainRows)
    emitChain(group);
  else if (group.band)
    emitBand(group);
  else if (group.separable)
    emitSeparable(group);
  else if (group.gates)
    emitGates(group);
  else if (group.stages.size() == 1)
    emitSingle(group);
  else
    emitTogether(group);
}

void NestEmitter::emit(MutableArrayRef<StageGroup> groups,
                       kernel::ScheduleAttr wanted) {
  given = wanted;
  auto isEmpty = [](const Stage &stage) {
    return llvm::any_of(llvm::seq<unsigned>(0, stage.numLoops()),
                        [&](unsigned loop) {
                          return !stage.isReduction[loop] &&
                                 getConstantIntValue(stage.extents[loop]) == 0;
                        });
  };
  for (StageGroup &group : groups) {
    if (llvm::all_of(group.stages, isEmpty)) {
      // No elements: nothing to do, but later stages ask for the place.
      allocateWhole(group);
      for (Stage &stage : group.stages)
        settle(stage);
      continue;
    }
    emitGroup(group);
  }
}

} // namespace swage
