//===- Gradient.td - derivatives asked for by a model -------*- tablegen -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_NN_GRADIENT
#define SWAGE_NN_GRADIENT

include "dialects/NN/NNDialect.td"

def NN_GradientOp : NN_Op<"gradient", [AttrSizedOperandSegments]> {
  let summary = "The gradient of a value by others";
  let description = [{
    `value` is a function of `by` and `fixed`, values that it was computed from.
    Result `i` is the gradient of the sum of its elements by `by[i]`, at the
    point where `by` and `fixed` have the values `at`; `fixed` and what else
    `value` depends on do not vary. `swage-expand-gradients` replaces it by the
    operators that compute it.

    1. (G1) There is a value of `at` for each of `by` and `fixed`, in this order
       and of the same types.
  }];
  let arguments = (ins NN_FloatTensor:$value, Variadic<NN_FloatTensor>:$by, Variadic<NN_Tensor>:$fixed,
                       Variadic<NN_Tensor>:$at);
  let results = (outs Variadic<NN_FloatTensor>:$results);
  let assemblyFormat = [{
    $value `by` `(` $by `)` `fixed` `(` $fixed `)` `at` `(` $at `)` attr-dict `:`
    functional-type(operands, results)
  }];
}

#endif
