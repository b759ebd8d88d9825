// RUN: swage-opt %s -swage-nn-to-linalg -canonicalize -split-input-file | FileCheck %s

// The greatest element and its place are one reduction; later equals lose.
// CHECK-LABEL: @arg_max
// CHECK: linalg.generic {{.*}}["parallel", "reduction"]{{.*}} outs(%{{.*}}, %{{.*}} : tensor<4xf32>, tensor<4xi64>)
// CHECK:   arith.cmpf olt
func.func @arg_max(%x: tensor<4x8xf32>) -> tensor<4xi64> {
  %0 = nn.arg_max %x {axis = 1 : i64} : tensor<4x8xf32> -> tensor<4xi64>
  return %0 : tensor<4xi64>
}

// -----

// With `select_last` they win.
// CHECK-LABEL: @arg_min
// CHECK: arith.cmpi ule
func.func @arg_min(%x: tensor<4x8xui8>) -> tensor<4x1xi64> {
  %0 = nn.arg_min %x {axis = 1 : i64, keep_dims, select_last} : tensor<4x8xui8> -> tensor<4x1xi64>
  return %0 : tensor<4x1xi64>
}

// -----

// Sorting is one sequence, also for a single row.
// CHECK-LABEL: @top_k
// CHECK: scf.execute_region -> (tensor<1x2xf32>, tensor<1x2xi64>) no_inline
// CHECK:   scf.while
func.func @top_k(%x: tensor<1x8xf32>) -> (tensor<1x2xf32>, tensor<1x2xi64>) {
  %k = arith.constant dense<2> : tensor<i64>
  %v, %i = nn.top_k %x, %k {axis = 1 : i64, largest} : tensor<1x8xf32>, tensor<i64> -> tensor<1x2xf32>, tensor<1x2xi64>
  return %v, %i : tensor<1x2xf32>, tensor<1x2xi64>
}

// -----

// What is found is counted first, because the count is a size.
// CHECK-LABEL: @nonzero
// CHECK: %[[C:.*]] = linalg.generic {{.*}}"reduction"
// CHECK: %[[N:.*]] = tensor.extract %[[C]][]
// CHECK: %[[S:.*]] = arith.index_cast %[[N]]
// CHECK: tensor.empty(%[[S]]) : tensor<2x?xi64>
// CHECK: scf.execute_region
func.func @nonzero(%x: tensor<3x4xi1>) -> tensor<2x?xi64> {
  %0 = nn.nonzero %x : tensor<3x4xi1> -> tensor<2x?xi64>
  return %0 : tensor<2x?xi64>
}

// -----

// A known axis is one nest, another one is chosen among.
// CHECK-LABEL: @running_totals
// CHECK: scf.execute_region
// CHECK-NOT: scf.if
// CHECK: scf.execute_region
// CHECK: scf.if
func.func @running_totals(%x: tensor<3x4xf32>, %a: tensor<i32>) -> (tensor<3x4xf32>, tensor<3x4xf32>) {
  %axis = arith.constant dense<-1> : tensor<i32>
  %0 = nn.cumsum %x, %axis : tensor<3x4xf32>, tensor<i32> -> tensor<3x4xf32>
  %1 = nn.cumprod %x, %a {exclusive, reverse} : tensor<3x4xf32>, tensor<i32> -> tensor<3x4xf32>
  return %0, %1 : tensor<3x4xf32>, tensor<3x4xf32>
}
