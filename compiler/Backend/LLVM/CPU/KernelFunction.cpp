//===- KernelFunction.cpp - kernels as functions on buffers ---------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Builds bodies, entries and memref descriptors.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/KernelFunction.h"
#include "compiler/Backend/KernelABI.h"
#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;

namespace swage {

FailureOr<SmallVector<MemRefType>> getBufferTypes(kernel::FuncOp kernel) {
  SmallVector<MemRefType> types;
  auto given = kernel->getAttrOfType<ArrayAttr>(kBuffersAttr);
  if (given && given.size() != kernel.getArgumentTypes().size())
    return kernel.emitOpError("lists ")
           << given.size() << " buffers for "
           << kernel.getArgumentTypes().size() << " arguments";
  for (auto [index, type] : llvm::enumerate(kernel.getArgumentTypes())) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor)
      return kernel.emitOpError("argument #")
             << index << " has type " << type
             << "; kernels take ranked tensors, so pass a scalar as a tensor "
                "of rank 0";
    auto buffer = MemRefType::get(tensor.getShape(), tensor.getElementType());
    if (given) {
      auto listed = dyn_cast<TypeAttr>(given[index]);
      buffer = listed ? dyn_cast<MemRefType>(listed.getValue()) : MemRefType();
      if (!buffer || buffer.getShape() != tensor.getShape() ||
          buffer.getElementType() != tensor.getElementType())
        return kernel.emitOpError("buffer #")
               << index << " is " << given[index]
               << ", which is no memref for the argument's type " << tensor;
    }
    types.push_back(buffer);
  }
  return types;
}

/// The type that a body sees: buffers are passed by their first element.
static MemRefType withoutOffset(MemRefType type) {
  SmallVector<int64_t> strides;
  int64_t offset;
  if (type.getLayout().isIdentity() ||
      failed(type.getStridesAndOffset(strides, offset)))
    return type;
  return MemRefType::get(
      type.getShape(), type.getElementType(),
      StridedLayoutAttr::get(type.getContext(), 0, strides));
}

func::FuncOp createBody(kernel::FuncOp kernel, ArrayRef<MemRefType> operands) {
  OpBuilder builder(kernel);
  SmallVector<Type> arguments = {
      LLVM::LLVMPointerType::get(builder.getContext())};
  for (MemRefType operand : operands)
    arguments.push_back(withoutOffset(operand));
  auto body = func::FuncOp::create(builder, kernel.getLoc(),
                                   (kernel.getName() + ".body").str(),
                                   builder.getFunctionType(arguments, {}));
  body.setPrivate();
  builder.setInsertionPointToStart(body.addEntryBlock());
  func::ReturnOp::create(builder, kernel.getLoc());
  return body;
}

Value createBuffer(OpBuilder &builder, Location loc, MemRefType type,
                   Value pointer, ValueRange sizes, ValueRange strides) {
  LLVMTypeConverter converter(builder.getContext());
  auto descriptor = MemRefDescriptor::poison(builder, loc,
                                             converter.convertType(type));
  descriptor.setAllocatedPtr(builder, loc, pointer);
  descriptor.setAlignedPtr(builder, loc, pointer);
  descriptor.setConstantOffset(builder, loc, 0);
  unsigned nextSize = 0, nextStride = 0;
  SmallVector<Value> dims;
  auto constant = [&](int64_t value) -> Value {
    return LLVM::ConstantOp::create(builder, loc, builder.getI64Type(),
                                    builder.getI64IntegerAttr(value));
  };
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    dims.push_back(type.isDynamicDim(dim) ? sizes[nextSize++]
                                          : constant(type.getDimSize(dim)));
    descriptor.setSize(builder, loc, dim, dims.back());
  }
  if (type.getLayout().isIdentity()) {
    Value stride = constant(1);
    for (int64_t dim = type.getRank(); dim-- > 0;) {
      descriptor.setStride(builder, loc, dim, stride);
      if (dim)
        stride = LLVM::MulOp::create(builder, loc, stride, dims[dim]);
    }
  } else {
    auto [layout, offset] = type.getStridesAndOffset();
    for (auto [dim, stride] : llvm::enumerate(layout))
      descriptor.setStride(builder, loc, dim,
                           ShapedType::isDynamic(stride)
                               ? strides[nextStride++]
                               : constant(stride));
  }
  Value record = descriptor;
  return UnrealizedConversionCastOp::create(builder, loc, type, record)
      .getResult(0);
}

void createEntry(StringRef name, func::FuncOp body,
                 ArrayRef<MemRefType> operands) {
  OpBuilder builder(body);
  Location loc = body.getLoc();
  Type pointer = LLVM::LLVMPointerType::get(builder.getContext());
  Type i64 = builder.getI64Type();
  auto entry = func::FuncOp::create(
      builder, loc, name,
      builder.getFunctionType({pointer, pointer, pointer}, {}));
  Block *block = entry.addEntryBlock();
  builder.setInsertionPointToStart(block);
  auto element = [&](Value array, Type type, int32_t index) -> Value {
    Value address = LLVM::GEPOp::create(builder, loc, pointer, type, array,
                                        ArrayRef<LLVM::GEPArg>{index});
    return LLVM::LoadOp::create(builder, loc, type, address);
  };
  SmallVector<KernelDim> entries = kernelDims(operands);
  unsigned next = 0;
  SmallVector<Value> arguments = {block->getArgument(0)};
  for (unsigned index = 0; index < operands.size(); ++index) {
    SmallVector<Value> sizes, strides;
    for (; next < entries.size() && entries[next].operand == index; ++next)
      (entries[next].isStride ? strides : sizes)
          .push_back(element(block->getArgument(2), i64, next));
    Value memory = element(block->getArgument(1), pointer, index);
    arguments.push_back(
        createBuffer(builder, loc, cast<MemRefType>(body.getArgumentTypes()[index + 1]),
                     memory, sizes, strides));
  }
  func::CallOp::create(builder, loc, body, arguments);
  func::ReturnOp::create(builder, loc);
}

func::FuncOp declareRuntime(ModuleOp module, StringRef name,
                            FunctionType type) {
  if (auto function = module.lookupSymbol<func::FuncOp>(name))
    return function;
  OpBuilder builder = OpBuilder::atBlockBegin(module.getBody());
  auto function = func::FuncOp::create(builder, module.getLoc(), name, type);
  function.setPrivate();
  return function;
}

} // namespace swage
