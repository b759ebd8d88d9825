// RUN: swage-opt %s -swage-nn-to-linalg -canonicalize -swage-fuse-elementwise -swage-form-kernels -split-input-file | FileCheck %s

// What follows a product is computed with it.
// CHECK-LABEL: func.func @main
// CHECK: kernel.call @contraction_4x3_f32_0
// CHECK-NOT: kernel.call
// CHECK: return
// CHECK: kernel.func @contraction_4x3_f32_0
// CHECK: linalg.fill
// CHECK: linalg.generic {{.*}}"reduction"
// CHECK: arith.addf
// CHECK: arith.maximumf
func.func @main(%x: tensor<4x8xf32>, %w: tensor<8x3xf32>, %b: tensor<3xf32>) -> tensor<4x3xf32> {
  %0 = nn.matmul %x, %w : tensor<4x8xf32>, tensor<8x3xf32> -> tensor<4x3xf32>
  %1 = nn.add %0, %b : tensor<4x3xf32>, tensor<3xf32> -> tensor<4x3xf32>
  %2 = nn.relu %1 : tensor<4x3xf32> -> tensor<4x3xf32>
  return %2 : tensor<4x3xf32>
}

// -----

// The stages of a softmax share their rows.
// CHECK-LABEL: func.func @main
// CHECK-COUNT-1: kernel.call @rows_4x100_f32_0
// CHECK-NOT: kernel.call
// CHECK: return
func.func @main(%x: tensor<4x100xf32>) -> tensor<4x100xf32> {
  %0 = nn.softmax %x {axis = 1} : tensor<4x100xf32> -> tensor<4x100xf32>
  return %0 : tensor<4x100xf32>
}

// -----

// A product that two others need keeps its own kernel; so does what reads it in
// another order.
// CHECK-LABEL: func.func @main
// CHECK: %[[P:.*]] = kernel.call @contraction
// CHECK: %[[T:.*]] = kernel.call @map_3x4_f32
// CHECK-SAME: ins(%[[P]]
// CHECK: return %[[P]], %[[T]]
func.func @main(%x: tensor<4x8xf32>, %w: tensor<8x3xf32>) -> (tensor<4x3xf32>, tensor<3x4xf32>) {
  %0 = nn.matmul %x, %w : tensor<4x8xf32>, tensor<8x3xf32> -> tensor<4x3xf32>
  %1 = nn.transpose %0 [1, 0] : tensor<4x3xf32> -> tensor<3x4xf32>
  return %0, %1 : tensor<4x3xf32>, tensor<3x4xf32>
}

// -----

// Two layers of the same shape are one kernel, called twice.
// CHECK-LABEL: func.func @main
// CHECK: %[[A:.*]] = kernel.call @[[K:[a-z0-9_]+]]
// CHECK: kernel.call @[[K]] ins(%[[A]]
// CHECK: kernel.func @[[K]]
// CHECK-NOT: kernel.func
func.func @main(%x: tensor<4x8xf32>, %v: tensor<8x8xf32>, %w: tensor<8x8xf32>) -> tensor<4x8xf32> {
  %0 = nn.matmul %x, %v : tensor<4x8xf32>, tensor<8x8xf32> -> tensor<4x8xf32>
  %1 = nn.relu %0 : tensor<4x8xf32> -> tensor<4x8xf32>
  %2 = nn.matmul %1, %w : tensor<4x8xf32>, tensor<8x8xf32> -> tensor<4x8xf32>
  %3 = nn.relu %2 : tensor<4x8xf32> -> tensor<4x8xf32>
  return %3 : tensor<4x8xf32>
}

// -----

// What depends on constants alone stays apart: the compiler runs it.
// CHECK-LABEL: func.func @main
// CHECK: %[[T:.*]] = kernel.call @constant_map_2x3_f32
// CHECK: kernel.call @map_2x3_f32
// CHECK-SAME: %[[T]]
func.func @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %w = arith.constant dense_resource<w> : tensor<3x2xf32>
  %0 = nn.transpose %w [1, 0] : tensor<3x2xf32> -> tensor<2x3xf32>
  %1 = nn.add %x, %0 : tensor<2x3xf32>, tensor<2x3xf32> -> tensor<2x3xf32>
  return %1 : tensor<2x3xf32>
}

// -----

// Two results that begin with the same fill are computed in two destinations.
// CHECK-LABEL: kernel.func @rows_3_f32_0
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<3x5xf32>, %[[A:[a-z0-9]+]]: tensor<3xf32>, %[[B:[a-z0-9]+]]: tensor<3xf32>
// CHECK: linalg.fill {{.*}} outs(%[[A]]
// CHECK: linalg.fill {{.*}} outs(%[[B]]
func.func @main(%x: tensor<3x5xf32>) -> (tensor<3xf32>, tensor<3xf32>) {
  %0 = nn.exp %x : tensor<3x5xf32> -> tensor<3x5xf32>
  %1 = nn.reduce_sum %0 [1] : tensor<3x5xf32> -> tensor<3xf32>
  %2 = nn.mul %0, %0 : tensor<3x5xf32>, tensor<3x5xf32> -> tensor<3x5xf32>
  %3 = nn.reduce_sum %2 [1] : tensor<3x5xf32> -> tensor<3xf32>
  return %1, %3 : tensor<3xf32>, tensor<3xf32>
}

{-#
  dialect_resources: {
    builtin: {
      w: "0x040000000000803F0000004000004040000080400000A0400000C040"
    }
  }
#-}
