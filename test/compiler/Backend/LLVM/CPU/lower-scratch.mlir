// RUN: swage-opt %s -swage-lower-scratch -split-input-file | FileCheck %s

// Small buffers go on the stack, those of loops too: once, at the entry.
// CHECK-LABEL: func.func @small
// CHECK: %[[SLOT:.*]] = memref.alloca() {alignment = 64 : i64} : memref<16x16xf32>
// CHECK: scf.for
// CHECK-NOT: memref.alloc
// CHECK: memref.store %{{.*}}, %[[SLOT]]
// CHECK: return
func.func @small(%exec: !llvm.ptr, %value: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  scf.for %i = %c0 to %c8 step %c1 {
    %buffer = memref.alloc() : memref<16x16xf32>
    memref.store %value, %buffer[%i, %i] : memref<16x16xf32>
  }
  return
}

// -----

// Large ones come from the run, and go back at the end.
// CHECK-LABEL: func.func @large
// CHECK-SAME: (%[[EXEC:.*]]: !llvm.ptr
// CHECK: %[[BYTES:.*]] = arith.constant 65600 : i64
// CHECK: %[[MEMORY:.*]] = call @swage_rt_alloc(%[[EXEC]], %[[BYTES]])
// CHECK: memref.store
// CHECK: call @swage_rt_free(%[[EXEC]], %[[MEMORY]])
// CHECK-NEXT: return
func.func @large(%exec: !llvm.ptr, %value: f32) {
  %c0 = arith.constant 0 : index
  %buffer = memref.alloc() : memref<16400xf32>
  memref.store %value, %buffer[%c0] : memref<16400xf32>
  return
}

// -----

// The stack holds 64 KB of one function.
// CHECK-LABEL: func.func @several
// CHECK: %[[MEMORY:.*]] = call @swage_rt_alloc
// CHECK: memref.alloca() {alignment = 64 : i64} : memref<10000xf32>
// CHECK: call @swage_rt_free(%{{.*}}, %[[MEMORY]])
func.func @several(%exec: !llvm.ptr, %value: f32) {
  %c0 = arith.constant 0 : index
  %first = memref.alloc() : memref<10000xf32>
  %second = memref.alloc() : memref<10000xf32>
  memref.store %value, %first[%c0] : memref<10000xf32>
  memref.store %value, %second[%c0] : memref<10000xf32>
  return
}

// -----

// A size that is known at the entry only is asked for there; one that a loop
// computes, within the loop.
// CHECK-LABEL: func.func @dynamic
// CHECK: %[[ONCE:.*]] = call @swage_rt_alloc
// CHECK: scf.for
// CHECK: %[[AGAIN:.*]] = func.call @swage_rt_alloc
// CHECK: func.call @swage_rt_free(%{{.*}}, %[[AGAIN]])
// CHECK: }
// CHECK: call @swage_rt_free(%{{.*}}, %[[ONCE]])
func.func @dynamic(%exec: !llvm.ptr, %size: index, %value: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  scf.for %i = %c0 to %c8 step %c1 {
    %fixed = memref.alloc(%size) : memref<?xf32>
    memref.store %value, %fixed[%i] : memref<?xf32>
    %more = arith.addi %i, %c1 : index
    %grows = memref.alloc(%more) : memref<?xf32>
    memref.store %value, %grows[%c0] : memref<?xf32>
  }
  return
}
