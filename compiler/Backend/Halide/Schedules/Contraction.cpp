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
namespace {

class ContractionTemplate : public TileTemplate {
public:
  std::string getName() const override { return "contraction"; }

private:
  bool isOwn(const SumStages &parts) const override {
    return !parts.isByColumn() && !parts.readsWindow();
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

std::unique_ptr<ScheduleTemplate> createContractionTemplate() {
  return std::make_unique<ContractionTemplate>();
}

} // namespace swage::halide
