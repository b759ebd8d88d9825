// RUN: swage-opt %s --verify-roundtrip | FileCheck %s

// Operands broadcast against each other as in NumPy, known sizes winning over
// unknown ones.
// CHECK-LABEL: func.func @broadcast
func.func @broadcast(%a: tensor<2x1x4xf32>, %b: tensor<3x1xf32>, %c: tensor<?x4xf32>)
    -> (tensor<2x3x4xf32>, tensor<2x?x4xf32>) {
  // CHECK: nn.add %{{.*}}, %{{.*}} : tensor<2x1x4xf32>, tensor<3x1xf32> -> tensor<2x3x4xf32>
  %0 = nn.add %a, %b : tensor<2x1x4xf32>, tensor<3x1xf32> -> tensor<2x3x4xf32>
  // CHECK: nn.mul %{{.*}} -> tensor<2x?x4xf32>
  %1 = nn.mul %a, %c : tensor<2x1x4xf32>, tensor<?x4xf32> -> tensor<2x?x4xf32>
  return %0, %1 : tensor<2x3x4xf32>, tensor<2x?x4xf32>
}

// Comparisons give booleans, a choice has the type of what is chosen from.
// CHECK-LABEL: func.func @compare
func.func @compare(%a: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: %[[LESS:.*]] = nn.less %{{.*}} -> tensor<4xi1>
  %0 = nn.less %a, %b : tensor<4xf32>, tensor<4xf32> -> tensor<4xi1>
  // CHECK: nn.select %[[LESS]], %{{.*}} : tensor<4xi1>, tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  %1 = nn.select %0, %a, %b : tensor<4xi1>, tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// Parameters are attributes; a default is not printed.
// CHECK-LABEL: func.func @parameters
func.func @parameters(%a: tensor<4xf32>) -> tensor<4xui8> {
  // CHECK: nn.leaky_relu %{{.*}} {alpha = 1.000000e-01 : f64}
  %0 = nn.leaky_relu %a {alpha = 0.1} : tensor<4xf32> -> tensor<4xf32>
  // CHECK: nn.gelu %{{.*}} {approximate}
  %1 = nn.gelu %0 {approximate} : tensor<4xf32> -> tensor<4xf32>
  // CHECK: nn.cast %{{.*}} {to = ui8} : tensor<4xf32> -> tensor<4xui8>
  %2 = nn.cast %1 {to = ui8} : tensor<4xf32> -> tensor<4xui8>
  return %2 : tensor<4xui8>
}
