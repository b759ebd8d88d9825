//===- Phases.cpp - the names of the compiler's phases --------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// One table names the phases for flags, dumps, progress and tests.
//
//===----------------------------------------------------------------------===//
#include "compiler/Pipelines/Pipeline.h"
#include "mlir/IR/BuiltinOps.h"

using namespace swage;

static constexpr PhaseInfo phases[] = {
    {Phase::Import, "import", "the model file has become nn operations"},
    {Phase::Graph, "graph",
     "shapes are inferred, operators canonical and semantically simplified"},
    {Phase::Layout, "layout", "tensors carry the layout that kernels want"},
    {Phase::Kernels, "kernels",
     "fused groups are kernels; main holds only calls and control flow"},
    {Phase::Constants, "constants",
     "kernels on constants alone are weights, or run when the model is loaded"},
    {Phase::Buffers, "buffers", "tensors are buffers at offsets of one arena"},
    {Phase::Code, "code", "every kernel and main are machine code"},
    {Phase::Artifact, "artifact", "the result is linked and written"},
};

llvm::ArrayRef<PhaseInfo> swage::getPhases() { return phases; }

llvm::StringRef swage::getPhaseName(Phase phase) {
  return phases[static_cast<unsigned>(phase)].name;
}

std::optional<Phase> swage::parsePhase(llvm::StringRef name) {
  for (const PhaseInfo &info : phases)
    if (info.name == name)
      return info.phase;
  return std::nullopt;
}
