//===- FusionGroups.cpp - what is best computed together ------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// One pass over a block: each operation joins the group of a producer whose
// loops it fits, or starts its own.
//
//===----------------------------------------------------------------------===//
#include "compiler/Transforms/FusionGroups.h"
#include "compiler/Analysis/Updates.h"
#include "compiler/Transforms/Schedules.h"
#include "dialects/Kernel/Kernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace swage {

StringRef getGroupName(GroupKind kind) {
  switch (kind) {
  case GroupKind::Contraction:
    return "contraction";
  case GroupKind::Rows:
    return "rows";
  case GroupKind::Map:
    return "map";
  case GroupKind::Padding:
    return "pad";
  case GroupKind::Sequence:
    return "sequence";
  case GroupKind::Attention:
    return "attention";
  case GroupKind::Depthwise:
    return "depthwise";
  case GroupKind::Gates:
    return "gates";
  }
  llvm_unreachable("all kinds are named");
}

//===----------------------------------------------------------------------===//
// Properties of operations
//===----------------------------------------------------------------------===//

bool isMonotonic(AffineMap map) {
  int64_t last = -1;
  for (AffineExpr expr : map.getResults()) {
    if (isa<AffineConstantExpr>(expr))
      continue;
    auto dim = dyn_cast<AffineDimExpr>(expr);
    if (!dim || int64_t(dim.getPosition()) <= last)
      return false;
    last = dim.getPosition();
  }
  return true;
}

bool isLeading(AffineMap map, unsigned count) {
  unsigned next = 0;
  for (AffineExpr expr : map.getResults()) {
    if (isa<AffineConstantExpr>(expr))
      continue;
    auto dim = dyn_cast<AffineDimExpr>(expr);
    if (!dim || dim.getPosition() != next++)
      return false;
  }
  return next == count;
}

/// Whether `op` reduces trailing loops of an operand that it reads in order.
static bool reducesRows(linalg::LinalgOp op) {
  unsigned parallel = op.getNumParallelLoops();
  if (parallel == 0 || op.getNumReductionLoops() == 0 ||
      op.getNumDpsInputs() == 0)
    return false;
  for (auto [index, iterator] : llvm::enumerate(op.getIteratorTypesArray()))
    if ((index < parallel) != (iterator == utils::IteratorType::parallel))
      return false;
  bool readsAll = false;
  for (OpOperand *input : op.getDpsInputOperands()) {
    AffineMap map = op.getMatchingIndexingMap(input);
    readsAll |= isLeading(map, op.getNumLoops());
    if (!isMonotonic(map))
      return false;
    // A second operand that varies along the row but not with it is a matrix.
    if (!isLeading(map, op.getNumLoops()) && !isLeading(map, parallel) &&
        map.getNumResults() > 1)
      return false;
  }
  for (OpOperand &init : op.getDpsInitsMutable())
    if (!isLeading(op.getMatchingIndexingMap(&init), parallel))
      return false;
  return readsAll;
}

/// Whether a loop nest works element by element: nothing in it is structured.
static bool isElementLoop(Operation *op) {
  if (!isa<scf::ForOp, scf::WhileOp, scf::IfOp, scf::ExecuteRegionOp>(op) ||
      op->getNumResults() == 0 ||
      // A kernel gives tensors and nothing else.
      !llvm::all_of(op->getResultTypes(), llvm::IsaPred<TensorType>))
    return false;
  WalkResult result = op->walk([](Operation *inner) {
    bool scalar =
        isa<tensor::ExtractOp, tensor::InsertOp, tensor::DimOp>(inner) ||
        isa<scf::SCFDialect>(inner->getDialect()) ||
        llvm::none_of(inner->getResultTypes(), llvm::IsaPred<TensorType>);
    // What the runtime computes is called from @main.
    bool outside = isa<linalg::LinalgOp>(inner) ||
                   isa<kernel::KernelDialect>(inner->getDialect());
    return scalar && !outside ? WalkResult::advance() : WalkResult::interrupt();
  });
  // A branch without loops or element accesses belongs to the control flow.
  bool touches = false;
  op->walk([&](Operation *inner) { touches |= isa<tensor::InsertOp>(inner); });
  return !result.wasInterrupted() && touches;
}

//===----------------------------------------------------------------------===//
// Grouping
//===----------------------------------------------------------------------===//

namespace {

class GroupBuilder {
public:
  explicit GroupBuilder(Block &block) : block(block) {
    for (auto [position, op] : llvm::enumerate(block))
      positions[&op] = position;
  }

  SmallVector<FusionGroup> build() {
    for (Operation &op : block)
      visit(&op);
    SmallVector<FusionGroup> result;
    for (FusionGroup &group : groups)
      if (!group.operations.empty())
        result.push_back(std::move(group));
    return result;
  }

private:
  void visit(Operation *op) {
    if (isElementLoop(op)) {
      start(op, GroupKind::Sequence);
      return;
    }
    if (auto fill = dyn_cast<linalg::FillOp>(op)) {
      // A fill that no kernel begins with is a result in its own right.
      bool onlyInits = llvm::all_of(fill->getUsers(), [&](Operation *user) {
        return isa<linalg::LinalgOp>(user) && user->getBlock() == &block;
      });
      if (!onlyInits)
        start(op, GroupKind::Map);
      return;
    }
    if (auto window = op->getAttrOfType<IntegerAttr>(kWindowAttr)) {
      joinMarked(op, window, windows, GroupKind::Depthwise);
      return;
    }
    if (isa<tensor::PadOp>(op)) {
      start(op, GroupKind::Padding);
      return;
    }
    auto structured = dyn_cast<linalg::LinalgOp>(op);
    if (!structured || !structured.hasPureTensorSemantics())
      return;
    if (auto chain = op->getAttrOfType<IntegerAttr>(kChainAttr)) {
      joinMarked(op, chain, chains, GroupKind::Attention);
      return;
    }
    if (auto cell = op->getAttrOfType<IntegerAttr>(kGatesAttr)) {
      joinMarked(op, cell, cells, GroupKind::Gates);
      return;
    }
    if (int group = findGroup(structured); group >= 0) {
      join(op, group);
      return;
    }
    if (structured.getNumReductionLoops() == 0)
      start(op, GroupKind::Map);
    else if (reducesRows(structured))
      start(op, GroupKind::Rows, structured.getNumParallelLoops());
    else
      start(op, GroupKind::Contraction);
    adoptPadding(structured);
  }

  /// What has the same mark is one group.
  void joinMarked(Operation *op, IntegerAttr mark,
                  DenseMap<int64_t, unsigned> &known, GroupKind kind) {
    auto [group, isNew] = known.try_emplace(mark.getInt(), groups.size());
    if (isNew)
      start(op, kind);
    else
      join(op, group->second);
  }

  void start(Operation *op, GroupKind kind, unsigned rowDims = 0) {
    membership[op] = groups.size();
    groups.push_back(
        {kind, rowDims, dependsOnConstantsOnly(op), nullptr, {op}});
  }

  void join(Operation *op, int index) {
    membership[op] = index;
    groups[index].operations.push_back(op);
    auto structured = dyn_cast<linalg::LinalgOp>(op);
    if (!structured)
      return;
    if (Attribute schedule = op->getAttr(kScheduleAttr))
      groups[index].schedule = schedule;
    if (structured.getNumReductionLoops() &&
        groups[index].kind == GroupKind::Map) {
      groups[index].kind = GroupKind::Rows;
      groups[index].rowDims = structured.getNumParallelLoops();
    }
  }

  /// Padding is computed where it is read, when it is read once.
  void adoptPadding(linalg::LinalgOp op) {
    int own = membership[op];
    if (groups[own].kind != GroupKind::Contraction)
      return;
    for (Value input : op.getDpsInputs()) {
      auto pad = input.getDefiningOp<tensor::PadOp>();
      if (!pad || pad->getBlock() != &block || !pad->hasOneUse())
        continue;
      FusionGroup &waiting = groups[membership[pad]];
      if (waiting.kind != GroupKind::Padding ||
          waiting.isConstant != groups[own].isConstant)
        continue;
      waiting.operations.clear();
      membership[pad] = own;
      groups[own].operations.insert(groups[own].operations.begin(), pad);
    }
  }

  /// The latest group of a producer that `op` fits, or -1.
  int findGroup(linalg::LinalgOp op) {
    int best = -1;
    for (OpOperand *input : op.getDpsInputOperands()) {
      Operation *producer = input->get().getDefiningOp();
      auto found = membership.find(producer);
      if (!producer || found == membership.end() || int(found->second) <= best)
        continue;
      if (fits(op, found->second))
        best = found->second;
    }
    return best;
  }

  bool fits(linalg::LinalgOp op, unsigned index) {
    FusionGroup &group = groups[index];
    if (group.isConstant != dependsOnConstantsOnly(op) ||
        group.kind == GroupKind::Padding || group.kind == GroupKind::Sequence)
      return false;
    if (!usersComeAfter(op, index) || captures(op, index))
      return false;
    // Memory that is read and written at once is for kernels that go through
    // it once: others may keep partial sums in their destinations.
    if (group.kind != GroupKind::Map && isUpdate(op))
      return false;
    // A schedule holds together what does not fit by itself.
    if (op->hasAttr(kScheduleAttr))
      return group.kind == GroupKind::Contraction &&
             readsOwn(op, index,
                      [](OpOperand &input) { return input.get().hasOneUse(); });
    bool isMap = op.getNumReductionLoops() == 0;
    switch (group.kind) {
    case GroupKind::Contraction:
    case GroupKind::Depthwise:
      // The accumulator is in registers only while nobody else needs it.
      return isMap && readsOwn(op, index, [&](OpOperand &input) {
               return op.getMatchingIndexingMap(&input).isIdentity() &&
                      input.get().hasOneUse() && writesInOrder(op);
             });
    case GroupKind::Map: {
      bool identity = readsOwn(op, index, [&](OpOperand &input) {
        return op.getMatchingIndexingMap(&input).isIdentity();
      });
      bool sameSpace = llvm::all_of(group.operations, [](Operation *member) {
        auto structured = dyn_cast<linalg::LinalgOp>(member);
        return structured && writesInOrder(structured);
      });
      if (!identity || !sameSpace)
        return false;
      if (!isMap && llvm::any_of(group.operations, isUpdate))
        return false;
      return isMap ? writesInOrder(op) : reducesRows(op);
    }
    case GroupKind::Rows:
      if (isMap && !writesInOrder(op))
        return false;
      if (!isMap &&
          (!reducesRows(op) || op.getNumParallelLoops() != group.rowDims))
        return false;
      return op.getNumLoops() >= group.rowDims &&
             readsOwn(op, index, [&](OpOperand &input) {
               AffineMap map = op.getMatchingIndexingMap(&input);
               return isLeading(map, op.getNumLoops()) ||
                      isLeading(map, group.rowDims);
             });
    default:
      return false;
    }
  }

  /// Whether all operands that the group computes are read as `test` asks.
  bool readsOwn(linalg::LinalgOp op, unsigned index,
                function_ref<bool(OpOperand &)> test) {
    for (OpOperand &operand : op->getOpOperands()) {
      auto found = membership.find(operand.get().getDefiningOp());
      if (found == membership.end() || found->second != index)
        continue;
      if (op.isDpsInit(&operand) || !test(operand))
        return false;
    }
    return true;
  }

  /// Whether the body of `op` reads a result of the group at places of its own
  /// choice, so that the whole tensor must be there first.
  bool captures(Operation *op, unsigned index) {
    bool found = false;
    op->walk([&](tensor::ExtractOp extract) {
      auto source = membership.find(extract.getTensor().getDefiningOp());
      found |= source != membership.end() && source->second == index;
    });
    return found;
  }

  static bool writesInOrder(linalg::LinalgOp op) {
    return llvm::all_of(op.getDpsInitsMutable(), [&](OpOperand &init) {
      return op.getMatchingIndexingMap(&init).isIdentity();
    });
  }

  /// The group moves to where `op` stands: whoever else reads its results must
  /// come later.
  bool usersComeAfter(Operation *op, unsigned index) {
    for (Operation *member : groups[index].operations)
      for (Operation *user : member->getUsers()) {
        Operation *ancestor = block.findAncestorOpInBlock(*user);
        if (!ancestor || ancestor == op)
          continue;
        auto found = membership.find(ancestor);
        if (found != membership.end() && found->second == index)
          continue;
        if (positions[ancestor] < positions[op])
          return false;
      }
    return true;
  }

  Block &block;
  DenseMap<Operation *, unsigned> positions;
  DenseMap<Operation *, unsigned> membership;
  DenseMap<int64_t, unsigned> chains, windows, cells;
  SmallVector<FusionGroup> groups;
};

} // namespace

SmallVector<FusionGroup> formGroups(Block &block) {
  return GroupBuilder(block).build();
}

} // namespace swage
