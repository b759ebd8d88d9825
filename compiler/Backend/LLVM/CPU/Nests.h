//===- Nests.h - loops and vectors for planned kernels ----------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Emits the groups of a plan as loop nests on vectors.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_LLVM_CPU_NESTS_H
#define SWAGE_COMPILER_BACKEND_LLVM_CPU_NESTS_H

#include "compiler/Backend/LLVM/CPU/NestAnalysis.h"
#include "compiler/Backend/LLVM/CPU/Schedule.h"

namespace swage {

/// The attribute of a `scf.parallel` whose loops are all to be split over
/// threads, the innermost too.
inline constexpr llvm::StringLiteral kCollapseAttr = "swage.collapse";

/// One of the vectors of a tile, along one loop.
struct TileVector {
  IndexValue index;
  VectorContext context;
};

class NestEmitter {
public:
  NestEmitter(Evaluator &evaluator, const TargetInfo &target)
      : evaluator(evaluator), space(evaluator.space),
        tensors(evaluator.tensors), builder(evaluator.builder), target(target),
        analysis(evaluator) {}

  /// Emits all groups at the builder's place. `given` replaces the
  /// parameters that the cost model chooses for the largest nest.
  void emit(llvm::MutableArrayRef<StageGroup> groups,
            kernel::ScheduleAttr given);
  /// What was chosen for the largest nest.
  kernel::ScheduleAttr getSchedule() const { return schedule; }

private:
  using Carried = llvm::SmallVector<mlir::Value>;
  using LoopBody = llvm::function_ref<Carried(IndexValue, mlir::ValueRange)>;
  using TileBody =
      llvm::function_ref<Carried(llvm::ArrayRef<TileVector>, mlir::ValueRange)>;
  using RowsBody = llvm::function_ref<void(llvm::ArrayRef<IndexValue>)>;
  /// A stretch of a loop.
  struct Range {
    IndexValue start;
    Extent extent;
  };
  /// A part of a reduction that is cut in several, over each of which all rows
  /// pass before the next. Sums wait in memory between the parts.
  struct Part {
    Indices bound;        ///< reduction loops that are fixed
    unsigned cut = kNone; ///< one of which this is a stretch
    Range range;
    const Place *sums = nullptr; ///< null: the reduction is in one part
    bool last = true;            ///< the stage's results follow
  };
  struct Contraction;
  /// A tile of one stage: its bound loops, its rows and its vectors.
  struct Tile {
    Indices loops;
    unsigned rowLoop = kNone;
    llvm::SmallVector<IndexValue, 0> rows;
    unsigned laneLoop = kNone; ///< a parallel loop along the vectors
    llvm::SmallVector<TileVector, 0> vectors;
    unsigned reducedLane = kNone; ///< a reduction along the vectors
    bool sharesElements = false;  ///< several lanes read one element
    const Contraction *nest = nullptr; ///< of a contraction
    int64_t chains = 1;                ///< sets of sums, without a contraction
    const Part *part = nullptr;
    IndexValue blockStart; ///< of the loop that is cut in blocks of rows
  };
  static constexpr unsigned kNone = ~0u;

  // Groups.
  void emitSingle(StageGroup &group);
  void forEachInOrder(StageGroup &group,
                      llvm::function_ref<void(unsigned)> visit);
  void emitTogether(StageGroup &group);
  void emitGroup(StageGroup &group);

  // Chains: a product, what its rows become, and a product of that.
  struct Chain;
  void emitChain(StageGroup &group);
  void emitInBlocks(Chain &chain);
  Extent emitLimit(Chain &chain, const Indices &bound, const Range &block);
  void emitBlock(Chain &chain, llvm::ArrayRef<IndexValue> at);
  void prepareProduct(Chain &chain, unsigned number);
  void chooseChainBlocks(Chain &chain);
  void placeChain(Chain &chain, const IndexValue &base, bool real);

  // Bands: a product, borders around it, and a window over both.
  struct BandNest;
  void emitBand(StageGroup &group);
  bool prepareBand(BandNest &nest);
  void chooseBands(BandNest &nest);
  Range clip(int64_t first, int64_t count, const Range &window);
  std::pair<Range, Range> rowsOfBand(const BandNest &nest,
                                     const IndexValue &number);
  Place placeBand(BandNest &nest, const Range &padded, IndexValue channel);
  void emitBorders(BandNest &nest, const Range &padded, const Indices &outer,
                   llvm::ArrayRef<TileVector> vectors);
  /// The loops of a window that passes over channels in vectors.
  struct WindowLoops {
    unsigned row, column, channel;
    int64_t lanes;
  };
  void emitWindow(StageLoops &loops, const WindowLoops &along,
                  const Range &rows, Indices bound,
                  llvm::ArrayRef<TileVector> vectors);
  void emitBandTask(BandNest &nest, llvm::ArrayRef<IndexValue> at,
                    llvm::ArrayRef<TileVector> vectors);

  // Depthwise separable convolutions: a window, and a product of its result.
  struct SeparableNest;
  void emitSeparable(StageGroup &group);
  bool prepareSeparable(SeparableNest &nest);
  bool matchDims(SeparableNest &nest, unsigned lane);
  void chooseBandRows(SeparableNest &nest);
  Place placeBetween(const SeparableNest &nest, const Range &band);
  void emitSeparableTask(SeparableNest &nest, llvm::ArrayRef<IndexValue> at);

  // Gates: a product, and what combines elements of several of its columns.
  struct GateNest;
  void emitGates(StageGroup &group);
  bool prepareGates(GateNest &nest);
  void limitRows(GateNest &nest);
  void takeGatesTogether(GateNest &nest);
  Place placeGates(const GateNest &nest, const Range &block, IndexValue unit);
  void emitCell(GateNest &nest, const Range &block,
                llvm::ArrayRef<TileVector> vectors);

  /// The loops of a contraction with vectors along one of them.
  struct Reuse {
    llvm::SmallVector<unsigned> batch;  ///< all operands know these
    llvm::SmallVector<unsigned> reused; ///< the vectors' operand does not
    llvm::SmallVector<Access, 0> inputs;
  };
  Reuse findReuse(StageLoops &loops, unsigned lane);
  bool dependsOn(const StageLoops &loops, const Access &access, unsigned loop);
  unsigned storedAlong(const StageLoops &loops);
  /// The loop along which vectors of a heavy stage run, and their `lanes`.
  /// Nothing where there is none.
  std::optional<unsigned> findProductLane(const StageLoops &loops,
                                          int64_t &lanes);
  /// A heavy stage in register tiles; false where another form is better.
  bool emitContraction(Stage &stage, int64_t lanes);
  /// How a contraction is cut: tiles of sums in registers, `rows` by `vectors`,
  /// within blocks of rows and parts of the reduction.
  struct Contraction {
    StageLoops *loops;
    unsigned lane; ///< the loop along the vectors
    int64_t lanes;
    Reuse reuse;
    unsigned rowLoop = kNone;
    RegisterTile shape;
    bool isPacked = false; ///< the vectors' operand, in panels of this width
    unsigned blockLoop = kNone;
    int64_t blockSize = 0; ///< 0: one block
    Extent blockCount;
    llvm::SmallVector<unsigned> prefix; ///< reduction loops outside of parts
    unsigned cut = kNone; ///< the loop that parts are stretches of
    int64_t partSize = 0; ///< iterations of it; 0: one part
    int64_t parts = 1;
    mlir::OpOperand *fetched = nullptr; ///< comes from memory, ahead of its use
    int64_t fetchedElements = 0;        ///< of a part of a panel
    int64_t width() const { return shape.vectors * lanes; }
  };
  ContractionShape shapeOf(const StageLoops &loops, const Reuse &reuse,
                           unsigned lane);
  Contraction chooseContraction(StageLoops &loops, unsigned lane, int64_t lanes,
                                std::optional<int64_t> panel);
  /// A product with panels of `panel` columns that goes through an image row by
  /// row: tiles are of places within a row, blocks of rows.
  Contraction contractInRows(StageLoops &loops, unsigned lane, int64_t lanes,
                             int64_t panel, unsigned columnLoop,
                             unsigned rowLoop);
  void placeForAnalysis(mlir::Value tensor);
  void chooseBlocks(Contraction &nest);
  void chooseReductionParts(Contraction &nest);
  void chooseFetching(Contraction &nest);
  void emitHeavy(const Contraction &nest);
  Range blockOf(const Contraction &nest, const IndexValue &number);
  void emitParts(const Contraction &nest, const Indices &bound,
                 const Range &block, llvm::ArrayRef<TileVector> vectors);
  Part partAt(const Contraction &nest, const IndexValue &number);
  void emitRowTiles(const Contraction &nest, const Indices &bound,
                    const Range &block, llvm::ArrayRef<TileVector> vectors,
                    llvm::function_ref<void(Tile &)> body);
  /// Memory for the sums of a block between parts.
  Place allocateSums(const Contraction &nest, const Range &block);
  Indices sumAt(const Tile &tile, unsigned row, unsigned vector);
  llvm::SmallVector<mlir::Type> sumTypes(const Tile &tile);
  Carried loadSums(const Tile &tile);
  void storeSums(const Tile &tile, mlir::ValueRange sums);
  /// Asks for a piece of the panel that comes after this one.
  void emitFetch(const Tile &tile, const Indices &bound, int64_t steps);
  void emitLight(StageLoops &loops, unsigned lane, int64_t lanes);
  /// A loop over a few rows of which the result's memory takes elements in
  /// turn, and the loop along them.
  struct Interleaving {
    unsigned row = kNone, along = kNone;
    int64_t rows = 0;
  };
  std::optional<Interleaving> findInterleaving(const StageLoops &loops,
                                               int64_t lanes);
  void emitInterleaved(StageLoops &loops, const Interleaving &turns,
                       int64_t lanes);
  /// One stage of a group, within the common loops; `vectors` run along its
  /// loop `laneLoop` when that is one of them.
  void emitInside(StageLoops &loops, Indices bound, unsigned laneLoop,
                  llvm::ArrayRef<TileVector> vectors, int64_t lanes);
  unsigned bestLane(const StageLoops &loops, bool commonToo, int64_t lanes,
                    double *cost = nullptr);

  // Memory.
  void allocateWhole(StageGroup &group);
  /// Memory for what `stage` stores, but for `locals`.
  void allocateWhole(Stage &stage, const llvm::DenseSet<mlir::Value> &locals);
  /// Gives the group's local tensors memory for one iteration of the common
  /// loops; `width` lanes of it along common loop `lane`, which begins at
  /// `base`. Only strides, and no memory, unless `real`.
  void placeLocals(StageGroup &group, unsigned lane, int64_t width,
                   const IndexValue &base, bool real);
  void settle(const Stage &stage);
  /// The reduction's operands along `lane`, as they lie in memory, with their
  /// places and strides along it, that a caller wants.
  llvm::SmallVector<mlir::Value>
  findOperands(const StageLoops &loops, unsigned lane,
               llvm::function_ref<bool(mlir::OpOperand &, const Place &,
                                       const Monomial &)>
                   wants);
  /// Those that vectors along `lane` would have to gather.
  llvm::SmallVector<mlir::Value> findStrided(const StageLoops &loops,
                                             unsigned lane);
  /// Those that vectors along `lane` load as such, but whose steps of the
  /// reduction push one another out of the cache.
  llvm::SmallVector<mlir::Value> findConflicting(const StageLoops &loops,
                                                 unsigned lane);
  /// Copies the reduction's operands `across` into panels of `width` elements
  /// along `lane`.
  void relayout(StageLoops &loops, llvm::ArrayRef<mlir::Value> across,
                unsigned lane, int64_t width);
  /// Copies operands without `lane` whose memory runs along the rows of a tile
  /// into an order in which it runs along the reduction, where that pays.
  void straightenRows(StageLoops &loops, unsigned lane, int64_t lanes);
  /// Copies `tensor` to panels of `width` along `panelDim` where its memory
  /// runs along another dimension, in whole vectors; false where that cannot
  /// be.
  bool emitTransposed(mlir::Value tensor, const Place &packed,
                      unsigned panelDim, int64_t width);
  /// The parameter of this name, when the given schedule has it.
  llvm::ArrayRef<int64_t> parameter(llvm::StringRef name) const {
    return given ? given.getIntegers(name) : llvm::ArrayRef<int64_t>();
  }
  /// A further parameter of a schedule: its name, and 0 where there is none.
  using Parameter = std::pair<llvm::StringRef, int64_t>;
  void record(llvm::StringRef form, const StageLoops &loops, int64_t rows,
              int64_t columns, int64_t lanes, int64_t parallel,
              Parameter further = {});
  /// The width of the panels that an operand is packed into along `loop`.
  static std::optional<int64_t> panelWidth(mlir::linalg::GenericOp op,
                                           unsigned loop);

  // Loops.
  Carried emitLoop(Range range, int64_t step, mlir::ValueRange carried,
                   LoopBody body);
  /// The vectors of stretch `number` of a loop cut in stretches of `lanes` x
  /// `vectors`, the last of which may be shorter.
  void emitStretch(const Extent &extent, const IndexValue &number,
                   int64_t lanes, int64_t vectors, bool maskable,
                   llvm::function_ref<void(llvm::ArrayRef<TileVector>)> body);
  Carried emitLanes(Range range, int64_t lanes, int64_t vectors, bool maskable,
                    mlir::ValueRange carried, TileBody body);
  void emitRows(Range range, int64_t rows, RowsBody body);
  void emitIf(mlir::Value condition, llvm::function_ref<void()> then,
              llvm::function_ref<void()> otherwise);
  void emitParallel(llvm::ArrayRef<Extent> counts,
                    llvm::function_ref<void(llvm::ArrayRef<IndexValue>)> body);
  void emitPlain(llvm::ArrayRef<unsigned> order, StageLoops &loops,
                 Indices bound, llvm::function_ref<void(Indices)> body);
  mlir::Value laneMask(int64_t lanes, mlir::Value count);
  mlir::Value extentValue(const Extent &extent);
  Extent ceilDiv(const Extent &extent, int64_t by);

  // Tiles.
  Carried emitInits(StageLoops &loops, const Tile &tile);
  void emitTile(StageLoops &loops, const Tile &tile, int64_t lanes,
                int64_t reducedVectors);
  Carried emitReduction(StageLoops &loops, const Tile &tile,
                        llvm::ArrayRef<unsigned> order, Indices bound,
                        Carried sums);
  Carried emitSums(StageLoops &loops, const Tile &tile,
                   llvm::ArrayRef<unsigned> order, const Range &range,
                   Indices bound, Carried sums);
  Carried emptySums(mlir::TypeRange types);
  void addSums(llvm::MutableArrayRef<mlir::Value> sums,
               mlir::ValueRange addends);
  /// How many sets of sums such tiles need so that additions do not wait for
  /// each other.
  static int64_t chainsFor(int64_t rows, int64_t vectors);
  int64_t chainsOf(const StageLoops &loops, const Tile &tile, int64_t turns);
  Carried emitChains(StageLoops &loops, const Tile &tile, const Range &range,
                     int64_t step, int64_t chains, Carried sums, LoopBody body);
  Carried emitStep(StageLoops &loops, const Tile &tile, Indices bound,
                   mlir::ValueRange sums);
  Carried emitReducedLanes(StageLoops &loops, const Tile &tile, Indices bound,
                           Carried sums, int64_t lanes, int64_t vectors);
  Indices pointOf(const Tile &tile, const Indices &loops, unsigned row,
                  unsigned vector) const;
  Indices indicesOf(mlir::AffineMap map, llvm::ArrayRef<IndexValue> loops,
                    int64_t lanes);
  mlir::Value combineLanes(mlir::vector::CombiningKind kind, mlir::Value lanes,
                           mlir::Value scalar);
  void emitStores(StageLoops &loops, const Tile &tile);

  Evaluator &evaluator;
  IndexSpace &space;
  TensorTable &tensors;
  mlir::OpBuilder &builder;
  const TargetInfo &target;
  NestAnalysis analysis;
  kernel::ScheduleAttr given, schedule;
  double largest = -1;
};

} // namespace swage

#endif // SWAGE_COMPILER_BACKEND_LLVM_CPU_NESTS_H
