//===- Indexing.td - places chosen by indices --------------*- tablegen -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Operators that read or write where index tensors say. Negative indices count
// from the end. What an index outside of its dimension selects is not defined,
// but nothing outside of the tensor is read or written.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_NN_INDEXING
#define SWAGE_NN_INDEXING

include "dialects/NN/NNDialect.td"

def NN_RangeOp : NN_Op<"range", [AllTypesMatch<["start", "limit", "delta"]>]> {
  let summary = "start, start + delta, ... up to limit, without it";
  let description = [{
    1. (A1) The operands are scalars of one element type.
  }];
  let arguments = (ins NN_Tensor:$start, NN_Tensor:$limit, NN_Tensor:$delta);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$start `,` $limit `,` $delta attr-dict `:` type($start) `->` type($result)";
  let hasFolder = 1;
}

def NN_GatherElementsOp : NN_Op<"gather_elements"> {
  let summary = "result[i, j, k] = data[indices[i, j, k], j, k], for axis 0";
  let description = [{
    1. (G1) Data and indices have the same rank.
  }];
  let arguments = (ins NN_Tensor:$data, NN_IndexTensor:$indices, I64Attr:$axis);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$data `,` $indices attr-dict `:` type($data) `,` type($indices) `->` type($result)";
}

def NN_GatherNDOp : NN_Op<"gather_nd"> {
  let summary = "Slices of `data`, each at the place that a vector of `indices` gives";
  let description = [{
    The first `batch_dims` dimensions are common to data and indices. The last
    dimension of the indices holds places in the dimensions of the data that
    follow; what follows those is the slice.

    1. (G2) The last dimension of the indices is known and not greater than the
       number of dimensions that it indexes.
  }];
  let arguments = (ins NN_Tensor:$data, NN_IndexTensor:$indices, I64Attr:$batch_dims);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$data `,` $indices attr-dict `:` type($data) `,` type($indices) `->` type($result)";
}

def NN_GatherSumOp : NN_Op<"gather_sum"> {
  let summary = "result[m, c] = sum over k of weights[m, k] * data[indices[m, k], c]";
  let description = [{
    Interpolation at any places: each row of the result is a weighted sum of
    rows of the data, or with `maximum` the greatest of the weighted elements.
    An index outside of the data stands for a row of zeros. Sums over narrow
    floats are kept in f32.

    1. (G3) The operands are matrices; indices and weights have one shape.
    2. (G4) Data and weights have the same element type.
  }];
  let arguments = (ins NN_FloatTensor:$data, NN_IndexTensor:$indices, NN_FloatTensor:$weights, UnitAttr:$maximum);
  let results = (outs NN_FloatTensor:$result);
  let assemblyFormat = [{
    $data `,` $indices `,` $weights attr-dict `:` type($data) `,` type($indices) `,` type($weights) `->` type($result)
  }];
}

class NN_ScatterOp<string mnemonic, string meaning> : NN_Op<mnemonic> {
  let summary = meaning;
  /// How the places are chosen; what the operators share follows.
  string places = "";
  let description = places # [{

    An update replaces the element, or is combined with it as `reduction` says:
    `none`, `add`, `mul`, `max` or `min`. Updates are applied in their order in
    memory. Those whose indices are outside of the data are dropped.

    1. (S1) The updates have the shape that the indices imply, and the data's
       element type.
    2. (S2) The reduction is one of those named.
  }];
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = [{
    $data `,` $indices `,` $updates attr-dict `:` type($data) `,` type($indices) `,` type($updates) `->` type($result)
  }];
}

def NN_ScatterElementsOp : NN_ScatterOp<"scatter_elements", "Single elements of `data` updated"> {
  let places = "For axis 0, `updates[i, j, k]` goes to `data[indices[i, j, k], j, k]`.";
  let arguments = (ins NN_Tensor:$data, NN_IndexTensor:$indices, NN_Tensor:$updates, I64Attr:$axis,
                       DefaultValuedAttr<StrAttr, "\"none\"">:$reduction);
}

def NN_ScatterNDOp : NN_ScatterOp<"scatter_nd", "Slices of `data` updated"> {
  let places = "The last dimension of the indices holds the first indices of a slice of the data.";
  let arguments = (ins NN_Tensor:$data, NN_IndexTensor:$indices, NN_Tensor:$updates,
                       DefaultValuedAttr<StrAttr, "\"none\"">:$reduction);
}

#endif
