//===- Arrangement.cpp - parameters in the order of kernels ---------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See Arrangement.h. The layout pass moves the transpositions until they meet
// the ones that convolutions ask for, and both are gone.
//
//===----------------------------------------------------------------------===//
#include "compiler/Training/Arrangement.h"
#include "compiler/Analysis/Updates.h"
#include "compiler/Training/TensorBuilder.h"
#include "dialects/NN/NN.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;
using namespace swage;

SmallVector<int64_t> swage::training::findOrder(Value parameter) {
  auto isFilter = [&](OpOperand &use) {
    auto conv = dyn_cast<nn::ConvOp>(use.getOwner());
    // Those of grouped convolutions are small, and read group by group.
    return conv && conv.getFilter() == use.get() && conv.getGroup() == 1;
  };
  auto type = dyn_cast<RankedTensorType>(parameter.getType());
  if (!type || !type.hasStaticShape() || type.getRank() < 3 ||
      llvm::none_of(parameter.getUses(), isFilter))
    return {};
  // [outputs, inputs, window...] becomes [window..., inputs, outputs].
  SmallVector<int64_t> order;
  for (int64_t dim = 2; dim < type.getRank(); ++dim)
    order.push_back(dim);
  order.append({1, 0});
  return order;
}

void swage::training::arrangeArguments(func::FuncOp main) {
  Block &block = main.front();
  auto ret = cast<func::ReturnOp>(block.getTerminator());
  OpBuilder front = OpBuilder::atBlockBegin(&block), back(ret);
  auto orderOf = [&](unsigned argument) -> ArrayRef<int64_t> {
    auto order = main.getArgAttrOfType<DenseI64ArrayAttr>(argument, kOrderAttr);
    return order ? order.asArrayRef() : ArrayRef<int64_t>();
  };
  for (OpOperand &result : ret->getOpOperands()) {
    auto updated = getUpdatedArgument(main, result.getOperandNumber());
    if (ArrayRef<int64_t> order =
            updated ? orderOf(*updated) : ArrayRef<int64_t>();
        !order.empty())
      result.set(
          TensorBuilder(back, ret.getLoc()).transpose(result.get(), order));
  }
  for (BlockArgument argument : block.getArguments()) {
    ArrayRef<int64_t> order = orderOf(argument.getArgNumber());
    if (order.empty())
      continue;
    auto type = cast<RankedTensorType>(argument.getType());
    argument.setType(RankedTensorType::get(
        applyPermutation(type.getShape(), order), type.getElementType()));
    Value original = TensorBuilder(front, argument.getLoc())
                         .transpose(argument, invertPermutationVector(order));
    argument.replaceAllUsesExcept(original, original.getDefiningOp());
  }
  main.setFunctionType(FunctionType::get(
      main.getContext(), block.getArgumentTypes(), ret.getOperandTypes()));
}
