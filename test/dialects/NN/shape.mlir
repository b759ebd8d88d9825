// RUN: swage-opt %s --verify-roundtrip | FileCheck %s

// A -1 takes what the other sizes leave, a 0 the input's size.
// CHECK-LABEL: func.func @reshape
func.func @reshape(%a: tensor<2x3x4xf32>, %b: tensor<?x6xf32>) -> (tensor<2x12xf32>, tensor<?x2x3xf32>) {
  %rest = arith.constant dense<[0, -1]> : tensor<2xi64>
  %split = arith.constant dense<[-1, 2, 3]> : tensor<3xi64>
  // CHECK: nn.reshape %{{.*}} : tensor<2x3x4xf32>, tensor<2xi64> -> tensor<2x12xf32>
  %0 = nn.reshape %a, %rest : tensor<2x3x4xf32>, tensor<2xi64> -> tensor<2x12xf32>
  // CHECK: nn.reshape %{{.*}} -> tensor<?x2x3xf32>
  %1 = nn.reshape %b, %split : tensor<?x6xf32>, tensor<3xi64> -> tensor<?x2x3xf32>
  return %0, %1 : tensor<2x12xf32>, tensor<?x2x3xf32>
}

// CHECK-LABEL: func.func @transpose
func.func @transpose(%a: tensor<2x3x4xf32>) -> tensor<4x2x3xf32> {
  // CHECK: nn.transpose %{{.*}} [2, 0, 1] : tensor<2x3x4xf32> -> tensor<4x2x3xf32>
  %0 = nn.transpose %a [2, 0, 1] : tensor<2x3x4xf32> -> tensor<4x2x3xf32>
  return %0 : tensor<4x2x3xf32>
}

// The axis' sizes add up, unknown if one is.
// CHECK-LABEL: func.func @concat
func.func @concat(%a: tensor<2x3xf32>, %b: tensor<2x5xf32>, %c: tensor<2x?xf32>) -> (tensor<2x8xf32>, tensor<2x?xf32>) {
  // CHECK: nn.concat %{{.*}} {axis = 1 : i64} : tensor<2x3xf32>, tensor<2x5xf32> -> tensor<2x8xf32>
  %0 = nn.concat %a, %b {axis = 1} : tensor<2x3xf32>, tensor<2x5xf32> -> tensor<2x8xf32>
  %1 = nn.concat %a, %c {axis = 1} : tensor<2x3xf32>, tensor<2x?xf32> -> tensor<2x?xf32>
  return %0, %1 : tensor<2x8xf32>, tensor<2x?xf32>
}

// Ends beyond the axis are clamped; negative steps walk backwards.
// CHECK-LABEL: func.func @slice
func.func @slice(%a: tensor<10x4xf32>) -> (tensor<4x4xf32>, tensor<10x4xf32>) {
  %two = arith.constant dense<2> : tensor<1xi64>
  %one = arith.constant dense<1> : tensor<1xi64>
  %far = arith.constant dense<100> : tensor<1xi64>
  %last = arith.constant dense<-1> : tensor<1xi64>
  %before = arith.constant dense<-100> : tensor<1xi64>
  // CHECK: nn.slice %{{.*}}[%{{.*}}, %{{.*}}, %{{.*}}] {axes = array<i64: 0>} : {{.*}} -> tensor<4x4xf32>
  %0 = nn.slice %a[%two, %far, %two] {axes = array<i64: 0>} : tensor<10x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64> -> tensor<4x4xf32>
  %1 = nn.slice %a[%last, %before, %last] {axes = array<i64: 0>} : tensor<10x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64> -> tensor<10x4xf32>
  return %0, %1 : tensor<4x4xf32>, tensor<10x4xf32>
}

// The indices' shape takes the axis' place.
// CHECK-LABEL: func.func @gather
func.func @gather(%a: tensor<2x9x4xf32>, %i: tensor<5x6xi64>) -> tensor<2x5x6x4xf32> {
  // CHECK: nn.gather %{{.*}} {axis = 1 : i64} : tensor<2x9x4xf32>, tensor<5x6xi64> -> tensor<2x5x6x4xf32>
  %0 = nn.gather %a, %i {axis = 1} : tensor<2x9x4xf32>, tensor<5x6xi64> -> tensor<2x5x6x4xf32>
  return %0 : tensor<2x5x6x4xf32>
}

// CHECK-LABEL: func.func @pad
func.func @pad(%a: tensor<2x3xf32>) -> tensor<2x6xf32> {
  %pads = arith.constant dense<[0, 1, 0, 2]> : tensor<4xi64>
  // CHECK: nn.pad %{{.*}} {mode = "edge"} : tensor<2x3xf32>, tensor<4xi64> -> tensor<2x6xf32>
  %0 = nn.pad %a, %pads {mode = "edge"} : tensor<2x3xf32>, tensor<4xi64> -> tensor<2x6xf32>
  return %0 : tensor<2x6xf32>
}

// CHECK-LABEL: func.func @expand
func.func @expand(%a: tensor<3x1xf32>) -> tensor<2x3x4xf32> {
  %shape = arith.constant dense<[2, 1, 4]> : tensor<3xi64>
  // CHECK: nn.expand %{{.*}} : tensor<3x1xf32>, tensor<3xi64> -> tensor<2x3x4xf32>
  %0 = nn.expand %a, %shape : tensor<3x1xf32>, tensor<3xi64> -> tensor<2x3x4xf32>
  return %0 : tensor<2x3x4xf32>
}
