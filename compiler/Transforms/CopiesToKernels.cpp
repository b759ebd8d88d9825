//===- CopiesToKernels.cpp - data movement that remains -------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Copies that bufferization could not avoid become kernels, which are
// vectorised and parallel like all others.
//
//===----------------------------------------------------------------------===//
#include "compiler/Transforms/Passes.h"
#include "dialects/Kernel/Kernel.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

namespace swage {
#define GEN_PASS_DEF_COPIESTOKERNELSPASS
#include "compiler/Transforms/Passes.h.inc"
} // namespace swage

using namespace mlir;
using namespace swage;

namespace {

/// A kernel that copies a tensor of `type`.
kernel::FuncOp createCopyKernel(OpBuilder &builder, Location loc,
                                StringRef name, RankedTensorType type) {
  auto func = kernel::FuncOp::create(
      builder, loc, name, builder.getFunctionType({type, type}, {type}));
  func->setAttr("kind", builder.getStringAttr("map"));
  Block *body = &func.getBody().emplaceBlock();
  body->addArguments({type, type}, {loc, loc});
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(body);
  AffineMap map = builder.getMultiDimIdentityMap(type.getRank());
  SmallVector<utils::IteratorType> iterators(type.getRank(),
                                             utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      builder, loc, type, body->getArgument(0), body->getArgument(1),
      {map, map}, iterators,
      [](OpBuilder &inner, Location innerLoc, ValueRange scalars) {
        linalg::YieldOp::create(inner, innerLoc, scalars[0]);
      });
  kernel::ReturnOp::create(builder, loc, generic.getResults());
  return func;
}

/// The operation that names the memory of `buffer`, when `buffer` begins where
/// that memory does.
Operation *findMemory(Value buffer) {
  while (Operation *op = buffer.getDefiningOp()) {
    if (auto view = dyn_cast<memref::SubViewOp>(op)) {
      if (!llvm::all_of(view.getMixedOffsets(), isZeroInteger))
        return nullptr;
      buffer = view.getSource();
    } else if (auto cast = dyn_cast<memref::CastOp>(op)) {
      buffer = cast.getSource();
    } else {
      return op;
    }
  }
  return nullptr;
}

/// Whether a run may have one memory for both: an output then holds what an
/// input holds already. Of views with other strides than their memory, only
/// such along the outermost dimension hold the same elements at the same place.
bool maybeSameMemory(memref::CopyOp copy) {
  if (!isa_and_nonnull<kernel::InputOp>(findMemory(copy.getSource())) ||
      !isa_and_nonnull<kernel::OutputOp>(findMemory(copy.getTarget())))
    return false;
  auto source = cast<MemRefType>(copy.getSource().getType());
  auto target = cast<MemRefType>(copy.getTarget().getType());
  auto isDense = [](MemRefType type) {
    return type.getRank() > 0 &&
           type.areTrailingDimsContiguous(type.getRank());
  };
  return isDense(source) && isDense(target);
}

/// Where `buffer`'s memory lies.
Value getAddress(OpBuilder &builder, Location loc, Value buffer) {
  return memref::ExtractAlignedPointerAsIndexOp::create(builder, loc, buffer);
}

struct CopiesToKernels : swage::impl::CopiesToKernelsPassBase<CopiesToKernels> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    DenseMap<Type, kernel::FuncOp> kernels;
    OpBuilder builder(&getContext());
    auto replace = [&](memref::CopyOp copy) {
      auto source = cast<MemRefType>(copy.getSource().getType());
      auto target = cast<MemRefType>(copy.getTarget().getType());
      // Either side may know a size that the other does not.
      SmallVector<int64_t> shape(source.getShape());
      for (auto [size, other] : llvm::zip(shape, target.getShape()))
        size = ShapedType::isDynamic(size) ? other : size;
      auto type = RankedTensorType::get(shape, source.getElementType());
      std::string name = "copy_" + std::to_string(kernels.size());
      kernel::FuncOp &func = kernels[type];
      if (!func) {
        builder.setInsertionPointToEnd(module.getBody());
        func = createCopyKernel(builder, copy.getLoc(), name, type);
      }
      builder.setInsertionPoint(copy);
      auto withShape = [&](Value buffer) -> Value {
        auto own = cast<MemRefType>(buffer.getType());
        if (own.getShape() == ArrayRef(shape))
          return buffer;
        auto known = MemRefType::get(shape, own.getElementType(),
                                     own.getLayout(), own.getMemorySpace());
        return memref::CastOp::create(builder, copy.getLoc(), known, buffer);
      };
      Value from = withShape(copy.getSource()), to = withShape(copy.getTarget());
      auto call = kernel::CallOp::create(builder, copy.getLoc(), TypeRange(),
                                         func.getSymName(), from, to);
      if (maybeSameMemory(copy)) {
        builder.setInsertionPoint(call);
        Location loc = copy.getLoc();
        Value differ = arith::CmpIOp::create(
            builder, loc, arith::CmpIPredicate::ne,
            getAddress(builder, loc, from), getAddress(builder, loc, to));
        auto guard = scf::IfOp::create(builder, loc, differ);
        call->moveBefore(guard.thenYield());
      }
      copy.erase();
    };
    for (auto func : module.getOps<func::FuncOp>())
      func.walk(replace);
  }
};

} // namespace
