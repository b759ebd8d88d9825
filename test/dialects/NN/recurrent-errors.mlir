// RUN: swage-opt %s -split-input-file -verify-diagnostics

func.func @weights(%x: tensor<4x3x2xf32>, %w: tensor<5x7xf32>, %r: tensor<5x5xf32>) -> tensor<3x5xf32> {
  // expected-error @below {{takes weights 5x2 and recurrent weights 5x5, but has 'tensor<5x7xf32>' and 'tensor<5x5xf32>'}}
  %y, %h = nn.rnn %x, %w, %r {activations = ["relu"], alphas = array<f64: 0.0>, betas = array<f64: 0.0>}
      : tensor<4x3x2xf32>, tensor<5x7xf32>, tensor<5x5xf32> -> tensor<4x3x5xf32>, tensor<3x5xf32>
  return %h : tensor<3x5xf32>
}

// -----

func.func @activations(%x: tensor<4x3x2xf32>, %w: tensor<15x2xf32>, %r: tensor<15x5xf32>) -> tensor<3x5xf32> {
  // expected-error @below {{needs 2 activations with constants}}
  %y, %h = nn.gru %x, %w, %r {activations = ["relu"], alphas = array<f64: 0.0>, betas = array<f64: 0.0>}
      : tensor<4x3x2xf32>, tensor<15x2xf32>, tensor<15x5xf32> -> tensor<4x3x5xf32>, tensor<3x5xf32>
  return %h : tensor<3x5xf32>
}

// -----

func.func @unknown(%x: tensor<4x3x2xf32>, %w: tensor<5x2xf32>, %r: tensor<5x5xf32>) -> tensor<3x5xf32> {
  // expected-error @below {{does not know the activation "swish"}}
  %y, %h = nn.rnn %x, %w, %r {activations = ["swish"], alphas = array<f64: 0.0>, betas = array<f64: 0.0>}
      : tensor<4x3x2xf32>, tensor<5x2xf32>, tensor<5x5xf32> -> tensor<4x3x5xf32>, tensor<3x5xf32>
  return %h : tensor<3x5xf32>
}

// -----

func.func @lengths(%x: tensor<4x3x2xf32>, %w: tensor<5x2xf32>, %r: tensor<5x5xf32>, %n: tensor<2xi32>) -> tensor<3x5xf32> {
  // expected-error @below {{takes a length for each of 3 sequences, but has 'tensor<2xi32>'}}
  %y, %h = nn.rnn %x, %w, %r lengths(%n : tensor<2xi32>)
      {activations = ["relu"], alphas = array<f64: 0.0>, betas = array<f64: 0.0>}
      : tensor<4x3x2xf32>, tensor<5x2xf32>, tensor<5x5xf32> -> tensor<4x3x5xf32>, tensor<3x5xf32>
  return %h : tensor<3x5xf32>
}

// -----

func.func @peepholes(%x: tensor<4x3x2xf32>, %w: tensor<20x2xf32>, %r: tensor<20x5xf32>, %p: tensor<5xf32>) -> tensor<3x5xf32> {
  // expected-error @below {{takes 15 peephole weights, but has 'tensor<5xf32>'}}
  %y, %h, %c = nn.lstm %x, %w, %r peepholes(%p : tensor<5xf32>)
      {activations = ["sigmoid", "tanh", "tanh"], alphas = array<f64: 0.0, 0.0, 0.0>, betas = array<f64: 0.0, 0.0, 0.0>}
      : tensor<4x3x2xf32>, tensor<20x2xf32>, tensor<20x5xf32> -> tensor<4x3x5xf32>, tensor<3x5xf32>, tensor<3x5xf32>
  return %h : tensor<3x5xf32>
}
