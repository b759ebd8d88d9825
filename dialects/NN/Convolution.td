//===- Convolution.td - convolution ------------------------*- tablegen -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Convolutions of any number of spatial dimensions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_NN_CONVOLUTION
#define SWAGE_NN_CONVOLUTION

include "dialects/NN/NNDialect.td"

def NN_ConvOp : NN_Op<"conv"> {
  let summary = "Sum of products of a filter with every window of the input";
  let description = [{
    The input is `[N, C, spatial...]`, or `[N, spatial..., C]` with
    `channels_last`, and so is the result. The filter is always
    `[K, C / group, spatial...]`, the bias `[K]`. Channels are divided into
    `group` equal groups, each of which is convolved with its own filters.
    `pads` holds the zeros before every spatial dimension, then those after.

    1. (C1) Input and filter have the same rank, at least 3; `strides` and
       `dilations` have an entry for every spatial dimension, `pads` two.
    2. (C2) `group` divides C and K, and the filter has C / `group` channels.
    3. (C3) The window fits at least once into the padded input.
    4. (C4) The bias has K elements.

    ```mlir
    %y = nn.conv %x, %w, %b {dilations = array<i64: 1, 1>, group = 1 : i64,
           pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 1, 1>}
       : tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>, tensor<4xf32> -> tensor<1x4x8x8xf32>
    ```
  }];
  let arguments = (ins NN_Tensor:$input, NN_Tensor:$filter, Optional<NN_Tensor>:$bias,
                       DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$pads,
                       DenseI64ArrayAttr:$dilations, I64Attr:$group, UnitAttr:$channels_last);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = [{
    $input `,` $filter (`,` $bias^)? attr-dict `:` type($input) `,` type($filter) (`,` type($bias)^)?
    `->` type($result)
  }];
}

#endif
