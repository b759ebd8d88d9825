// RUN: swage-opt %s -split-input-file -verify-diagnostics

// Nodes are rows of four numbers (T1).
func.func @nodes(%x: tensor<5x3xf32>, %r: tensor<2xi32>, %n: tensor<6x3xi32>, %t: tensor<6xf32>) {
  // expected-error @below {{needs a matrix of features, a vector of roots and nodes in rows of four, but has}}
  // expected-error @below {{failed to infer returned types}}
  %0 = nn.tree_leaves %x, %r, %n, %t : tensor<5x3xf32>, tensor<2xi32>, tensor<6x3xi32>, tensor<6xf32> -> tensor<5x2xi64>
  return
}

// -----

// Thresholds are compared with features (T2).
func.func @thresholds(%x: tensor<5x3xf32>, %r: tensor<2xi32>, %n: tensor<6x4xi32>, %t: tensor<6xf64>) {
  // expected-error @below {{thresholds of type 'tensor<6xf64>' do not fit nodes 'tensor<6x4xi32>' over features 'tensor<5x3xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %0 = nn.tree_leaves %x, %r, %n, %t : tensor<5x3xf32>, tensor<2xi32>, tensor<6x4xi32>, tensor<6xf64> -> tensor<5x2xi64>
  return
}
