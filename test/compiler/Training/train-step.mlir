// RUN: swage-opt %s -split-input-file -swage-train-step="loss=mse optimizer=sgd" -canonicalize -cse | FileCheck %s
// RUN: swage-opt %s -split-input-file -swage-train-step="loss=mse optimizer=adam" -canonicalize -cse | FileCheck %s --check-prefix=ADAM
// RUN: swage-opt %s -split-input-file -swage-train-step="loss=mse optimizer=none" -canonicalize -cse | FileCheck %s --check-prefix=NONE
// RUN: swage-opt %s -split-input-file -swage-train-step="loss=mse function=evaluation" -canonicalize -cse | FileCheck %s --check-prefix=EVALUATE
// RUN: swage-opt %s -split-input-file -swage-train-step="loss=mse optimizer=sgd accumulate=3" -canonicalize -cse | FileCheck %s --check-prefix=ACCUMULATE

// The step takes the target and the rate and gives the new weights, which may
// be in the memory of the old ones. The gradient of the input is not computed.
// CHECK-LABEL: func.func @main
// CHECK-SAME: %[[X:.*]]: tensor<8x4xf32> {nn.name = "x"}
// CHECK-SAME: %[[T:.*]]: tensor<8x2xf32> {nn.name = "target", nn.role = "target"}
// CHECK-SAME: %[[RATE:.*]]: tensor<f32> {nn.name = "learning_rate", nn.role = "rate"}
// CHECK-SAME: %[[W:.*]]: tensor<4x2xf32> {nn.name = "w", nn.role = "parameter"}
// CHECK-SAME: -> (tensor<f32> {nn.name = "loss"}, tensor<4x2xf32> {nn.name = "w", nn.updates = 3 : i64})
// CHECK: %[[Y:.*]] = nn.matmul %[[X]], %[[W]]
// CHECK: nn.sub %[[Y]], %[[T]]
// CHECK: %[[DW:.*]] = nn.matmul %[[X]], %{{.*}} {transpose_lhs}
// CHECK-NOT: nn.matmul
// CHECK: %[[MOVE:.*]] = nn.mul %[[DW]], %[[RATE]]
// CHECK: %[[NEW:.*]] = nn.sub %[[W]], %[[MOVE]]
// CHECK: return %{{.*}}, %[[NEW]]

// Adam has two states for each parameter, and counts steps.
// ADAM-LABEL: func.func @main
// ADAM-SAME: tensor<i64> {nn.name = "step", nn.role = "step"}
// ADAM-SAME: tensor<4x2xf32> {nn.name = "w.mean", nn.role = "state"}
// ADAM-SAME: tensor<4x2xf32> {nn.name = "w.square", nn.role = "state"}
// ADAM-SAME: {nn.name = "w.mean", nn.updates = 5 : i64}
// ADAM-SAME: {nn.name = "step", nn.updates = 3 : i64}

// Without an optimizer the gradients are results of their own.
// NONE-LABEL: func.func @main
// NONE-NOT: learning_rate
// NONE-SAME: -> (tensor<f32> {nn.name = "loss"}, tensor<4x2xf32> {nn.name = "gradient.w"})

// EVALUATE-LABEL: func.func @main
// EVALUATE-SAME: -> (tensor<f32> {nn.name = "loss"}, tensor<8x2xf32> {nn.name = "y"})
// EVALUATE-NOT: transpose_lhs
func.func @main(%x: tensor<8x4xf32> {nn.name = "x"},
                %w: tensor<4x2xf32> {nn.name = "w", nn.role = "parameter"})
    -> (tensor<8x2xf32> {nn.name = "y"}) {
  %y = nn.matmul %x, %w : tensor<8x4xf32>, tensor<4x2xf32> -> tensor<8x2xf32>
  return %y : tensor<8x2xf32>
}

// -----

// A layer that is used three times has one product for its gradient.
// CHECK-LABEL: func.func @main
// NONE-LABEL: func.func @main
// NONE: %[[INPUTS:.*]] = nn.concat
// NONE: %[[GRADIENTS:.*]] = nn.concat
// NONE: nn.matmul %{{.*}}, %{{.*}} {transpose_lhs} : tensor<6x3xf32>, tensor<6x3xf32> -> tensor<3x3xf32>
// NONE-NOT: transpose_lhs
// NONE: return
func.func @main(%x: tensor<2x3xf32> {nn.name = "x"},
                %w: tensor<3x3xf32> {nn.name = "w", nn.role = "parameter"})
    -> (tensor<2x3xf32> {nn.name = "y"}) {
  %a = nn.matmul %x, %w : tensor<2x3xf32>, tensor<3x3xf32> -> tensor<2x3xf32>
  %b = nn.tanh %a : tensor<2x3xf32> -> tensor<2x3xf32>
  %c = nn.matmul %b, %w : tensor<2x3xf32>, tensor<3x3xf32> -> tensor<2x3xf32>
  %d = nn.tanh %c : tensor<2x3xf32> -> tensor<2x3xf32>
  %e = nn.matmul %d, %w : tensor<2x3xf32>, tensor<3x3xf32> -> tensor<2x3xf32>
  return %e : tensor<2x3xf32>
}

// -----

// A parameter that the loss does not depend on stays as it is.
// CHECK-LABEL: func.func @main
// CHECK-SAME: %{{.*}}: tensor<3xf32> {nn.name = "unused", nn.role = "parameter"}
// CHECK-SAME: -> (tensor<f32> {nn.name = "loss"}, tensor<3xf32> {nn.name = "used", nn.updates = 4 : i64}) {
func.func @main(%x: tensor<3xf32> {nn.name = "x"},
                %unused: tensor<3xf32> {nn.name = "unused", nn.role = "parameter"},
                %used: tensor<3xf32> {nn.name = "used", nn.role = "parameter"})
    -> (tensor<3xf32> {nn.name = "y"}) {
  %y = nn.add %x, %used : tensor<3xf32>, tensor<3xf32> -> tensor<3xf32>
  return %y : tensor<3xf32>
}

// -----

// New running statistics are results of the step, but not of evaluation.
// CHECK-LABEL: func.func @main
// CHECK-SAME: {nn.name = "mean", nn.updates = 4 : i64}, tensor<3xf32> {nn.name = "w", nn.updates = 3 : i64}
// EVALUATE-LABEL: func.func @main
// EVALUATE-NOT: nn.updates
func.func @main(%x: tensor<3xf32> {nn.name = "x"},
                %w: tensor<3xf32> {nn.name = "w", nn.role = "parameter"},
                %mean: tensor<3xf32> {nn.name = "mean", nn.role = "parameter"})
    -> (tensor<3xf32> {nn.name = "y"}, tensor<3xf32> {nn.updates = 2 : i64}) {
  %y = nn.mul %x, %w : tensor<3xf32>, tensor<3xf32> -> tensor<3xf32>
  %moved = nn.add %mean, %x : tensor<3xf32>, tensor<3xf32> -> tensor<3xf32>
  return %y, %moved : tensor<3xf32>, tensor<3xf32>
}

// -----

// Gradients of three steps are summed up; only the third changes parameters.
// ACCUMULATE: func.func @main(%{{[a-z0-9]+}}: tensor<4xf32> {nn.name = "x"}
// ACCUMULATE-SAME: %[[W:[a-z0-9]+]]: tensor<4xf32> {nn.name = "w", nn.role = "parameter"}
// ACCUMULATE-SAME: %[[SUM:[a-z0-9]+]]: tensor<4xf32> {nn.name = "w.accumulated", nn.role = "state"}
// ACCUMULATE-SAME: nn.name = "w.accumulated", nn.updates
// ACCUMULATE: %[[NOW:.+]] = nn.equal
// ACCUMULATE: %[[NEW:.+]] = nn.add %[[SUM]],
// ACCUMULATE-DAG: nn.select %[[NOW]], %{{.*}}, %[[NEW]] : tensor<i1>
// ACCUMULATE-DAG: nn.select %[[NOW]], %{{.*}}, %[[W]] : tensor<i1>
func.func @main(%x: tensor<4xf32> {nn.name = "x"},
                %w: tensor<4xf32> {nn.name = "w", nn.role = "parameter"})
    -> (tensor<4xf32> {nn.name = "y"}) {
  %y = nn.mul %x, %w : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  return %y : tensor<4xf32>
}
