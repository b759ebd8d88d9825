// RUN: swage-opt %s -swage-nn-to-linalg -canonicalize | FileCheck %s

// A matrix product is a reduction whose maps say which operand is transposed.
// CHECK-DAG: #[[$LHS:.*]] = affine_map<(d0, d1, d2) -> (d0, d2)>
// CHECK-DAG: #[[$RHS:.*]] = affine_map<(d0, d1, d2) -> (d1, d2)>
// CHECK-DAG: #[[$OUT:.*]] = affine_map<(d0, d1, d2) -> (d0, d1)>
// CHECK-LABEL: func.func @matmul
func.func @matmul(%a: tensor<2x3xf32>, %b: tensor<4x3xf32>) -> tensor<2x4xf32> {
  // CHECK: %[[ZERO:.*]] = linalg.fill
  // CHECK: linalg.generic {indexing_maps = [#[[$LHS]], #[[$RHS]], #[[$OUT]]], iterator_types = ["parallel", "parallel", "reduction"]}
  // CHECK-SAME: outs(%[[ZERO]]
  // CHECK: %[[PRODUCT:.*]] = arith.mulf %{{.*}} fastmath<contract>
  // CHECK: arith.addf %{{.*}}, %[[PRODUCT]] fastmath<contract>
  %0 = nn.matmul %a, %b {transpose_rhs} : tensor<2x3xf32>, tensor<4x3xf32> -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// Relative to the greatest element nothing overflows.
// CHECK-LABEL: func.func @softmax
func.func @softmax(%a: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK: %[[GREATEST:.*]] = linalg.generic {{.*}}iterator_types = ["parallel", "reduction"]
  // CHECK: arith.maximumf
  // CHECK: linalg.generic {{.*}} ins(%{{.*}}, %[[GREATEST]]
  // CHECK: arith.subf
  // CHECK: math.exp
  // CHECK: iterator_types = ["parallel", "reduction"]
  // CHECK: arith.addf
  // CHECK: arith.divf
  %0 = nn.softmax %a {axis = 1} : tensor<2x4xf32> -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// A mean divides by a size that only a run knows.
// CHECK-LABEL: func.func @mean
// CHECK-SAME: %[[A:[^:]*]]: tensor<2x?xf32>
func.func @mean(%a: tensor<2x?xf32>) -> tensor<2xf32> {
  // CHECK: iterator_types = ["parallel", "reduction"]
  // CHECK: %[[SIZE:.*]] = tensor.dim %[[A]]
  // CHECK: %[[INTEGER:.*]] = arith.index_cast %[[SIZE]]
  // CHECK: %[[COUNT:.*]] = arith.sitofp %[[INTEGER]]
  // CHECK: arith.divf %{{.*}}, %[[COUNT]]
  %0 = nn.reduce_mean %a [1] : tensor<2x?xf32> -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
