// RUN: swage-opt %s -swage-nn-to-linalg -canonicalize | FileCheck %s

// A walk from the root for each row and tree, over as many nodes as there are
// at most; features are compared as floats, in which NaN is unordered.
// CHECK-LABEL: @leaves
// CHECK: scf.for
// CHECK:   scf.for
// CHECK:     scf.while
// CHECK:       arith.cmpi slt, %{{.*}}, %c6
// CHECK:       arith.cmpf uno
// CHECK:     tensor.insert
func.func @leaves(%x: tensor<5x3xf32>, %r: tensor<2xi32>, %n: tensor<6x4xi32>, %t: tensor<6xf32>)
    -> tensor<5x2xi64> {
  %0 = nn.tree_leaves %x, %r, %n, %t : tensor<5x3xf32>, tensor<2xi32>, tensor<6x4xi32>, tensor<6xf32> -> tensor<5x2xi64>
  return %0 : tensor<5x2xi64>
}
