//===- Shape.td - shapes and their change ------------------*- tablegen -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Operators that read shapes, or move elements without computing on them.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_NN_SHAPE
#define SWAGE_NN_SHAPE

include "dialects/NN/NNDialect.td"

def NN_ShapeOp : NN_Op<"shape"> {
  let summary = "The sizes of dimensions [start, end) as a tensor of i64";
  let arguments = (ins NN_Tensor:$input, I64Attr:$start, I64Attr:$end);
  let results = (outs NN_IndexTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasFolder = 1;
}

def NN_ReshapeOp : NN_Op<"reshape"> {
  let summary = "The same elements in row-major order under another shape";
  let description = [{
    1. (R1) `shape` is a vector of static length, the result's rank.
    2. (R2) At most one of its elements is -1: what the other sizes leave.
    3. (R3) A 0 takes the input's size at that place, unless `allow_zero`.
    4. (R4) Input and result have the same number of elements.
  }];
  let arguments = (ins NN_Tensor:$input, NN_IndexTensor:$shape, UnitAttr:$allow_zero);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$input `,` $shape attr-dict `:` type($input) `,` type($shape) `->` type($result)";
  let hasFolder = 1;
}

def NN_TransposeOp : NN_Op<"transpose"> {
  let summary = "Dimensions in another order: result dimension i is the input's permutation[i]";
  let arguments = (ins NN_Tensor:$input, DenseI64ArrayAttr:$permutation);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$input $permutation attr-dict `:` type($input) `->` type($result)";
  let hasFolder = 1;
}

def NN_ConcatOp : NN_Op<"concat", [DeclareOpInterfaceMethods<NN_LayoutFlexible>]> {
  let summary = "Tensors joined along an axis";
  let description = [{
    1. (C1) All inputs have the same element type and rank, and the same sizes
       but for the axis.
  }];
  let arguments = (ins Variadic<NN_Tensor>:$inputs, I64Attr:$axis);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$inputs attr-dict `:` type($inputs) `->` type($result)";
  let hasFolder = 1;
}

def NN_SliceOp : NN_Op<"slice", [DeclareOpInterfaceMethods<NN_LayoutFlexible>]> {
  let summary = "Every steps[i]-th element of [starts[i], ends[i]) along axes[i]";
  let description = [{
    Negative starts and ends count from the end; both are clamped to the axis.
    A negative step walks backwards.

    1. (S1) `starts`, `ends` and `steps` are vectors as long as `axes`.
    2. (S2) No step is zero.
  }];
  let arguments = (ins NN_Tensor:$input, NN_IndexTensor:$starts, NN_IndexTensor:$ends,
                       NN_IndexTensor:$steps, DenseI64ArrayAttr:$axes);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = [{
    $input `[` $starts `,` $ends `,` $steps `]` attr-dict `:` type($input) `,` type($starts) `,` type($ends)
    `,` type($steps) `->` type($result)
  }];
  let hasFolder = 1;
}

def NN_ExpandOp : NN_Op<"expand", [DeclareOpInterfaceMethods<NN_LayoutFlexible>]> {
  let summary = "Broadcast to the common shape of the input and `shape`";
  let arguments = (ins NN_Tensor:$input, NN_IndexTensor:$shape);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$input `,` $shape attr-dict `:` type($input) `,` type($shape) `->` type($result)";
  let hasFolder = 1;
}

def NN_GatherOp : NN_Op<"gather", [DeclareOpInterfaceMethods<NN_LayoutFlexible>]> {
  let summary = "Slices of `data` along `axis`, chosen by `indices`; negative ones count from the end";
  let description = [{
    The result's shape is the data's with the axis replaced by the shape of the
    indices.
  }];
  let arguments = (ins NN_Tensor:$data, NN_IndexTensor:$indices, I64Attr:$axis);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$data `,` $indices attr-dict `:` type($data) `,` type($indices) `->` type($result)";
  let hasFolder = 1;
}

def NN_PadOp : NN_Op<"pad", [DeclareOpInterfaceMethods<NN_LayoutFlexible>]> {
  let summary = "Elements added (or, where negative, removed) at the ends of every dimension";
  let description = [{
    `pads` holds the counts before every dimension, then those after. The mode
    says what is added: `constant` (the scalar `value`), `edge`, `reflect`
    (mirrored without the border element) or `wrap`.

    1. (P1) `pads` has twice as many elements as the input has dimensions.
  }];
  let arguments = (ins NN_Tensor:$input, NN_IndexTensor:$pads, Optional<NN_Tensor>:$value,
                       DefaultValuedAttr<StrAttr, "\"constant\"">:$mode);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = [{
    $input `,` $pads (`,` $value^)? attr-dict `:` type($input) `,` type($pads) (`,` type($value)^)? `->` type($result)
  }];
}

#endif
