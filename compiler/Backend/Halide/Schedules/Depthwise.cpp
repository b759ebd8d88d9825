//===- Depthwise.cpp - a window over each channel -------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Each channel of an image has taps of its own. The window is unrolled, so that
// neighbours in a row share what they read.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/Halide/Schedules/Tiles.h"
#include <algorithm>

namespace swage::halide {
namespace {

class DepthwiseTemplate : public TileTemplate {
public:
  std::string getName() const override { return "depthwise"; }

private:
  bool isOwn(const SumStages &parts) const override {
    return parts.isByColumn() && parts.readsWindow() && parts.reads.size() == 2;
  }
  TileShape chooseTile(const SumStages &parts,
                       const TargetFacts &target) const override {
    TileShape tile;
    tile.columns = chooseColumns(parts, 2, target);
    if (std::optional<int> rowLoop = findRowLoop(parts))
      tile.rows = std::min<int64_t>(4, parts.extents[*rowLoop]);
    tile.unroll = parts.steps <= 49;
    return tile;
  }
};

} // namespace

std::unique_ptr<ScheduleTemplate> createDepthwiseTemplate() {
  return std::make_unique<DepthwiseTemplate>();
}

} // namespace swage::halide
