// RUN: swage-opt %s --verify-roundtrip | FileCheck %s

// Leading dimensions broadcast; a vector loses its dimension.
// CHECK-LABEL: func.func @matmul
func.func @matmul(%a: tensor<5x2x3xf32>, %b: tensor<3x4xf32>, %v: tensor<3xf32>)
    -> (tensor<5x2x4xf32>, tensor<5x2xf32>) {
  // CHECK: nn.matmul %{{.*}} : tensor<5x2x3xf32>, tensor<3x4xf32> -> tensor<5x2x4xf32>
  %0 = nn.matmul %a, %b : tensor<5x2x3xf32>, tensor<3x4xf32> -> tensor<5x2x4xf32>
  // CHECK: nn.matmul %{{.*}} -> tensor<5x2xf32>
  %1 = nn.matmul %a, %v : tensor<5x2x3xf32>, tensor<3xf32> -> tensor<5x2xf32>
  return %0, %1 : tensor<5x2x4xf32>, tensor<5x2xf32>
}

// Transposed operands are read as they lie.
// CHECK-LABEL: func.func @transposed
func.func @transposed(%a: tensor<3x2xf32>, %b: tensor<4x3xf32>) -> tensor<2x4xf32> {
  // CHECK: nn.matmul %{{.*}} {transpose_lhs, transpose_rhs}
  %0 = nn.matmul %a, %b {transpose_lhs, transpose_rhs} : tensor<3x2xf32>, tensor<4x3xf32> -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// Reduced dimensions vanish or stay with size 1.
// CHECK-LABEL: func.func @reduce
func.func @reduce(%a: tensor<2x?x4xf32>) -> (tensor<2x4xf32>, tensor<1x?x1xf32>) {
  // CHECK: nn.reduce_sum %{{.*}} [1] : tensor<2x?x4xf32> -> tensor<2x4xf32>
  %0 = nn.reduce_sum %a [1] : tensor<2x?x4xf32> -> tensor<2x4xf32>
  // CHECK: nn.reduce_max %{{.*}} [0, 2] {keep_dims} : tensor<2x?x4xf32> -> tensor<1x?x1xf32>
  %1 = nn.reduce_max %a [0, 2] {keep_dims} : tensor<2x?x4xf32> -> tensor<1x?x1xf32>
  return %0, %1 : tensor<2x4xf32>, tensor<1x?x1xf32>
}

// CHECK-LABEL: func.func @softmax
func.func @softmax(%a: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK: nn.softmax %{{.*}} {axis = 1 : i64, logarithm}
  %0 = nn.softmax %a {axis = 1, logarithm} : tensor<2x4xf32> -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// A determinant for each matrix.
// CHECK-LABEL: func.func @det
func.func @det(%a: tensor<?x3x3xf32>) -> tensor<?xf32> {
  // CHECK: nn.det %{{.*}} : tensor<?x3x3xf32> -> tensor<?xf32>
  %0 = nn.det %a : tensor<?x3x3xf32> -> tensor<?xf32>
  return %0 : tensor<?xf32>
}
