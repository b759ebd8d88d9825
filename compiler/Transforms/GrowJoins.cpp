//===- GrowJoins.cpp - joins that grow in one place -----------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A tensor that is joined from the parts of another and more is that other one,
// grown. Of such a family only the largest is built, part by part as they are
// computed; the smaller ones are views of what it has become by then.
//
//===----------------------------------------------------------------------===//
#include "compiler/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace swage {
#define GEN_PASS_DEF_GROWJOINSPASS
#include "compiler/Transforms/Passes.h.inc"
} // namespace swage

using namespace mlir;
using namespace swage;

namespace {

/// A value and where it goes.
struct Part {
  Value source;
  SmallVector<int64_t> offsets;
  SmallVector<int64_t> sizes;

  bool operator==(const Part &other) const {
    return source == other.source && offsets == other.offsets &&
           sizes == other.sizes;
  }
};

/// A tensor of known shape that insertions fill, part by part. A part that is a
/// join itself counts as its own parts.
struct Join {
  SmallVector<tensor::InsertSliceOp> insertions; ///< the last gives the tensor
  SmallVector<Part> parts;

  tensor::InsertSliceOp last() const { return insertions.back(); }
  RankedTensorType type() const { return last().getDestType(); }
};

/// The joins of one block and the moments at which things happen in it.
class JoinGrower {
public:
  explicit JoinGrower(Block &block) : block(block) {}

  void run() {
    collect();
    // The largest first, so that each finds all smaller ones of its kind.
    llvm::stable_sort(joins, [](const Join &left, const Join &right) {
      return left.parts.size() > right.parts.size();
    });
    for (auto [index, large] : llvm::enumerate(joins)) {
      if (dropped.contains(large.last()))
        continue;
      number();
      drop(large);
      SmallVector<Join *> family;
      for (Join &small : MutableArrayRef(joins).drop_front(index + 1))
        if (!dropped.contains(small.last()) && canBeView(small, large)) {
          family.push_back(&small);
          drop(small);
        }
      if (!family.empty())
        grow(large, family);
    }
  }

private:
  /// Finds the chains of insertions that begin with nothing.
  void collect() {
    DenseMap<Value, size_t> places;
    for (auto last : block.getOps<tensor::InsertSliceOp>()) {
      auto continues = [&](Operation *user) {
        auto next = dyn_cast<tensor::InsertSliceOp>(user);
        return next && next.getDest() == last.getResult();
      };
      if (last->hasOneUse() && llvm::all_of(last->getUsers(), continues))
        continue; // in the middle of a chain
      Join join;
      Value dest = last.getResult();
      while (auto part = dest.getDefiningOp<tensor::InsertSliceOp>()) {
        if (!isKnown(part) || part->getBlock() != &block ||
            (part != last && !part->hasOneUse()))
          break;
        join.insertions.push_back(part);
        dest = part.getDest();
      }
      if (!dest.getDefiningOp<tensor::EmptyOp>() || join.insertions.empty())
        continue;
      std::reverse(join.insertions.begin(), join.insertions.end());
      for (tensor::InsertSliceOp insertion : join.insertions)
        addParts(join, insertion, places);
      places[join.last()] = joins.size();
      joins.push_back(std::move(join));
    }
  }

  static bool isKnown(tensor::InsertSliceOp part) {
    return part.hasUnitStride() && part.getDestType().hasStaticShape() &&
           part.getSourceType().getRank() == part.getDestType().getRank() &&
           !ShapedType::isDynamicShape(part.getStaticOffsets()) &&
           !ShapedType::isDynamicShape(part.getStaticSizes());
  }

  void addParts(Join &join, tensor::InsertSliceOp insertion,
                const DenseMap<Value, size_t> &places) {
    ArrayRef<int64_t> offsets = insertion.getStaticOffsets();
    auto inner = places.find(insertion.getSource());
    if (inner == places.end()) {
      join.parts.push_back({insertion.getSource(),
                            SmallVector<int64_t>(offsets),
                            SmallVector<int64_t>(insertion.getStaticSizes())});
      return;
    }
    for (Part part : joins[inner->second].parts) {
      for (auto [offset, base] : llvm::zip(part.offsets, offsets))
        offset += base;
      join.parts.push_back(part);
    }
  }

  void number() {
    positions.clear();
    for (auto [position, op] : llvm::enumerate(block))
      positions[&op] = position;
  }

  void drop(Join &join) {
    for (tensor::InsertSliceOp insertion : join.insertions)
      dropped.insert(insertion);
  }

  /// When a value of the block exists; -1 for what comes from outside.
  int64_t getPosition(Value value) const {
    Operation *op = value.getDefiningOp();
    return op && op->getBlock() == &block ? positions.lookup(op) : -1;
  }

  /// When `value` or a view of it is read for the last time.
  int64_t getLastUse(Value value) const {
    constexpr int64_t never = std::numeric_limits<int64_t>::max();
    int64_t last = -1;
    for (Operation *user : value.getUsers()) {
      if (dropped.contains(user))
        continue;
      Operation *ancestor = block.findAncestorOpInBlock(*user);
      // What leaves the block is needed as long as anybody likes.
      if (!ancestor || user->hasTrait<OpTrait::IsTerminator>())
        return never;
      last = std::max(last, positions.lookup(ancestor));
      if (isa<tensor::ExtractSliceOp, tensor::CollapseShapeOp,
              tensor::ExpandShapeOp, tensor::CastOp>(user))
        last = std::max(last, getLastUse(user->getResult(0)));
    }
    return last;
  }

  /// Whether `small` is what `large` is at some time: it has the parts that
  /// exist by then, and nobody reads it any more when the next one is written.
  bool canBeView(const Join &small, const Join &large) const {
    if (small.type().getElementType() != large.type().getElementType() ||
        small.type().getRank() != large.type().getRank())
      return false;
    for (auto [size, bound] :
         llvm::zip(small.type().getShape(), large.type().getShape()))
      if (size > bound)
        return false;
    int64_t last = getLastUse(small.last());
    size_t shared = 0;
    for (const Part &part : large.parts) {
      if (llvm::is_contained(small.parts, part))
        ++shared;
      else if (getPosition(part.source) < last)
        return false;
    }
    return shared == small.parts.size();
  }

  /// Builds `large` as its parts come, and reads the family from it.
  void grow(Join &large, ArrayRef<Join *> family) {
    SmallVector<Part> parts(large.parts);
    llvm::stable_sort(parts, [&](const Part &left, const Part &right) {
      return getPosition(left.source) < getPosition(right.source);
    });
    OpBuilder builder = OpBuilder::atBlockBegin(&block);
    Location loc = large.last().getLoc();
    Value grown = tensor::EmptyOp::create(builder, loc, large.type().getShape(),
                                          large.type().getElementType());
    SmallVector<Value> states;
    for (const Part &part : parts) {
      // Behind its source, and behind the part before it.
      Operation *source = part.source.getDefiningOp();
      if (source && source->getBlock() == &block &&
          !source->isBeforeInBlock(&*builder.getInsertionPoint()))
        builder.setInsertionPointAfter(source);
      grown = tensor::InsertSliceOp::create(
          builder, loc, part.source, grown, getAttributes(part.offsets),
          getAttributes(part.sizes), getOnes(part.offsets.size()));
      states.push_back(grown);
    }
    large.last().getResult().replaceAllUsesWith(grown);
    for (Join *small : family) {
      // Its parts are the first: the others come after its last use.
      Value state = states[small->parts.size() - 1];
      int64_t rank = small->type().getRank();
      builder.setInsertionPoint(small->last());
      Value view = tensor::ExtractSliceOp::create(
          builder, small->last().getLoc(), small->type(), state,
          getAttributes(SmallVector<int64_t>(rank, 0)),
          getAttributes(small->type().getShape()), getOnes(rank));
      small->last().getResult().replaceAllUsesWith(view);
    }
    // The insertions of a larger join may read a smaller one.
    erase(large);
    for (Join *small : family)
      erase(*small);
  }

  SmallVector<OpFoldResult> getAttributes(ArrayRef<int64_t> values) const {
    return getAsIndexOpFoldResult(block.getParentOp()->getContext(), values);
  }
  SmallVector<OpFoldResult> getOnes(int64_t count) const {
    return getAttributes(SmallVector<int64_t>(count, 1));
  }

  static void erase(Join &join) {
    for (tensor::InsertSliceOp insertion : llvm::reverse(join.insertions))
      insertion.erase();
  }

  Block &block;
  DenseMap<Operation *, int64_t> positions;
  SmallVector<Join> joins;
  DenseSet<Operation *> dropped; ///< insertions of joins that are done with
};

struct GrowJoins : swage::impl::GrowJoinsPassBase<GrowJoins> {
  void runOnOperation() override {
    for (Block &block : getOperation().getBody())
      JoinGrower(block).run();
  }
};

} // namespace
