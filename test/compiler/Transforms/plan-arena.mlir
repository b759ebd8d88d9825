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

// -----

// Sizes between limits get places for the greatest ones: 8 x 100 elements, the
// half of 100 rounded down and the third rounded up, the lesser and the greater
// of both dimensions, their sum, and what is left of one.
// CHECK: kernel.arena_bounded = 8 : i64, kernel.arena_naive = 5504 : i64, kernel.arena_size = 5504 : i64
// CHECK-NOT: kernel.arena_open
// CHECK-LABEL: func.func @main
// CHECK-NOT: memref.alloc
// CHECK-DAG: kernel.arena 0(%{{.*}}, %{{.*}}) : memref<?x?xf32>
// CHECK-DAG: kernel.arena {{[0-9]+}}(%{{.*}}) : memref<?xf32>
// CHECK-NOT: memref.dealloc
func.func @main() {
  %x = kernel.input 0 {dims = ["n", "m"], ranges = array<i64: 1, 8, 3, 100>} : memref<?x?xf32>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %n = memref.dim %x, %c0 : memref<?x?xf32>
  %m = memref.dim %x, %c1 : memref<?x?xf32>
  %both = memref.alloc(%n, %m) : memref<?x?xf32>          // 3200
  %half = arith.floordivsi %m, %c2 : index
  %a = memref.alloc(%half) : memref<?xf32>                // 200
  %third = arith.ceildivsi %m, %c3 : index
  %b = memref.alloc(%third) : memref<?xf32>               // 136
  %min = arith.minsi %n, %m : index
  %c = memref.alloc(%min) : memref<?xf32>                 // 32
  %max = arith.maxsi %n, %m : index
  %d = memref.alloc(%max) : memref<?xf32>                 // 400
  %sum = arith.addi %n, %m : index
  %e = memref.alloc(%sum) : memref<?xf32>                 // 432
  %left = arith.subi %m, %n : index
  %f = memref.alloc(%left) : memref<?xf32>                // 396
  // Of a difference that may be negative, the half.
  %less = arith.subi %n, %c3 : index
  %part = arith.floordivsi %less, %c2 : index
  %more = arith.addi %part, %m : index
  %g = memref.alloc(%more) : memref<?xf32>                // 408
  kernel.call @k ins(%a, %b, %c, %d, %e, %f, %g : memref<?xf32>, memref<?xf32>, memref<?xf32>, memref<?xf32>, memref<?xf32>, memref<?xf32>, memref<?xf32>) outs(%both : memref<?x?xf32>)
  return
}
kernel.func @k(%a: tensor<?xf32>, %b: tensor<?xf32>, %c: tensor<?xf32>, %d: tensor<?xf32>, %e: tensor<?xf32>, %f: tensor<?xf32>, %g: tensor<?xf32>, %out: tensor<?x?xf32>) -> tensor<?x?xf32> {
  kernel.return %out : tensor<?x?xf32>
}

// -----

// What has no limit is named: a dimension, and a size that was computed.
// CHECK: kernel.arena_bounded = 1 : i64, kernel.arena_naive = 64 : i64, kernel.arena_open = 2 : i64, kernel.arena_open_dims = ["m"], kernel.arena_size = 64 : i64
// CHECK-LABEL: func.func @main
// CHECK: kernel.arena 0(%{{.*}}) : memref<?xf32>
// CHECK: memref.alloc(%{{.*}}) : memref<?xf32>
// CHECK: memref.alloc(%{{.*}}) : memref<?xf32>
func.func @main() {
  %x = kernel.input 0 {dims = ["n", "m"], ranges = array<i64: 1, 8, 3, -1>} : memref<?x?xf32>
  %count = kernel.input 1 : memref<index>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %x, %c0 : memref<?x?xf32>
  %m = memref.dim %x, %c1 : memref<?x?xf32>
  %k = memref.load %count[] : memref<index>
  %a = memref.alloc(%n) : memref<?xf32>
  %b = memref.alloc(%m) : memref<?xf32>
  %c = memref.alloc(%k) : memref<?xf32>
  kernel.call @k ins(%a, %b : memref<?xf32>, memref<?xf32>) outs(%c : memref<?xf32>)
  return
}
kernel.func @k(%a: tensor<?xf32>, %b: tensor<?xf32>, %out: tensor<?xf32>) -> tensor<?xf32> {
  kernel.return %out : tensor<?xf32>
}

// -----

// Behind a check that a size is no more than 16, that is its limit.
// CHECK: kernel.arena_bounded = 1 : i64, kernel.arena_naive = 64 : i64, kernel.arena_open = 1 : i64, kernel.arena_open_dims = ["n"]
// CHECK-LABEL: func.func @main
// CHECK: memref.alloc
// CHECK: kernel.require
// CHECK: kernel.arena 0(%{{.*}}) : memref<?xf32>
func.func @main() {
  %x = kernel.input 0 {dims = ["n"]} : memref<?xf32>
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %n = memref.dim %x, %c0 : memref<?xf32>
  %a = memref.alloc(%n) : memref<?xf32>
  kernel.call @k ins(%x : memref<?xf32>) outs(%a : memref<?xf32>)
  %least = arith.minsi %n, %c16 : index
  %fits = arith.cmpi eq, %least, %n : index
  kernel.require %fits, "more than the table has" [1](%n)
  %b = memref.alloc(%n) : memref<?xf32>
  kernel.call @k ins(%a : memref<?xf32>) outs(%b : memref<?xf32>)
  return
}
kernel.func @k(%x: tensor<?xf32>, %out: tensor<?xf32>) -> tensor<?xf32> {
  kernel.return %out : tensor<?xf32>
}

// -----

// What an iteration hands on is in use when the next one makes its own; what it
// keeps to itself is not.
// CHECK: kernel.arena_bounded = 2 : i64
// CHECK-SAME: kernel.arena_open = 1 : i64
// CHECK-LABEL: func.func @main
// CHECK: kernel.arena
// CHECK: scf.for
// CHECK: kernel.arena
// CHECK: %[[NEXT:.*]] = memref.alloc(
// CHECK: scf.yield %[[NEXT]]
func.func @main() {
  %x = kernel.input 0 {dims = ["n"], ranges = array<i64: 1, 8>} : memref<?xf32>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %x, %c0 : memref<?xf32>
  %first = memref.alloc(%n) : memref<?xf32>
  kernel.call @k ins(%x : memref<?xf32>) outs(%first : memref<?xf32>)
  %last = scf.for %i = %c0 to %n step %c1 iter_args(%state = %first) -> memref<?xf32> {
    %own = memref.alloc(%n) : memref<?xf32>
    kernel.call @k ins(%state : memref<?xf32>) outs(%own : memref<?xf32>)
    %next = memref.alloc(%n) : memref<?xf32>
    kernel.call @k ins(%own : memref<?xf32>) outs(%next : memref<?xf32>)
    scf.yield %next : memref<?xf32>
  }
  %o = kernel.output 0 (%n) : memref<?xf32>
  kernel.call @k ins(%last : memref<?xf32>) outs(%o : memref<?xf32>)
  return
}
kernel.func @k(%x: tensor<?xf32>, %out: tensor<?xf32>) -> tensor<?xf32> {
  kernel.return %out : tensor<?xf32>
}
