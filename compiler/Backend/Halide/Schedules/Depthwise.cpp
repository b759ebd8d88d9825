//===- Depthwise.cpp - a window over each channel -------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Each channel of an image has taps of its own. The window is unrolled, so that
// neighbours in a row share what they read.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/Halide/Schedules/Tiles.h"

namespace swage::halide {

std::unique_ptr<ScheduleTemplate> createDepthwiseTemplate() {
  return std::make_unique<TileTemplate>(
      "depthwise",
      [](const SumStages &parts) {
        return parts.isByColumn() && parts.readsWindow() &&
               parts.reads.size() == 2;
      },
      chooseWindowTile);
}

} // namespace swage::halide
