//===- Linear.td - products and reductions -----------------*- tablegen -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Matrix products, reductions over axes, and softmax.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_NN_LINEAR
#define SWAGE_NN_LINEAR

include "dialects/NN/NNDialect.td"

def NN_MatMulOp : NN_Op<"matmul"> {
  let summary = "Matrix product over the last two dimensions, the others broadcast";
  let description = [{
    As NumPy's matmul: a vector on the left is a row, on the right a column,
    and its dimension disappears from the result. With `transpose_lhs` or
    `transpose_rhs` the last two dimensions of that operand are exchanged.

    1. (M1) The contracted sizes agree.
    2. (M2) The leading dimensions broadcast.
  }];
  let arguments = (ins NN_Tensor:$lhs, NN_Tensor:$rhs, UnitAttr:$transpose_lhs, UnitAttr:$transpose_rhs);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type($lhs) `,` type($rhs) `->` type($result)";
}

def NN_DetOp : NN_Op<"det"> {
  let summary = "The determinants of the matrices in the last two dimensions";
  let description = [{
    By elimination with the greatest pivot of each column. Narrow floats are
    computed in f32.

    1. (D1) The last two dimensions have the same size.
  }];
  let arguments = (ins NN_FloatTensor:$input);
  let results = (outs NN_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

class NN_ReductionOp<string mnemonic, string meaning>
    : NN_Op<mnemonic, [DeclareOpInterfaceMethods<NN_LayoutFlexible>]> {
  let summary = meaning;
  let arguments = (ins NN_Tensor:$input, DenseI64ArrayAttr:$axes, UnitAttr:$keep_dims);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$input $axes attr-dict `:` type($input) `->` type($result)";
  let hasFolder = 1;
  let extraClassDefinition = [{
    ::llvm::LogicalResult $cppClass::inferReturnTypes(
        ::mlir::MLIRContext *context, ::std::optional<::mlir::Location> location,
        ::mlir::ValueRange operands, ::mlir::DictionaryAttr attributes,
        ::mlir::OpaqueProperties properties, ::mlir::RegionRange regions,
        ::llvm::SmallVectorImpl<::mlir::Type> &results) {
      Adaptor adaptor(operands, attributes, properties, regions);
      return inferReduction(location, operands[0], adaptor.getAxes(), adaptor.getKeepDims(), results);
    }
    ::mlir::OpFoldResult $cppClass::fold(FoldAdaptor adaptor) {
      return foldReduction(*this, adaptor.getInput());
    }
    ::llvm::FailureOr<::llvm::SmallVector<::mlir::Value>> $cppClass::permute(
        ::mlir::ValueRange operands, ::llvm::ArrayRef<int64_t> permutation,
        ::mlir::OpBuilder &builder) {
      return permuteReduction(*this, operands, permutation, builder);
    }
  }];
}

def NN_ReduceSumOp : NN_ReductionOp<"reduce_sum", "sum over axes">;
def NN_ReduceProdOp : NN_ReductionOp<"reduce_prod", "product over axes">;
def NN_ReduceMaxOp : NN_ReductionOp<"reduce_max", "greatest over axes">;
def NN_ReduceMinOp : NN_ReductionOp<"reduce_min", "least over axes">;
def NN_ReduceMeanOp : NN_ReductionOp<"reduce_mean", "mean over axes">;

def NN_SoftmaxOp : NN_Op<"softmax"> {
  let summary = "exp(x) over its sum along an axis, or the logarithm of that";
  let description = "Computed relative to the axis' greatest element, so that nothing overflows.";
  let arguments = (ins NN_FloatTensor:$input, I64Attr:$axis, UnitAttr:$logarithm);
  let results = (outs NN_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

#endif
