//===- Search.td - order, places and running totals --------*- tablegen -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Operators that look for elements, sort them, or go through them in order.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_NN_SEARCH
#define SWAGE_NN_SEARCH

include "dialects/NN/NNDialect.td"

class NN_ArgOp<string mnemonic, string meaning> : NN_Op<mnemonic> {
  let summary = meaning;
  let description = "Of several such elements the first, or with `select_last` the last.";
  let arguments = (ins NN_Tensor:$input, I64Attr:$axis, UnitAttr:$keep_dims, UnitAttr:$select_last);
  let results = (outs NN_IndexTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}
def NN_ArgMaxOp : NN_ArgOp<"arg_max", "The place of the greatest element along an axis">;
def NN_ArgMinOp : NN_ArgOp<"arg_min", "The place of the least element along an axis">;

def NN_TopKOp : NN_Op<"top_k"> {
  let summary = "The k greatest, or least, elements along an axis, and their places";
  let description = [{
    In descending order, or ascending when `largest` is not set; equal elements
    in the order of their places.

    1. (T1) `k` is a scalar, not greater than the axis.
  }];
  let arguments = (ins NN_Tensor:$input, NN_IndexTensor:$k, I64Attr:$axis, UnitAttr:$largest);
  let results = (outs NN_Tensor:$values, NN_IndexTensor:$indices);
  let assemblyFormat = "$input `,` $k attr-dict `:` type($input) `,` type($k) `->` type($values) `,` type($indices)";
}

def NN_NonZeroOp : NN_Op<"nonzero"> {
  let summary = "The places of all elements that are not zero, one a column, in row-major order";
  let arguments = (ins NN_Tensor:$input);
  let results = (outs NN_IndexTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

def NN_UniqueOp : NN_Op<"unique"> {
  let summary = "The distinct rows of a matrix";
  let description = [{
    `first` holds the place of the first row of each kind, `counts` how many
    there are of it, `inverse` the kind of every row. Kinds are in the order of
    their first rows, or in ascending lexicographic order with `sorted`.
  }];
  let arguments = (ins NN_Tensor:$input, UnitAttr:$sorted);
  let results = (outs NN_IndexTensor:$first, NN_IndexTensor:$inverse, NN_IndexTensor:$counts);
  let assemblyFormat = [{
    $input attr-dict `:` type($input) `->` type($first) `,` type($inverse) `,` type($counts)
  }];
}

def NN_NonMaxSuppressionOp : NN_Op<"non_max_suppression"> {
  let summary = "Boxes that have the best score where they are";
  let description = [{
    Boxes are `BxNx4`, scores `BxCxN`. For each batch and class, boxes are taken
    in the order of their scores, as long as those are above `score_threshold`
    and no more than `limit` are taken; a box is left out when it and one taken
    before have more than `overlap` of their union in common. Each row of the
    result is a batch, a class and the place of a box.

    Boxes are two opposite corners (y, x, y, x) or, with `center_size`, centre
    and size (x, y, width, height).

    1. (B1) Boxes and scores have the sizes given above.
    2. (B2) The other operands are scalars.
  }];
  let arguments = (ins NN_FloatTensor:$boxes, NN_FloatTensor:$scores, NN_IndexTensor:$limit,
                       NN_FloatTensor:$overlap, NN_FloatTensor:$score_threshold, UnitAttr:$center_size);
  let results = (outs NN_IndexTensor:$result);
  let assemblyFormat = [{
    $boxes `,` $scores `,` $limit `,` $overlap `,` $score_threshold attr-dict `:` type($boxes) `,` type($scores)
    `,` type($limit) `,` type($overlap) `,` type($score_threshold) `->` type($result)
  }];
}

class NN_CumulativeOp<string mnemonic, string meaning> : NN_Op<mnemonic> {
  let summary = meaning;
  let description = [{
    Each element and those before it or, with `reverse`, after it; without the
    element itself with `exclusive`. An axis computed while running may be
    negative, and is brought into range.

    1. (C1) The axis is a scalar, within the input's dimensions where known.
  }];
  let arguments = (ins NN_Tensor:$input, NN_IndexTensor:$axis, UnitAttr:$exclusive, UnitAttr:$reverse);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$input `,` $axis attr-dict `:` type($input) `,` type($axis) `->` type($result)";
}
def NN_CumSumOp : NN_CumulativeOp<"cumsum", "Running sums along an axis">;
def NN_CumProdOp : NN_CumulativeOp<"cumprod", "Running products along an axis">;

#endif
