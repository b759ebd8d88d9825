//===- ConvertKernelToLLVM.cpp - the entry point of an artifact -----------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Each operation of the kernel dialect becomes accesses to the run's context
// and calls of the runtime.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/KernelABI.h"
#include "compiler/Conversion/KernelToLLVM/KernelToLLVM.h"
#include "dialects/Kernel/ElementSize.h"
#include "dialects/Kernel/Kernel.h"
#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "swage/artifact.h"

namespace swage {
#define GEN_PASS_DEF_CONVERTKERNELTOLLVMPASS
#include "compiler/Conversion/KernelToLLVM/Passes.h.inc"
} // namespace swage

using namespace mlir;
using namespace swage;

namespace {

/// Builds @main's accesses to its surroundings.
class EntryBuilder {
public:
  /// With `isMain`, calls of kernels may be profiled; without it, they make
  /// constants of weights.
  EntryBuilder(ModuleOp module, func::FuncOp entry, bool isMain)
      : module(module), entry(entry), builder(module.getContext()),
        pointer(LLVM::LLVMPointerType::get(module.getContext())),
        i64(builder.getI64Type()), exec(entry.getArgument(0)), isMain(isMain) {}

  /// The kernels that are called, in the order of their indices.
  ArrayRef<Attribute> getKernels() const { return kernels.getArrayRef(); }

  void run() {
    entry.walk([&](Operation *op) {
      builder.setInsertionPoint(op);
      loc = op->getLoc();
      if (auto input = dyn_cast<kernel::InputOp>(op))
        replace(op, lowerInput(input));
      else if (auto output = dyn_cast<kernel::OutputOp>(op))
        replace(op, lowerOutput(output));
      else if (auto constant = dyn_cast<kernel::ConstantOp>(op))
        replace(op, lowerConstant(constant));
      else if (auto arena = dyn_cast<kernel::ArenaOp>(op))
        replace(op, lowerArena(arena));
      else if (auto alloc = dyn_cast<memref::AllocOp>(op))
        replace(op, lowerAlloc(alloc));
      else if (auto dealloc = dyn_cast<memref::DeallocOp>(op))
        lowerDealloc(dealloc);
      else if (auto expand = dyn_cast<memref::ExpandShapeOp>(op))
        lowerExpand(expand);
      else if (auto call = dyn_cast<kernel::CallOp>(op))
        lowerCall(call);
      else if (auto runtime = dyn_cast<kernel::RuntimeOp>(op))
        lowerRuntime(runtime);
      else if (auto invoke = dyn_cast<kernel::InvokeOp>(op))
        replace(op, lowerInvoke(invoke));
      else if (auto box = dyn_cast<kernel::BoxOp>(op))
        replace(op, lowerBox(box));
      else if (auto unbox = dyn_cast<kernel::UnboxOp>(op))
        replace(op, lowerUnbox(unbox));
      else if (auto output = dyn_cast<kernel::OutputValueOp>(op))
        lowerOutputValue(output);
      else if (auto require = dyn_cast<kernel::RequireOp>(op))
        lowerRequire(require);
    });
  }

private:
  static void replace(Operation *op, Value value) {
    op->getResult(0).replaceAllUsesWith(value);
    op->erase();
  }

  Value constant(int64_t value) {
    return LLVM::ConstantOp::create(builder, loc, i64,
                                    builder.getI64IntegerAttr(value));
  }
  Value addressAt(Value base, int64_t bytes) {
    if (bytes == 0)
      return base;
    return LLVM::GEPOp::create(builder, loc, pointer, builder.getI8Type(), base,
                               ArrayRef<LLVM::GEPArg>{int32_t(bytes)});
  }
  Value loadAt(Type type, Value base, int64_t bytes) {
    return LLVM::LoadOp::create(builder, loc, type, addressAt(base, bytes));
  }
  Value asI64(Value index) {
    return arith::IndexCastOp::create(builder, loc, i64, index);
  }

  func::FuncOp declare(StringRef name, ArrayRef<Type> arguments,
                       ArrayRef<Type> results) {
    if (auto known = module.lookupSymbol<func::FuncOp>(name))
      return known;
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(module.getBody());
    auto func = func::FuncOp::create(
        builder, loc, name, builder.getFunctionType(arguments, results));
    func.setPrivate();
    return func;
  }

  /// `count` words on the stack of the entry, allocated once.
  Value createWords(int64_t count) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(&entry.front());
    Value size = constant(std::max<int64_t>(count, 1));
    return LLVM::AllocaOp::create(builder, loc, pointer, i64, size, 8);
  }

  /// A dense memref of `type` at `address`; `sizes` are the dynamic ones (i64).
  Value createBuffer(MemRefType type, Value address, ValueRange sizes) {
    LLVMTypeConverter converter(builder.getContext());
    auto descriptor =
        MemRefDescriptor::poison(builder, loc, converter.convertType(type));
    descriptor.setAllocatedPtr(builder, loc, address);
    descriptor.setAlignedPtr(builder, loc, address);
    descriptor.setConstantOffset(builder, loc, 0);
    SmallVector<Value> dims;
    unsigned next = 0;
    for (int64_t size : type.getShape())
      dims.push_back(ShapedType::isDynamic(size) ? sizes[next++]
                                                 : constant(size));
    Value stride = constant(1);
    for (int64_t dim = type.getRank(); dim-- > 0;) {
      descriptor.setSize(builder, loc, dim, dims[dim]);
      descriptor.setStride(builder, loc, dim, stride);
      if (dim)
        stride = LLVM::MulOp::create(builder, loc, stride, dims[dim]);
    }
    return UnrealizedConversionCastOp::create(builder, loc, type,
                                              Value(descriptor))
        .getResult(0);
  }

  Value lowerInput(kernel::InputOp op) {
    Value inputs = loadAt(pointer, exec, offsetof(swage_exec, inputs));
    Value tensor = addressAt(inputs, op.getIndex() * sizeof(swage_tensor));
    return readTensor(tensor, cast<MemRefType>(op.getType()));
  }

  /// The buffer of a swage_tensor, of which `type` is known.
  Value readTensor(Value tensor, MemRefType type) {
    Value data = loadAt(pointer, tensor, offsetof(swage_tensor, data));
    SmallVector<Value> sizes;
    for (int64_t dim = 0; dim < type.getRank(); ++dim)
      if (type.isDynamicDim(dim))
        sizes.push_back(
            loadAt(i64, tensor, offsetof(swage_tensor, dims) + 8 * dim));
    return createBuffer(type, data, sizes);
  }

  Value lowerOutput(kernel::OutputOp op) {
    auto type = cast<MemRefType>(op.getType());
    Value dims = createWords(type.getRank());
    SmallVector<Value> sizes;
    for (Value size : op.getSizes())
      sizes.push_back(asI64(size));
    unsigned next = 0;
    for (auto [dim, size] : llvm::enumerate(type.getShape()))
      LLVM::StoreOp::create(builder, loc,
                            ShapedType::isDynamic(size) ? sizes[next++]
                                                        : constant(size),
                            addressAt(dims, 8 * dim));
    auto callee =
        declare("swage_rt_output", {pointer, i64, i64, pointer}, {pointer});
    Value memory =
        func::CallOp::create(builder, loc, callee,
                             ValueRange{exec, constant(op.getIndex()),
                                        constant(type.getRank()), dims})
            .getResult(0);
    return createBuffer(type, memory, sizes);
  }

  Value lowerConstant(kernel::ConstantOp op) {
    Value table = loadAt(pointer, exec, offsetof(swage_exec, constants));
    Value data = loadAt(pointer, table, 8 * op.getIndex());
    return createBuffer(cast<MemRefType>(op.getType()), data, {});
  }

  Value lowerArena(kernel::ArenaOp op) {
    Value arena = loadAt(pointer, exec, offsetof(swage_exec, arena));
    // Workspaces may be larger than the 31 bits of a constant GEP index.
    Value address =
        LLVM::GEPOp::create(builder, loc, pointer, builder.getI8Type(), arena,
                            ArrayRef<LLVM::GEPArg>{constant(op.getOffset())});
    SmallVector<Value> sizes;
    for (Value size : op.getSizes())
      sizes.push_back(asI64(size));
    return createBuffer(cast<MemRefType>(op.getType()), address, sizes);
  }

  Value lowerAlloc(memref::AllocOp op) {
    MemRefType type = op.getType();
    int64_t fixed = kernel::getElementBytes(type.getElementType());
    for (int64_t size : type.getShape())
      fixed *= ShapedType::isDynamic(size) ? 1 : size;
    Value bytes = constant(fixed);
    SmallVector<Value> sizes;
    for (Value size : op.getDynamicSizes()) {
      sizes.push_back(asI64(size));
      bytes = LLVM::MulOp::create(builder, loc, bytes, sizes.back());
    }
    auto callee = declare("swage_rt_alloc", {pointer, i64}, {pointer});
    Value memory =
        func::CallOp::create(builder, loc, callee, ValueRange{exec, bytes})
            .getResult(0);
    return createBuffer(type, memory, sizes);
  }

  void lowerDealloc(memref::DeallocOp op) {
    auto callee = declare("swage_rt_free", {pointer, pointer}, {});
    func::CallOp::create(builder, loc, callee,
                         ValueRange{exec, addressOf(op.getMemref())});
    op->erase();
  }

  /// Upstream's expansion takes one unknown size a group at most; here all
  /// sizes are at hand, and strides follow from the innermost of each group.
  void lowerExpand(memref::ExpandShapeOp op) {
    MemRefType type = op.getResultType();
    if (type.hasStaticShape())
      return;
    auto metadata =
        memref::ExtractStridedMetadataOp::create(builder, loc, op.getSrc());
    auto sourceStrides =
        cast<MemRefType>(op.getSrc().getType()).getStridesAndOffset().first;
    SmallVector<OpFoldResult> sizes = op.getMixedOutputShape();
    SmallVector<OpFoldResult> strides(type.getRank(), builder.getIndexAttr(1));
    for (auto [dim, group] : llvm::enumerate(op.getReassociationIndices())) {
      OpFoldResult stride = builder.getIndexAttr(sourceStrides[dim]);
      if (ShapedType::isDynamic(sourceStrides[dim]))
        stride = metadata.getStrides()[dim];
      for (int64_t inner : llvm::reverse(group)) {
        strides[inner] = stride;
        stride = getAsOpFoldResult(builder.createOrFold<arith::MulIOp>(
            loc, getValueOrCreateConstantIndexOp(builder, loc, stride),
            getValueOrCreateConstantIndexOp(builder, loc, sizes[inner])));
      }
    }
    OpFoldResult offset = builder.getIndexAttr(0);
    if (!cast<MemRefType>(op.getSrc().getType()).getLayout().isIdentity())
      offset = metadata.getOffset();
    auto [staticSizes, dynamicSizes] = decomposeMixedValues(sizes);
    Value result = memref::ReinterpretCastOp::create(
        builder, loc, getReinterpretedType(type, staticSizes, offset, strides),
        metadata.getBaseBuffer(), offset, sizes, strides);
    if (result.getType() != type)
      result = memref::CastOp::create(builder, loc, type, result);
    replace(op, result);
  }

  static MemRefType getReinterpretedType(MemRefType type,
                                         ArrayRef<int64_t> sizes,
                                         OpFoldResult offset,
                                         ArrayRef<OpFoldResult> strides) {
    auto known = [](OpFoldResult value) {
      return getConstantIntValue(value).value_or(ShapedType::kDynamic);
    };
    SmallVector<int64_t> steps = llvm::map_to_vector(strides, known);
    return MemRefType::get(
        sizes, type.getElementType(),
        StridedLayoutAttr::get(type.getContext(), known(offset), steps));
  }

  /// The first element of a buffer.
  Value addressOf(Value buffer) {
    Value address = asI64(
        memref::ExtractAlignedPointerAsIndexOp::create(builder, loc, buffer));
    auto type = cast<MemRefType>(buffer.getType());
    if (!type.getLayout().isIdentity()) {
      auto metadata =
          memref::ExtractStridedMetadataOp::create(builder, loc, buffer);
      Value bytes = LLVM::MulOp::create(
          builder, loc, asI64(metadata.getOffset()),
          constant(kernel::getElementBytes(type.getElementType())));
      address = LLVM::AddOp::create(builder, loc, address, bytes);
    }
    return LLVM::IntToPtrOp::create(builder, loc, pointer, address);
  }

  void lowerCall(kernel::CallOp op) {
    SmallVector<Value> operands(op.getInputs());
    llvm::append_range(operands, op.getOuts());
    SmallVector<MemRefType> types;
    for (Value operand : operands)
      types.push_back(cast<MemRefType>(operand.getType()));
    Value buffers = createWords(operands.size());
    for (auto [index, operand] : llvm::enumerate(operands))
      LLVM::StoreOp::create(builder, loc, addressOf(operand),
                            addressAt(buffers, 8 * index));
    SmallVector<KernelDim> entries = kernelDims(types);
    Value dims = createWords(entries.size());
    for (auto [index, entry] : llvm::enumerate(entries)) {
      Value buffer = operands[entry.operand];
      Value value;
      if (entry.isStride)
        value = memref::ExtractStridedMetadataOp::create(builder, loc, buffer)
                    .getStrides()[entry.dim];
      else
        value = memref::DimOp::create(builder, loc, buffer, entry.dim);
      LLVM::StoreOp::create(builder, loc, asI64(value),
                            addressAt(dims, 8 * index));
    }
    createCall(op.getCalleeAttr(), buffers, dims);
    op->erase();
  }

  /// Calls a kernel; the runtime does in @main, which can be profiled. To
  /// choose here would make three blocks of each call, of thousands in a step
  /// of training.
  void createCall(FlatSymbolRefAttr name, Value buffers, Value dims) {
    auto callee = declare(name.getValue(), {pointer, pointer, pointer}, {});
    if (!isMain) {
      func::CallOp::create(builder, loc, callee,
                           ValueRange{exec, buffers, dims});
      func::CallOp::create(builder, loc,
                           declare("swage_rt_release_weights", {pointer}, {}),
                           exec);
      return;
    }
    kernels.insert(name.getAttr());
    auto index = llvm::find(kernels, name.getAttr()) - kernels.begin();
    FunctionType type = callee.getFunctionType();
    auto call =
        declare("swage_rt_call", {pointer, i64, type, pointer, pointer}, {});
    Value address = func::ConstantOp::create(builder, loc, type, name);
    func::CallOp::create(
        builder, loc, call,
        ValueRange{exec, constant(index), address, buffers, dims});
  }

  /// The addresses and all sizes of dense buffers, as two arrays.
  void lowerRuntime(kernel::RuntimeOp op) {
    SmallVector<Value> operands(op.getInputs());
    llvm::append_range(operands, op.getOuts());
    Value buffers = createWords(operands.size());
    SmallVector<Value> sizes;
    for (auto [index, operand] : llvm::enumerate(operands)) {
      LLVM::StoreOp::create(builder, loc, addressOf(operand),
                            addressAt(buffers, 8 * index));
      int64_t rank = cast<MemRefType>(operand.getType()).getRank();
      for (int64_t dim = 0; dim < rank; ++dim)
        sizes.push_back(
            asI64(memref::DimOp::create(builder, loc, operand, dim)));
    }
    auto callee = declare(op.getCallee(), {pointer, pointer, pointer}, {});
    func::CallOp::create(builder, loc, callee,
                         ValueRange{exec, buffers, storeWords(sizes)});
    op->erase();
  }

  /// An array of 64-bit integers.
  Value storeWords(ValueRange values) {
    Value words = createWords(values.size());
    for (auto [index, value] : llvm::enumerate(values))
      LLVM::StoreOp::create(builder, loc, value, addressAt(words, 8 * index));
    return words;
  }

  Value lowerInvoke(kernel::InvokeOp op) {
    SmallVector<Value> arguments{exec};
    llvm::append_range(arguments, op.getInputs());
    SmallVector<Type> types(op.getInputs().size() + 1, i64);
    types.front() = pointer;
    auto callee = declare(op.getCallee(), types, {i64});
    return func::CallOp::create(builder, loc, callee, arguments).getResult(0);
  }

  Value lowerBox(kernel::BoxOp op) {
    auto type = cast<MemRefType>(op.getTensor().getType());
    SmallVector<Value> sizes;
    for (int64_t dim = 0; dim < type.getRank(); ++dim)
      sizes.push_back(
          asI64(memref::DimOp::create(builder, loc, op.getTensor(), dim)));
    auto callee =
        declare("swage_rt_box", {pointer, i64, i64, pointer, pointer}, {i64});
    return func::CallOp::create(builder, loc, callee,
                                ValueRange{exec, constant(op.getDtype()),
                                           constant(type.getRank()),
                                           storeWords(sizes),
                                           addressOf(op.getTensor())})
        .getResult(0);
  }

  Value lowerUnbox(kernel::UnboxOp op) {
    auto type = cast<MemRefType>(op.getTensor().getType());
    SmallVector<Value> sizes;
    for (int64_t size : type.getShape())
      sizes.push_back(constant(ShapedType::isDynamic(size) ? -1 : size));
    auto callee =
        declare("swage_rt_unbox", {pointer, i64, i64, i64, pointer}, {pointer});
    Value tensor = func::CallOp::create(
                       builder, loc, callee,
                       ValueRange{exec, op.getHandle(), constant(op.getDtype()),
                                  constant(type.getRank()), storeWords(sizes)})
                       .getResult(0);
    return readTensor(tensor, type);
  }

  void lowerOutputValue(kernel::OutputValueOp op) {
    auto callee = declare("swage_rt_output_value", {pointer, i64, i64}, {});
    func::CallOp::create(
        builder, loc, callee,
        ValueRange{exec, constant(op.getIndex()), op.getHandle()});
    op->erase();
  }

  /// A text that lives in the object, ended by a zero.
  Value createText(StringRef text) {
    std::string name;
    do
      name = "text_" + std::to_string(numTexts++);
    while (module.lookupSymbol(name));
    std::string bytes = text.str() + '\0';
    {
      OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPointToStart(module.getBody());
      auto type = LLVM::LLVMArrayType::get(builder.getI8Type(), bytes.size());
      LLVM::GlobalOp::create(builder, loc, type, /*isConstant=*/true,
                             LLVM::Linkage::Private, name,
                             builder.getStringAttr(bytes));
    }
    return LLVM::AddressOfOp::create(builder, loc, pointer, name);
  }

  /// Runs go on only behind the call, which does not return.
  void lowerRequire(kernel::RequireOp op) {
    Value words = createWords(op.getSizes().size() + op.getRanks().size());
    Value violated =
        arith::XOrIOp::create(builder, loc, op.getCondition(),
                              arith::ConstantIntOp::create(builder, loc, 1, 1));
    auto branch = scf::IfOp::create(builder, loc, violated);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(branch.thenBlock());
    unsigned next = 0, place = 0;
    auto store = [&](Value value) {
      LLVM::StoreOp::create(builder, loc, value, addressAt(words, 8 * place++));
    };
    for (int64_t rank : op.getRanks()) {
      store(constant(rank));
      for (int64_t i = 0; i < rank; ++i)
        store(asI64(op.getSizes()[next++]));
    }
    auto callee =
        declare("swage_rt_fail_shapes", {pointer, pointer, i64, pointer}, {});
    func::CallOp::create(builder, loc, callee,
                         ValueRange{exec, createText(op.getMessage()),
                                    constant(op.getRanks().size()), words});
    op->erase();
  }

  ModuleOp module;
  func::FuncOp entry;
  unsigned numTexts = 0;
  OpBuilder builder;
  Type pointer, i64;
  Value exec;
  bool isMain;
  Location loc = entry.getLoc();
  llvm::SetVector<Attribute> kernels;
};

struct ConvertKernelToLLVM
    : swage::impl::ConvertKernelToLLVMPassBase<ConvertKernelToLLVM> {
  using ConvertKernelToLLVMPassBase::ConvertKernelToLLVMPassBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    for (auto func :
         llvm::make_early_inc_range(module.getOps<kernel::FuncOp>()))
      func.erase();
    auto main = module.lookupSymbol<func::FuncOp>("main");
    auto preparation = module.lookupSymbol<func::FuncOp>(kernel::kPrepareName);
    for (func::FuncOp func : {main, preparation}) {
      bool isMain = func == main;
      if (!func && !isMain)
        continue;
      if (!func || func.getNumArguments() || func.getNumResults()) {
        module.emitError("@")
            << (isMain ? "main" : kernel::kPrepareName.data())
            << " has arguments or results: it is not on buffers";
        return signalPassFailure();
      }
      convert(func, isMain ? entry : prepare, isMain);
    }
  }

private:
  /// Makes `func` a function of the run's context, with `name`.
  void convert(func::FuncOp func, StringRef name, bool isMain) {
    OpBuilder builder(&getContext());
    Type pointer = LLVM::LLVMPointerType::get(&getContext());
    func.setName(name);
    func.setPublic();
    func.setFunctionType(
        builder.getFunctionType({pointer}, {builder.getI32Type()}));
    func.front().addArgument(pointer, func.getLoc());
    Operation *ret = func.front().getTerminator();
    builder.setInsertionPoint(ret);
    Value ok =
        arith::ConstantIntOp::create(builder, ret->getLoc(), SWAGE_OK, 32);
    func::ReturnOp::create(builder, ret->getLoc(), ok);
    ret->erase();
    EntryBuilder entryBuilder(getOperation(), func, isMain);
    entryBuilder.run();
    if (isMain)
      getOperation()->setAttr("kernel.names",
                              builder.getArrayAttr(entryBuilder.getKernels()));
  }
};

} // namespace
