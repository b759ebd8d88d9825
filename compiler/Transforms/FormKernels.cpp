//===- FormKernels.cpp - outline fused groups into kernels ----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Moves each fusion group into a kernel.func and calls it in its place.
//
//===----------------------------------------------------------------------===//
#include "compiler/Analysis/Updates.h"
#include "compiler/Transforms/FusionGroups.h"
#include "compiler/Transforms/Passes.h"
#include "compiler/Transforms/Schedules.h"
#include "compiler/Transforms/SequenceInits.h"
#include "dialects/Kernel/Kernel.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Iterators.h"
#include "mlir/Transforms/RegionUtils.h"

namespace swage {
#define GEN_PASS_DEF_FORMKERNELSPASS
#include "compiler/Transforms/Passes.h.inc"
} // namespace swage

using namespace mlir;
using namespace swage;

namespace {

/// Outlines one group. The kernel's arguments are the tensors it reads, the
/// scalars it needs as tensors of rank 0, and its destinations.
class Outliner {
public:
  Outliner(FusionGroup &group, OpBuilder &builder)
      : group(group), builder(builder),
        members(group.operations.begin(), group.operations.end()) {}

  /// Builds the kernel at the end of `module` and replaces the group by a call.
  void outline(ModuleOp module, StringRef name) {
    Operation *last = group.operations.back();
    Location loc = getLocation();
    collectResults();
    builder.setInsertionPoint(last);
    createDestinations();
    for (Operation *op : group.operations)
      walkInputs(op, [&](Value value) {
        if (!isRebuilt(value))
          noteSizes(value);
      });
    for (Operation *op : group.operations)
      walkInputs(op, [&](Value value) { addInput(value); });

    auto call = createKernel(module, name, loc);
    for (auto [result, replacement] : llvm::zip(results, call.getResults()))
      result.replaceUsesWithIf(replacement, [&](OpOperand &use) {
        return !isMember(use.getOwner());
      });
    for (Operation *op : llvm::reverse(group.operations))
      op->erase();
  }

private:
  bool isMember(Operation *op) {
    for (; op; op = op->getParentOp())
      if (members.contains(op))
        return true;
    return false;
  }

  Location getLocation() {
    SmallVector<Location> locations;
    for (Operation *op : group.operations)
      locations.push_back(op->getLoc());
    return FusedLoc::get(builder.getContext(), locations);
  }

  void collectResults() {
    for (Operation *op : group.operations)
      for (Value result : op->getResults())
        if (llvm::any_of(result.getUsers(),
                         [&](Operation *user) { return !isMember(user); }))
          results.push_back(result);
  }

  /// Whether `value` can be made anew inside the kernel from other inputs.
  bool isRebuilt(Value value) const {
    Operation *op = value.getDefiningOp();
    if (!op)
      return false;
    if (isRematerialized(op) || isTable(op))
      return true;
    return !isa<TensorType>(value.getType()) && isPure(op) &&
           op->getNumRegions() == 0 &&
           isa<arith::ArithDialect>(op->getDialect()) && !isLongSize(value);
  }

  /// Whether `value` is a size that takes many operations to compute. It is
  /// handed over: such computations differ between kernels that are otherwise
  /// the same, as those of layers, each of which follows from the one before.
  bool isLongSize(Value value) const {
    constexpr unsigned kMostOperations = 4;
    if (!value.getType().isIndex())
      return false;
    SmallPtrSet<Operation *, 8> visited;
    SmallVector<Value> left = {value};
    while (!left.empty() && visited.size() <= kMostOperations) {
      Value next = left.pop_back_val();
      Operation *op = next.getDefiningOp();
      if (!op || sizes.contains(next) || isa<tensor::DimOp>(op) ||
          op->hasTrait<OpTrait::ConstantLike>() || !visited.insert(op).second)
        continue;
      llvm::append_range(left, op->getOperands());
    }
    return visited.size() > kMostOperations;
  }

  /// Whether `op` is a small constant matrix of a group with a schedule of its
  /// own, which looks at the elements.
  bool isTable(Operation *op) const {
    constexpr int64_t kMostElements = 256;
    auto constant = dyn_cast<arith::ConstantOp>(op);
    if (!group.schedule || !constant)
      return false;
    auto type = dyn_cast<RankedTensorType>(constant.getType());
    return type && type.getRank() == 2 &&
           type.getNumElements() <= kMostElements;
  }

  void walkInputs(Operation *op, llvm::function_ref<void(Value)> visit) {
    op->walk([&](Operation *inner) {
      for (Value operand : inner->getOperands()) {
        Operation *source = operand.getDefiningOp();
        bool inside =
            (source && isMember(source)) ||
            (!source && isMember(operand.getParentBlock()->getParentOp()));
        if (!inside)
          visit(operand);
      }
    });
  }

  /// Remembers which sizes a tensor that the kernel reads or writes has: there
  /// is no need to compute them anew. Kernels of layers whose sizes come about
  /// in different ways are one then.
  void noteSizes(Value tensor) {
    Operation *op = tensor.getDefiningOp();
    if (!op || !isa<RankedTensorType>(tensor.getType()))
      return;
    if (auto structured = dyn_cast<linalg::LinalgOp>(op))
      op = structured.getDpsInits()[cast<OpResult>(tensor).getResultNumber()]
               .getDefiningOp();
    if (auto fill = dyn_cast_or_null<linalg::FillOp>(op))
      op = fill.getOutputs().front().getDefiningOp();
    if (auto empty = dyn_cast_or_null<tensor::EmptyOp>(op))
      for (auto [dim, size] : llvm::enumerate(empty.getMixedSizes()))
        if (auto value = dyn_cast<Value>(size))
          sizes.try_emplace(value, tensor, dim);
  }

  void addInput(Value value) {
    if (!seen.insert(value).second)
      return;
    if (auto size = sizes.find(value); size != sizes.end()) {
      Value tensor = size->second.first;
      if (!llvm::is_contained(destinations, tensor))
        addInput(tensor);
      read.push_back(value);
      return;
    }
    if (isRebuilt(value)) {
      // Sizes of what the group itself computes are found inside.
      for (Value operand : value.getDefiningOp()->getOperands())
        if (!operand.getDefiningOp() || !isMember(operand.getDefiningOp()))
          addInput(operand);
      rebuilt.push_back(value);
      return;
    }
    inputs.push_back(value);
  }

  /// One destination per result: a tensor of its shape.
  void createDestinations() {
    Location loc = group.operations.back()->getLoc();
    for (Value result : results) {
      auto type = cast<RankedTensorType>(result.getType());
      Value destination = tensor::EmptyOp::create(
          builder, loc, getSizes(result), type.getElementType());
      destinations.push_back(destination);
      noteSizes(destination);
    }
  }

  /// The sizes of a result, from values that exist outside of the group.
  SmallVector<OpFoldResult> getSizes(Value result) {
    Location loc = result.getLoc();
    auto type = cast<RankedTensorType>(result.getType());
    if (type.hasStaticShape())
      return getAsIndexOpFoldResult(builder.getContext(), type.getShape());
    Operation *op = result.getDefiningOp();
    if (auto structured = dyn_cast<linalg::LinalgOp>(op))
      return getSizesOutside(
          structured.getDpsInits()[cast<OpResult>(result).getResultNumber()]);
    if (auto pad = dyn_cast<tensor::PadOp>(op)) {
      SmallVector<OpFoldResult> sizes = getSizesOutside(pad.getSource());
      auto low = pad.getMixedLowPad(), high = pad.getMixedHighPad();
      for (auto [i, size] : llvm::enumerate(sizes)) {
        auto sum = [&](OpFoldResult x, OpFoldResult y) {
          return getAsOpFoldResult(builder.createOrFold<arith::AddIOp>(
              loc, getValueOrCreateConstantIndexOp(builder, loc, x),
              getValueOrCreateConstantIndexOp(builder, loc, y)));
        };
        size = sum(sum(size, low[i]), high[i]);
      }
      return sizes;
    }
    // A loop's result has the shape of what it began with.
    if (auto loop = dyn_cast<scf::ForOp>(op))
      return getSizesOutside(
          loop.getInits()[cast<OpResult>(result).getResultNumber()]);
    if (auto sequence = dyn_cast<scf::ExecuteRegionOp>(op)) {
      auto inits =
          findSequenceInits(sequence, cast<OpResult>(result).getResultNumber());
      if (!inits.empty())
        return getSizesOutside(inits.front()->get());
    }
    return getSizesOutside(result);
  }

  SmallVector<OpFoldResult> getSizesOutside(Value value) {
    Operation *op = value.getDefiningOp();
    if (auto fill = dyn_cast_or_null<linalg::FillOp>(op))
      return getSizesOutside(fill.getOutputs().front());
    if (auto empty = dyn_cast_or_null<tensor::EmptyOp>(op))
      return empty.getMixedSizes();
    if (op && isMember(op))
      return getSizes(value);
    return tensor::getMixedSizes(builder, value.getLoc(), value);
  }

  kernel::CallOp createKernel(ModuleOp module, StringRef name, Location loc) {
    // Scalars travel as tensors of rank 0.
    SmallVector<Value> operands;
    for (Value input : inputs) {
      if (isa<TensorType>(input.getType())) {
        operands.push_back(input);
        continue;
      }
      Value scalar = input;
      if (scalar.getType().isIndex())
        scalar = arith::IndexCastOp::create(builder, loc, builder.getI64Type(),
                                            scalar);
      auto type = RankedTensorType::get({}, scalar.getType());
      operands.push_back(
          tensor::FromElementsOp::create(builder, loc, type, scalar));
    }

    SmallVector<Type> arguments, resultTypes;
    for (Value value : operands)
      arguments.push_back(value.getType());
    for (Value value : destinations)
      resultTypes.push_back(value.getType());
    llvm::append_range(arguments, resultTypes);

    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(module.getBody());
    auto func = kernel::FuncOp::create(
        builder, loc, name,
        FunctionType::get(builder.getContext(), arguments, resultTypes));
    Block *body = &func.getBody().emplaceBlock();
    body->addArguments(arguments, SmallVector<Location>(arguments.size(), loc));
    builder.setInsertionPointToStart(body);

    IRMapping mapping;
    for (auto [index, input] : llvm::enumerate(inputs)) {
      Value argument = body->getArgument(index);
      if (!isa<TensorType>(input.getType())) {
        argument =
            tensor::ExtractOp::create(builder, loc, argument, ValueRange());
        if (input.getType().isIndex())
          argument = arith::IndexCastOp::create(
              builder, loc, builder.getIndexType(), argument);
      }
      mapping.map(input, argument);
    }
    for (auto [index, destination] : llvm::enumerate(destinations))
      mapping.map(destination, body->getArgument(inputs.size() + index));
    for (Value size : read) {
      auto [tensor, dim] = sizes.lookup(size);
      mapping.map(
          size, tensor::DimOp::create(builder, loc, mapping.lookup(tensor), dim)
                    .getResult());
    }
    SmallPtrSet<Operation *, 8> cloned;
    for (Operation *op : group.operations) {
      // Each operation has destinations of its own, so that one of them can
      // become the kernel's.
      for (Value value : rebuilt)
        if (isa<TensorType>(value.getType())) {
          mapping.erase(value);
          cloned.erase(value.getDefiningOp());
        }
      cloneRebuilt(op, mapping, cloned);
      Operation *copy = builder.clone(*op, mapping);
      copy->removeAttr(kScheduleAttr);
      copy->removeAttr(kChainAttr);
      copy->removeAttr(kWindowAttr);
      copy->removeAttr(kGatesAttr);
      writeToDestination(op, copy, *body);
    }
    SmallVector<Value> returned;
    for (Value result : results)
      returned.push_back(mapping.lookup(result));
    kernel::ReturnOp::create(builder, loc, returned);
    func->setAttr("kind", builder.getStringAttr(getGroupName(group.kind)));
    if (group.schedule)
      func.setScheduleAttr(cast<kernel::ScheduleAttr>(group.schedule));
    // Chains, bands and gates are for the planner of this backend.
    if (group.kind == GroupKind::Attention ||
        group.kind == GroupKind::Depthwise || group.kind == GroupKind::Gates)
      func.setBackend("llvm");
    // An update's destination may be in the memory of what it reads. Backends
    // that compute a stage anew where it is needed would read it too late.
    if (llvm::any_of(group.operations, isUpdate))
      func.setBackend("llvm");

    builder.setInsertionPoint(group.operations.back());
    return kernel::CallOp::create(builder, loc, resultTypes, name, operands,
                                  destinations);
  }

  /// Clones what `op` needs of the rebuilt values, operands first.
  void cloneRebuilt(Operation *op, IRMapping &mapping,
                    SmallPtrSetImpl<Operation *> &cloned) {
    op->walk([&](Operation *inner) {
      for (Value operand : inner->getOperands()) {
        Operation *source = operand.getDefiningOp();
        if (!source || mapping.contains(operand) ||
            !llvm::is_contained(rebuilt, operand))
          continue;
        cloneRebuilt(source, mapping, cloned);
        if (!cloned.insert(source).second)
          continue;
        // A mapping of its own: the same operation may be cloned again.
        IRMapping own;
        for (Value input : source->getOperands())
          own.map(input, mapping.lookup(input));
        Operation *copy = builder.clone(*source, own);
        mapping.map(source->getResults(), copy->getResults());
      }
    });
  }

  /// Makes a result be computed in the kernel's own destination.
  void writeToDestination(Operation *op, Operation *copy, Block &body) {
    for (auto [index, result] : llvm::enumerate(op->getResults())) {
      auto place = llvm::find(results, result);
      if (place == results.end())
        continue;
      Value destination = body.getArgument(
          inputs.size() + std::distance(results.begin(), place));
      if (auto sequence = dyn_cast<scf::ExecuteRegionOp>(copy)) {
        writeSequence(findSequenceInits(sequence, index), copy, destination);
        continue;
      }
      Value init;
      if (auto structured = dyn_cast<linalg::LinalgOp>(copy))
        init = structured.getDpsInits()[index];
      else if (auto loop = dyn_cast<scf::ForOp>(copy))
        init = loop.getInits()[index];
      if (!init)
        continue;
      auto isOnlyUse = [](Value value) { return value.hasOneUse(); };
      if (auto fill = init.getDefiningOp<linalg::FillOp>();
          fill && isOnlyUse(init))
        fill.getOutputsMutable().assign(destination);
      else if (init.getDefiningOp<tensor::EmptyOp>())
        copy->replaceUsesOfWith(init, destination);
    }
  }

  /// Makes a sequence begin with the destination: as it is where nothing has
  /// been written yet, otherwise with a copy of the tensor in it.
  void writeSequence(ArrayRef<OpOperand *> inits, Operation *sequence,
                     Value destination) {
    if (inits.empty())
      return;
    Value source = inits.front()->get();
    for (OpOperand *init : inits)
      if (init->get() != source)
        return;
    if (!source.getDefiningOp<tensor::EmptyOp>()) {
      OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPoint(sequence);
      destination = linalg::CopyOp::create(builder, sequence->getLoc(), source,
                                           destination)
                        .getResult(0);
    }
    for (OpOperand *init : inits)
      init->set(destination);
  }

  FusionGroup &group;
  OpBuilder &builder;
  SmallPtrSet<Operation *, 8> members;
  DenseSet<Value> seen;
  SmallVector<Value> inputs, rebuilt, results, destinations;
  SmallVector<Value> read; ///< sizes that are read from the tensors
  /// Sizes that are not constant: a tensor that has them, and where.
  DenseMap<Value, std::pair<Value, int64_t>> sizes;
};

/// "contraction_1x56x56x64_f32": what the kernel does and gives.
std::string getKernelName(const FusionGroup &group) {
  std::string name = getGroupName(group.kind).str();
  if (group.isConstant)
    name = "constant_" + name;
  auto type = dyn_cast<RankedTensorType>(
      group.operations.back()->getResult(0).getType());
  if (!type)
    return name;
  llvm::raw_string_ostream stream(name);
  char separator = '_';
  for (int64_t size : type.getShape()) {
    stream << separator;
    if (ShapedType::isDynamic(size))
      stream << "n";
    else
      stream << size;
    separator = 'x';
  }
  stream << "_" << type.getElementType();
  return name;
}

/// Text that two kernels share exactly when they compute the same.
std::string getFingerprint(kernel::FuncOp func) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  StringAttr name = func.getSymNameAttr();
  func.setSymName("k");
  func->print(stream, OpPrintingFlags().printGenericOpForm().useLocalScope());
  func.setSymNameAttr(name);
  return text;
}

struct FormKernels : swage::impl::FormKernelsPassBase<FormKernels> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    OpBuilder builder(&getContext());
    for (auto func : module.getOps<func::FuncOp>())
      if (!func.isExternal())
        outlineBlock(func.front(), builder);
    mergeIdentical(module);
    // Nothing is joined any more.
    module.walk([](kernel::BarrierOp barrier) {
      barrier.replaceAllUsesWith(barrier.getInput());
      barrier.erase();
    });
    eraseUnused(module);
  }

  /// Outlines the groups of a block, then those inside of the control flow that
  /// is left in it: what became a kernel took its blocks with it.
  void outlineBlock(Block &block, OpBuilder &builder) {
    for (FusionGroup &group : formGroups(block)) {
      std::string name = getKernelName(group) + "_" + std::to_string(next++);
      Outliner(group, builder).outline(getOperation(), name);
    }
    for (Operation &op : block) {
      if (isa<linalg::LinalgOp, tensor::PadOp, tensor::GenerateOp>(op))
        continue;
      for (Region &region : op.getRegions())
        for (Block &inner : region)
          outlineBlock(inner, builder);
    }
  }

  static void mergeIdentical(ModuleOp module) {
    llvm::StringMap<kernel::FuncOp> unique;
    DenseMap<StringAttr, StringAttr> renamed;
    for (auto func :
         llvm::make_early_inc_range(module.getOps<kernel::FuncOp>())) {
      auto [entry, isNew] = unique.try_emplace(getFingerprint(func), func);
      if (isNew)
        continue;
      renamed[func.getSymNameAttr()] = entry->second.getSymNameAttr();
      func.erase();
    }
    module.walk([&](kernel::CallOp call) {
      if (StringAttr name = renamed.lookup(call.getCalleeAttr().getAttr()))
        call.setCalleeAttr(FlatSymbolRefAttr::get(name));
    });
  }

  /// Removes the destinations and scalars that kernels made superfluous.
  static void eraseUnused(ModuleOp module) {
    module.walk([](func::FuncOp func) {
      bool changed = true;
      while (changed) {
        changed = false;
        func.walk<WalkOrder::PostOrder, mlir::ReverseIterator>(
            [&](Operation *op) {
              if (isOpTriviallyDead(op)) {
                op->erase();
                changed = true;
              }
            });
      }
    });
  }

  unsigned next = 0;
};

} // namespace
