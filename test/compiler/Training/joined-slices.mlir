// RUN: swage-opt %s -swage-train-step="loss=mse optimizer=none" -canonicalize -cse | FileCheck %s

// What comes back to the slices of one value is joined; what nobody took is
// zero. Slices that overlap are summed up.
// CHECK-LABEL: func.func @main
// CHECK: %[[ZEROS:.*]] = arith.constant dense<0.000000e+00> : tensor<4x2xf32>
// CHECK-COUNT-2: nn.pad
// CHECK-NOT: nn.pad
// CHECK: nn.concat %{{.*}}, %[[ZEROS]], %{{.*}} {axis = 1 : i64} : tensor<4x3xf32>, tensor<4x2xf32>, tensor<4x3xf32> -> tensor<4x8xf32>
// CHECK: nn.add %{{.*}} : tensor<4x8xf32>
// CHECK: return
func.func @main(%v: tensor<4x8xf32> {nn.name = "v", nn.role = "parameter"},
                %w: tensor<4x8xf32> {nn.name = "w", nn.role = "parameter"})
    -> (tensor<4x3xf32> {nn.name = "y"}) {
  %zero = arith.constant dense<0> : tensor<1xi64>
  %one = arith.constant dense<1> : tensor<1xi64>
  %two = arith.constant dense<2> : tensor<1xi64>
  %three = arith.constant dense<3> : tensor<1xi64>
  %five = arith.constant dense<5> : tensor<1xi64>
  %eight = arith.constant dense<8> : tensor<1xi64>
  %a = nn.slice %v[%five, %eight, %one] {axes = array<i64: 1>} : tensor<4x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64> -> tensor<4x3xf32>
  %b = nn.slice %v[%zero, %three, %one] {axes = array<i64: 1>} : tensor<4x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64> -> tensor<4x3xf32>
  %c = nn.slice %w[%zero, %three, %one] {axes = array<i64: 1>} : tensor<4x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64> -> tensor<4x3xf32>
  %d = nn.slice %w[%two, %five, %one] {axes = array<i64: 1>} : tensor<4x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64> -> tensor<4x3xf32>
  %e = nn.mul %a, %b : tensor<4x3xf32>, tensor<4x3xf32> -> tensor<4x3xf32>
  %f = nn.mul %c, %d : tensor<4x3xf32>, tensor<4x3xf32> -> tensor<4x3xf32>
  %y = nn.add %e, %f : tensor<4x3xf32>, tensor<4x3xf32> -> tensor<4x3xf32>
  return %y : tensor<4x3xf32>
}
