//===- PlanArena.cpp - one workspace for all intermediate results ---------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Greedy placement by size: the largest buffer first, each at the lowest offset
// at which nothing that lives at the same time is in the way.
//
//===----------------------------------------------------------------------===//
#include "compiler/Transforms/Passes.h"
#include "dialects/Kernel/ElementSize.h"
#include "dialects/Kernel/Kernel.h"
#include "mlir/Dialect/Bufferization/Transforms/BufferViewFlowAnalysis.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace swage {
#define GEN_PASS_DEF_PLANARENAPASS
#include "compiler/Transforms/Passes.h.inc"
} // namespace swage

using namespace mlir;
using namespace swage;

namespace {

constexpr int64_t kAlignment = 64;

/// A buffer of known size and the part of the program that needs it, as
/// positions of operations in @main's outermost block.
struct Placement {
  memref::AllocOp alloc;
  int64_t bytes = 0;
  int64_t first = 0, last = 0;
  int64_t offset = 0;
};

int64_t getBytes(MemRefType type) {
  int64_t bytes =
      type.getNumElements() * kernel::getElementBytes(type.getElementType());
  return llvm::alignTo(std::max<int64_t>(bytes, 1), kAlignment);
}

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

struct PlanArena : swage::impl::PlanArenaPassBase<PlanArena> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto main = module.lookupSymbol<func::FuncOp>("main");
    if (!main)
      return;
    BufferViewFlowAnalysis aliases(main);
    Block &entry = main.front();
    DenseMap<Operation *, int64_t> positions;
    for (auto [position, op] : llvm::enumerate(entry))
      positions[&op] = position;

    SmallVector<Placement> placements;
    SmallVector<memref::AllocOp> dynamic;
    main.walk([&](memref::AllocOp alloc) {
      MemRefType type = alloc.getType();
      if (!type.hasStaticShape()) {
        dynamic.push_back(alloc);
        return;
      }
      Placement placement;
      placement.alloc = alloc;
      placement.bytes = getBytes(type);
      placement.first = placement.last =
          positions[entry.findAncestorOpInBlock(*alloc)];
      for (Value alias : aliases.resolve(alloc.getMemref()))
        for (Operation *user : alias.getUsers()) {
          int64_t position = positions[entry.findAncestorOpInBlock(*user)];
          placement.first = std::min(placement.first, position);
          placement.last = std::max(placement.last, position);
        }
      placements.push_back(placement);
    });

    int64_t size = place(placements), naive = 0;
    OpBuilder builder(module.getContext());
    for (Placement &placement : placements) {
      naive += placement.bytes;
      builder.setInsertionPoint(placement.alloc);
      Value buffer =
          kernel::ArenaOp::create(builder, placement.alloc.getLoc(),
                                  placement.alloc.getType(), placement.offset);
      placement.alloc.replaceAllUsesWith(buffer);
      placement.alloc.erase();
    }
    for (memref::AllocOp alloc : dynamic)
      releaseAfterLastUse(alloc, aliases);
    releasePreparations(module);
    module->setAttr("kernel.arena_size", builder.getI64IntegerAttr(size));
    module->setAttr("kernel.arena_naive", builder.getI64IntegerAttr(naive));
  }
};

} // namespace
