// RUN: swage-opt %s -split-input-file -swage-train-step="loss=mse optimizer=none lora=rank=2,alpha=8,targets=w*" -canonicalize -cse | FileCheck %s
// RUN: swage-opt %s -split-input-file -swage-train-step="loss=mse function=prediction lora=rank=2,targets=w*" -canonicalize -cse | FileCheck %s --check-prefix=PREDICT

// The matrix becomes a constant; products go through the narrow side, and the
// factor on the side of the input is the one that is not zero at first.
// CHECK: func.func @main(%[[X:[a-z0-9]+]]: tensor<8x4xf32> {nn.name = "x"}
// CHECK-SAME: %[[L:[a-z0-9]+]]: tensor<4x2xf32> {nn.initial = dense<{{.*}}> : tensor<4x2xf32>, nn.name = "w.lora_left", nn.role = "parameter"}
// CHECK-SAME: %[[R:[a-z0-9]+]]: tensor<2x3xf32> {nn.name = "w.lora_right", nn.role = "parameter"}
// CHECK-SAME: -> (tensor<f32> {nn.name = "loss"}, tensor<4x2xf32> {nn.name = "gradient.w.lora_left"}, tensor<2x3xf32> {nn.name = "gradient.w.lora_right"})
// CHECK-DAG: %[[SCALE:.+]] = arith.constant dense<4.000000e+00> : tensor<f32>
// CHECK-DAG: %[[W:.+]] = arith.constant dense<1.000000e+00> : tensor<4x3xf32>
// CHECK-DAG: %[[Y:.+]] = nn.matmul %[[X]], %[[W]]
// CHECK-DAG: %[[NARROW:.+]] = nn.matmul %[[X]], %[[L]] : tensor<8x4xf32>, tensor<4x2xf32>
// CHECK-DAG: %[[WIDE:.+]] = nn.matmul %[[NARROW]], %[[R]]
// CHECK-DAG: %[[ADDED:.+]] = nn.mul %[[WIDE]], %[[SCALE]]
// CHECK: nn.add %[[Y]], %[[ADDED]]
// No gradient of the whole matrix is computed.
// CHECK-NOT: -> tensor<4x3xf32>
// PREDICT: func.func @main(%{{.*}}: tensor<8x4xf32> {nn.name = "x"}, %{{.*}}: tensor<4x2xf32> {{{.*}}}, %{{.*}}: tensor<2x3xf32> {{{.*}}}) -> (tensor<8x3xf32> {nn.name = "y"})
func.func @main(%x: tensor<8x4xf32> {nn.name = "x"},
                %w: tensor<4x3xf32> {nn.name = "w", nn.role = "parameter", nn.initial = dense<1.0> : tensor<4x3xf32>})
    -> (tensor<8x3xf32> {nn.name = "y"}) {
  %y = nn.matmul %x, %w : tensor<8x4xf32>, tensor<4x3xf32> -> tensor<8x3xf32>
  return %y : tensor<8x3xf32>
}

// -----

// A matrix that is transposed in the product, and one that is also looked up.
// CHECK: func.func @main
// CHECK-SAME: %[[L:[a-z0-9]+]]: tensor<3x2xf32> {nn.name = "w.t.lora_left"
// CHECK-SAME: %[[TL:[a-z0-9]+]]: tensor<4x2xf32> {nn.initial = {{.*}}, nn.name = "w.table.lora_left"
// CHECK-SAME: %[[R:[a-z0-9]+]]: tensor<2x4xf32> {nn.initial = {{.*}}, nn.name = "w.t.lora_right"
// CHECK-SAME: %[[TR:[a-z0-9]+]]: tensor<2x4xf32> {nn.name = "w.table.lora_right"
// CHECK-DAG: %[[SUM:.+]] = nn.matmul %[[TL]], %[[TR]]
// CHECK-DAG: %[[NARROW:.+]] = nn.matmul %{{.*}}, %[[R]] {transpose_rhs}
// CHECK-DAG: nn.matmul %[[NARROW]], %[[L]] {transpose_rhs}
func.func @main(%i: tensor<8xi64> {nn.name = "i"},
                %w: tensor<3x4xf32> {nn.name = "w.t", nn.role = "parameter", nn.initial = dense<1.0> : tensor<3x4xf32>},
                %t: tensor<4x4xf32> {nn.name = "w.table", nn.role = "parameter", nn.initial = dense<2.0> : tensor<4x4xf32>})
    -> (tensor<8x3xf32> {nn.name = "y"}) {
  %x = nn.gather %t, %i {axis = 0 : i64} : tensor<4x4xf32>, tensor<8xi64> -> tensor<8x4xf32>
  %y = nn.matmul %x, %w {transpose_rhs} : tensor<8x4xf32>, tensor<3x4xf32> -> tensor<8x3xf32>
  return %y : tensor<8x3xf32>
}
