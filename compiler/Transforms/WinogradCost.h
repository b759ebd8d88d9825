//===- WinogradCost.h - which form, and in what blocks ----------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Estimates what a convolution costs directly and by each Winograd form.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_TRANSFORMS_WINOGRADCOST_H
#define SWAGE_COMPILER_TRANSFORMS_WINOGRADCOST_H

#include <array>
#include <cstdint>
#include <optional>

namespace swage {

/// What the estimates need to know of a processor.
struct WinogradTarget {
  int64_t lanes = 8;      ///< f32 elements of a vector
  int64_t registers = 16; ///< vector registers
  int64_t l2Bytes = 512 << 10;
  /// Bytes that come from memory in the time of a vector's multiply-add.
  double memoryBytes = 7;
};

/// A convolution. Pairs are rows, then columns of the image.
struct WinogradProblem {
  int64_t batch = 1;
  std::array<int64_t, 2> outputs{}; ///< the result's height and width
  std::array<int64_t, 2> taps{};    ///< the window's
  std::array<int64_t, 2> strides{1, 1};
  int64_t inputChannels = 0, outputChannels = 0;

  /// The points of a form for `outputs` along dimension `dim`.
  int64_t points(unsigned dim, int64_t outputs) const {
    return (outputs - 1) * strides[dim] + taps[dim];
  }
};

/// How to compute it.
struct WinogradPlan {
  std::array<int64_t, 2> tile{};         ///< outputs of a form
  std::array<int64_t, 2> block{};        ///< tiles transformed at a time
  std::array<int64_t, 2> registerTile{}; ///< of the products: tiles x channels
  int64_t columns = 0;                   ///< output channels computed at a time
  double speedup = 0; ///< over the direct convolution, as estimated
};

/// The cheapest plan; with `tile`, of that tile. Nothing when no form is
/// accurate enough, the channels do not fill vectors, or the direct convolution
/// is the better one.
std::optional<WinogradPlan>
chooseWinograd(const WinogradProblem &problem, const WinogradTarget &target,
               std::optional<std::array<int64_t, 2>> tile = std::nullopt);

} // namespace swage

#endif // SWAGE_COMPILER_TRANSFORMS_WINOGRADCOST_H
