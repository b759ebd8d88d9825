// RUN: swage-opt %s -pass-pipeline='builtin.module(func.func(swage-simplify))' -split-input-file | FileCheck %s

// A table in 16 bits: rows are chosen in 16 bits, and widened.
// CHECK-LABEL: @halves
// CHECK: %[[TABLE:.*]] = arith.constant
// CHECK: %[[ROWS:.*]] = nn.gather %[[TABLE]], %{{.*}} {axis = 0 : i64} : tensor<1000x8xf16>, tensor<?xi64> -> tensor<?x8xf16>
// CHECK-NEXT: %[[WIDE:.*]] = nn.cast %[[ROWS]] {to = f32}
// CHECK-NEXT: return %[[WIDE]]
func.func @halves(%i: tensor<?xi64>) -> tensor<?x8xf32> {
  %table = arith.constant dense_resource<t> : tensor<1000x8xf16>
  %0 = nn.cast %table {to = f32} : tensor<1000x8xf16> -> tensor<1000x8xf32>
  %1 = nn.gather %0, %i {axis = 0 : i64} : tensor<1000x8xf32>, tensor<?xi64> -> tensor<?x8xf32>
  return %1 : tensor<?x8xf32>
}

// -----

// Scales of rows are chosen too; those of columns stay.
// CHECK-LABEL: @scales
// CHECK-DAG: nn.gather %{{.*}} : tensor<1000x8xi8>, tensor<?x?xi64> -> tensor<?x?x8xi8>
// CHECK-DAG: nn.gather %{{.*}} : tensor<1000x1xf32>, tensor<?x?xi64> -> tensor<?x?x1xf32>
// CHECK-NOT: nn.gather
// CHECK: nn.mul %{{.*}}, %{{.*}} : tensor<?x?x8xf32>, tensor<?x?x1xf32>
// CHECK: nn.mul %{{.*}}, %{{.*}} : tensor<?x?x8xf32>, tensor<8xf32>
// CHECK: return
func.func @scales(%i: tensor<?x?xi64>) -> tensor<?x?x8xf32> {
  %table = arith.constant dense_resource<t> : tensor<1000x8xi8>
  %rows = arith.constant dense_resource<r> : tensor<1000x1xf32>
  %columns = arith.constant dense_resource<c> : tensor<8xf32>
  %0 = nn.cast %table {to = f32} : tensor<1000x8xi8> -> tensor<1000x8xf32>
  %1 = nn.mul %0, %rows : tensor<1000x8xf32>, tensor<1000x1xf32> -> tensor<1000x8xf32>
  %2 = nn.mul %1, %columns : tensor<1000x8xf32>, tensor<8xf32> -> tensor<1000x8xf32>
  %3 = nn.gather %2, %i {axis = 0 : i64} : tensor<1000x8xf32>, tensor<?x?xi64> -> tensor<?x?x8xf32>
  return %3 : tensor<?x?x8xf32>
}

// -----

// What a run gives is computed once, not for each row that is chosen; so is what
// columns are chosen from, and a small table, which the compiler makes.
// CHECK-LABEL: @kept
// CHECK: %[[A:.*]] = nn.cast %{{.*}} : tensor<1000x8xf16>
// CHECK: nn.gather %[[A]]
// CHECK: %[[B:.*]] = nn.cast %{{.*}} : tensor<1000x8xf16>
// CHECK: nn.gather %[[B]]
// CHECK: %[[C:.*]] = nn.cast %{{.*}} : tensor<10x8xf16>
// CHECK: nn.gather %[[C]]
func.func @kept(%x: tensor<1000x8xf16>, %i: tensor<?xi64>) -> (tensor<?x8xf32>, tensor<1000x?xf32>, tensor<?x8xf32>) {
  %table = arith.constant dense_resource<t> : tensor<1000x8xf16>
  %small = arith.constant dense_resource<s> : tensor<10x8xf16>
  %0 = nn.cast %x {to = f32} : tensor<1000x8xf16> -> tensor<1000x8xf32>
  %1 = nn.gather %0, %i {axis = 0 : i64} : tensor<1000x8xf32>, tensor<?xi64> -> tensor<?x8xf32>
  %2 = nn.cast %table {to = f32} : tensor<1000x8xf16> -> tensor<1000x8xf32>
  %3 = nn.gather %2, %i {axis = 1 : i64} : tensor<1000x8xf32>, tensor<?xi64> -> tensor<1000x?xf32>
  %4 = nn.cast %small {to = f32} : tensor<10x8xf16> -> tensor<10x8xf32>
  %5 = nn.gather %4, %i {axis = 0 : i64} : tensor<10x8xf32>, tensor<?xi64> -> tensor<?x8xf32>
  return %1, %3, %5 : tensor<?x8xf32>, tensor<1000x?xf32>, tensor<?x8xf32>
}
