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
namespace {

class DirectTemplate : public TileTemplate {
public:
  std::string getName() const override { return "direct"; }

private:
  bool isOwn(const SumStages &parts) const override {
    return !parts.isByColumn() && parts.readsWindow();
  }
  TileShape chooseTile(const SumStages &parts,
                       const TargetFacts &target) const override {
    int64_t lanes = target.lanes(Element::F32);
    std::optional<int> rowLoop = findRowLoop(parts);
    int64_t most = rowLoop ? 2 : 4;
    TileShape tile;
    tile.columns =
        parts.panel() ? parts.panel() : chooseColumns(parts, most, target);
    if (rowLoop)
      tile.rows =
          chooseRows(parts.extents[*rowLoop], tile.columns / lanes, target);
    return tile;
  }
};

} // namespace

std::unique_ptr<ScheduleTemplate> createDirectTemplate() {
  return std::make_unique<DirectTemplate>();
}

} // namespace swage::halide
