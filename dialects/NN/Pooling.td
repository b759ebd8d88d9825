//===- Pooling.td - windows without a filter ---------------*- tablegen -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Reductions of the windows that slide over the spatial dimensions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_NN_POOLING
#define SWAGE_NN_POOLING

include "dialects/NN/NNDialect.td"

class NN_PoolOp<string mnemonic, string meaning>
    : NN_Op<mnemonic, [DeclareOpInterfaceMethods<NN_LayoutFlexible>]> {
  let summary = meaning;
  /// The attributes that say where windows are.
  dag window = (ins NN_Tensor:$input, DenseI64ArrayAttr:$kernel, DenseI64ArrayAttr:$strides,
                    DenseI64ArrayAttr:$pads, DenseI64ArrayAttr:$dilations,
                    UnitAttr:$ceil_mode, UnitAttr:$channels_last);
  let arguments = window;
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let description = [{
    The input is `[N, C, spatial...]`, or `[N, spatial..., C]` with
    `channels_last`, and so is the result. `pads` holds the counts of elements
    before every spatial dimension, then those after; padding is never the
    greatest, and adds nothing to a sum. With `ceil_mode` a last window may
    reach over the padded end, if it begins before the end of the input.

    1. (P1) `kernel`, `strides` and `dilations` have an entry for every spatial
       dimension, `pads` two.
    2. (P2) The window fits at least once into the padded input.
  }];
  let extraClassDefinition = [{
    ::llvm::LogicalResult $cppClass::inferReturnTypes(
        ::mlir::MLIRContext *context, ::std::optional<::mlir::Location> location,
        ::mlir::ValueRange operands, ::mlir::DictionaryAttr attributes,
        ::mlir::OpaqueProperties properties, ::mlir::RegionRange regions,
        ::llvm::SmallVectorImpl<::mlir::Type> &results) {
      Adaptor adaptor(operands, attributes, properties, regions);
      return inferPool(location, operands[0], getWindows(adaptor), adaptor.getChannelsLast(), results);
    }
    ::llvm::FailureOr<::llvm::SmallVector<::mlir::Value>> $cppClass::permute(
        ::mlir::ValueRange operands, ::llvm::ArrayRef<int64_t> permutation,
        ::mlir::OpBuilder &builder) {
      return permuteWindowed(*this, operands, permutation, builder);
    }
  }];
}

def NN_MaxPoolOp : NN_PoolOp<"max_pool", "The greatest element of every window">;
def NN_SumPoolOp : NN_PoolOp<"sum_pool", "The sum of every window">;
def NN_AveragePoolOp : NN_PoolOp<"average_pool", "The mean of every window"> {
  let description = [{
    Windows are those of `nn.sum_pool`. The sum is divided by the number of
    elements of the input in the window, or with `count_include_pad` of the
    padded input; what a last window reaches over that with `ceil_mode` is never
    counted.
  }];
  let arguments = !con(window, (ins UnitAttr:$count_include_pad));
}

def NN_MaxPoolIndicesOp : NN_Op<"max_pool_indices"> {
  let summary = "The greatest element of every window, and where it is in the input";
  let description = [{
    Windows are those of `nn.max_pool`, channels are second. An index is the
    place in the flattened input; of equal elements the first counts. With
    `column_major`, the spatial dimensions are flattened in reverse order.
  }];
  let arguments = (ins NN_Tensor:$input, DenseI64ArrayAttr:$kernel, DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$pads, DenseI64ArrayAttr:$dilations,
                       UnitAttr:$ceil_mode, UnitAttr:$column_major);
  let results = (outs NN_Tensor:$result, NN_IndexTensor:$indices);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result) `,` type($indices)";
}

#endif
