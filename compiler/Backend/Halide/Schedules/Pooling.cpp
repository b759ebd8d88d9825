//===- Pooling.cpp - what a window holds, by channel ----------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Largest elements and sums of the window of each channel, with nothing but the
// image to read.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/Halide/Schedules/Tiles.h"
#include <algorithm>

namespace swage::halide {
namespace {

class PoolingTemplate : public TileTemplate {
public:
  std::string getName() const override { return "pooling"; }

private:
  bool isOwn(const SumStages &parts) const override {
    return parts.isByColumn() && parts.reads.size() == 1;
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

std::unique_ptr<ScheduleTemplate> createPoolingTemplate() {
  return std::make_unique<PoolingTemplate>();
}

} // namespace swage::halide
