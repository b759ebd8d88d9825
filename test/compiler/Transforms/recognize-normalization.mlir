// RUN: swage-opt %s -pass-pipeline='builtin.module(func.func(swage-simplify))' --split-input-file | FileCheck %s

// CHECK-LABEL: @layer_norm
// CHECK-SAME: %[[X:.*]]: tensor<2x4x8xf32>, %[[SCALE:.*]]: tensor<8xf32>, %[[BIAS:.*]]: tensor<8xf32>
func.func @layer_norm(%x: tensor<2x4x8xf32>, %s: tensor<8xf32>, %b: tensor<8xf32>) -> tensor<2x4x8xf32> {
  // CHECK-NEXT: nn.layer_norm %[[X]] scale %[[SCALE]] bias %[[BIAS]] {axis = 2 : i64, epsilon = {{.*}}}
  // CHECK-NEXT: return
  %two = arith.constant dense<2.0> : tensor<f32>
  %eps = arith.constant dense<1.0e-5> : tensor<f32>
  %0 = nn.reduce_mean %x [2] {keep_dims} : tensor<2x4x8xf32> -> tensor<2x4x1xf32>
  %1 = nn.sub %x, %0 : tensor<2x4x8xf32>, tensor<2x4x1xf32> -> tensor<2x4x8xf32>
  %2 = nn.pow %1, %two : tensor<2x4x8xf32>, tensor<f32> -> tensor<2x4x8xf32>
  %3 = nn.reduce_mean %2 [2] {keep_dims} : tensor<2x4x8xf32> -> tensor<2x4x1xf32>
  %4 = nn.add %3, %eps : tensor<2x4x1xf32>, tensor<f32> -> tensor<2x4x1xf32>
  %5 = nn.sqrt %4 : tensor<2x4x1xf32> -> tensor<2x4x1xf32>
  %6 = nn.div %1, %5 : tensor<2x4x8xf32>, tensor<2x4x1xf32> -> tensor<2x4x8xf32>
  %7 = nn.mul %6, %s : tensor<2x4x8xf32>, tensor<8xf32> -> tensor<2x4x8xf32>
  %8 = nn.add %7, %b : tensor<2x4x8xf32>, tensor<8xf32> -> tensor<2x4x8xf32>
  return %8 : tensor<2x4x8xf32>
}

// -----

// About zero, multiplied by a reciprocal.
// CHECK-LABEL: @rms_norm
func.func @rms_norm(%x: tensor<2x?x8xf32>, %s: tensor<8xf32>) -> tensor<2x?x8xf32> {
  // CHECK-NEXT: nn.rms_norm %{{.*}} scale %{{.*}} {axis = 2 : i64, epsilon = {{.*}}}
  // CHECK-NEXT: return
  %eps = arith.constant dense<1.0e-6> : tensor<f32>
  %0 = nn.mul %x, %x : tensor<2x?x8xf32>, tensor<2x?x8xf32> -> tensor<2x?x8xf32>
  %1 = nn.reduce_mean %0 [2] {keep_dims} : tensor<2x?x8xf32> -> tensor<2x?x1xf32>
  %2 = nn.add %1, %eps : tensor<2x?x1xf32>, tensor<f32> -> tensor<2x?x1xf32>
  %3 = nn.sqrt %2 : tensor<2x?x1xf32> -> tensor<2x?x1xf32>
  %4 = nn.reciprocal %3 : tensor<2x?x1xf32> -> tensor<2x?x1xf32>
  %5 = nn.mul %x, %4 : tensor<2x?x8xf32>, tensor<2x?x1xf32> -> tensor<2x?x8xf32>
  %6 = nn.mul %s, %5 : tensor<8xf32>, tensor<2x?x8xf32> -> tensor<2x?x8xf32>
  return %6 : tensor<2x?x8xf32>
}

// -----

// Not over channels in the middle, not about another mean, and a scale with
// more dimensions than a row stays a product.
// CHECK-LABEL: @kept
func.func @kept(%x: tensor<2x4x8xf32>, %m: tensor<2x4x8xf32>) -> (tensor<2x4x8xf32>, tensor<2x4x8xf32>) {
  // CHECK: nn.div
  // CHECK: nn.rms_norm
  // CHECK: nn.mul
  %eps = arith.constant dense<1.0e-5> : tensor<f32>
  %0 = nn.mul %x, %x : tensor<2x4x8xf32>, tensor<2x4x8xf32> -> tensor<2x4x8xf32>
  %1 = nn.reduce_mean %0 [1] {keep_dims} : tensor<2x4x8xf32> -> tensor<2x1x8xf32>
  %2 = nn.add %1, %eps : tensor<2x1x8xf32>, tensor<f32> -> tensor<2x1x8xf32>
  %3 = nn.sqrt %2 : tensor<2x1x8xf32> -> tensor<2x1x8xf32>
  %4 = nn.div %x, %3 : tensor<2x4x8xf32>, tensor<2x1x8xf32> -> tensor<2x4x8xf32>
  %5 = nn.sub %x, %m : tensor<2x4x8xf32>, tensor<2x4x8xf32> -> tensor<2x4x8xf32>
  %6 = nn.mul %5, %5 : tensor<2x4x8xf32>, tensor<2x4x8xf32> -> tensor<2x4x8xf32>
  %7 = nn.reduce_mean %6 [2] {keep_dims} : tensor<2x4x8xf32> -> tensor<2x4x1xf32>
  %8 = nn.add %7, %eps : tensor<2x4x1xf32>, tensor<f32> -> tensor<2x4x1xf32>
  %9 = nn.sqrt %8 : tensor<2x4x1xf32> -> tensor<2x4x1xf32>
  %10 = nn.div %5, %9 : tensor<2x4x8xf32>, tensor<2x4x1xf32> -> tensor<2x4x8xf32>
  %11 = nn.mul %10, %m : tensor<2x4x8xf32>, tensor<2x4x8xf32> -> tensor<2x4x8xf32>
  return %4, %11 : tensor<2x4x8xf32>, tensor<2x4x8xf32>
}
