//===- MapStages.cpp - stages that change elements one by one -------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See MapStages.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/Halide/Schedules/MapStages.h"
#include <algorithm>
#include <set>

namespace swage::halide {
namespace {

/// Operations below which a kernel stays on one thread: waking another costs as
/// much.
constexpr double kWorthTasks = 1 << 18;

/// What an open size counts for.
constexpr int64_t kUnknown = 256;

/// What an operation costs, in additions.
double getCost(const Expression &expr) {
  if (expr.type == Element::Index || expr.opcode == Opcode::Constant)
    return 0;
  if (expr.opcode == Opcode::Library)
    return 24;
  if (expr.opcode == Opcode::Div || expr.opcode == Opcode::Sqrt)
    return 6;
  return 1;
}

class Finder {
public:
  explicit Finder(const KernelSpec &spec) : spec(spec) {}

  std::optional<MapStages> find() {
    if (spec.stages.empty())
      return std::nullopt;
    for (const Stage &stage : spec.stages)
      if (stage.isReduction() || stage.results.size() != 1 ||
          !addStage(stage, &stage == &spec.stages.back()))
        return std::nullopt;
    for (const Output &output : spec.outputs)
      if (spec.tensors[output.tensor].stage < 0)
        return std::nullopt;
    return found;
  }

private:
  bool addStage(const Stage &stage, bool isLast) {
    const Tensor &tensor = spec.tensors[stage.results[0]];
    if (tensor.rank() == 0)
      return !isLast;
    // Innermost loops become vectors of a size that is chosen now.
    int inner = static_cast<int>(tensor.rank()) - 1;
    if (spec.size(tensor, inner).value_or(0) < 1)
      return false;
    if (isLast)
      for (ExprId size : tensor.shape)
        found.extents.push_back(spec.constant(size).value_or(0));
    bool fits = true;
    forEachRead(spec, stage,
                [&](ExprId id) { fits &= addRead(id, inner, isLast); });
    std::set<ExprId> seen;
    found.cost += costOf(stage.values[0], seen);
    return fits;
  }

  /// False where the elements of a vector would have to be gathered.
  bool addRead(ExprId id, int inner, bool isLast) {
    const std::vector<ExprId> &place = spec[id].operands;
    if (place.empty())
      return true;
    std::optional<LinearIndex> index = linearIndex(spec, place.back());
    bool turns =
        std::any_of(place.begin(), place.end() - 1, [&](ExprId operand) {
          return dependsOn(spec, operand, inner);
        });
    if (!turns && !dependsOn(spec, place.back(), inner))
      return true;
    if (!index)
      return false;
    if (!turns)
      return index->loop() == inner || (index->coefficients.size() == 1 &&
                                        index->coefficients.count(inner) &&
                                        index->coefficients.at(inner) == 1);
    std::optional<int> loop = index->loop();
    if (!isLast || !loop || *loop == inner)
      return false;
    found.turned.push_back({id, *loop});
    return true;
  }

  double costOf(ExprId id, std::set<ExprId> &seen) const {
    if (!seen.insert(id).second)
      return 0;
    double cost = getCost(spec[id]);
    for (ExprId operand : spec[id].operands)
      cost += costOf(operand, seen);
    return cost;
  }

  const KernelSpec &spec;
  MapStages found;
};

} // namespace

std::optional<MapStages> findMapStages(const KernelSpec &spec) {
  return Finder(spec).find();
}

std::optional<int> findOuterLoop(const MapStages &parts) {
  for (int loop = 0; loop < parts.last(); ++loop)
    if (parts.extents[loop] != 1)
      return loop;
  return std::nullopt;
}

int64_t chooseTasks(const MapStages &parts) {
  double work = parts.cost + 1;
  for (int64_t extent : parts.extents)
    work *= static_cast<double>(extent ? extent : kUnknown);
  if (work < kWorthTasks)
    return 0;
  return findOuterLoop(parts) ? 2 : 1;
}

} // namespace swage::halide
