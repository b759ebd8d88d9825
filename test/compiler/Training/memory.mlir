// RUN: swage-opt %s -swage-train-step="loss=mse optimizer=sgd recompute=1" -cse | FileCheck %s --check-prefix=CHEAP
// RUN: swage-opt %s -swage-train-step="loss=mse optimizer=sgd recompute=3" -cse | FileCheck %s --check-prefix=PARTS
// RUN: swage-opt %s -swage-train-step="loss=mse optimizer=sgd activations-type=bf16" -cse | FileCheck %s --check-prefix=NARROW
// RUN: swage-opt %s -swage-train-step="loss=mse optimizer=sgd recompute=1 activations-type=bf16" -cse | FileCheck %s --check-prefix=BOTH

// Products are kept; what is between them is computed again from them.
// CHEAP-LABEL: func.func @main
// CHEAP: %[[A:.*]] = nn.matmul %{{.*}}, %[[W0:.*]] :
// CHEAP: nn.tanh %[[A]]
// CHEAP-NOT: kernel.barrier
// CHEAP: nn.reduce_
// CHEAP: kernel.barrier
// CHEAP: nn.tanh
// CHEAP-NOT: nn.matmul {{.*}}, %[[W0]] :
// CHEAP: return

// With parts, products are computed again, too, but those of the last part.
// PARTS-LABEL: func.func @main
// PARTS-SAME: %[[W0:[^ ]*]]: tensor<64x64xf32> {nn.name = "w0"
// PARTS-SAME: %[[W1:[^ ]*]]: tensor<64x64xf32> {nn.name = "w1"
// PARTS-SAME: %[[W3:[^ ]*]]: tensor<64x64xf32> {nn.name = "w3"
// PARTS: nn.matmul %{{.*}}, %[[W3]] :
// PARTS: %[[KEPT:.*]] = kernel.barrier
// PARTS-NOT: nn.matmul %{{.*}}, %[[W3]] :
// PARTS: nn.matmul %{{.*}}, %[[W1]] :
// PARTS: return

// A value is rounded once; all that reads it widens what was rounded.
// NARROW-LABEL: func.func @main
// NARROW: %[[A:.*]] = nn.matmul
// NARROW: %[[LOW:.*]] = nn.tanh %[[A]]
// NARROW: nn.cast %[[LOW]] {{.*}}bf16
// NARROW: return

// What is computed again comes from what is kept in 16 bits.
// BOTH-LABEL: func.func @main
// BOTH: kernel.barrier %{{.*}} : tensor<256x64xbf16>
// BOTH: return
func.func @main(%x: tensor<256x64xf32> {nn.name = "x"},
                %w0: tensor<64x64xf32> {nn.name = "w0", nn.role = "parameter"},
                %w1: tensor<64x64xf32> {nn.name = "w1", nn.role = "parameter"},
                %w2: tensor<64x64xf32> {nn.name = "w2", nn.role = "parameter"},
                %w3: tensor<64x64xf32> {nn.name = "w3", nn.role = "parameter"})
    -> (tensor<256x64xf32> {nn.name = "y"}) {
  %a = nn.matmul %x, %w0 : tensor<256x64xf32>, tensor<64x64xf32> -> tensor<256x64xf32>
  %0 = nn.tanh %a : tensor<256x64xf32> -> tensor<256x64xf32>
  %b = nn.matmul %0, %w1 : tensor<256x64xf32>, tensor<64x64xf32> -> tensor<256x64xf32>
  %1 = nn.tanh %b : tensor<256x64xf32> -> tensor<256x64xf32>
  %c = nn.matmul %1, %w2 : tensor<256x64xf32>, tensor<64x64xf32> -> tensor<256x64xf32>
  %2 = nn.tanh %c : tensor<256x64xf32> -> tensor<256x64xf32>
  %d = nn.matmul %2, %w3 : tensor<256x64xf32>, tensor<64x64xf32> -> tensor<256x64xf32>
  return %d : tensor<256x64xf32>
}
