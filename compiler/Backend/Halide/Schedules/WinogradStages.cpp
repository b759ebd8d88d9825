//===- WinogradStages.cpp - the parts of a Winograd kernel ----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See WinogradStages.h. Everything that the schedule relies on is checked: a
// kernel that only looks alike is not taken.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/Halide/Schedules/WinogradStages.h"
#include <algorithm>
#include <cstring>
#include <set>

namespace swage::halide {
namespace {

/// A factor of a product: a number, or an element of a tensor.
struct Factor {
  double number = 0;
  TensorId tensor = -1; ///< none: `number`
  std::vector<ExprId> indices;
};

class Finder {
public:
  explicit Finder(const KernelSpec &spec) : spec(spec) {}

  std::optional<WinogradStages> find() {
    for (size_t i = 0; i < spec.stages.size(); ++i)
      if (spec.stages[i].reductions.size() == 1 &&
          spec.stages[i].numParallel == 6)
        found.product = static_cast<int>(i);
    if (found.product < 0 || !isProduct() || !isInput() || !isOutput() ||
        !isEpilogue())
      return std::nullopt;
    return found;
  }

private:
  /// The factors of what reduction `stage` adds to a sum that begins with zero.
  std::vector<Factor> factorsOf(int stage) const {
    const Stage &own = spec.stages[stage];
    std::vector<Factor> factors;
    if (own.results.size() != 1 || own.inits.size() != 1 ||
        own.values.size() != 1)
      return {};
    const Expression &init = spec[own.inits[0]], &sum = spec[own.values[0]];
    if (init.opcode != Opcode::Constant || init.number != 0 ||
        sum.opcode != Opcode::Add || sum.type != Element::F32)
      return {};
    for (int i : {0, 1})
      if (spec[sum.operands[i]].opcode == Opcode::Accumulator &&
          collect(sum.operands[1 - i], factors))
        return factors;
    return {};
  }

  bool collect(ExprId id, std::vector<Factor> &factors) const {
    const Expression &expr = spec[id];
    if (expr.opcode == Opcode::Mul)
      return collect(expr.operands[0], factors) &&
             collect(expr.operands[1], factors);
    if (expr.opcode == Opcode::Constant)
      factors.push_back({expr.number, -1, {}});
    else if (expr.opcode == Opcode::Read)
      factors.push_back({0, expr.index, expr.operands});
    else
      return false;
    return true;
  }

  bool isLoop(ExprId id, int loop) const {
    std::optional<LinearIndex> index = linearIndex(spec, id);
    return index && index->loop() == loop;
  }

  /// Whether `id` is the quotient or the rest of a loop by `divisor`.
  bool isPart(ExprId id, Opcode opcode, int loop, int64_t divisor) const {
    if (divisor == 1 && opcode == Opcode::FloorDiv && isLoop(id, loop))
      return true;
    const Expression &expr = spec[id];
    return expr.opcode == opcode && isLoop(expr.operands[0], loop) &&
           spec.constant(expr.operands[1]) == divisor;
  }

  /// The positive step of `id` = step * loop + other; 0 where it is no such
  /// sum.
  int64_t stepOf(ExprId id, int loop, int other) const {
    std::optional<LinearIndex> index = linearIndex(spec, id);
    if (!index || index->constant != 0 || index->coefficients.size() != 2 ||
        !index->coefficients.count(loop) || !index->coefficients.count(other) ||
        index->coefficients.at(other) != 1)
      return 0;
    return std::max<int64_t>(0, index->coefficients.at(loop));
  }

  int64_t sizeOf(TensorId tensor, size_t dim) const {
    return spec.size(spec.tensors[tensor], dim).value_or(-1);
  }
  TensorId resultOf(int stage) const { return spec.stages[stage].results[0]; }

  /// The matrix that a factor is an element of; a number is a matrix of one.
  std::optional<ConstantMatrix> matrixOf(const Factor &factor) const {
    if (factor.tensor < 0)
      return ConstantMatrix{{factor.number}};
    const Tensor &tensor = spec.tensors[factor.tensor];
    if (tensor.rank() != 2 || tensor.element != Element::F32)
      return std::nullopt;
    int64_t rows = sizeOf(factor.tensor, 0), columns = sizeOf(factor.tensor, 1);
    if (rows < 1 || columns < 1 ||
        int64_t(tensor.bytes.size()) != rows * columns * 4)
      return std::nullopt;
    ConstantMatrix matrix(rows, std::vector<double>(columns));
    for (int64_t i = 0; i < rows * columns; ++i) {
      float element;
      std::memcpy(&element, tensor.bytes.data() + 4 * i, 4);
      matrix[i / columns][i % columns] = element;
    }
    return matrix;
  }

  /// M[a, b, n, ty, tx, k] += V[a, b, n, ty, tx, c] U[a, b, k / w, c, k % w]
  bool isProduct() {
    std::vector<Factor> factors = factorsOf(found.product);
    if (factors.size() != 2 || factors[0].indices.size() != 6 ||
        factors[1].indices.size() != 5)
      return false;
    for (int i = 0; i < 6; ++i)
      if (!isLoop(factors[0].indices[i], i < 5 ? i : 6))
        return false;
    const std::vector<ExprId> &place = factors[1].indices;
    found.weights = factors[1].tensor;
    found.panelWidth = sizeOf(found.weights, 4);
    if (found.panelWidth < 1 || !isLoop(place[0], 0) || !isLoop(place[1], 1) ||
        !isPart(place[2], Opcode::FloorDiv, 5, found.panelWidth) ||
        !isLoop(place[3], 6) ||
        !isPart(place[4], Opcode::Mod, 5, found.panelWidth))
      return false;
    found.input = spec.tensors[factors[0].tensor].stage;
    TensorId result = resultOf(found.product);
    for (int i : {0, 1}) {
      found.points[i] = sizeOf(result, i);
      found.tiles[i] = sizeOf(result, 3 + i);
    }
    found.batch = sizeOf(result, 2);
    found.columns = sizeOf(result, 5);
    found.channels = sizeOf(factors[0].tensor, 5);
    return found.input >= 0 && found.points[0] > 0 && found.points[1] > 0 &&
           found.tiles[0] > 0 && found.tiles[1] > 0 && found.batch > 0 &&
           found.columns > 0 && found.channels > 0;
  }

  /// V[a, b, n, ty, tx, c] += B0[a, i] B1[b, j] image[n, ty s + i, tx s + j, c]
  bool isInput() {
    const Stage &stage = spec.stages[found.input];
    std::vector<Factor> factors = factorsOf(found.input);
    if (stage.numParallel != 6 || stage.reductions.size() != 2 ||
        factors.size() != 3 || factors[2].indices.size() != 4)
      return false;
    for (int i : {0, 1}) {
      auto matrix = matrixOf(factors[i]);
      if (!matrix || int64_t(matrix->size()) != found.points[i] ||
          int64_t(matrix->front().size()) != found.points[i] ||
          spec.constant(stage.reductions[i]) != found.points[i])
        return false;
      if (factors[i].tensor >= 0 && (!isLoop(factors[i].indices[0], i) ||
                                     !isLoop(factors[i].indices[1], 6 + i)))
        return false;
      found.inputMatrix[i] = *matrix;
    }
    found.image = factors[2].tensor;
    return isLoop(factors[2].indices[0], 2) && isLoop(factors[2].indices[3], 5);
  }

  /// y[n, y, x, k] += A0[y % m, a] A1[x % m, b] M[a, b, n, y / m, x / m, k],
  /// and the places that `isInput` has left.
  bool isOutput() {
    found.output = found.product + 1;
    while (found.output < static_cast<int>(spec.stages.size()) &&
           !spec.stages[found.output].isReduction())
      ++found.output;
    if (found.output == static_cast<int>(spec.stages.size()))
      return false;
    const Stage &stage = spec.stages[found.output];
    std::vector<Factor> factors = factorsOf(found.output);
    if (stage.numParallel != 4 || stage.reductions.size() != 2 ||
        factors.size() != 3 || factors[2].tensor != resultOf(found.product))
      return false;
    const std::vector<ExprId> &place = factors[2].indices;
    std::vector<Factor> inputs = factorsOf(found.input);
    for (int i : {0, 1}) {
      auto matrix = matrixOf(factors[i]);
      if (!matrix || int64_t(matrix->front().size()) != found.points[i] ||
          spec.constant(stage.reductions[i]) != found.points[i])
        return false;
      int64_t tile = matrix->size();
      found.tile[i] = tile;
      found.size[i] = sizeOf(resultOf(found.output), 1 + i);
      found.outputMatrix[i] = *matrix;
      if (found.size[i] < 1 ||
          (found.size[i] + tile - 1) / tile != found.tiles[i])
        return false;
      if (factors[i].tensor >= 0 &&
          (!isPart(factors[i].indices[0], Opcode::Mod, 1 + i, tile) ||
           !isLoop(factors[i].indices[1], 4 + i)))
        return false;
      if (!isLoop(place[i], 4 + i) ||
          !isPart(place[3 + i], Opcode::FloorDiv, 1 + i, tile))
        return false;
      found.step[i] = stepOf(inputs[2].indices[1 + i], 3 + i, 6 + i);
      if (found.step[i] == 0)
        return false;
    }
    return isLoop(place[2], 0) && isLoop(place[5], 3);
  }

  /// What follows reads results in order, but for a pool of tiles, behind which
  /// nothing reads what it has read; what goes before is read by the image's
  /// transform alone.
  bool isEpilogue() {
    if (spec.outputs.size() != 1)
      return false;
    std::vector<Reach> reach(spec.stages.size(), Reach::Elsewhere);
    reach[found.input] = reach[found.product] = Reach::Never;
    reach[found.output] = Reach::InOrder;
    for (int i = 0; i < static_cast<int>(spec.stages.size()); ++i) {
      const Stage &stage = spec.stages[i];
      if (i == found.input || i == found.product || i == found.output)
        continue;
      if (stage.results.size() != 1)
        return false;
      if (i < found.input && !stage.isReduction())
        continue;
      std::array<int64_t, 2> window{1, 1};
      if (stage.numParallel != 4 || i < found.input ||
          (stage.isReduction() && !isPool(i, window)))
        return false;
      std::set<ExprId> seen;
      if (!readsInOrder(stage.values[0], window, reach, seen))
        return false;
      if (found.pool == i)
        std::replace(reach.begin(), reach.end(), Reach::InOrder, Reach::Never);
      reach[i] = Reach::InOrder;
      found.epilogue.push_back(i);
    }
    for (int i : {0, 1})
      found.resultSize[i] = sizeOf(resultOf(found.last()), 1 + i);
    return spec.tensors[spec.outputs[0].tensor].stage == found.last();
  }

  /// Where later stages may read a stage's results.
  enum class Reach {
    Never,
    InOrder,  ///< at their own place, or within their window
    Elsewhere ///< anywhere
  };

  /// Whether reduction `stage` may be the one pool, and its window, which must
  /// divide the tiles.
  bool isPool(int stage, std::array<int64_t, 2> &window) {
    const Stage &own = spec.stages[stage];
    if (found.pool >= 0 || own.reductions.size() != 2)
      return false;
    for (int i : {0, 1}) {
      window[i] = spec.constant(own.reductions[i]).value_or(0);
      if (window[i] < 1 || found.tile[i] % window[i] != 0)
        return false;
    }
    found.pool = stage;
    found.window = window;
    return true;
  }

  /// Whether `id` is the place of a stage with four parallel loops along
  /// dimension `dim`, or within its window there.
  bool isOwnPlace(ExprId id, int dim,
                  const std::array<int64_t, 2> &window) const {
    if (dim == 0 || dim == 3)
      return isLoop(id, dim);
    int i = dim - 1;
    return (window[i] == 1 && isLoop(id, dim)) ||
           stepOf(id, dim, 4 + i) == window[i];
  }

  /// Whether `id` reads each stage only where it may be read.
  bool readsInOrder(ExprId id, const std::array<int64_t, 2> &window,
                    const std::vector<Reach> &reach,
                    std::set<ExprId> &seen) const {
    if (!seen.insert(id).second)
      return true;
    const Expression &expr = spec[id];
    if (expr.opcode == Opcode::Read) {
      int stage = spec.tensors[expr.index].stage;
      if (stage >= 0 && reach[stage] == Reach::Never)
        return false;
      if (stage >= 0 && reach[stage] == Reach::InOrder)
        for (int i = 0; i < 4; ++i)
          if (!isOwnPlace(expr.operands[i], i, window))
            return false;
    }
    for (ExprId operand : expr.operands)
      if (!readsInOrder(operand, window, reach, seen))
        return false;
    return true;
  }

  const KernelSpec &spec;
  WinogradStages found;
};

} // namespace

std::optional<WinogradStages> findWinogradStages(const KernelSpec &spec) {
  return Finder(spec).find();
}

} // namespace swage::halide
