//===- Normalization.td - normalisation of rows ------------*- tablegen -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Normalisations over trailing dimensions, which are one pass over a row each.
// All others are compositions of reductions and elementwise operators.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_NN_NORMALIZATION
#define SWAGE_NN_NORMALIZATION

include "dialects/NN/NNDialect.td"

def NN_LayerNormOp : NN_Op<"layer_norm", [AttrSizedOperandSegments]> {
  let summary = "Rows brought to a mean of 0 and a variance of 1";
  let description = [{
    A row is what the dimensions from `axis` on hold:
    `(x - mean) / sqrt(variance + epsilon) * scale + bias`. Narrow floats are
    computed in f32.

    1. (N1) `axis` is a dimension of the input.
    2. (N2) Scale and bias broadcast to the input's shape.
  }];
  let arguments = (ins NN_FloatTensor:$input, Optional<NN_FloatTensor>:$scale, Optional<NN_FloatTensor>:$bias,
                       I64Attr:$axis, F64Attr:$epsilon);
  let results = (outs NN_FloatTensor:$result);
  let assemblyFormat = [{
    $input (`scale` $scale^)? (`bias` $bias^)? attr-dict `:` type($input) (`,` `scale` type($scale)^)?
    (`,` `bias` type($bias)^)? `->` type($result)
  }];
}

def NN_RMSNormOp : NN_Op<"rms_norm"> {
  let summary = "Rows brought to a mean square of 1";
  let description = [{
    As `nn.layer_norm`, but about 0: `x / sqrt(mean(x * x) + epsilon) * scale`.
  }];
  let arguments = (ins NN_FloatTensor:$input, Optional<NN_FloatTensor>:$scale, I64Attr:$axis, F64Attr:$epsilon);
  let results = (outs NN_FloatTensor:$result);
  let assemblyFormat = [{
    $input (`scale` $scale^)? attr-dict `:` type($input) (`,` `scale` type($scale)^)? `->` type($result)
  }];
}

#endif
