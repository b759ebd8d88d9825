//===- Contraction.cpp - products -----------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Sums over what rows and columns share: each element of a row is multiplied
// with a vector of columns, from panels where an operand is packed. 1x1
// convolutions are products, too.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/Halide/Schedules/Tiles.h"

namespace swage::halide {

std::unique_ptr<ScheduleTemplate> createContractionTemplate() {
  return std::make_unique<TileTemplate>(
      "contraction",
      [](const SumStages &parts) {
        return !parts.isByColumn() && !parts.readsWindow();
      },
      chooseProductTile);
}

} // namespace swage::halide
