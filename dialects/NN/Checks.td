//===- Checks.td - what only a run can tell ----------------*- tablegen -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Conditions on the elements of tensors, without which a run ends.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_NN_CHECKS
#define SWAGE_NN_CHECKS

include "dialects/NN/NNDialect.td"

def NN_RequireOp : NN_Op<"require"> {
  let summary = "Its operand, if a condition holds; fails the run otherwise";
  let description = [{
    The run ends with the node's name and the message.

    1. (Z1) The condition has one element.

    Example: `%y = nn.require %x if %known, "there is an unknown category" : tensor<4xi64>, tensor<i1> -> tensor<4xi64>`
  }];
  let arguments = (ins NN_Tensor:$value, NN_BoolTensor:$condition, StrAttr:$message);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$value `if` $condition `,` $message attr-dict `:` type($value) `,` type($condition) `->` type($result)";
  let hasFolder = 1;
}

#endif
