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
//   the
//                  first of the other loops that has something to split is
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
  int64_t lanes = 1;
  bool unroll = false;
  int64_t parallel = 0;
};

/// A template for kernels that findSumStages knows. Its file says which of them
/// are its own, and which tiles fit them.
class TileTemplate : public ScheduleTemplate {
public:
  std::optional<Claim> match(const KernelSpec &spec,
                             const TargetFacts &target) const override;
  std::string apply(Pipeline &pipeline,
                    const Schedule &schedule) const override;

protected:
  virtual bool isOwn(const SumStages &parts) const = 0;
  /// Rows, columns and unrolling.
  virtual TileShape chooseTile(const SumStages &parts,
                               const TargetFacts &target) const = 0;
  /// How many times as fast as the LLVM backend's.
  virtual double getSpeedup() const { return 0.9; }

private:
  std::optional<SumStages> find(const KernelSpec &spec,
                                const TargetFacts &target) const;
  TileShape choose(const SumStages &parts, const TargetFacts &target,
                   const Schedule &schedule) const;
};

/// The loop of rows: the innermost besides that of columns with more than one.
std::optional<int> findRowLoop(const SumStages &parts);

/// The tile of products with the least time for a step of the sums of all rows,
/// of `columns` columns: multiplications, loads, and additions that wait for
/// each other.
int64_t chooseRows(int64_t rows, int64_t vectors, const TargetFacts &target);

/// Columns of whole vectors that divide all of them, at most `most` vectors.
int64_t chooseColumns(const SumStages &parts, int64_t most,
                      const TargetFacts &target);

} // namespace swage::halide

#endif // SWAGE_COMPILER_BACKEND_HALIDE_SCHEDULES_TILES_H
