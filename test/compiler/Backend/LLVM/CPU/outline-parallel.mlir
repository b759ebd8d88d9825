// RUN: swage-opt %s -swage-outline-parallel -canonicalize -split-input-file | FileCheck %s

// The body becomes a task that runs a slice of the outer loop. The innermost
// loop stays one, for it is what LLVM vectorises; what the body uses travels in
// a record; a slice holds enough rows to be worth a thread.
// CHECK: func.func private @swage_rt_parallel_for(!llvm.ptr, !llvm.ptr, !llvm.ptr, i64, i64)
// CHECK: func.func private @rows.task0(%{{.*}}: !llvm.ptr, %[[DATA:.*]]: !llvm.ptr, %[[BEGIN:.*]]: i64, %[[END:.*]]: i64)
// CHECK: %[[ADDRESS:.*]] = llvm.getelementptr %[[DATA]][0, 0]
// CHECK: %[[FIELD:.*]] = llvm.load %[[ADDRESS]]
// CHECK: %[[X:.*]] = builtin.unrealized_conversion_cast %[[FIELD]] : {{.*}} to memref<?x512xf32>
// CHECK: %[[FROM:.*]] = arith.index_cast %[[BEGIN]]
// CHECK: %[[TO:.*]] = arith.index_cast %[[END]]
// CHECK: scf.for %[[I:.*]] = %[[FROM]] to %[[TO]]
// CHECK: scf.for %[[J:.*]] = %{{.*}} to %{{.*}} step
// CHECK: memref.load %[[X]][%[[I]], %[[J]]]
// CHECK: func.func @rows(%[[EXEC:.*]]: !llvm.ptr, %[[BUFFER:.*]]: memref<?x512xf32>, %[[ROWS:.*]]: index)
// CHECK-DAG: %[[GRAIN:.*]] = arith.constant 9 : i64
// CHECK-DAG: %[[COUNT:.*]] = arith.index_cast %[[ROWS]]
// CHECK-NOT: scf.parallel
// CHECK: call @swage_rt_parallel_for(%[[EXEC]], %{{.*}}, %{{.*}}, %[[COUNT]], %[[GRAIN]])
func.func @rows(%exec: !llvm.ptr, %x: memref<?x512xf32>, %rows: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c512 = arith.constant 512 : index
  %two = arith.constant 2.0 : f32
  scf.parallel (%i, %j) = (%c0, %c0) to (%rows, %c512) step (%c1, %c1) {
    %v = memref.load %x[%i, %j] : memref<?x512xf32>
    %w = arith.mulf %v, %two : f32
    memref.store %w, %x[%i, %j] : memref<?x512xf32>
    scf.reduce
  }
  return
}

// -----

// Loops that are made for threads are one counter, the innermost too.
// CHECK: func.func private @tiles.task0
// CHECK: scf.for %[[AT:.*]] =
// CHECK-DAG: %[[J:.*]] = arith.remui %[[AT]], %[[WIDTH:.*]] : index
// CHECK-DAG: %[[I:.*]] = arith.divui %[[AT]], %[[WIDTH]] : index
// CHECK-NOT: scf.for
// CHECK: func.func @tiles
func.func @tiles(%exec: !llvm.ptr, %x: memref<512x512xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c512 = arith.constant 512 : index
  %two = arith.constant 2.0 : f32
  scf.parallel (%i, %j) = (%c0, %c0) to (%c512, %c512) step (%c1, %c1) {
    %v = memref.load %x[%i, %j] : memref<512x512xf32>
    %w = arith.mulf %v, %two : f32
    memref.store %w, %x[%i, %j] : memref<512x512xf32>
    scf.reduce
  } {swage.collapse}
  return
}

// -----

// What is done before a thread wakes up stays where it is.
// CHECK-LABEL: func.func @short
// CHECK-NOT: swage_rt_parallel_for
// CHECK: scf.for
// CHECK: scf.for
// CHECK-NOT: scf.parallel
// CHECK: return
func.func @short(%exec: !llvm.ptr, %x: memref<8x16xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %c16 = arith.constant 16 : index
  %two = arith.constant 2.0 : f32
  scf.parallel (%i, %j) = (%c0, %c0) to (%c8, %c16) step (%c1, %c1) {
    %v = memref.load %x[%i, %j] : memref<8x16xf32>
    %w = arith.mulf %v, %two : f32
    memref.store %w, %x[%i, %j] : memref<8x16xf32>
    scf.reduce
  }
  return
}

// -----

// A loop within a task's body is a plain one.
// CHECK-LABEL: func.func private @nested.task0
// CHECK: scf.for
// CHECK: scf.for
// CHECK-NOT: func.func private @nested.task1
// CHECK: func.func @nested
func.func @nested(%exec: !llvm.ptr, %x: memref<512x512xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c512 = arith.constant 512 : index
  %two = arith.constant 2.0 : f32
  scf.parallel (%i) = (%c0) to (%c512) step (%c1) {
    scf.parallel (%j) = (%c0) to (%c512) step (%c1) {
      %v = memref.load %x[%i, %j] : memref<512x512xf32>
      %w = arith.mulf %v, %two : f32
      memref.store %w, %x[%i, %j] : memref<512x512xf32>
      scf.reduce
    }
    scf.reduce
  }
  return
}
