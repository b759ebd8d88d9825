//===- Trees.td - decision trees ---------------------------*- tablegen -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The search in trees. What leaves hold is gathered and summed by others.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_NN_TREES
#define SWAGE_NN_TREES

include "dialects/NN/NNDialect.td"

def NN_TreeLeavesOp : NN_Op<"tree_leaves"> {
  let summary = "The leaf that each row of features reaches in each tree";
  let description = [{
    The input is a matrix of rows by features. A row of `nodes` describes an
    inner node or a leaf: the feature that it looks at, what it does, and the
    nodes that follow when it holds and when it does not. What it does is a
    comparison of the feature with the node's threshold (0: <=, 1: <, 2: >=,
    3: >, 4: =, 5: not =), with 8 added when it also holds of NaN; or 6 for a
    leaf, whose number stands in place of the node that would follow. `roots`
    holds the first node of each tree. The result is a matrix of rows by trees.

    Nodes and features that do not exist are replaced by the nearest that do.
    As a row of nodes may be met once at most, a search ends even where nodes
    form a circle.

    1. (T1) The input is a matrix, `nodes` has four columns.
    2. (T2) There is a threshold for each node, in the input's element type.
  }];
  let arguments = (ins NN_Tensor:$input, NN_IndexTensor:$roots, NN_IndexTensor:$nodes, NN_Tensor:$thresholds);
  let results = (outs NN_IndexTensor:$result);
  let assemblyFormat = [{
    $input `,` $roots `,` $nodes `,` $thresholds attr-dict `:` type($input) `,` type($roots) `,` type($nodes)
    `,` type($thresholds) `->` type($result)
  }];
}

#endif
