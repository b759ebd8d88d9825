//===- Recurrent.td - recurrent layers ---------------------*- tablegen -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Layers that carry a state from one step of a sequence to the next.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_NN_RECURRENT
#define SWAGE_NN_RECURRENT

include "dialects/NN/NNDialect.td"

/// A layer in one direction. Sizes: T steps, B sequences, I features, H hidden
/// units, G gates.
class NN_RecurrentOp<string mnemonic, string meaning, string equations,
                     int gates, int states, int functions>
    : NN_Op<mnemonic, [AttrSizedOperandSegments]> {
  let summary = meaning;
  let description = equations # [{

    `input` is `TxBxI`, `weights` `(G*H)xI`, `recurrent` `(G*H)xH`, `bias` (all
    biases that are added outside of any reset) `G*H`. `outputs` holds the
    hidden state after every step, `TxBxH`; the final states are `BxH`. Absent
    initial states are zero. With `reverse` the sequence is walked from its end.

    Sequence `b` consists of its first `lengths[b]` steps: after it, outputs are
    zero and the state stays. `activations` names the functions in the order of
    the equations, with a constant `alphas[i]` and `betas[i]` for each: `relu`,
    `tanh`, `sigmoid`, `affine`, `leaky_relu`, `thresholded_relu`,
    `scaled_tanh`, `hard_sigmoid`, `elu`, `softsign`, `softplus`. Their
    arguments are limited to `[-clip, clip]` where `clip` is given.

    1. (N1) Sizes agree as given above.
    2. (N2) There is a known activation with both constants for every function
       of the equations.
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    static constexpr int64_t numGates = }] # gates # [{;
    static constexpr int64_t numStates = }] # states # [{;
    static constexpr size_t numActivations = }] # functions # [{;
    static bool isCompatibleReturnTypes(::mlir::TypeRange inferred, ::mlir::TypeRange given) {
      return ::swage::nn::areCompatibleTypes(inferred, given);
    }
  }];
  code commonFormat = [{
    $input `,` $weights `,` $recurrent (`bias` `(` $bias^ `:` type($bias) `)`)?
    (`lengths` `(` $lengths^ `:` type($lengths) `)`)?
    (`hidden` `(` $initial_hidden^ `:` type($initial_hidden) `)`)?
  }];
  code typesFormat = [{
    attr-dict `:` type($input) `,` type($weights) `,` type($recurrent)
    `->` type($outputs) `,` type($hidden)
  }];
}

def NN_RNNOp : NN_RecurrentOp<"rnn", "A plain recurrent layer",
    "With one gate: `h' = f(x W + h R + bias)`.", 1, 1, 1> {
  let arguments = (ins
    NN_FloatTensor:$input, NN_FloatTensor:$weights, NN_FloatTensor:$recurrent,
    Optional<NN_FloatTensor>:$bias, Optional<NN_IndexTensor>:$lengths,
    Optional<NN_FloatTensor>:$initial_hidden,
    StrArrayAttr:$activations, DenseF64ArrayAttr:$alphas, DenseF64ArrayAttr:$betas,
    OptionalAttr<F64Attr>:$clip, UnitAttr:$reverse);
  let results = (outs NN_FloatTensor:$outputs, NN_FloatTensor:$hidden);
  let assemblyFormat = commonFormat # typesFormat;
}

def NN_LSTMOp : NN_RecurrentOp<"lstm", "A layer with long short-term memory", [{
    Gates in the order i, o, f, c, `gate(k) = x Wk + h Rk + biask`:
    `i = f(gate(i) + Pi c)`, `f = f(gate(f) + Pf c)` or, with `couple`, `1 - i`,
    `c' = f c + i g(gate(c))`, `o = f(gate(o) + Po c')`, `h' = o h(c')`, with
    activations f, g, h. `peepholes` is Pi, Po, Pf one after the other.
  }], 4, 2, 3> {
  let arguments = (ins
    NN_FloatTensor:$input, NN_FloatTensor:$weights, NN_FloatTensor:$recurrent,
    Optional<NN_FloatTensor>:$bias, Optional<NN_IndexTensor>:$lengths,
    Optional<NN_FloatTensor>:$initial_hidden, Optional<NN_FloatTensor>:$initial_cell,
    Optional<NN_FloatTensor>:$peepholes,
    StrArrayAttr:$activations, DenseF64ArrayAttr:$alphas, DenseF64ArrayAttr:$betas,
    OptionalAttr<F64Attr>:$clip, UnitAttr:$reverse, UnitAttr:$couple);
  let results = (outs NN_FloatTensor:$outputs, NN_FloatTensor:$hidden, NN_FloatTensor:$cell);
  let assemblyFormat = commonFormat # [{
    (`cell` `(` $initial_cell^ `:` type($initial_cell) `)`)?
    (`peepholes` `(` $peepholes^ `:` type($peepholes) `)`)?
  }] # typesFormat # "`,` type($cell)";
}

def NN_GRUOp : NN_RecurrentOp<"gru", "A gated recurrent layer", [{
    Gates in the order z, r, h: `z = f(x Wz + h Rz + biasz)`,
    `r = f(x Wr + h Rr + biasr)`, `c = g(x Wh + (r h) Rh + biash)`,
    `h' = (1 - z) c + z h`. With `reset_after` the reset comes after the product:
    `c = g(x Wh + r (h Rh + hidden_bias) + biash)`.
  }], 3, 1, 2> {
  let arguments = (ins
    NN_FloatTensor:$input, NN_FloatTensor:$weights, NN_FloatTensor:$recurrent,
    Optional<NN_FloatTensor>:$bias, Optional<NN_IndexTensor>:$lengths,
    Optional<NN_FloatTensor>:$initial_hidden, Optional<NN_FloatTensor>:$hidden_bias,
    StrArrayAttr:$activations, DenseF64ArrayAttr:$alphas, DenseF64ArrayAttr:$betas,
    OptionalAttr<F64Attr>:$clip, UnitAttr:$reverse, UnitAttr:$reset_after);
  let results = (outs NN_FloatTensor:$outputs, NN_FloatTensor:$hidden);
  let assemblyFormat = commonFormat # [{
    (`hidden_bias` `(` $hidden_bias^ `:` type($hidden_bias) `)`)?
  }] # typesFormat;
}

#endif
