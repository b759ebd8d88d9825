//===- Direct.cpp - convolutions as they are written ----------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Windows that sum over all channels of an image: each element of it is
// multiplied with a vector of filters. Strides and dilations are steps of its
// indices.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/Halide/Schedules/Tiles.h"

namespace swage::halide {

std::unique_ptr<ScheduleTemplate> createDirectTemplate() {
  return std::make_unique<TileTemplate>(
      "direct",
      [](const SumStages &parts) {
        return !parts.isByColumn() && parts.readsWindow();
      },
      chooseProductTile);
}

} // namespace swage::halide
