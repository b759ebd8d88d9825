// RUN: swage-opt %s --verify-roundtrip | FileCheck %s

// A leaf for each row and tree.
// CHECK-LABEL: func.func @leaves
func.func @leaves(%x: tensor<5x3xf32>, %r: tensor<2xi32>, %n: tensor<6x4xi32>, %t: tensor<6xf32>)
    -> tensor<5x2xi64> {
  // CHECK: nn.tree_leaves %{{.*}} : tensor<5x3xf32>, tensor<2xi32>, tensor<6x4xi32>, tensor<6xf32> -> tensor<5x2xi64>
  %0 = nn.tree_leaves %x, %r, %n, %t : tensor<5x3xf32>, tensor<2xi32>, tensor<6x4xi32>, tensor<6xf32> -> tensor<5x2xi64>
  return %0 : tensor<5x2xi64>
}
