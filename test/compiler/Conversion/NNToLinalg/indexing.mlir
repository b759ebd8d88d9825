// RUN: swage-opt %s -swage-nn-to-linalg -canonicalize -split-input-file | FileCheck %s

// What an index selects is inside, whatever the index is.
// CHECK-LABEL: @gather_elements
// CHECK: linalg.generic {{.*}} ins(%{{.*}} : tensor<2x3xi64>)
// CHECK:   %[[I:.*]] = arith.index_cast
// CHECK:   %[[N:.*]] = arith.cmpi slt, %[[I]], %c0
// CHECK:   %[[S:.*]] = arith.addi %[[I]], %c5
// CHECK:   %[[W:.*]] = arith.select %[[N]], %[[S]], %[[I]]
// CHECK:   %[[L:.*]] = arith.maxsi %[[W]], %c0
// CHECK:   %[[P:.*]] = arith.minsi %[[L]], %c4
// CHECK:   tensor.extract %{{.*}}[%{{.*}}, %[[P]]] : tensor<2x5xf32>
func.func @gather_elements(%d: tensor<2x5xf32>, %i: tensor<2x3xi64>) -> tensor<2x3xf32> {
  %0 = nn.gather_elements %d, %i {axis = 1 : i64} : tensor<2x5xf32>, tensor<2x3xi64> -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// -----

// Updates are one sequence; those outside are dropped.
// CHECK-LABEL: @scatter_nd
// CHECK: scf.execute_region -> tensor<4x8xf32> no_inline
// CHECK:   scf.for
// CHECK:     %[[IN:.*]] = arith.cmpi ult
// CHECK:     scf.if %[[IN]]
// CHECK:       scf.for
// CHECK:         arith.addf
// CHECK:         tensor.insert
func.func @scatter_nd(%d: tensor<4x8xf32>, %i: tensor<2x1xi64>, %u: tensor<2x8xf32>) -> tensor<4x8xf32> {
  %0 = nn.scatter_nd %d, %i, %u {reduction = "add"} : tensor<4x8xf32>, tensor<2x1xi64>, tensor<2x8xf32> -> tensor<4x8xf32>
  return %0 : tensor<4x8xf32>
}

// -----

// The number of elements may be computed.
// CHECK-LABEL: @range
// CHECK: %[[E:.*]] = tensor.empty(%{{.*}}) : tensor<?xi64>
// CHECK: linalg.generic {{.*}} outs(%[[E]] : tensor<?xi64>)
func.func @range(%n: tensor<i64>) -> tensor<?xi64> {
  %zero = arith.constant dense<0> : tensor<i64>
  %one = arith.constant dense<1> : tensor<i64>
  %0 = nn.range %zero, %n, %one : tensor<i64> -> tensor<?xi64>
  return %0 : tensor<?xi64>
}

// -----

// Known ones are folded.
// CHECK-LABEL: @folded
// CHECK: dense<[8, 5, 2]> : tensor<3xi64>
func.func @folded() -> tensor<3xi64> {
  %start = arith.constant dense<8> : tensor<i64>
  %limit = arith.constant dense<0> : tensor<i64>
  %delta = arith.constant dense<-3> : tensor<i64>
  %0 = nn.range %start, %limit, %delta : tensor<i64> -> tensor<3xi64>
  return %0 : tensor<3xi64>
}

// -----

// A sum over rows that a table chooses; those outside count as zeros.
// CHECK-LABEL: @gather_sum
// CHECK: linalg.generic {{.*}}iterator_types = ["parallel", "parallel", "reduction"]
// CHECK:   %[[IN:.*]] = arith.cmpi ult
// CHECK:   %[[ROW:.*]] = arith.select %[[IN]]
// CHECK:   tensor.extract %{{.*}}[%[[ROW]], %{{.*}}] : tensor<9x4xf32>
// CHECK:   %[[P:.*]] = arith.mulf
// CHECK:   %[[V:.*]] = arith.select %[[IN]], %[[P]]
// CHECK:   arith.addf %{{.*}}, %[[V]]
func.func @gather_sum(%d: tensor<9x4xf32>, %i: tensor<5x2xi64>, %w: tensor<5x2xf32>) -> tensor<5x4xf32> {
  %0 = nn.gather_sum %d, %i, %w : tensor<9x4xf32>, tensor<5x2xi64>, tensor<5x2xf32> -> tensor<5x4xf32>
  return %0 : tensor<5x4xf32>
}
