// RUN: swage-opt %s -swage-train-step="loss=mse optimizer=momentum" -canonicalize -cse | FileCheck %s
// RUN: swage-opt %s -swage-train-step="loss=mse function=evaluation" -canonicalize -cse | FileCheck %s --check-prefix=EVALUATE
// RUN: swage-opt %s -swage-train-step="loss=mse optimizer=none" -canonicalize -cse | FileCheck %s --check-prefix=NONE
// RUN: swage-opt %s -pass-pipeline='builtin.module(swage-train-step{loss=mse optimizer=momentum},canonicalize,cse,func.func(swage-layout),canonicalize,cse)' | FileCheck %s --check-prefix=LAYOUT

// The filter and its momentum are kept as products read them: window, inputs,
// outputs. Filters of groups, and other parameters, stay as they are.
// CHECK-LABEL: func.func @main
// CHECK-SAME: %[[W:[^ ]*]]: tensor<3x3x3x4xf32> {nn.name = "w", nn.order = array<i64: 2, 3, 1, 0>, nn.role = "parameter"}
// CHECK-SAME: tensor<4x1x3x3xf32> {nn.name = "d", nn.role = "parameter"}
// CHECK-SAME: %[[M:[^ ]*]]: tensor<3x3x3x4xf32> {nn.name = "w.momentum", nn.order = array<i64: 2, 3, 1, 0>, nn.role = "state"}
// CHECK-SAME: tensor<4x1x3x3xf32> {nn.name = "d.momentum", nn.role = "state"}
// CHECK: %[[FILTER:.*]] = nn.transpose %[[W]] [3, 2, 0, 1]
// CHECK: nn.conv %{{.*}}, %[[FILTER]]
// CHECK: nn.transpose %{{.*}} [2, 3, 1, 0] : tensor<4x3x3x3xf32> -> tensor<3x3x3x4xf32>

// All functions of a training find the same order.
// EVALUATE: tensor<3x3x3x4xf32> {nn.name = "w", nn.order = array<i64: 2, 3, 1, 0>, nn.role = "parameter"}

// Without an optimizer the caller changes the parameters.
// NONE: tensor<4x3x3x3xf32> {nn.name = "w", nn.role = "parameter"}

// The update is made in that order: old and new values are not transposed.
// LAYOUT-LABEL: func.func @main
// LAYOUT-SAME: %[[W:[^ ]*]]: tensor<3x3x3x4xf32> {nn.name = "w", nn.order
// LAYOUT-SAME: %[[M:[^ ]*]]: tensor<3x3x3x4xf32> {nn.name = "w.momentum"
// LAYOUT-DAG: %[[OLD:.*]] = nn.mul %[[M]], %{{.*}} : tensor<3x3x3x4xf32>
// LAYOUT-DAG: %[[NEW:.*]] = nn.add %[[OLD]], %{{.*}} : tensor<3x3x3x4xf32>
// LAYOUT-DAG: %[[MOVE:.*]] = nn.mul %[[NEW]], %{{.*}} : tensor<3x3x3x4xf32>
// LAYOUT-DAG: %[[W1:.*]] = nn.sub %[[W]], %[[MOVE]] : tensor<3x3x3x4xf32>
// LAYOUT: return %{{.*}}, %[[W1]], %[[NEW]]
func.func @main(%x: tensor<2x3x6x6xf32> {nn.name = "x"}, %w: tensor<4x3x3x3xf32> {nn.name = "w", nn.role = "parameter"}, %d: tensor<4x1x3x3xf32> {nn.name = "d", nn.role = "parameter"}) -> (tensor<2x4x2x2xf32> {nn.name = "y"}) {
  %0 = nn.conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, group = 1 : i64} : tensor<2x3x6x6xf32>, tensor<4x3x3x3xf32> -> tensor<2x4x4x4xf32>
  %1 = nn.conv %0, %d {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, group = 4 : i64} : tensor<2x4x4x4xf32>, tensor<4x1x3x3xf32> -> tensor<2x4x2x2xf32>
  return %1 : tensor<2x4x2x2xf32>
}
