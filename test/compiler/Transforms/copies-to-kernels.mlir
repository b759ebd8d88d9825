// RUN: swage-opt %s -swage-copies-to-kernels -split-input-file | FileCheck %s

// Copies of one shape share a kernel, whatever their layouts are; another shape
// or type has another kernel.
// CHECK-LABEL: func.func @main
// CHECK-SAME: %[[A:[^:]*]]: memref<4x8xf32>, %[[B:[^:]*]]: memref<4x8xf32>, %[[C:[^:]*]]: memref<4x8xf32, strided<[16, 1]>>
// CHECK-NEXT: kernel.call @[[$COPY:.*]] ins(%[[A]] : memref<4x8xf32>) outs(%[[B]] : memref<4x8xf32>)
// CHECK-NEXT: kernel.call @[[$COPY]] ins(%[[A]] : memref<4x8xf32>) outs(%[[C]] : memref<4x8xf32, strided<[16, 1]>>)
// CHECK-NEXT: kernel.call @[[$OTHER:.*]] ins(
// CHECK-NEXT: return
// CHECK: kernel.func @[[$COPY]](%[[IN:.*]]: tensor<4x8xf32>, %[[OUT:.*]]: tensor<4x8xf32>) -> tensor<4x8xf32> attributes {kind = "map"}
// CHECK: linalg.generic {{.*}}["parallel", "parallel"]} ins(%[[IN]] {{.*}} outs(%[[OUT]]
// CHECK-NEXT: ^bb0(%[[X:.*]]: f32, %{{.*}}: f32):
// CHECK-NEXT: linalg.yield %[[X]]
// CHECK: kernel.func @[[$OTHER]](%{{.*}}: tensor<4x8xi64>
func.func @main(%a: memref<4x8xf32>, %b: memref<4x8xf32>, %c: memref<4x8xf32, strided<[16, 1]>>, %d: memref<4x8xi64>, %e: memref<4x8xi64>) {
  memref.copy %a, %b : memref<4x8xf32> to memref<4x8xf32>
  memref.copy %a, %c : memref<4x8xf32> to memref<4x8xf32, strided<[16, 1]>>
  memref.copy %d, %e : memref<4x8xi64> to memref<4x8xi64>
  return
}

// -----

// A size that only one side knows is known.
// CHECK-LABEL: func.func @main
// CHECK-SAME: %[[A:[^:]*]]: memref<?x8xf32>, %[[B:[^:]*]]: memref<4x?xf32>
// CHECK-DAG: %[[FROM:.*]] = memref.cast %[[A]] : memref<?x8xf32> to memref<4x8xf32>
// CHECK-DAG: %[[TO:.*]] = memref.cast %[[B]] : memref<4x?xf32> to memref<4x8xf32>
// CHECK: kernel.call @{{.*}} ins(%[[FROM]] : memref<4x8xf32>) outs(%[[TO]] : memref<4x8xf32>)
func.func @main(%a: memref<?x8xf32>, %b: memref<4x?xf32>) {
  memref.copy %a, %b : memref<?x8xf32> to memref<4x?xf32>
  return
}
