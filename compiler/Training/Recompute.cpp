//===- Recompute.cpp - less memory for more arithmetic --------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// First it is decided which values of the forward pass are kept. Then each
// operator of the way back gets clones of what computes its other operands from
// those; barriers hold the clones apart from the originals.
//
//===----------------------------------------------------------------------===//
#include "compiler/Training/Recompute.h"
#include "compiler/Training/Gradients.h"
#include "dialects/Kernel/Kernel.h"
#include "dialects/NN/NN.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace swage;
using namespace swage::training;

namespace {

/// The forward pass of a step.
class Forward {
public:
  Forward(Block &block, Operation *last) : last(last) {
    for (Operation &op : block) {
      places[&op] = operations.size();
      operations.push_back(&op);
      if (&op == last)
        break;
    }
  }

  bool defines(Value value) const {
    Operation *op = value.getDefiningOp();
    return op && places.contains(op) && !op->hasTrait<OpTrait::ConstantLike>();
  }
  /// The operators behind it.
  auto rest() const {
    return llvm::make_range(std::next(Block::iterator(last)),
                            last->getBlock()->end());
  }
  /// The place of the last operator of the forward pass that reads the value.
  size_t getLastUse(Value value) const {
    size_t place = places.lookup(value.getDefiningOp());
    for (Operation *user : value.getUsers()) {
      Operation *top = last->getBlock()->findAncestorOpInBlock(*user);
      if (auto found = places.find(top); found != places.end())
        place = std::max(place, found->second);
    }
    return place;
  }
  bool isSaved(Value value) const {
    return llvm::any_of(value.getUsers(), [&](Operation *user) {
      return !places.contains(last->getBlock()->findAncestorOpInBlock(*user));
    });
  }

  Operation *last;
  SmallVector<Operation *> operations;
  DenseMap<Operation *, size_t> places;
};

/// Decides what is kept.
class Choice {
public:
  Choice(const Forward &forward, RecomputeLevel level) : forward(forward) {
    for (Operation *op : forward.operations)
      for (Value result : op->getResults())
        largest = std::max(largest, bytesOf(result));
    if (level > 1)
      keepBorders(level);
    else
      keepCostly();
  }

  bool isKept(Value value) const {
    Operation *op = value.getDefiningOp();
    // What is small costs nothing to keep.
    return kept.contains(value) || op->getNumRegions() || !isPure(op) ||
           bytesOf(value) <= largest / kSmall;
  }

private:
  static constexpr int64_t kSmall = 256;

  static int64_t bytesOf(Value value) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    if (!type || !type.hasStaticShape() ||
        !type.getElementType().isIntOrFloat())
      return 0;
    return type.getNumElements() * type.getElementTypeBitWidth() / 8;
  }
  /// Whether one element of a result costs more than a handful of operations.
  static bool isCostly(Operation *op) {
    return isa<nn::MatMulOp, nn::ConvOp>(op);
  }
  /// Whether several large values become one, as where a shortcut comes back:
  /// to compute it again, all of them would have to be.
  bool joins(Operation *op) const {
    llvm::SmallDenseSet<Value> large;
    for (Value operand : op->getOperands())
      if (forward.defines(operand) && bytesOf(operand) > largest / kSmall)
        large.insert(operand);
    return large.size() > 1;
  }

  void keepCostly() {
    for (Operation *op : forward.operations)
      if (isCostly(op) || joins(op))
        kept.insert_range(op->getResults());
  }

  void keepBorders(unsigned parts);

  const Forward &forward;
  DenseSet<Value> kept;
  int64_t largest = 0;
};

/// Clones what is not kept to where it is read.
class Recomputation {
public:
  Recomputation(const Forward &forward, const Choice &choice)
      : forward(forward), choice(choice) {}

  void run() {
    for (Operation &op : forward.rest()) {
      OpBuilder builder(&op);
      op.walk([&](Operation *inner) {
        for (OpOperand &operand : inner->getOpOperands())
          if (forward.defines(operand.get()) && !choice.isKept(operand.get()))
            operand.set(resolve(operand.get(), builder));
      });
    }
  }

private:
  /// `value`, as the way back has it.
  Value resolve(Value value, OpBuilder &builder) {
    if (!forward.defines(value))
      return value;
    if (Value known = again.lookupOrNull(value))
      return known;
    Operation *op = value.getDefiningOp();
    if (choice.isKept(value)) {
      again.map(
          value,
          kernel::BarrierOp::create(builder, op->getLoc(), value).getResult());
      return again.lookup(value);
    }
    for (Value operand : op->getOperands())
      resolve(operand, builder);
    builder.clone(*op, again);
    return again.lookup(value);
  }

  const Forward &forward;
  const Choice &choice;
  IRMapping again;
};

} // namespace

/// Parts that save about the same each; a border is where the least is alive
/// near the place where the next part should begin.
void Choice::keepBorders(unsigned parts) {
  size_t count = forward.operations.size();
  // Bytes that are saved up to a place, and those alive behind it.
  SmallVector<int64_t> saved(count, 0), alive(count + 1, 0);
  for (auto [place, op] : llvm::enumerate(forward.operations)) {
    if (place)
      saved[place] = saved[place - 1];
    for (Value result : op->getResults()) {
      if (!forward.defines(result))
        continue;
      if (forward.isSaved(result))
        saved[place] += bytesOf(result);
      // As differences, which are summed up below.
      alive[place] += bytesOf(result);
      alive[forward.getLastUse(result)] -= bytesOf(result);
    }
  }
  for (size_t i = 1; i <= count; ++i)
    alive[i] += alive[i - 1];

  int64_t total = saved.empty() ? 0 : saved.back();
  SmallVector<size_t> borders;
  for (unsigned part = 1; part < parts; ++part) {
    std::optional<size_t> best;
    for (size_t i = 0; i < count; ++i) {
      // Within half of a part around it.
      int64_t distance = std::abs(saved[i] * parts - total * part);
      if (distance * 2 > total)
        continue;
      if (!best || alive[i] < alive[*best])
        best = i;
    }
    if (best && (borders.empty() || borders.back() < *best))
      borders.push_back(*best);
  }
  for (auto [place, op] : llvm::enumerate(forward.operations))
    for (Value result : op->getResults()) {
      if (!forward.defines(result))
        continue;
      size_t lastUse = forward.getLastUse(result);
      bool isKept = borders.empty() || place > borders.back() ||
                    llvm::any_of(borders, [&, place = place](size_t border) {
                      return place <= border && border < lastUse;
                    });
      if (isKept)
        kept.insert(result);
    }
}

void swage::training::recompute(Block &block, Operation *lastForward,
                                RecomputeLevel level) {
  if (level == 0 || !lastForward)
    return;
  Forward forward(block, lastForward);
  Choice choice(forward, level);
  Recomputation(forward, choice).run();
}

namespace {

/// A barrier of a transposed tensor is the transposed barrier.
struct BarrierLayout
    : nn::LayoutInterface::ExternalModel<BarrierLayout, kernel::BarrierOp> {
  FailureOr<Values> permute(Operation *op, ValueRange operands,
                            ArrayRef<int64_t>, OpBuilder &builder) const {
    return Values{
        kernel::BarrierOp::create(builder, op->getLoc(), operands.front())};
  }
};

} // namespace

void swage::training::registerRecomputation(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, kernel::KernelDialect *) {
    kernel::BarrierOp::attachInterface<BarrierLayout>(*context);
  });
}
