// RUN: swage-opt %s -split-input-file -verify-diagnostics

func.func @too_many(%x: tensor<4x4xf32>) -> tensor<4x5xf32> {
  %k = arith.constant dense<5> : tensor<i64>
  // expected-error @below {{cannot choose 5 elements along axis 1 of 'tensor<4x4xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %v, %i = nn.top_k %x, %k {axis = 1 : i64, largest} : tensor<4x4xf32>, tensor<i64> -> tensor<4x5xf32>, tensor<4x5xi64>
  return %v : tensor<4x5xf32>
}

// -----

func.func @no_element(%x: tensor<4x0xf32>) -> tensor<4xi64> {
  // expected-error @below {{there is no element along axis 1 of 'tensor<4x0xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %0 = nn.arg_max %x {axis = 1 : i64} : tensor<4x0xf32> -> tensor<4xi64>
  return %0 : tensor<4xi64>
}

// -----

func.func @boxes(%b: tensor<1x6x4xf32>, %s: tensor<1x2x7xf32>, %n: tensor<i64>, %t: tensor<f32>) -> tensor<?x3xi64> {
  // expected-error @below {{takes boxes BxNx4 and scores BxCxN, but has 'tensor<1x6x4xf32>' and 'tensor<1x2x7xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %0 = nn.non_max_suppression %b, %s, %n, %t, %t
      : tensor<1x6x4xf32>, tensor<1x2x7xf32>, tensor<i64>, tensor<f32>, tensor<f32> -> tensor<?x3xi64>
  return %0 : tensor<?x3xi64>
}

// -----

func.func @axis(%x: tensor<4xf32>) -> tensor<4xf32> {
  %axis = arith.constant dense<1> : tensor<i32>
  // expected-error @below {{axis 1 is outside of 'tensor<4xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %0 = nn.cumsum %x, %axis : tensor<4xf32>, tensor<i32> -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
