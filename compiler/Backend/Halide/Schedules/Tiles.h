//===- Tiles.h - sums in registers ------------------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What the schedules for products, convolutions and pooling share: a tile of
// rows and columns of the result is summed up in registers, and what follows is
// done to it before it is stored. Parameters:
//
//   register_tile  rows, columns
//   unroll         1: the reduction is unrolled
//   parallel       0: no tasks; 1: columns of the tile's width are tasks; 2:
//                  the first of the other loops that has something to split is
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_HALIDE_SCHEDULES_TILES_H
#define SWAGE_COMPILER_BACKEND_HALIDE_SCHEDULES_TILES_H

#include "compiler/Backend/Halide/Schedules/ScheduleTemplate.h"
#include "compiler/Backend/Halide/Schedules/SumStages.h"

namespace swage::halide {

/// Parameters as they are used.
struct TileShape {
  int64_t rows = 1;
  int64_t columns = 1; ///< whole vectors, and the panel where there is one
  int64_t lanes = 1;   ///< of vectors of sums
  bool unroll = false;
  int64_t parallel = 0;
};

/// A template for kernels that findSumStages knows: which of them are its own,
/// and which tiles fit them.
class TileTemplate : public ScheduleTemplate {
public:
  using IsOwn = bool (*)(const SumStages &parts);
  /// Chooses rows, columns and unrolling; `lanes` are given.
  using ChooseTile = TileShape (*)(const SumStages &parts, int64_t lanes,
                                   const TargetFacts &target);

  TileTemplate(std::string name, IsOwn isOwn, ChooseTile chooseTile)
      : name(std::move(name)), isOwn(isOwn), chooseTile(chooseTile) {}

  std::string getName() const override { return name; }
  std::optional<Claim> match(const KernelSpec &spec,
                             const TargetFacts &target) const override;
  std::string apply(Pipeline &pipeline,
                    const Schedule &schedule) const override;

private:
  std::optional<SumStages> find(const KernelSpec &spec,
                                const TargetFacts &target) const;
  TileShape choose(const SumStages &parts, const TargetFacts &target,
                   const Schedule &schedule) const;

  std::string name;
  IsOwn isOwn;
  ChooseTile chooseTile;
};

/// Tiles of sums that multiply each element of a row with vectors of columns:
/// as many rows as the registers hold.
TileShape chooseProductTile(const SumStages &parts, int64_t lanes,
                            const TargetFacts &target);

/// Tiles of sums over a window of each column: neighbours in a row share what
/// they read, once the window is unrolled.
TileShape chooseWindowTile(const SumStages &parts, int64_t lanes,
                           const TargetFacts &target);

} // namespace swage::halide

#endif // SWAGE_COMPILER_BACKEND_HALIDE_SCHEDULES_TILES_H
