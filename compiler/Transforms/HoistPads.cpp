//===- HoistPads.cpp - kernels write into padded tensors ------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A kernel that pads what another one computed copies it first. Where that copy
// is a good part of its work, the other kernel gets the interior of the padded
// tensor as its destination, and only the borders are left to fill.
//
//===----------------------------------------------------------------------===//
#include "compiler/Transforms/Passes.h"
#include "dialects/Kernel/Kernel.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace swage {
#define GEN_PASS_DEF_HOISTPADSPASS
#include "compiler/Transforms/Passes.h.inc"
} // namespace swage

using namespace mlir;
using namespace swage;

namespace {

/// The padding of an argument of static shape by a constant, if that is all
/// that `kernel` does with it.
tensor::PadOp findPad(kernel::FuncOp kernel, unsigned index) {
  BlockArgument argument = kernel.getBody().getArgument(index);
  if (!argument.hasOneUse())
    return nullptr;
  auto pad = dyn_cast<tensor::PadOp>(*argument.user_begin());
  Value padding = pad ? pad.getConstantPaddingValue() : Value();
  if (!padding || !padding.getDefiningOp<arith::ConstantOp>() ||
      pad.getSource() != argument || !pad.getLow().empty() ||
      !pad.getHigh().empty() || !pad.getSourceType().hasStaticShape() ||
      !pad.getResultType().hasStaticShape())
    return nullptr;
  auto negative = [](int64_t amount) { return amount < 0; };
  if (llvm::any_of(pad.getStaticLow(), negative) ||
      llvm::any_of(pad.getStaticHigh(), negative))
    return nullptr;
  return pad;
}

/// Whether padding costs more than a few hundredths of what is done with it:
/// the windows that pass over the padded tensor take few steps for each element
/// of it, as depthwise ones and those of a network's first convolution do.
bool isLargePart(tensor::PadOp pad) {
  constexpr int64_t kSteps = 128;
  int64_t elements = pad.getResultType().getNumElements();
  return llvm::all_of(pad->getUsers(), [&](Operation *user) {
    auto op = dyn_cast<linalg::LinalgOp>(user);
    if (!op || op.hasDynamicShape())
      return false;
    int64_t steps = 1;
    for (int64_t extent : op.getStaticLoopRanges())
      steps *= extent;
    return steps <= kSteps * elements;
  });
}

/// The call that computes `value` for one user alone.
kernel::CallOp findProducer(Value value) {
  auto call = value.getDefiningOp<kernel::CallOp>();
  if (!call || !value.hasOneUse() ||
      (*value.user_begin())->getBlock() != call->getBlock())
    return nullptr;
  unsigned result = cast<OpResult>(value).getResultNumber();
  return call.getOuts()[result].getDefiningOp<tensor::EmptyOp>() ? call
                                                                 : nullptr;
}

class Hoister {
public:
  explicit Hoister(ModuleOp module)
      : module(module), builder(module.getContext()) {
    module.walk([&](kernel::CallOp call) {
      calls[call.getCalleeAttr().getAttr()].push_back(call);
    });
  }

  void run() {
    for (auto kernel : llvm::to_vector(module.getOps<kernel::FuncOp>()))
      for (unsigned index = 0; index < kernel.getNumInputs(); ++index)
        hoist(kernel, index);
  }

private:
  void hoist(kernel::FuncOp kernel, unsigned index) {
    tensor::PadOp pad = findPad(kernel, index);
    ArrayRef<kernel::CallOp> users = calls[kernel.getSymNameAttr()];
    if (!pad || !isLargePart(pad) || !llvm::all_of(users, [&](auto call) {
          return findProducer(call.getInputs()[index]) != nullptr;
        }))
      return;
    kernel::FuncOp borders = getBorders(pad);
    for (kernel::CallOp call : users)
      insertInto(borders, pad, call, index);
    // What was the padded tensor is the argument now.
    RankedTensorType type = pad.getResultType();
    BlockArgument argument = kernel.getBody().getArgument(index);
    SmallVector<Type> types(kernel.getArgumentTypes());
    types[index] = type;
    kernel.setFunctionType(
        builder.getFunctionType(types, kernel.getResultTypes()));
    argument.setType(type);
    pad.getResult().replaceAllUsesWith(argument);
    pad.erase();
  }

  /// Passes `call` a padded tensor, into which its argument's producer writes.
  void insertInto(kernel::FuncOp borders, tensor::PadOp pad,
                  kernel::CallOp call, unsigned index) {
    Value source = call.getInputs()[index];
    kernel::CallOp producer = findProducer(source);
    Location loc = call.getLoc();
    RankedTensorType type = pad.getResultType();
    builder.setInsertionPoint(producer);
    Value empty = tensor::EmptyOp::create(builder, loc, type.getShape(),
                                          type.getElementType());
    auto framed = kernel::CallOp::create(builder, loc, TypeRange(type),
                                         borders.getSymName(), ValueRange(),
                                         ValueRange(empty));
    builder.setInsertionPoint(call);
    SmallVector<OpFoldResult> ones(type.getRank(), builder.getIndexAttr(1));
    auto sizes = getAsIndexOpFoldResult(builder.getContext(),
                                        pad.getSourceType().getShape());
    Value whole =
        tensor::InsertSliceOp::create(builder, loc, source, framed.getResult(0),
                                      pad.getMixedLowPad(), sizes, ones);
    call.getInputsMutable()[index].set(whole);
  }

  /// A kernel that fills the borders and leaves the interior alone: the padding
  /// of a tensor that holds nothing.
  kernel::FuncOp getBorders(tensor::PadOp pad) {
    RankedTensorType type = pad.getResultType();
    auto padding =
        pad.getConstantPaddingValue().getDefiningOp<arith::ConstantOp>();
    Attribute key =
        builder.getArrayAttr({TypeAttr::get(type), pad.getStaticLowAttr(),
                              pad.getStaticHighAttr(), padding.getValue()});
    kernel::FuncOp &known = borders[key];
    if (known)
      return known;
    Location loc = pad.getLoc();
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(module.getBody());
    std::string name = "borders_" + std::to_string(borders.size() - 1);
    known = kernel::FuncOp::create(builder, loc, name,
                                   builder.getFunctionType({type}, {type}));
    known->setAttr("kind", builder.getStringAttr("pad"));
    Block *body = &known.getBody().emplaceBlock();
    body->addArgument(type, loc);
    builder.setInsertionPointToStart(body);
    Value nothing = tensor::EmptyOp::create(
        builder, loc, pad.getSourceType().getShape(), type.getElementType());
    Value scalar = builder.clone(*padding)->getResult(0);
    Value padded =
        tensor::PadOp::create(builder, loc, type, nothing, pad.getMixedLowPad(),
                              pad.getMixedHighPad(), scalar);
    kernel::ReturnOp::create(builder, loc, padded);
    return known;
  }

  ModuleOp module;
  OpBuilder builder;
  DenseMap<StringAttr, SmallVector<kernel::CallOp>> calls;
  DenseMap<Attribute, kernel::FuncOp> borders;
};

struct HoistPads : swage::impl::HoistPadsPassBase<HoistPads> {
  void runOnOperation() override { Hoister(getOperation()).run(); }
};

} // namespace
