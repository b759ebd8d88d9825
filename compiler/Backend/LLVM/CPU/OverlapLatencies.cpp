//===- OverlapLatencies.cpp - what is stored together, in turns -----------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// An activation function is a chain of twenty or thirty operations, each of
// which waits for the one before. A processor looks ahead, but hardly beyond a
// few of such chains when they stand one after the other; standing side by
// side, they keep its units busy.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/Passes.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace swage {
#define GEN_PASS_DEF_OVERLAPLATENCIESPASS
#include "compiler/Backend/LLVM/CPU/Passes.h.inc"
} // namespace swage

using namespace mlir;

namespace swage {
namespace {

bool isStore(Operation &op) {
  return isa<vector::StoreOp, vector::MaskedStoreOp, memref::StoreOp>(op);
}

/// Whether `op` may move past stores. Intrinsics that kernels call are
/// functions of numbers.
bool isPureComputation(Operation &op) {
  return op.getNumRegions() == 0 &&
         (isMemoryEffectFree(&op) || isa<LLVM::CallIntrinsicOp>(op));
}

/// Stores between which nothing is read, and what stands before and between
/// them that may be put in another order: it writes nothing.
struct StoreGroup {
  SmallVector<Operation *> movable, stores;
};

SmallVector<StoreGroup> findGroups(Block &block) {
  SmallVector<StoreGroup> groups(1);
  for (Operation &op : block) {
    if (isStore(op)) {
      groups.back().stores.push_back(&op);
      continue;
    }
    bool reads =
        op.getNumRegions() == 0 && hasSingleEffect<MemoryEffects::Read>(&op);
    bool isPure = isPureComputation(op);
    if (!isPure && (!reads || !groups.back().stores.empty()))
      groups.emplace_back();
    if (isPure || reads)
      groups.back().movable.push_back(&op);
  }
  return groups;
}

/// The operations of `group` that the value of a store comes from, in order.
SmallVector<Operation *> findChain(const StoreGroup &group, Operation *store) {
  DenseSet<Operation *> needed{store};
  SmallVector<Operation *> chain;
  for (Operation *op : llvm::reverse(group.movable))
    if (llvm::any_of(op->getUsers(),
                     [&](Operation *user) { return needed.contains(user); })) {
      needed.insert(op);
      chain.push_back(op);
    }
  std::reverse(chain.begin(), chain.end());
  return chain;
}

/// Gives the chains of these stores of `group` turns, before the first of them.
void takeTurns(const StoreGroup &group, ArrayRef<Operation *> stores) {
  // Each operation's turn: its earliest place in a chain, where it still comes
  // behind what it depends on.
  DenseMap<Operation *, size_t> turns;
  size_t longest = 0;
  for (Operation *store : stores) {
    SmallVector<Operation *> chain = findChain(group, store);
    longest = std::max(longest, chain.size());
    for (auto [turn, op] : llvm::enumerate(chain)) {
      auto [entry, isNew] = turns.insert({op, turn});
      entry->second = std::min(entry->second, turn);
    }
  }
  // Shorter ones overlap anyway.
  constexpr size_t kLong = 12;
  if (longest < kLong)
    return;

  // What is needed by others stays before them.
  Operation *first = stores.front();
  DenseSet<Operation *> moving;
  SmallVector<SmallVector<Operation *>> order(longest);
  for (Operation *op : llvm::reverse(group.movable)) {
    auto isBehind = [&](Operation *user) {
      return moving.contains(user) || user == first ||
             user->getBlock() != first->getBlock() ||
             first->isBeforeInBlock(user);
    };
    auto turn = turns.find(op);
    if (turn == turns.end() || !llvm::all_of(op->getUsers(), isBehind))
      continue;
    moving.insert(op);
    order[turn->second].push_back(op);
  }
  for (const SmallVector<Operation *> &together : order)
    for (Operation *op : llvm::reverse(together))
      op->moveBefore(first);
}

struct OverlapLatencies : impl::OverlapLatenciesPassBase<OverlapLatencies> {
  using OverlapLatenciesPassBase::OverlapLatenciesPassBase;

  void runOnOperation() override {
    getOperation()->walk([&](Block *block) {
      for (const StoreGroup &group : findGroups(*block))
        for (ArrayRef<Operation *> stores = group.stores; stores.size() > 1;
             stores = stores.drop_front(std::min<size_t>(most, stores.size())))
          takeTurns(group, stores.take_front(most));
    });
  }
};

} // namespace
} // namespace swage
