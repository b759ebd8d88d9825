//===- PlanArena.cpp - one workspace for all intermediate results ---------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Greedy placement by size: the largest buffer first, each at the lowest offset
// at which nothing that lives at the same time is in the way. Of a buffer whose
// size a run decides, the greatest size counts.
//
//===----------------------------------------------------------------------===//
#include "compiler/Analysis/BufferBounds.h"
#include "compiler/Transforms/Passes.h"
#include "dialects/Kernel/Kernel.h"
#include "mlir/Dialect/Bufferization/Transforms/BufferViewFlowAnalysis.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/LoopLikeInterface.h"

namespace swage {
#define GEN_PASS_DEF_PLANARENAPASS
#include "compiler/Transforms/Passes.h.inc"
} // namespace swage

using namespace mlir;
using namespace swage;

namespace {

constexpr int64_t kAlignment = 64;

/// A buffer with room for its greatest size, and the part of the program that
/// needs it, as positions of operations in @main's outermost block.
struct Placement {
  memref::AllocOp alloc;
  int64_t bytes = 0;
  int64_t first = 0, last = 0;
  int64_t offset = 0;
};

/// Gives every placement an offset; returns the size of the arena.
int64_t place(MutableArrayRef<Placement> placements) {
  SmallVector<Placement *> order;
  for (Placement &placement : placements)
    order.push_back(&placement);
  llvm::sort(order, [](Placement *left, Placement *right) {
    return std::tie(right->bytes, left->first) <
           std::tie(left->bytes, right->first);
  });
  SmallVector<Placement *> done; // sorted by offset
  int64_t size = 0;
  for (Placement *placement : order) {
    int64_t offset = 0;
    for (Placement *other : done) {
      if (other->last < placement->first || placement->last < other->first)
        continue;
      if (offset + placement->bytes <= other->offset)
        break;
      offset = std::max(offset, other->offset + other->bytes);
    }
    placement->offset = offset;
    size = std::max(size, offset + placement->bytes);
    done.insert(llvm::upper_bound(done, placement,
                                  [](Placement *left, Placement *right) {
                                    return left->offset < right->offset;
                                  }),
                placement);
  }
  return size;
}

/// Frees a buffer of unknown size behind its last use, unless it leaves the
/// block that makes it: the runtime takes those back when the run ends.
void releaseAfterLastUse(memref::AllocOp alloc,
                         const BufferViewFlowAnalysis &aliases) {
  Block *block = alloc->getBlock();
  Operation *last = alloc;
  for (Value alias : aliases.resolve(alloc.getMemref())) {
    if (!block->getParent()->isAncestor(alias.getParentRegion()))
      return;
    for (Operation *user : alias.getUsers()) {
      Operation *ancestor = block->findAncestorOpInBlock(*user);
      if (!ancestor || ancestor->hasTrait<OpTrait::IsTerminator>())
        return;
      if (last->isBeforeInBlock(ancestor))
        last = ancestor;
    }
  }
  OpBuilder builder(last->getContext());
  builder.setInsertionPointAfter(last);
  memref::DeallocOp::create(builder, alloc.getLoc(), alloc.getMemref());
}

/// What @prepare needs in between is not worth a place for good.
void releasePreparations(ModuleOp module) {
  auto prepare = module.lookupSymbol<func::FuncOp>(kernel::kPrepareName);
  if (!prepare)
    return;
  BufferViewFlowAnalysis aliases(prepare);
  for (auto alloc : llvm::to_vector(prepare.front().getOps<memref::AllocOp>()))
    releaseAfterLastUse(alloc, aliases);
}

/// Whether the buffer of one iteration may be in use when the next makes its
/// own. The state of a loop has a place of its own where its shape is fixed.
bool outlivesIteration(memref::AllocOp alloc,
                       const BufferViewFlowAnalysis &aliases) {
  auto loop = alloc->getParentOfType<LoopLikeOpInterface>();
  if (!loop || alloc.getType().hasStaticShape())
    return false;
  Region *body = alloc->getParentRegion();
  while (body->getParentOp() != loop)
    body = body->getParentOp()->getParentRegion();
  return llvm::any_of(aliases.resolve(alloc.getMemref()), [&](Value alias) {
    return !body->isAncestor(alias.getParentRegion()) ||
           llvm::any_of(alias.getUsers(), [&](Operation *user) {
             return user->getParentRegion() == body &&
                    user->hasTrait<OpTrait::IsTerminator>();
           });
  });
}

/// The buffers of a function, by where their memory comes from.
struct Buffers {
  SmallVector<Placement> placed;     ///< yet without offsets
  SmallVector<memref::AllocOp> open; ///< of the runtime, when a run comes there
};

Buffers findBuffers(func::FuncOp main, const BufferViewFlowAnalysis &aliases,
                    BufferBounds &bounds) {
  Block &entry = main.front();
  DenseMap<Operation *, int64_t> positions;
  for (auto [position, op] : llvm::enumerate(entry))
    positions[&op] = position;
  Buffers buffers;
  main.walk([&](Operation *op) {
    // Checks within branches and loops say nothing of what comes behind these.
    if (auto require = dyn_cast<kernel::RequireOp>(op);
        require && require->getBlock() == &entry)
      bounds.assume(require.getCondition());
    auto alloc = dyn_cast<memref::AllocOp>(op);
    if (!alloc)
      return;
    std::optional<int64_t> bytes = bounds.getMostBytes(alloc);
    if (!bytes || outlivesIteration(alloc, aliases)) {
      buffers.open.push_back(alloc);
      return;
    }
    Placement placement;
    placement.alloc = alloc;
    placement.bytes = llvm::alignTo(std::max<int64_t>(*bytes, 1), kAlignment);
    placement.first = placement.last =
        positions[entry.findAncestorOpInBlock(*alloc)];
    for (Value alias : aliases.resolve(alloc.getMemref()))
      for (Operation *user : alias.getUsers()) {
        int64_t position = positions[entry.findAncestorOpInBlock(*user)];
        placement.first = std::min(placement.first, position);
        placement.last = std::max(placement.last, position);
      }
    buffers.placed.push_back(placement);
  });
  return buffers;
}

struct PlanArena : swage::impl::PlanArenaPassBase<PlanArena> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto main = module.lookupSymbol<func::FuncOp>("main");
    if (!main)
      return;
    BufferViewFlowAnalysis aliases(main);
    BufferBounds bounds;
    Buffers buffers = findBuffers(main, aliases, bounds);
    int64_t size = place(buffers.placed), naive = 0, bounded = 0;
    OpBuilder builder(module.getContext());
    for (Placement &placement : buffers.placed) {
      memref::AllocOp alloc = placement.alloc;
      naive += placement.bytes;
      bounded += !alloc.getType().hasStaticShape();
      builder.setInsertionPoint(alloc);
      Value buffer =
          kernel::ArenaOp::create(builder, alloc.getLoc(), alloc.getType(),
                                  placement.offset, alloc.getDynamicSizes());
      alloc.replaceAllUsesWith(buffer);
      alloc.erase();
    }
    for (memref::AllocOp alloc : buffers.open)
      releaseAfterLastUse(alloc, aliases);
    releasePreparations(module);
    module->setAttr("kernel.arena_size", builder.getI64IntegerAttr(size));
    module->setAttr("kernel.arena_naive", builder.getI64IntegerAttr(naive));
    // How much is known of what a run sizes.
    if (bounded)
      module->setAttr("kernel.arena_bounded",
                      builder.getI64IntegerAttr(bounded));
    if (!buffers.open.empty()) {
      module->setAttr("kernel.arena_open",
                      builder.getI64IntegerAttr(buffers.open.size()));
      SmallVector<StringRef> dims(bounds.getUnlimitedDims().begin(),
                                  bounds.getUnlimitedDims().end());
      module->setAttr("kernel.arena_open_dims", builder.getStrArrayAttr(dims));
    }
  }
};

} // namespace
