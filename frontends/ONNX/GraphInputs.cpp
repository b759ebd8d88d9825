//===- GraphInputs.cpp - what a model is given ----------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The inputs of `@main`: their types and names, the sizes that options bind,
// and the inputs whose values are known.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Constants.h"
#include "frontends/ONNX/GraphImporter.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace swage::onnx;

/// What a dimension is called on command lines: the name that the model gives
/// it, or INPUT.AXIS.
static std::string dimensionName(const ValueInfoProto &info, int axis) {
  const std::string &name =
      info.type().tensor_type().shape().dim(axis).dim_param();
  return name.empty() ? info.name() + "." + std::to_string(axis) : name;
}

/// The type of an input, with symbolic dimensions of tensors replaced by the
/// sizes they are bound to.
static llvm::Expected<Type> declaredType(const ValueInfoProto &info,
                                         const ImportOptions &options,
                                         MLIRContext *context) {
  std::string what = "input '" + printable(info.name()) + "' ";
  if (info.type().value_case() == TypeProto::kSequenceType ||
      info.type().value_case() == TypeProto::kMapType ||
      info.type().value_case() == TypeProto::kOptionalType) {
    if (Type type = valueTypeOf(info.type(), context))
      return type;
    return unsupported(what +
                       "holds something else than tensors, and maps from "
                       "integers or strings to single elements");
  }
  if (info.type().value_case() != TypeProto::kTensorType)
    return unsupported(
        what + "is neither a tensor, a sequence, a map nor an optional");
  const TypeProto::Tensor &tensor = info.type().tensor_type();
  Type element = elementTypeOf(tensor.elem_type(), context);
  if (!element)
    return badModel(what + "has no valid element type");
  if (!tensor.has_shape())
    return unsupported(
        what +
        "has no known number of dimensions; export the model with a shape");
  SmallVector<int64_t> shape;
  for (auto [axis, dim] : llvm::enumerate(tensor.shape().dim())) {
    int64_t size = ShapedType::kDynamic;
    // Some exporters write -1 for a dimension that is open.
    if (dim.has_dim_value() && dim.dim_value() < -1)
      return badModel(what + "has the negative size " +
                      std::to_string(dim.dim_value()) + " in dimension " +
                      std::to_string(axis));
    if (dim.has_dim_value() && dim.dim_value() >= 0 && !options.symbolicInputs)
      size = dim.dim_value();
    else if (auto it = options.dims.find(dimensionName(info, axis));
             it != options.dims.end())
      size = it->second;
    shape.push_back(size);
  }
  if (!countElements(llvm::to_vector(llvm::map_range(shape, [](int64_t size) {
        return ShapedType::isDynamic(size) ? 1 : size;
      }))))
    return badModel(what + "has an impossible shape");
  return RankedTensorType::get(shape, element);
}

DictionaryAttr GraphImporter::valueAttributes(const ValueInfoProto &info,
                                              Type valueType,
                                              bool isInput) {
  NamedAttribute name =
      builder.getNamedAttr("nn.name", builder.getStringAttr(info.name()));
  auto type = dyn_cast<RankedTensorType>(valueType);
  if (!type)
    return builder.getDictionaryAttr(name);
  if (isInput && !bindings.rate.empty() && info.name() == bindings.rate)
    return builder.getDictionaryAttr(
        {name, builder.getNamedAttr("nn.role", builder.getStringAttr("rate"))});
  const TensorShapeProto &shape = info.type().tensor_type().shape();
  SmallVector<Attribute> dims;
  for (int64_t i = 0; i < type.getRank(); ++i) {
    std::string name;
    if (type.isDynamicDim(i) && i < shape.dim_size()) {
      name = shape.dim(i).dim_param();
      if (name.empty() && isInput && options.symbolicInputs)
        name = dimensionName(info, i);
    }
    dims.push_back(builder.getStringAttr(name));
  }
  SmallVector<NamedAttribute> attributes{
      name, builder.getNamedAttr("nn.dims", builder.getArrayAttr(dims))};
  if (DenseI64ArrayAttr ranges = isInput ? dimRanges(info, type) : nullptr)
    attributes.push_back(builder.getNamedAttr("nn.ranges", ranges));
  return builder.getDictionaryAttr(attributes);
}

/// The least and the greatest size of each dimension, -1 for none; null where
/// nothing is known of any that the type leaves open.
DenseI64ArrayAttr GraphImporter::dimRanges(const ValueInfoProto &info,
                                           RankedTensorType type) {
  SmallVector<int64_t> ranges;
  bool any = false;
  for (int64_t axis = 0; axis < type.getRank(); ++axis) {
    auto range = options.dimRanges.find(dimensionName(info, axis));
    bool known = type.isDynamicDim(axis) && range != options.dimRanges.end();
    any |= known;
    ranges.push_back(known ? range->second.first : 0);
    ranges.push_back(known ? range->second.second : -1);
  }
  return any ? builder.getDenseI64ArrayAttr(ranges) : nullptr;
}

bool GraphImporter::declareInputs(SmallVectorImpl<Type> &types,
                                  SmallVectorImpl<DictionaryAttr> &attributes) {
  llvm::StringSet<> names;
  bool ok = true;
  for (const ValueInfoProto *pointer : runtimeInputs()) {
    const ValueInfoProto &input = *pointer;
    llvm::Expected<Type> type =
        ::declaredType(input, options, builder.getContext());
    if (!type) {
      refuse(type.takeError());
      ok = false;
      continue;
    }
    types.push_back(*type);
    attributes.push_back(valueAttributes(input, *type, /*isInput=*/true));
    for (auto [axis, dim] :
         llvm::enumerate(input.type().tensor_type().shape().dim()))
      if (!dim.has_dim_value() || options.symbolicInputs)
        names.insert(dimensionName(input, axis));
  }
  SmallVector<StringRef> asked(options.dims.keys());
  llvm::append_range(asked, options.dimRanges.keys());
  for (StringRef name : asked) {
    if (!ok || names.contains(name))
      continue;
    SmallVector<StringRef> known(names.keys());
    llvm::sort(known);
    refuse(llvm::make_error<ModelError>(
        ImportStatus::Error,
        "has no dimension named '" + name.str() + "'; " +
            (known.empty() ? "all its dimensions are fixed"
                           : "its dimensions are " + llvm::join(known, ", "))));
    ok = false;
  }
  return ok;
}

/// Calls `visit` for the inputs that have no initializer, with the value that
/// the options have for them, or null.
void GraphImporter::visitInputs(
    llvm::function_ref<void(const ValueInfoProto &, const TensorData *)> visit)
    const {
  size_t next = 0;
  for (const ValueInfoProto &input : file.model().graph().input()) {
    if (scope->initializers.contains(input.name()))
      continue;
    const TensorData *given = nullptr;
    if (next < options.constantInputs.size() &&
        options.constantInputs[next].dtype != TensorProto::UNDEFINED)
      given = &options.constantInputs[next];
    ++next;
    visit(input, given);
  }
}

SmallVector<const ValueInfoProto *> GraphImporter::runtimeInputs() const {
  SmallVector<const ValueInfoProto *> inputs;
  visitInputs([&](const ValueInfoProto &input, const TensorData *given) {
    if (!given)
      inputs.push_back(&input);
  });
  return inputs;
}

/// Whether a tensor of those sizes may be what the model declares.
static bool fits(ArrayRef<int64_t> dims, const TypeProto::Tensor &declared) {
  if (!declared.has_shape())
    return true;
  const auto &sizes = declared.shape().dim();
  if (int(dims.size()) != sizes.size())
    return false;
  return llvm::all_of(llvm::zip_equal(dims, sizes), [](auto pair) {
    const auto &[size, dim] = pair;
    return !dim.has_dim_value() || dim.dim_value() < 0 ||
           dim.dim_value() == size;
  });
}

bool GraphImporter::addConstantInputs() {
  bool ok = true;
  visitInputs([&](const ValueInfoProto &input, const TensorData *given) {
    if (!given)
      return;
    std::string what = "input '" + printable(input.name()) + "' ";
    int32_t declared = input.type().tensor_type().elem_type();
    if (declared != given->dtype) {
      refuse(badModel(what + "is declared as " + dtypeName(declared) +
                      ", but its value is " + dtypeName(given->dtype)));
      ok = false;
      return;
    }
    if (!fits(given->dims, input.type().tensor_type())) {
      refuse(badModel(what + "does not have the shape of its value, [" +
                      llvm::join(llvm::map_range(given->dims,
                                                 [](int64_t size) {
                                                   return std::to_string(size);
                                                 }),
                                 ", ") +
                      "]"));
      ok = false;
      return;
    }
    llvm::Expected<Value> value = constant(*given, input.name(), fileLocation);
    if (value) {
      scope->values[input.name()] = ImportedValue(*value);
      return;
    }
    refuse(value.takeError());
    ok = false;
  });
  return ok;
}
