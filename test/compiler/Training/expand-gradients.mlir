// RUN: swage-opt %s -pass-pipeline='builtin.module(func.func(swage-expand-gradients,canonicalize))' -split-input-file | FileCheck %s

// At the point where the value is computed, what is there is used.
// CHECK-LABEL: @here
// CHECK-SAME: (%[[X:.*]]: tensor<4xf32>, %[[Z:.*]]: tensor<4xf32>)
func.func @here(%x: tensor<4xf32>, %z: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  // CHECK: %[[Y:.*]] = nn.mul %[[X]], %[[Z]]
  // CHECK-NOT: nn.gradient
  // CHECK: return %[[Y]], %{{.*}}
  %y = nn.mul %x, %z : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  %dx = nn.gradient %y by(%x) fixed(%z) at(%x, %z)
      : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %y, %dx : tensor<4xf32>, tensor<4xf32>
}

// -----

// Elsewhere, what leads from the variables to the value is computed again; what
// a variable is computed from is not asked.
// CHECK-LABEL: @elsewhere
// CHECK-SAME: (%[[X:.*]]: tensor<4xf32>, %[[P:.*]]: tensor<4xf32>)
func.func @elsewhere(%x: tensor<4xf32>, %p: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  // CHECK: nn.exp %[[X]]
  // CHECK: nn.sin
  // CHECK: nn.cos %[[P]]
  // CHECK-NOT: nn.exp
  %named = nn.exp %x : tensor<4xf32> -> tensor<4xf32>
  %y = nn.sin %named : tensor<4xf32> -> tensor<4xf32>
  %d = nn.gradient %y by(%named) fixed() at(%p)
      : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %y, %d : tensor<4xf32>, tensor<4xf32>
}

// -----

// What the value does not depend on has a gradient of zeros.
// CHECK-LABEL: @nothing
// CHECK: %[[ZERO:.*]] = arith.constant dense<0.000000e+00> : tensor<2xf32>
// CHECK: return %[[ZERO]]
func.func @nothing(%x: tensor<4xf32>, %w: tensor<2xf32>) -> tensor<2xf32> {
  %y = nn.exp %x : tensor<4xf32> -> tensor<4xf32>
  %d = nn.gradient %y by(%w) fixed() at(%w)
      : (tensor<4xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %d : tensor<2xf32>
}

// -----

// The gradient of a matrix that is used turned is a product in the order of the
// matrix, not one that is turned afterwards.
// CHECK-LABEL: @turned
// CHECK-SAME: (%[[X:.*]]: tensor<8x4xf32>, %[[W:.*]]: tensor<2x4xf32>)
func.func @turned(%x: tensor<8x4xf32>, %w: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK: %[[Y:.*]] = nn.matmul
  // CHECK: %[[DY:.*]] = nn.cos %[[Y]]
  // CHECK: %[[DW:.*]] = nn.matmul %{{.*}}, %[[X]] {transpose_lhs} : tensor<8x2xf32>, tensor<8x4xf32> -> tensor<2x4xf32>
  // CHECK-NEXT: return %[[DW]]
  %t = nn.transpose %w [1, 0] : tensor<2x4xf32> -> tensor<4x2xf32>
  %0 = nn.matmul %x, %t : tensor<8x4xf32>, tensor<4x2xf32> -> tensor<8x2xf32>
  %y = nn.sin %0 : tensor<8x2xf32> -> tensor<8x2xf32>
  %dw = nn.gradient %y by(%w) fixed(%x) at(%w, %x)
      : (tensor<8x2xf32>, tensor<2x4xf32>, tensor<8x4xf32>, tensor<2x4xf32>, tensor<8x4xf32>) -> tensor<2x4xf32>
  return %dw : tensor<2x4xf32>
}
