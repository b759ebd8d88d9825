// RUN: swage-kernel %s --dump=spec | FileCheck %s

// Parallel loops are the result's dimensions, reductions come after them.
// CHECK-LABEL: kernel @matmul
// CHECK-NEXT: operand 0: f32[33, 65] = %[[A:.*]]
// CHECK-NEXT: operand 1: f32[65, 47] = %[[B:.*]]
// CHECK-NEXT: operand 2: f32[33, 47]
// CHECK-NEXT: stage [[S:.*]]: %[[C:.*]]: f32[33, 47] over [65]
// CHECK-NEXT: init 0:f32
// CHECK-NEXT: step add(acc, mul(%[[A]][i0, i2], %[[B]][i2, i1]))
// CHECK-NEXT: output %[[C]] to operand 2
kernel.func @matmul(%a: tensor<33x65xf32>, %b: tensor<65x47xf32>, %out: tensor<33x47xf32>) -> tensor<33x47xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<33x47xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<33x47xf32>) -> tensor<33x47xf32>
  %0 = linalg.matmul ins(%a, %b : tensor<33x65xf32>, tensor<65x47xf32>) outs(%f : tensor<33x47xf32>) -> tensor<33x47xf32>
  kernel.return %0 : tensor<33x47xf32>
}
