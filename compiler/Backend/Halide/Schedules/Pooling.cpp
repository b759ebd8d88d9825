//===- Pooling.cpp - what a window holds, by channel ----------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Largest elements and sums of the window of each channel, with nothing but the
// image to read.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/Halide/Schedules/Tiles.h"

namespace swage::halide {

std::unique_ptr<ScheduleTemplate> createPoolingTemplate() {
  return std::make_unique<TileTemplate>(
      "pooling",
      [](const SumStages &parts) {
        return parts.isByColumn() && parts.reads.size() == 1;
      },
      chooseWindowTile);
}

} // namespace swage::halide
