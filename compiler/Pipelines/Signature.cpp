//===- Signature.cpp - what a model takes and gives -----------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See Signature.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Pipelines/Signature.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "swage/tensor.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace swage;

int32_t swage::getDType(Type type) {
  if (auto integer = dyn_cast<IntegerType>(type)) {
    bool isUnsigned = integer.isUnsigned();
    switch (integer.getWidth()) {
    case 1:
      return SWAGE_BOOL;
    case 2:
      return isUnsigned ? SWAGE_U2 : SWAGE_I2;
    case 4:
      return isUnsigned ? SWAGE_U4 : SWAGE_I4;
    case 8:
      return isUnsigned ? SWAGE_U8 : SWAGE_I8;
    case 16:
      return isUnsigned ? SWAGE_U16 : SWAGE_I16;
    case 32:
      return isUnsigned ? SWAGE_U32 : SWAGE_I32;
    case 64:
      return isUnsigned ? SWAGE_U64 : SWAGE_I64;
    default:
      return SWAGE_UNDEFINED;
    }
  }
  if (auto complex = dyn_cast<ComplexType>(type))
    return complex.getElementType().isF32() ? SWAGE_C64 : SWAGE_C128;
  return TypeSwitch<Type, int32_t>(type)
      .Case([](Float32Type) { return SWAGE_F32; })
      .Case([](Float64Type) { return SWAGE_F64; })
      .Case([](Float16Type) { return SWAGE_F16; })
      .Case([](BFloat16Type) { return SWAGE_BF16; })
      .Case([](Float8E4M3FNType) { return SWAGE_F8E4M3FN; })
      .Case([](Float8E4M3FNUZType) { return SWAGE_F8E4M3FNUZ; })
      .Case([](Float8E5M2Type) { return SWAGE_F8E5M2; })
      .Case([](Float8E5M2FNUZType) { return SWAGE_F8E5M2FNUZ; })
      .Case([](Float4E2M1FNType) { return SWAGE_F4E2M1; })
      .Case([](Float8E8M0FNUType) { return SWAGE_F8E8M0; })
      .Default([](Type) { return SWAGE_UNDEFINED; });
}

/// One input or output, whose attributes the frontend has set.
static LogicalResult readValue(func::FuncOp main, Type type,
                               DictionaryAttr attributes,
                               const Twine &otherName, ValueSignature &value) {
  auto name = attributes ? attributes.getAs<StringAttr>("nn.name") : nullptr;
  value.name = name ? name.str() : otherName.str();
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (tensor)
    value.dtype = getDType(tensor.getElementType());
  if (!tensor || value.dtype == SWAGE_UNDEFINED)
    return main.emitError("'")
           << value.name << "' has type " << type
           << ", which cannot cross the border of a compiled model";
  if (tensor.getRank() > SWAGE_MAX_RANK)
    return main.emitError("'")
           << value.name << "' has " << tensor.getRank()
           << " dimensions; what crosses the border of a compiled model has at "
              "most "
           << SWAGE_MAX_RANK;
  for (int64_t size : tensor.getShape())
    value.dims.push_back(ShapedType::isDynamic(size) ? -1 : size);
  auto names = attributes ? attributes.getAs<ArrayAttr>("nn.dims") : nullptr;
  if (names)
    for (Attribute dim : names)
      value.dimNames.push_back(cast<StringAttr>(dim).str());
  if (attributes)
    if (auto input = attributes.getAs<IntegerAttr>("nn.grows"))
      value.growsFrom = input.getInt();
  return success();
}

LogicalResult swage::readSignature(ModuleOp module, ModelSignature &signature) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main)
    return module.emitError("has no function @main");
  for (auto [index, type] : llvm::enumerate(main.getArgumentTypes()))
    if (failed(readValue(main, type, main.getArgAttrDict(index),
                         "input" + Twine(index),
                         signature.inputs.emplace_back())))
      return failure();
  for (auto [index, type] : llvm::enumerate(main.getResultTypes()))
    if (failed(readValue(main, type, main.getResultAttrDict(index),
                         "output" + Twine(index),
                         signature.outputs.emplace_back())))
      return failure();
  return success();
}
