//===- SumStages.cpp - a reduction and what follows it --------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See SumStages.h. Everything that the schedules rely on is checked.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/Halide/Schedules/SumStages.h"
#include <algorithm>

namespace swage::halide {

int64_t SumStages::panel() const {
  int64_t width = 0;
  for (const SumRead &read : reads)
    width = std::max(width, read.panel);
  return width;
}

bool SumStages::isByPanel() const {
  return std::all_of(reads.begin(), reads.end(), [](const SumRead &read) {
    return !read.alongColumns || read.panel;
  });
}

bool SumStages::readsWindow() const {
  return std::any_of(reads.begin(), reads.end(),
                     [](const SumRead &read) { return read.alongWindow; });
}

bool SumStages::isByColumn() const {
  return std::all_of(reads.begin(), reads.end(),
                     [](const SumRead &read) { return read.alongColumns; });
}

namespace {

class Finder {
public:
  explicit Finder(const KernelSpec &spec) : spec(spec) {}

  std::optional<SumStages> find() {
    if (spec.outputs.size() != 1 || !findReduction() || !findExtents() ||
        !findEpilogue() || !findReads())
      return std::nullopt;
    return found;
  }

private:
  const Stage &reduction() const { return spec.stages[found.sums]; }

  /// The only stage that reduces.
  bool findReduction() {
    for (size_t i = 0; i < spec.stages.size(); ++i)
      if (spec.stages[i].isReduction()) {
        if (found.sums >= 0)
          return false;
        found.sums = static_cast<int>(i);
      }
    return found.sums >= 0 && reduction().results.size() == 1 &&
           reduction().numParallel > 0;
  }

  bool findExtents() {
    const Tensor &tensor = spec.tensors[reduction().results[0]];
    if (tensor.element != Element::F32)
      return false;
    for (ExprId size : tensor.shape) {
      found.extents.push_back(spec.constant(size).value_or(0));
      if (found.extents.back() < 1)
        return false;
    }
    for (ExprId size : reduction().reductions) {
      int64_t steps = spec.constant(size).value_or(0);
      if (steps < 1)
        return false;
      found.steps *= steps;
    }
    return true;
  }

  /// All later stages: of the same shape, and reading it in its own order.
  bool findEpilogue() {
    for (int i = found.sums + 1; i < int(spec.stages.size()); ++i) {
      const Stage &stage = spec.stages[i];
      if (stage.results.size() != 1 ||
          stage.numParallel != reduction().numParallel)
        return false;
      const Tensor &tensor = spec.tensors[stage.results[0]];
      if (tensor.element != Element::F32)
        return false;
      for (size_t dim = 0; dim < tensor.rank(); ++dim)
        if (spec.size(tensor, dim) != found.extents[dim])
          return false;
      bool inOrder = true;
      forEachRead(spec, stage, [&](ExprId id) {
        const Expression &read = spec[id];
        if (spec.tensors[read.index].stage < found.sums)
          return;
        for (size_t dim = 0; dim < read.operands.size(); ++dim) {
          auto index = linearIndex(spec, read.operands[dim]);
          inOrder &= index &&
                     (index->loop() == int(dim) ||
                      (found.extents[dim] == 1 && index->coefficients.empty()));
        }
      });
      if (!inOrder)
        return false;
      found.epilogue.push_back(i);
    }
    return spec.tensors[spec.outputs[0].tensor].stage == found.last();
  }

  bool findReads() {
    int column = static_cast<int>(reduction().numParallel) - 1;
    bool fits = true;
    forEachRead(spec, reduction(), [&](ExprId id) {
      const Expression &expr = spec[id];
      SumRead read;
      read.tensor = expr.index;
      for (size_t dim = 0; dim < expr.operands.size(); ++dim) {
        bool isLast = dim + 1 == expr.operands.size();
        fits &= addIndex(expr.operands[dim], column, isLast, read);
      }
      found.reads.push_back(read);
    });
    return fits && !found.reads.empty();
  }

  /// False where a vector of columns would have to be gathered.
  bool addIndex(ExprId id, int column, bool isLast, SumRead &read) const {
    if (!dependsOn(spec, id, column)) {
      std::optional<LinearIndex> index = linearIndex(spec, id);
      if (!index)
        return false;
      bool inResult = false, inReduction = false;
      for (auto [loop, coefficient] : index->coefficients)
        (loop < column ? inResult : inReduction) = true;
      read.alongWindow |= inResult && inReduction;
      return true;
    }
    const Expression &expr = spec[id];
    if (expr.opcode == Opcode::FloorDiv || expr.opcode == Opcode::Mod) {
      std::optional<LinearIndex> index = linearIndex(spec, expr.operands[0]);
      int64_t width = spec.constant(expr.operands[1]).value_or(0);
      if (!index || index->loop() != column || width < 1 ||
          isLast != (expr.opcode == Opcode::Mod) ||
          (read.panel && read.panel != width))
        return false;
      read.panel = width;
      read.alongColumns |= isLast;
      return true;
    }
    std::optional<LinearIndex> index = linearIndex(spec, id);
    if (!isLast || !index || index->loop() != column)
      return false;
    read.alongColumns = true;
    return true;
  }

  const KernelSpec &spec;
  SumStages found;
};

} // namespace

std::optional<SumStages> findSumStages(const KernelSpec &spec) {
  return Finder(spec).find();
}

} // namespace swage::halide
