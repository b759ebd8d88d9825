//===- BufferizeMain.cpp - the main function on buffers -------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Gives every tensor of @main a place: inputs, outputs and constants have
// theirs, results of kernels get buffers, and views and joins share them.
//
//===----------------------------------------------------------------------===//
#include "compiler/Analysis/Updates.h"
#include "compiler/Transforms/Passes.h"
#include "dialects/Kernel/ElementSize.h"
#include "dialects/Kernel/Kernel.h"
#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotAnalysis.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotModuleBufferize.h"
#include "mlir/Dialect/Bufferization/Transforms/Transforms.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Dominance.h"

namespace swage {
#define GEN_PASS_DEF_BUFFERIZEMAINPASS
#include "compiler/Transforms/Passes.h.inc"
} // namespace swage

using namespace mlir;
using namespace swage;

namespace {

MemRefType getBufferType(Type tensor) {
  auto type = cast<RankedTensorType>(tensor);
  return MemRefType::get(type.getShape(), type.getElementType());
}

Value createTensor(OpBuilder &builder, Location loc, Value buffer) {
  auto type = cast<MemRefType>(buffer.getType());
  return bufferization::ToTensorOp::create(
      builder, loc,
      RankedTensorType::get(type.getShape(), type.getElementType()), buffer,
      /*restrict=*/true, /*writable=*/false);
}

/// The value that the caller gives for an input which is no plain tensor: a
/// container, or the tensor of strings in it.
Value createInputValue(OpBuilder &builder, BlockArgument argument) {
  Location loc = argument.getLoc();
  Value index =
      arith::ConstantIntOp::create(builder, loc, argument.getArgNumber(), 64);
  Value handle = kernel::InvokeOp::create(builder, loc, builder.getI64Type(),
                                          "swage_rt_input_value", index);
  if (!isa<TensorType>(argument.getType()))
    return handle;
  auto strings = cast<func::FuncOp>(argument.getOwner()->getParentOp())
                     .getArgAttrOfType<IntegerAttr>(argument.getArgNumber(),
                                                    "kernel.dtype");
  return kernel::UnboxOp::create(builder, loc, argument.getType(), handle,
                                 strings);
}

/// The arguments become the model's inputs. Returns their tensors.
SmallVector<Value> replaceArguments(func::FuncOp main) {
  SmallVector<Value> inputs;
  OpBuilder builder(main.getContext());
  Block &entry = main.front();
  builder.setInsertionPointToStart(&entry);
  for (BlockArgument argument : entry.getArguments()) {
    if (!isa<TensorType>(argument.getType()) ||
        main.getArgAttr(argument.getArgNumber(), "kernel.dtype")) {
      inputs.push_back(createInputValue(builder, argument));
      argument.replaceAllUsesWith(inputs.back());
      continue;
    }
    unsigned index = argument.getArgNumber();
    Value buffer = kernel::InputOp::create(
        builder, argument.getLoc(), getBufferType(argument.getType()), index,
        main.getArgAttrOfType<ArrayAttr>(index, "nn.dims"),
        main.getArgAttrOfType<DenseI64ArrayAttr>(index, "nn.ranges"));
    inputs.push_back(createTensor(builder, argument.getLoc(), buffer));
    argument.replaceAllUsesWith(inputs.back());
  }
  entry.eraseArguments(0, entry.getNumArguments());
  return inputs;
}

/// Tensor constants of `main`, and of @prepare where there is one, become
/// entries of the constant table, which is left on the module for the artifact.
/// Returns how many there are.
int64_t replaceConstants(ModuleOp module, func::FuncOp main,
                         func::FuncOp prepare) {
  SmallVector<Attribute> table;
  DenseMap<Attribute, int64_t> places;
  OpBuilder builder(main.getContext());
  SmallVector<arith::ConstantOp> constants;
  auto find = [&](arith::ConstantOp constant) {
    if (isa<RankedTensorType>(constant.getType()))
      constants.push_back(constant);
  };
  main.walk(find);
  if (prepare)
    prepare.walk(find);
  for (arith::ConstantOp constant : constants) {
    auto [entry, isNew] = places.try_emplace(constant.getValue(), table.size());
    if (isNew)
      table.push_back(constant.getValue());
    builder.setInsertionPoint(constant);
    Value buffer = kernel::ConstantOp::create(builder, constant.getLoc(),
                                              getBufferType(constant.getType()),
                                              entry->second);
    constant.replaceAllUsesWith(
        createTensor(builder, constant.getLoc(), buffer));
    constant.erase();
  }
  module->setAttr("kernel.constants", builder.getArrayAttr(table));
  return table.size();
}

/// Where a kernel or a function of the runtime writes a result.
Value getDestination(OpResult result) {
  auto op = cast<DestinationStyleOpInterface>(result.getOwner());
  return op.getTiedOpOperand(result)->get();
}

/// The sizes of `tensor` in terms of values that are known before it.
SmallVector<OpFoldResult> findSizes(OpBuilder &builder, Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (type.hasStaticShape())
    return getAsIndexOpFoldResult(builder.getContext(), type.getShape());
  Operation *op = tensor.getDefiningOp();
  if (isa_and_present<kernel::CallOp, kernel::RuntimeOp>(op))
    return findSizes(builder, getDestination(cast<OpResult>(tensor)));
  if (auto empty = dyn_cast_or_null<tensor::EmptyOp>(op))
    return empty.getMixedSizes();
  if (auto expand = dyn_cast_or_null<tensor::ExpandShapeOp>(op))
    return expand.getMixedOutputShape();
  if (auto slice = dyn_cast_or_null<tensor::ExtractSliceOp>(op);
      slice && slice.getDroppedDims().none())
    return slice.getMixedSizes();
  if (auto insert = dyn_cast_or_null<tensor::InsertSliceOp>(op))
    return findSizes(builder, insert.getDest());
  return tensor::getMixedSizes(builder, tensor.getLoc(), tensor);
}

/// The empty tensor in which `value` is computed, found through destinations;
/// null when it is computed elsewhere.
tensor::EmptyOp findRoot(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (auto empty = dyn_cast<tensor::EmptyOp>(op))
      return empty;
    if (isa<kernel::CallOp, kernel::RuntimeOp>(op))
      value = getDestination(cast<OpResult>(value));
    else if (auto insert = dyn_cast<tensor::InsertSliceOp>(op))
      value = insert.getDest();
    else
      return nullptr;
  }
  return nullptr;
}

/// What is made at load gets entries of the constant table, from `first` on,
/// which @prepare writes and `main` reads. Their sizes are left on the module.
void replacePrepared(ModuleOp module, func::FuncOp main, func::FuncOp prepare,
                     int64_t first) {
  OpBuilder builder(main.getContext());
  main.walk([&](kernel::PreparedOp prepared) {
    builder.setInsertionPoint(prepared);
    Value buffer = kernel::ConstantOp::create(builder, prepared.getLoc(),
                                              getBufferType(prepared.getType()),
                                              first + prepared.getIndex());
    prepared.replaceAllUsesWith(
        createTensor(builder, prepared.getLoc(), buffer));
    prepared.erase();
  });
  Operation *ret = prepare.front().getTerminator();
  SmallVector<int64_t> sizes;
  for (auto [index, value] : llvm::enumerate(ret->getOperands())) {
    auto type = cast<RankedTensorType>(value.getType());
    sizes.push_back(type.getNumElements() *
                    kernel::getElementBytes(type.getElementType()));
    builder.setInsertionPointToStart(&prepare.front());
    Value buffer = kernel::ConstantOp::create(
        builder, ret->getLoc(), getBufferType(type), first + int64_t(index));
    // The result is computed there.
    if (tensor::EmptyOp root = findRoot(value); root && root->hasOneUse()) {
      root.replaceAllUsesWith(bufferization::ToTensorOp::create(
                                  builder, ret->getLoc(), root.getType(),
                                  buffer, /*restrict=*/true, /*writable=*/true)
                                  .getResult());
      root.erase();
    }
    builder.setInsertionPoint(ret);
    bufferization::MaterializeInDestinationOp::create(
        builder, ret->getLoc(), /*result=*/Type(), value, buffer,
        /*restrict=*/true, /*writable=*/true);
  }
  ret->setOperands({});
  prepare.setFunctionType(builder.getFunctionType({}, {}));
  module->setAttr("kernel.prepared", builder.getDenseI64ArrayAttr(sizes));
}

/// Whether the kernel that `call` runs goes through its destination place by
/// place, and reads of `input`, which may be in the same memory, nothing that
/// it has already overwritten.
bool updatesInPlace(kernel::CallOp call, unsigned result, Value input) {
  auto kernel = SymbolTable::lookupNearestSymbolFrom<kernel::FuncOp>(
      call, call.getCalleeAttr());
  Block &body = kernel.getBody().front();
  SmallVector<Value> arguments;
  for (auto [operand, argument] :
       llvm::zip(call->getOperands(), body.getArguments()))
    if (operand == input)
      arguments.push_back(argument);
  Value returned = body.getTerminator()->getOperand(result);
  auto writer = returned.getDefiningOp<linalg::GenericOp>();
  if (!writer || writer.getNumReductionLoops() != 0 ||
      !writer.getMatchingIndexingMap(writer.getDpsInitOperand(0))
           .isIdentity() ||
      writer.getNumResults() != 1)
    return false;
  for (Operation &op : body.without_terminator()) {
    auto generic = dyn_cast<linalg::GenericOp>(op);
    if (generic && generic.getNumReductionLoops() != 0)
      return false;
    for (OpOperand &use : op.getOpOperands()) {
      if (!llvm::is_contained(arguments, use.get()))
        continue;
      if (!generic || !generic.getMatchingIndexingMap(&use).isIdentity() ||
          writer->isBeforeInBlock(&op))
        return false;
    }
    // Whoever reads elements by index may read any.
    bool reads = false;
    op.walk([&](tensor::ExtractOp extract) {
      reads |= llvm::is_contained(arguments, extract.getTensor());
    });
    if (reads)
      return false;
  }
  return true;
}

/// Whether `op`, or what takes `value` further, comes behind `writer`.
bool isReadAfter(Value value, Operation *writer) {
  for (Operation *user : value.getUsers()) {
    Operation *ancestor = writer->getBlock()->findAncestorOpInBlock(*user);
    if (!ancestor || (ancestor != writer && !ancestor->isBeforeInBlock(writer)))
      return true;
    if (isa<kernel::CallOp>(user))
      continue;
    for (Value result : user->getResults())
      if (isa<TensorType>(result.getType()) && isReadAfter(result, writer))
        return true;
  }
  return false;
}

/// Whether output `index`, which is `value`, may be written where it is
/// computed, although it may be in the memory of an input.
bool canWriteOutput(func::FuncOp main, ArrayRef<Value> inputs, unsigned index,
                    Value value) {
  std::optional<int64_t> updated = getUpdatedArgument(main, index);
  if (!updated)
    return true;
  auto call = value.getDefiningOp<kernel::CallOp>();
  if (!call || call->getBlock() != &main.front())
    return false;
  Value input = inputs[*updated];
  unsigned result = cast<OpResult>(value).getResultNumber();
  return !isReadAfter(input, call) && updatesInPlace(call, result, input);
}

/// What is returned is written to the model's outputs, whose buffers exist from
/// the moment at which their sizes are known: so kernels can write there.
void replaceReturn(func::FuncOp main, ArrayRef<Value> inputs) {
  auto ret = cast<func::ReturnOp>(main.front().getTerminator());
  OpBuilder builder(ret);
  DominanceInfo dominance(main);
  for (auto [index, value] : llvm::enumerate(ret.getOperands())) {
    builder.setInsertionPoint(ret);
    auto strings = main.getResultAttrOfType<IntegerAttr>(index, "kernel.dtype");
    if (!isa<TensorType>(value.getType()) || strings) {
      Value handle = value;
      if (strings)
        handle = kernel::BoxOp::create(builder, ret.getLoc(),
                                       builder.getI64Type(), value, strings);
      kernel::OutputValueOp::create(builder, ret.getLoc(), index, handle);
      continue;
    }
    SmallVector<Value> sizes;
    auto [attributes, dynamic] =
        decomposeMixedValues(findSizes(builder, value));
    Operation *place = &main.front().front();
    for (Value size : dynamic)
      if (Operation *op = size.getDefiningOp();
          op && op->getBlock() == &main.front() && !op->isBeforeInBlock(place))
        place = op->getNextNode();
    if (!dynamic.empty() || place == &main.front().front())
      builder.setInsertionPoint(place);
    Value output = kernel::OutputOp::create(
        builder, ret.getLoc(), getBufferType(value.getType()), index, dynamic);
    if (tensor::EmptyOp root = findRoot(value);
        root && canWriteOutput(main, inputs, index, value) &&
        root->getBlock() == &main.front() &&
        root.getType() == value.getType()) {
      if (root->isBeforeInBlock(output.getDefiningOp()))
        root->moveAfter(output.getDefiningOp());
      if (llvm::all_of(root->getUsers(), [&](Operation *user) {
            return root->getBlock() != user->getBlock() ||
                   root->isBeforeInBlock(user);
          })) {
        builder.setInsertionPointAfter(root);
        auto tensor = bufferization::ToTensorOp::create(
            builder, ret.getLoc(), root.getType(), output, /*restrict=*/true,
            /*writable=*/true);
        root.replaceAllUsesWith(tensor.getResult());
        root.erase();
      }
    }
    builder.setInsertionPoint(ret);
    bufferization::MaterializeInDestinationOp::create(
        builder, ret.getLoc(), /*result=*/Type(), ret.getOperand(index), output,
        /*restrict=*/true, /*writable=*/true);
  }
  ret.getOperandsMutable().clear();
  main.setFunctionType(builder.getFunctionType({}, {}));
  main.removeArgAttrsAttr();
  main.removeResAttrsAttr();
}

/// Gives every user of an empty tensor one of its own: they are destinations of
/// different results, whatever common subexpressions they once were.
void splitEmptyTensors(func::FuncOp main) {
  SmallVector<tensor::EmptyOp> shared;
  main.walk([&](tensor::EmptyOp empty) {
    if (!empty->hasOneUse())
      shared.push_back(empty);
  });
  OpBuilder builder(main.getContext());
  for (tensor::EmptyOp empty : shared) {
    builder.setInsertionPointAfter(empty);
    for (OpOperand &use : llvm::make_early_inc_range(empty->getUses()))
      use.set(builder.clone(*empty)->getResult(0));
    empty.erase();
  }
}

/// A loop's state of fixed shape lives in one place: what an iteration yields
/// is written back there.
void pinLoopState(func::FuncOp main) {
  OpBuilder builder(main.getContext());
  auto pin = [&](OpOperand &yielded, Value state) {
    auto type = dyn_cast<RankedTensorType>(state.getType());
    if (!type || !type.hasStaticShape() || yielded.get() == state ||
        yielded.get().getType() != type)
      return;
    builder.setInsertionPoint(yielded.getOwner());
    auto pinned = bufferization::MaterializeInDestinationOp::create(
        builder, yielded.getOwner()->getLoc(), yielded.get(), state);
    yielded.set(pinned.getResult());
  };
  main.walk([&](scf::ForOp loop) {
    Operation *yield = loop.getBody()->getTerminator();
    for (auto [operand, state] :
         llvm::zip(yield->getOpOperands(), loop.getRegionIterArgs()))
      pin(operand, state);
  });
}

struct BufferizeMain : swage::impl::BufferizeMainPassBase<BufferizeMain> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto main = module.lookupSymbol<func::FuncOp>("main");
    if (!main) {
      module.emitError("has no function @main");
      return signalPassFailure();
    }
    SmallVector<Value> inputs = replaceArguments(main);
    auto prepare = module.lookupSymbol<func::FuncOp>(kernel::kPrepareName);
    int64_t constants = replaceConstants(module, main, prepare);
    if (prepare)
      replacePrepared(module, main, prepare, constants);
    pinLoopState(main);
    splitEmptyTensors(main);

    bufferization::OneShotBufferizationOptions options;
    options.bufferizeFunctionBoundaries = false;
    options.allowReturnAllocsFromLoops = true;
    options.bufferAlignment = 64;
    // The bodies of kernels stay tensors: each backend finds buffers for them.
    options.opFilter.denyOperation([](Operation *op) {
      return isa<kernel::FuncOp>(op) ||
             op->getParentOfType<kernel::FuncOp>() != nullptr;
    });
    IRRewriter rewriter(&getContext());
    bufferization::BufferizationState state;
    // A join's parts are computed in their places...
    if (failed(bufferization::eliminateEmptyTensors(rewriter, main)))
      return signalPassFailure();
    // ...and outputs in theirs.
    replaceReturn(main, inputs);
    for (func::FuncOp func : {main, prepare})
      if (func &&
          failed(bufferization::runOneShotBufferize(func, options, state)))
        return signalPassFailure();
  }
};

} // namespace
