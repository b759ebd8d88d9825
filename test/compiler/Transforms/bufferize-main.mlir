// RUN: swage-opt %s -swage-bufferize-main -cse -canonicalize -swage-copies-to-kernels -split-input-file | FileCheck %s

// The last kernel writes to the model's output; constants are table entries.
// CHECK: module attributes {kernel.constants = [dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>]}
// CHECK-LABEL: func.func @main()
// CHECK-DAG: %[[X:.*]] = kernel.input 0 : memref<2xf32>
// CHECK-DAG: %[[C:.*]] = kernel.constant 0 : memref<2xf32>
// CHECK-DAG: %[[OUT:.*]] = kernel.output 0 : memref<2xf32>
// CHECK: %[[T:.*]] = memref.alloc()
// CHECK: kernel.call @k ins(%[[X]], %[[C]] : memref<2xf32>, memref<2xf32>) outs(%[[T]] : memref<2xf32>)
// CHECK: kernel.call @k ins(%[[T]], %[[C]] : memref<2xf32>, memref<2xf32>) outs(%[[OUT]] : memref<2xf32>)
func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
  %c = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %d = tensor.empty() : tensor<2xf32>
  %0 = kernel.call @k ins(%x, %c : tensor<2xf32>, tensor<2xf32>) outs(%d : tensor<2xf32>) -> tensor<2xf32>
  %e = tensor.empty() : tensor<2xf32>
  %1 = kernel.call @k ins(%0, %c : tensor<2xf32>, tensor<2xf32>) outs(%e : tensor<2xf32>) -> tensor<2xf32>
  return %1 : tensor<2xf32>
}
kernel.func @k(%x: tensor<2xf32>, %c: tensor<2xf32>, %out: tensor<2xf32>) -> tensor<2xf32> {
  kernel.return %out : tensor<2xf32>
}

// -----

// The parts of a join are computed where they end up.
// CHECK-LABEL: func.func @main()
// CHECK-NOT: memref.alloc
// CHECK: return
func.func @main(%x: tensor<2xf32>) -> tensor<4xf32> {
  %d = tensor.empty() : tensor<2xf32>
  %0 = kernel.call @k ins(%x : tensor<2xf32>) outs(%d : tensor<2xf32>) -> tensor<2xf32>
  %e = tensor.empty() : tensor<2xf32>
  %1 = kernel.call @k ins(%x : tensor<2xf32>) outs(%e : tensor<2xf32>) -> tensor<2xf32>
  %j = tensor.empty() : tensor<4xf32>
  %2 = tensor.insert_slice %0 into %j[0] [2] [1] : tensor<2xf32> into tensor<4xf32>
  %3 = tensor.insert_slice %1 into %2[2] [2] [1] : tensor<2xf32> into tensor<4xf32>
  return %3 : tensor<4xf32>
}
kernel.func @k(%x: tensor<2xf32>, %out: tensor<2xf32>) -> tensor<2xf32> {
  kernel.return %out : tensor<2xf32>
}

// -----

// An input that is returned is copied by a kernel.
// CHECK-LABEL: func.func @main()
// CHECK: kernel.call @copy_0
// CHECK: kernel.func @copy_0
func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
  return %x : tensor<2xf32>
}

// -----

// Two outputs that began as the same empty tensor are two buffers.
// CHECK-LABEL: func.func @main()
// CHECK-DAG: %[[A:.*]] = kernel.output 0 : memref<2xf32>
// CHECK-DAG: %[[B:.*]] = kernel.output 1 : memref<2xf32>
// CHECK: kernel.call @k {{.*}} outs(%[[A]] :
// CHECK: kernel.call @k {{.*}} outs(%[[B]] :
// CHECK-NOT: copy
// CHECK: return
func.func @main(%x: tensor<2xf32>, %y: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>) {
  %d = tensor.empty() : tensor<2xf32>
  %0 = kernel.call @k ins(%x : tensor<2xf32>) outs(%d : tensor<2xf32>) -> tensor<2xf32>
  %1 = kernel.call @k ins(%y : tensor<2xf32>) outs(%d : tensor<2xf32>) -> tensor<2xf32>
  return %0, %1 : tensor<2xf32>, tensor<2xf32>
}
kernel.func @k(%x: tensor<2xf32>, %out: tensor<2xf32>) -> tensor<2xf32> {
  kernel.return %out : tensor<2xf32>
}

// -----

// Both functions share one constant table. What @prepare gives are its last
// entries, which it writes and @main reads.
// CHECK: kernel.constants = [dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>, dense<[3.000000e+00, 4.000000e+00]> : tensor<2xf32>]
// CHECK-SAME: kernel.prepared = array<i64: 8, 4>
// CHECK-LABEL: func.func @main()
// CHECK-DAG: %[[FIRST:.*]] = kernel.constant 2 : memref<2xf32>
// CHECK-DAG: %[[SECOND:.*]] = kernel.constant 3 : memref<2xf16>
// CHECK: kernel.call @k ins(%{{.*}}, %[[FIRST]], %[[SECOND]]
// CHECK-LABEL: func.func @prepare()
// CHECK-DAG: %[[SOURCE:.*]] = kernel.constant 1 : memref<2xf32>
// CHECK-DAG: %[[TO:.*]] = kernel.constant 2 : memref<2xf32>
// CHECK-DAG: %[[NARROW:.*]] = kernel.constant 3 : memref<2xf16>
// CHECK: %[[BETWEEN:.*]] = memref.alloc()
// CHECK-NEXT: kernel.call @p ins(%[[SOURCE]] : memref<2xf32>) outs(%[[BETWEEN]] : memref<2xf32>)
// CHECK-NEXT: kernel.call @p ins(%[[BETWEEN]] : memref<2xf32>) outs(%[[TO]] : memref<2xf32>)
// CHECK-NEXT: kernel.call @q ins(%[[TO]] : memref<2xf32>) outs(%[[NARROW]] : memref<2xf16>)
// CHECK-NEXT: return
func.func @main() -> tensor<2xf32> {
  %c = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %w = kernel.prepared 0 : tensor<2xf32>
  %v = kernel.prepared 1 : tensor<2xf16>
  %d = tensor.empty() : tensor<2xf32>
  %0 = kernel.call @k ins(%c, %w, %v : tensor<2xf32>, tensor<2xf32>, tensor<2xf16>) outs(%d : tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
func.func @prepare() -> (tensor<2xf32>, tensor<2xf16>) {
  %c = arith.constant dense<[3.0, 4.0]> : tensor<2xf32>
  %d = tensor.empty() : tensor<2xf32>
  %0 = kernel.call @p ins(%c : tensor<2xf32>) outs(%d : tensor<2xf32>) -> tensor<2xf32>
  %e = tensor.empty() : tensor<2xf32>
  %1 = kernel.call @p ins(%0 : tensor<2xf32>) outs(%e : tensor<2xf32>) -> tensor<2xf32>
  %f = tensor.empty() : tensor<2xf16>
  %2 = kernel.call @q ins(%1 : tensor<2xf32>) outs(%f : tensor<2xf16>) -> tensor<2xf16>
  return %1, %2 : tensor<2xf32>, tensor<2xf16>
}
kernel.func @k(%x: tensor<2xf32>, %w: tensor<2xf32>, %v: tensor<2xf16>, %out: tensor<2xf32>) -> tensor<2xf32> {
  kernel.return %out : tensor<2xf32>
}
kernel.func @p(%x: tensor<2xf32>, %out: tensor<2xf32>) -> tensor<2xf32> {
  kernel.return %out : tensor<2xf32>
}
kernel.func @q(%x: tensor<2xf32>, %out: tensor<2xf16>) -> tensor<2xf16> {
  kernel.return %out : tensor<2xf16>
}
