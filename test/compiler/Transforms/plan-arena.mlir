// RUN: swage-opt %s -swage-plan-arena -split-input-file | FileCheck %s

// The first and the third buffer are never needed at once and share bytes.
// CHECK: kernel.arena_naive = 192 : i64, kernel.arena_size = 128 : i64
// CHECK-LABEL: func.func @main
// CHECK: %[[A:.*]] = kernel.arena 0 : memref<16xf32>
// CHECK: %[[B:.*]] = kernel.arena 64 : memref<16xf32>
// CHECK: kernel.call @k ins(%[[A]] : memref<16xf32>) outs(%[[B]] : memref<16xf32>)
// CHECK: %[[C:.*]] = kernel.arena 0 : memref<16xf32>
// CHECK: kernel.call @k ins(%[[B]] : memref<16xf32>) outs(%[[C]] : memref<16xf32>)
func.func @main() {
  %in = kernel.input 0 : memref<16xf32>
  %out = kernel.output 0 : memref<16xf32>
  %a = memref.alloc() : memref<16xf32>
  kernel.call @k ins(%in : memref<16xf32>) outs(%a : memref<16xf32>)
  %b = memref.alloc() : memref<16xf32>
  kernel.call @k ins(%a : memref<16xf32>) outs(%b : memref<16xf32>)
  %c = memref.alloc() : memref<16xf32>
  kernel.call @k ins(%b : memref<16xf32>) outs(%c : memref<16xf32>)
  kernel.call @k ins(%c : memref<16xf32>) outs(%out : memref<16xf32>)
  return
}
kernel.func @k(%x: tensor<16xf32>, %out: tensor<16xf32>) -> tensor<16xf32> {
  kernel.return %out : tensor<16xf32>
}

// -----

// A buffer whose size the run decides is released behind its last use.
// CHECK: kernel.arena_size = 0 : i64
// CHECK-LABEL: func.func @main
// CHECK: %[[A:.*]] = memref.alloc
// CHECK: kernel.call {{.*}} outs(%[[A]]
// CHECK-NEXT: kernel.call @k ins(%[[A]]
// CHECK-NEXT: memref.dealloc %[[A]]
// CHECK: kernel.call
func.func @main() {
  %in = kernel.input 0 : memref<?xf32>
  %zero = arith.constant 0 : index
  %n = memref.dim %in, %zero : memref<?xf32>
  %o = kernel.output 0 (%n) : memref<?xf32>
  %p = kernel.output 1 (%n) : memref<?xf32>
  %a = memref.alloc(%n) : memref<?xf32>
  kernel.call @k ins(%in : memref<?xf32>) outs(%a : memref<?xf32>)
  kernel.call @k ins(%a : memref<?xf32>) outs(%o : memref<?xf32>)
  kernel.call @k ins(%in : memref<?xf32>) outs(%p : memref<?xf32>)
  return
}
kernel.func @k(%x: tensor<?xf32>, %out: tensor<?xf32>) -> tensor<?xf32> {
  kernel.return %out : tensor<?xf32>
}

// -----

// What @prepare needs in between is no part of the arena.
// CHECK: kernel.arena_size = 0 : i64
// CHECK-LABEL: func.func @prepare
// CHECK: %[[A:.*]] = memref.alloc()
// CHECK: kernel.call @k ins(%[[A]] : memref<16xf32>) outs(%{{.*}} : memref<16xf32>)
// CHECK-NEXT: memref.dealloc %[[A]]
// CHECK-NEXT: kernel.call @k
func.func @main() {
  return
}
func.func @prepare() {
  %w = kernel.constant 0 : memref<16xf32>
  %to = kernel.constant 1 : memref<16xf32>
  %a = memref.alloc() : memref<16xf32>
  kernel.call @k ins(%w : memref<16xf32>) outs(%a : memref<16xf32>)
  kernel.call @k ins(%a : memref<16xf32>) outs(%to : memref<16xf32>)
  kernel.call @k ins(%w : memref<16xf32>) outs(%to : memref<16xf32>)
  return
}
kernel.func @k(%x: tensor<16xf32>, %out: tensor<16xf32>) -> tensor<16xf32> {
  kernel.return %x : tensor<16xf32>
}
