// RUN: swage-opt %s --verify-roundtrip | FileCheck %s

// CHECK: kernel.func @k(%{{.*}}: tensor<4xf32>, %[[OUT:.*]]: tensor<4xf32>) -> tensor<4xf32> attributes {backend = "llvm", schedule = #kernel.schedule<contraction {register_tile = array<i64: 6, 16>}>}
kernel.func @k(%x: tensor<4xf32>, %out: tensor<4xf32>) -> tensor<4xf32>
    attributes {backend = "llvm", schedule = #kernel.schedule<contraction {register_tile = array<i64: 6, 16>}>} {
  // CHECK: kernel.return %[[OUT]] : tensor<4xf32>
  kernel.return %out : tensor<4xf32>
}

func.func @main(%n: index, %same: i1) {
  // CHECK: %[[IN:.*]] = kernel.input 0 : memref<4xf32>
  %in = kernel.input 0 : memref<4xf32>
  // CHECK: kernel.output 1(%{{.*}}) : memref<?xf32>
  %out = kernel.output 1 (%n) : memref<?xf32>
  // CHECK: kernel.constant 2 : memref<4xf32>
  %constant = kernel.constant 2 : memref<4xf32>
  // CHECK: %[[ARENA:.*]] = kernel.arena 64 : memref<4xf32>
  %arena = kernel.arena 64 : memref<4xf32>
  // CHECK: kernel.input 1 {dims = ["n"], ranges = array<i64: 1, 8>} : memref<?xf32>
  %open = kernel.input 1 {dims = ["n"], ranges = array<i64: 1, 8>} : memref<?xf32>
  // CHECK: kernel.arena 128(%{{.*}}) : memref<?xf32>
  %part = kernel.arena 128 (%n) : memref<?xf32>
  // CHECK: kernel.call @k ins(%[[IN]] : memref<4xf32>) outs(%[[ARENA]] : memref<4xf32>)
  kernel.call @k ins(%in : memref<4xf32>) outs(%arena : memref<4xf32>)
  // CHECK: kernel.require %{{.*}}, "they differ" [1, 0](%{{.*}})
  kernel.require %same, "they differ" [1, 0](%n)
  // CHECK: kernel.require %{{.*}}, "no" []{{$}}
  kernel.require %same, "no" []
  return
}

// What the runtime computes: on tensors, on handles, and between the two.
// CHECK-LABEL: @values
func.func @values(%x: tensor<?xi64>, %handle: i64) -> (tensor<?xi64>, tensor<?x3xf32>) {
  // CHECK: kernel.runtime "f" ins(%{{.*}}, %{{.*}} : tensor<?xi64>, tensor<?xi64>) outs(%{{.*}} : tensor<?xi64>) -> tensor<?xi64>
  %0 = kernel.runtime "f" ins(%x, %x : tensor<?xi64>, tensor<?xi64>) outs(%x : tensor<?xi64>) -> tensor<?xi64>
  // CHECK: %[[BOX:.*]] = kernel.box %{{.*}} {dtype = 7 : i64} : tensor<?xi64> -> i64
  %1 = kernel.box %x {dtype = 7} : tensor<?xi64> -> i64
  // CHECK: %[[OTHER:.*]] = kernel.invoke "g"(%[[BOX]], %{{.*}}) : (i64, i64) -> i64
  %2 = kernel.invoke "g"(%1, %handle) : (i64, i64) -> i64
  // CHECK: kernel.unbox %[[OTHER]] {dtype = 1 : i64} : i64 -> tensor<?x3xf32>
  %3 = kernel.unbox %2 {dtype = 1} : i64 -> tensor<?x3xf32>
  // CHECK: kernel.output_value 0, %[[OTHER]] : i64
  kernel.output_value 0, %2 : i64
  return %0, %3 : tensor<?xi64>, tensor<?x3xf32>
}

// What is made at load.
// CHECK-LABEL: @with_prepared
func.func @with_prepared() -> tensor<4xf32> {
  // CHECK: kernel.prepared 0 : tensor<4xf32>
  %0 = kernel.prepared 0 : tensor<4xf32>
  return %0 : tensor<4xf32>
}
func.func @prepare() -> tensor<4xf32> {
  %0 = arith.constant dense<1.0> : tensor<4xf32>
  return %0 : tensor<4xf32>
}
