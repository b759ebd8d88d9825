// RUN: swage-opt %s --verify-roundtrip | FileCheck %s

// CHECK: kernel.func @k(%{{.*}}: tensor<4xf32>, %[[OUT:.*]]: tensor<4xf32>) -> tensor<4xf32> attributes {backend = "llvm", schedule = #kernel.schedule<contraction {register_tile = array<i64: 6, 16>}>}
kernel.func @k(%x: tensor<4xf32>, %out: tensor<4xf32>) -> tensor<4xf32>
    attributes {backend = "llvm", schedule = #kernel.schedule<contraction {register_tile = array<i64: 6, 16>}>} {
  // CHECK: kernel.return %[[OUT]] : tensor<4xf32>
  kernel.return %out : tensor<4xf32>
}

func.func @main(%n: index) {
  // CHECK: %[[IN:.*]] = kernel.input 0 : memref<4xf32>
  %in = kernel.input 0 : memref<4xf32>
  // CHECK: kernel.output 1(%{{.*}}) : memref<?xf32>
  %out = kernel.output 1 (%n) : memref<?xf32>
  // CHECK: kernel.constant 2 : memref<4xf32>
  %constant = kernel.constant 2 : memref<4xf32>
  // CHECK: %[[ARENA:.*]] = kernel.arena 64 : memref<4xf32>
  %arena = kernel.arena 64 : memref<4xf32>
  // CHECK: kernel.call @k ins(%[[IN]] : memref<4xf32>) outs(%[[ARENA]] : memref<4xf32>)
  kernel.call @k ins(%in : memref<4xf32>) outs(%arena : memref<4xf32>)
  return
}
