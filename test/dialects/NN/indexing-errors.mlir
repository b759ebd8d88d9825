// RUN: swage-opt %s -split-input-file -verify-diagnostics

func.func @ranks(%d: tensor<4x4xf32>, %i: tensor<2xi64>) -> tensor<2xf32> {
  // expected-error @below {{needs data and indices of one rank, but has 'tensor<4x4xf32>' and 'tensor<2xi64>'}}
  // expected-error @below {{failed to infer returned types}}
  %0 = nn.gather_elements %d, %i {axis = 0 : i64} : tensor<4x4xf32>, tensor<2xi64> -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// -----

func.func @depth(%d: tensor<4x4xf32>, %i: tensor<2x3xi64>) -> tensor<2xf32> {
  // expected-error @below {{the last dimension of 'tensor<2x3xi64>' cannot index 'tensor<4x4xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %0 = nn.gather_nd %d, %i {batch_dims = 0 : i64} : tensor<4x4xf32>, tensor<2x3xi64> -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// -----

func.func @updates(%d: tensor<4x4xf32>, %i: tensor<2x1xi64>, %u: tensor<2x5xf32>) -> tensor<4x4xf32> {
  // expected-error @below {{updates of type 'tensor<2x5xf32>' do not fit the data 'tensor<4x4xf32>' under these indices}}
  // expected-error @below {{failed to infer returned types}}
  %0 = nn.scatter_nd %d, %i, %u : tensor<4x4xf32>, tensor<2x1xi64>, tensor<2x5xf32> -> tensor<4x4xf32>
  return %0 : tensor<4x4xf32>
}

// -----

func.func @reduction(%d: tensor<4xf32>, %i: tensor<2xi64>, %u: tensor<2xf32>) -> tensor<4xf32> {
  // expected-error @below {{there is no reduction 'mean' of updates}}
  // expected-error @below {{failed to infer returned types}}
  %0 = nn.scatter_elements %d, %i, %u {axis = 0 : i64, reduction = "mean"} : tensor<4xf32>, tensor<2xi64>, tensor<2xf32> -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// Indices and weights go together (G3).
func.func @tables(%d: tensor<9x4xf32>, %i: tensor<5x2xi64>, %w: tensor<5x3xf32>) {
  // expected-error @below {{needs a matrix of data, and matrices of indices and weights of one shape, but has}}
  // expected-error @below {{failed to infer returned types}}
  %0 = nn.gather_sum %d, %i, %w : tensor<9x4xf32>, tensor<5x2xi64>, tensor<5x3xf32> -> tensor<5x4xf32>
  return
}

// -----

// Weights are of the data's type (G4).
func.func @weights(%d: tensor<9x4xf32>, %i: tensor<5x2xi64>, %w: tensor<5x2xf64>) {
  // expected-error @below {{weights of type 'tensor<5x2xf64>' do not fit data of type 'tensor<9x4xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %0 = nn.gather_sum %d, %i, %w : tensor<9x4xf32>, tensor<5x2xi64>, tensor<5x2xf64> -> tensor<5x4xf32>
  return
}
