// RUN: swage-opt %s -pass-pipeline='builtin.module(func.func(swage-simplify))' --split-input-file | FileCheck %s

// x / sqrt(2), as PyTorch's exporter writes it.
// CHECK-LABEL: @gelu
// CHECK-SAME: %[[X:.*]]: tensor<4xf32>
func.func @gelu(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK-NEXT: %[[Y:.*]] = nn.gelu %[[X]] : tensor<4xf32>
  // CHECK-NEXT: return %[[Y]]
  %root = arith.constant dense<1.41421354> : tensor<f32>
  %one = arith.constant dense<1.0> : tensor<f32>
  %half = arith.constant dense<0.5> : tensor<f32>
  %a = nn.div %x, %root : tensor<4xf32>, tensor<f32> -> tensor<4xf32>
  %b = nn.erf %a : tensor<4xf32> -> tensor<4xf32>
  %c = nn.add %b, %one : tensor<4xf32>, tensor<f32> -> tensor<4xf32>
  %d = nn.mul %x, %c : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  %e = nn.mul %d, %half : tensor<4xf32>, tensor<f32> -> tensor<4xf32>
  return %e : tensor<4xf32>
}

// -----

// The other order, with x * sqrt(1 / 2).
// CHECK-LABEL: @gelu_halved_first
func.func @gelu_halved_first(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK-NEXT: nn.gelu
  // CHECK-NEXT: return
  %root = arith.constant dense<0.707106769> : tensor<f32>
  %one = arith.constant dense<1.0> : tensor<f32>
  %half = arith.constant dense<0.5> : tensor<f32>
  %a = nn.mul %x, %root : tensor<4xf32>, tensor<f32> -> tensor<4xf32>
  %b = nn.erf %a : tensor<4xf32> -> tensor<4xf32>
  %c = nn.add %one, %b : tensor<f32>, tensor<4xf32> -> tensor<4xf32>
  %d = nn.mul %half, %x : tensor<f32>, tensor<4xf32> -> tensor<4xf32>
  %e = nn.mul %c, %d : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  return %e : tensor<4xf32>
}

// -----

// CHECK-LABEL: @gelu_tanh
func.func @gelu_tanh(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK-NEXT: nn.gelu %{{.*}} {approximate}
  // CHECK-NEXT: return
  %three = arith.constant dense<3.0> : tensor<f32>
  %cubed = arith.constant dense<0.044715> : tensor<f32>
  %root = arith.constant dense<0.797884583> : tensor<f32>
  %one = arith.constant dense<1.0> : tensor<f32>
  %half = arith.constant dense<0.5> : tensor<f32>
  %a = nn.pow %x, %three : tensor<4xf32>, tensor<f32> -> tensor<4xf32>
  %b = nn.mul %a, %cubed : tensor<4xf32>, tensor<f32> -> tensor<4xf32>
  %c = nn.add %x, %b : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  %d = nn.mul %c, %root : tensor<4xf32>, tensor<f32> -> tensor<4xf32>
  %e = nn.tanh %d : tensor<4xf32> -> tensor<4xf32>
  %f = nn.add %e, %one : tensor<4xf32>, tensor<f32> -> tensor<4xf32>
  %g = nn.mul %x, %half : tensor<4xf32>, tensor<f32> -> tensor<4xf32>
  %h = nn.mul %g, %f : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  return %h : tensor<4xf32>
}

// -----

// Another constant, another function; another value under the error function.
// CHECK-LABEL: @no_gelu
func.func @no_gelu(%x: tensor<4xf32>, %y: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  // CHECK-NOT: nn.gelu
  %root = arith.constant dense<1.41421354> : tensor<f32>
  %other = arith.constant dense<1.5> : tensor<f32>
  %one = arith.constant dense<1.0> : tensor<f32>
  %half = arith.constant dense<0.5> : tensor<f32>
  %a = nn.div %x, %other : tensor<4xf32>, tensor<f32> -> tensor<4xf32>
  %b = nn.erf %a : tensor<4xf32> -> tensor<4xf32>
  %c = nn.add %b, %one : tensor<4xf32>, tensor<f32> -> tensor<4xf32>
  %d = nn.mul %x, %c : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  %e = nn.mul %d, %half : tensor<4xf32>, tensor<f32> -> tensor<4xf32>
  %f = nn.div %y, %root : tensor<4xf32>, tensor<f32> -> tensor<4xf32>
  %g = nn.erf %f : tensor<4xf32> -> tensor<4xf32>
  %h = nn.add %g, %one : tensor<4xf32>, tensor<f32> -> tensor<4xf32>
  %i = nn.mul %x, %h : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  %j = nn.mul %i, %half : tensor<4xf32>, tensor<f32> -> tensor<4xf32>
  return %e, %j : tensor<4xf32>, tensor<4xf32>
}

// -----

// CHECK-LABEL: @gated
// CHECK-SAME: %[[X:.*]]: tensor<4xf32>, %[[Y:.*]]: tensor<4xf32>
func.func @gated(%x: tensor<4xf32>, %y: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  // CHECK-DAG: nn.silu %[[X]]
  // CHECK-DAG: nn.hard_swish %[[X]]
  // CHECK-DAG: nn.mish %[[X]]
  // A gate of another value is none.
  // CHECK-DAG: nn.mul %[[Y]], %{{.*}}
  %a = nn.sigmoid %x : tensor<4xf32> -> tensor<4xf32>
  %b = nn.mul %a, %x : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  %c = nn.hard_sigmoid %x {alpha = 0.16666666666666666 : f64, beta = 0.5 : f64} : tensor<4xf32> -> tensor<4xf32>
  %d = nn.mul %x, %c : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  %e = nn.softplus %x : tensor<4xf32> -> tensor<4xf32>
  %f = nn.tanh %e : tensor<4xf32> -> tensor<4xf32>
  %g = nn.mul %x, %f : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  %h = nn.mul %y, %a : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  return %b, %d, %g, %h : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// -----

// x * clamp(x + 3, 0, 6) / 6, and the gate alone.
// CHECK-LABEL: @clamped
func.func @clamped(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  // CHECK-DAG: nn.hard_swish
  // CHECK-DAG: nn.hard_sigmoid %{{.*}} {alpha = 0.16{{6*}}{{.*}} : f64, beta = 5.000000e-01 : f64}
  %three = arith.constant dense<3.0> : tensor<f32>
  %zero = arith.constant dense<0.0> : tensor<f32>
  %six = arith.constant dense<6.0> : tensor<f32>
  %a = nn.add %x, %three : tensor<4xf32>, tensor<f32> -> tensor<4xf32>
  %b = nn.max %a, %zero : tensor<4xf32>, tensor<f32> -> tensor<4xf32>
  %c = nn.min %b, %six : tensor<4xf32>, tensor<f32> -> tensor<4xf32>
  %d = nn.mul %x, %c : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  %e = nn.div %d, %six : tensor<4xf32>, tensor<f32> -> tensor<4xf32>
  %f = nn.div %c, %six : tensor<4xf32>, tensor<f32> -> tensor<4xf32>
  return %e, %f : tensor<4xf32>, tensor<4xf32>
}
