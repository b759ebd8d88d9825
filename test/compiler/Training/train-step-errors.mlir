// RUN: swage-opt %s -split-input-file -verify-diagnostics -swage-train-step="loss=mse"
// RUN: not swage-opt %s -split-input-file -swage-train-step="loss=cross" 2>&1 | FileCheck %s --check-prefix=LOSS
// RUN: not swage-opt %s -split-input-file -swage-train-step="loss=huber,size=1" 2>&1 | FileCheck %s --check-prefix=NUMBER
// RUN: not swage-opt %s -split-input-file -swage-train-step="loss=mse,size=1" 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not swage-opt %s -split-input-file -swage-train-step="optimizer=adam,beta1=much" 2>&1 | FileCheck %s --check-prefix=TEXT
// LOSS: there is no loss 'cross'; there are cross-entropy, nll, mse, l1, huber, bce-with-logits, output
// NUMBER: the loss 'huber' has no number 'size'; it has delta
// NONE: the loss 'mse' has no number 'size'{{$}}
// TEXT: the optimizer 'adam' needs a number in 'beta1=much'

// expected-error @+1 {{the loss does not depend on any parameter that is to be trained}}
func.func @main(%x: tensor<4xf32>, %w: tensor<4xf32> {nn.name = "w", nn.role = "parameter"}) -> tensor<4xf32> {
  %y = nn.exp %x : tensor<4xf32> -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

func.func @main(%x: tensor<?xf32>, %w: tensor<?xf32> {nn.name = "w", nn.role = "parameter"}) -> tensor<?xf32> {
  // expected-error @+1 {{the loss 'mse' cannot be computed from an output of type 'tensor<?xf32>': its sizes must be known at compile time; bind symbolic dimensions with --dim NAME=N}}
  %y = nn.add %x, %w : tensor<?xf32>, tensor<?xf32> -> tensor<?xf32>
  return %y : tensor<?xf32>
}

// -----

func.func @main(%x: tensor<4xi32>, %w: tensor<4xf32> {nn.name = "w", nn.role = "parameter"}) -> tensor<4xi32> {
  // expected-error @+1 {{its elements must be floats}}
  %y = nn.add %x, %x : tensor<4xi32>, tensor<4xi32> -> tensor<4xi32>
  return %y : tensor<4xi32>
}

// -----

func.func @main(%x: tensor<?xf32>, %w: tensor<?xf32> {nn.name = "w", nn.role = "parameter"}) -> tensor<f32> {
  %p = nn.mul %x, %w : tensor<?xf32>, tensor<?xf32> -> tensor<?xf32>
  // expected-error @+1 {{gradients need sizes that are known at compile time, and there is a 'tensor<?xf32>'; bind symbolic dimensions with --dim NAME=N}}
  %y = nn.reduce_sum %p [0] : tensor<?xf32> -> tensor<f32>
  return %y : tensor<f32>
}

// -----

func.func @main(%w: tensor<4xf32> {nn.name = "w", nn.role = "parameter"}, %s: tensor<1xi64>) -> tensor<4xf32> {
  %one = arith.constant dense<1> : tensor<1xi64>
  %end = arith.constant dense<4> : tensor<1xi64>
  // expected-error @+1 {{'nn.slice' can be differentiated only where its starts and steps are known at compile time}}
  %y = nn.slice %w [%s, %end, %one] {axes = array<i64: 0>} : tensor<4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64> -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

func.func @main(%w: tensor<4xf32> {nn.name = "w", nn.role = "parameter"}, %i: tensor<i64>) -> tensor<4xf32> {
  %s = nn.sequence %w, %w of f32 : tensor<4xf32>, tensor<4xf32> -> <tensor<4xf32>>
  // expected-error @+2 {{'nn.sequence_at' cannot be differentiated, and parameters that are trained come before it}}
  // expected-note @+1 {{freeze those parameters}}
  %y = nn.sequence_at %s at %i : <tensor<4xf32>>, tensor<i64> -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

func.func @main(%x: tensor<4xf32>, %w: tensor<4xf32> {nn.name = "w", nn.role = "parameter"}) -> tensor<4xf32> {
  // expected-error-re @+1 {{'nn.mod' cannot be differentiated: there is no derivative of 'arith.{{.*}}'}}
  %y = nn.mod %w, %x : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  return %y : tensor<4xf32>
}
