//===- LowerScratch.cpp - a kernel's temporary buffers --------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Small buffers go on the stack, large ones come from the run's scratch memory.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/KernelFunction.h"
#include "compiler/Backend/LLVM/CPU/Passes.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/DataLayoutInterfaces.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

namespace swage {
#define GEN_PASS_DEF_LOWERSCRATCHPASS
#include "compiler/Backend/LLVM/CPU/Passes.h.inc"
} // namespace swage

using namespace mlir;

namespace swage {

bool outlivesItsBlock(Value buffer) {
  return llvm::any_of(buffer.getUsers(), [&](Operation *user) {
    if (user->hasTrait<OpTrait::IsTerminator>() || isa<arith::SelectOp>(user))
      return true;
    if (!isa<ViewLikeOpInterface, memref::ExtractStridedMetadataOp>(user))
      return false;
    return llvm::any_of(user->getResults(), [](Value view) {
      return isa<MemRefType>(view.getType()) && outlivesItsBlock(view);
    });
  });
}

namespace {

/// What one function may keep on the stack.
constexpr int64_t kStackBytes = 64 << 10;

/// Places the buffers of one function.
class Placement {
public:
  Placement(ModuleOp module, func::FuncOp function)
      : module(module), function(function) {
    MLIRContext *context = module.getContext();
    pointer = LLVM::LLVMPointerType::get(context);
    i64 = IntegerType::get(context, 64);
  }

  void place(memref::AllocOp alloc);
  void release(memref::DeallocOp dealloc);

private:
  void placeOnStack(memref::AllocOp alloc);
  void request(memref::AllocOp alloc);
  void callFree(OpBuilder &builder, Location loc, Value memory);

  ModuleOp module;
  func::FuncOp function;
  Type pointer, i64;
  int64_t stackLeft = kStackBytes;
};

void Placement::place(memref::AllocOp alloc) {
  MemRefType type = alloc.getType();
  if (outlivesItsBlock(alloc))
    return request(alloc);
  // A buffer of a loop's body whose size never changes serves every iteration.
  if (!type.hasStaticShape()) {
    Operation *outermost = function.front().findAncestorOpInBlock(*alloc);
    bool hoistable = llvm::all_of(alloc.getDynamicSizes(), [&](Value size) {
      return size.getParentBlock() == &function.front();
    });
    if (hoistable && llvm::none_of(alloc->getUsers(), [](Operation *user) {
          return isa<memref::DeallocOp>(user);
        }))
      alloc->moveBefore(outermost);
    return request(alloc);
  }
  alloc->moveBefore(&function.front(), function.front().begin());
  int64_t bytes =
      type.getNumElements() *
      DataLayout::closest(alloc).getTypeSize(type.getElementType());
  if (bytes > stackLeft)
    return request(alloc);
  stackLeft -= bytes;
  placeOnStack(alloc);
}

void Placement::placeOnStack(memref::AllocOp alloc) {
  OpBuilder builder(alloc);
  Value slot =
      memref::AllocaOp::create(builder, alloc.getLoc(), alloc.getType(),
                               builder.getI64IntegerAttr(64));
  for (Operation *user : llvm::make_early_inc_range(alloc->getUsers()))
    if (isa<memref::DeallocOp>(user))
      user->erase();
  alloc.replaceAllUsesWith(slot);
  alloc.erase();
}

void Placement::request(memref::AllocOp alloc) {
  OpBuilder builder(alloc);
  Location loc = alloc.getLoc();
  MemRefType type = alloc.getType();
  int64_t factor =
      DataLayout::closest(alloc).getTypeSize(type.getElementType());
  SmallVector<Value> sizes;
  for (Value size : alloc.getDynamicSizes())
    sizes.push_back(arith::IndexCastOp::create(builder, loc, i64, size));
  for (int64_t size : type.getShape())
    factor *= ShapedType::isDynamic(size) ? 1 : size;
  Value bytes = arith::ConstantIntOp::create(builder, loc, i64, factor);
  for (Value size : sizes)
    bytes = arith::MulIOp::create(builder, loc, bytes, size);
  func::FuncOp runtime =
      declareRuntime(module, "swage_rt_alloc",
                     builder.getFunctionType({pointer, i64}, {pointer}));
  Value memory = func::CallOp::create(builder, loc, runtime,
                                      ValueRange{function.getArgument(0), bytes})
                     .getResult(0);
  Value buffer = createBuffer(builder, loc, type, memory, sizes, {});
  bool released = llvm::any_of(alloc->getUsers(), [](Operation *user) {
    return isa<memref::DeallocOp>(user);
  });
  if (!released && !outlivesItsBlock(alloc)) {
    builder.setInsertionPoint(alloc->getBlock()->getTerminator());
    callFree(builder, loc, memory);
  }
  alloc.replaceAllUsesWith(buffer);
  alloc.erase();
}

void Placement::release(memref::DeallocOp dealloc) {
  OpBuilder builder(dealloc);
  Location loc = dealloc.getLoc();
  Value address = memref::ExtractAlignedPointerAsIndexOp::create(
      builder, loc, dealloc.getMemref());
  address = arith::IndexCastOp::create(builder, loc, i64, address);
  callFree(builder, loc,
           LLVM::IntToPtrOp::create(builder, loc, pointer, address));
  dealloc.erase();
}

void Placement::callFree(OpBuilder &builder, Location loc, Value memory) {
  func::FuncOp runtime =
      declareRuntime(module, "swage_rt_free",
                     builder.getFunctionType({pointer, pointer}, {}));
  func::CallOp::create(builder, loc, runtime,
                       ValueRange{function.getArgument(0), memory});
}

struct LowerScratch : impl::LowerScratchPassBase<LowerScratch> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    for (auto function : llvm::to_vector(module.getOps<func::FuncOp>())) {
      if (function.isExternal())
        continue;
      Placement placement(module, function);
      SmallVector<memref::AllocOp> allocs;
      function.walk([&](memref::AllocOp alloc) { allocs.push_back(alloc); });
      for (memref::AllocOp alloc : allocs)
        placement.place(alloc);
      SmallVector<memref::DeallocOp> deallocs;
      function.walk([&](memref::DeallocOp op) { deallocs.push_back(op); });
      for (memref::DeallocOp dealloc : deallocs)
        placement.release(dealloc);
    }
  }
};

} // namespace
} // namespace swage
