// RUN: swage-opt %s -swage-train-step="loss=mse optimizer=sgd" -canonicalize -cse | FileCheck %s
// RUN: swage-opt %s -swage-train-step="loss=mse optimizer=adam" -canonicalize -cse | FileCheck %s --check-prefix=ADAM

// Of an embedding, gradient descent reads and writes the rows that were looked
// up, and nothing else; with states, every row moves.
// CHECK-LABEL: func.func @main
// CHECK-SAME: %[[I:[a-z0-9]+]]: tensor<3xi64> {nn.name = "x"}
// CHECK-SAME: %[[W:[a-z0-9]+]]: tensor<1000x8xf32> {nn.name = "w", nn.role = "parameter"}
// CHECK: nn.gather %[[W]]
// CHECK: %[[PLACES:.*]] = nn.reshape %[[I]]
// CHECK: %[[NEW:.*]] = nn.scatter_nd %[[W]], %[[PLACES]]{{.*}}
// CHECK-NOT: tensor<1000x8xf32>
// CHECK: return %{{.*}}, %[[NEW]]
// ADAM-LABEL: func.func @main
// ADAM: nn.scatter_nd
// ADAM: nn.sqrt %{{.*}} : tensor<1000x8xf32>
func.func @main(%x: tensor<3xi64> {nn.name = "x"},
                %w: tensor<1000x8xf32> {nn.name = "w", nn.role = "parameter"})
    -> (tensor<3x8xf32> {nn.name = "y"}) {
  %y = nn.gather %w, %x {axis = 0} : tensor<1000x8xf32>, tensor<3xi64> -> tensor<3x8xf32>
  return %y : tensor<3x8xf32>
}
