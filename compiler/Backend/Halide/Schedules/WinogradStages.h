//===- WinogradStages.h - the parts of a Winograd kernel --------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Finds in a KernelSpec what the pass swage-winograd leaves: the transform of
// an image, products with a transformed filter, and the transform back.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_HALIDE_SCHEDULES_WINOGRADSTAGES_H
#define SWAGE_COMPILER_BACKEND_HALIDE_SCHEDULES_WINOGRADSTAGES_H

#include "compiler/Backend/Halide/KernelSpec.h"
#include <array>

namespace swage::halide {

/// Rows of a constant matrix.
using ConstantMatrix = std::vector<std::vector<double>>;

/// The stages by number, and what they have in common. Pairs are rows, then
/// columns of the image.
struct WinogradStages {
  int input = -1, product = -1, output = -1;
  /// Elementwise stages that follow, and a pool of tiles where there is one, in
  /// order; the last one is the result.
  std::vector<int> epilogue;
  int pool = -1;
  std::array<ConstantMatrix, 2> inputMatrix, outputMatrix;
  TensorId image = -1;   ///< [n, y, x, c], padded
  TensorId weights = -1; ///< [a, b, panel, c, column]
  int64_t batch = 0, channels = 0, columns = 0, panelWidth = 0;
  std::array<int64_t, 2> size{}; ///< height and width before the pool
  /// The pool's, whose windows lie side by side; 1 without.
  std::array<int64_t, 2> window{1, 1};
  std::array<int64_t, 2> resultSize{}; ///< height and width of the result
  std::array<int64_t, 2> tile{};   ///< outputs of a tile
  std::array<int64_t, 2> step{};   ///< of the image, from tile to tile
  std::array<int64_t, 2> points{}; ///< products of a tile
  std::array<int64_t, 2> tiles{};

  /// Tiles of the whole image.
  int64_t numTiles() const { return tiles[0] * tiles[1]; }
  /// The stage that is the result.
  int last() const { return epilogue.empty() ? output : epilogue.back(); }
};

/// The parts of `spec`; nothing when it is built in another way.
std::optional<WinogradStages> findWinogradStages(const KernelSpec &spec);

} // namespace swage::halide

#endif // SWAGE_COMPILER_BACKEND_HALIDE_SCHEDULES_WINOGRADSTAGES_H
