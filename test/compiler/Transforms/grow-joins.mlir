// RUN: swage-opt %s -pass-pipeline='builtin.module(func.func(swage-grow-joins))' -split-input-file | FileCheck %s
// RUN: swage-opt %s -pass-pipeline='builtin.module(func.func(swage-grow-joins),swage-bufferize-main,func.func(cse,canonicalize))' -split-input-file | FileCheck %s --check-prefix=BUFFERS

// Each part is inserted as soon as it exists; the smaller join is what is there
// by then. Nothing is copied.
// CHECK-LABEL: func.func @main
// CHECK: %[[ROOT:.*]] = tensor.empty() : tensor<6xf32>
// CHECK: %[[A:.*]] = kernel.call @two
// CHECK-NEXT: %[[ONE:.*]] = tensor.insert_slice %[[A]] into %[[ROOT]][0] [2] [1]
// CHECK: %[[T:.*]] = kernel.call @two ins(%[[A]]
// CHECK: %[[B:.*]] = kernel.call @two ins(%[[T]]
// CHECK-NEXT: %[[TWO:.*]] = tensor.insert_slice %[[B]] into %[[ONE]][2] [2] [1]
// CHECK: %[[VIEW:.*]] = tensor.extract_slice %[[TWO]][0] [4] [1] : tensor<6xf32> to tensor<4xf32>
// CHECK: %[[C:.*]] = kernel.call @four ins(%[[VIEW]]
// CHECK: %[[D:.*]] = kernel.call @two ins(%[[C]]
// CHECK-NEXT: %[[THREE:.*]] = tensor.insert_slice %[[D]] into %[[TWO]][4] [2] [1]
// CHECK-NOT: insert_slice
// CHECK: return %[[THREE]]

// BUFFERS-LABEL: func.func @main
// BUFFERS-DAG: %[[OUT:.*]] = kernel.output 0
// BUFFERS-DAG: %[[VIEW:.*]] = memref.subview %[[OUT]][0] [4] [1]
// BUFFERS: kernel.call @four ins(%[[VIEW]]
// BUFFERS-NOT: memref.copy
// BUFFERS: return
func.func @main(%x: tensor<2xf32>) -> tensor<6xf32> {
  %e0 = tensor.empty() : tensor<2xf32>
  %a = kernel.call @two ins(%x : tensor<2xf32>) outs(%e0 : tensor<2xf32>) -> tensor<2xf32>
  %e6 = tensor.empty() : tensor<2xf32>
  %t = kernel.call @two ins(%a : tensor<2xf32>) outs(%e6 : tensor<2xf32>) -> tensor<2xf32>
  %e1 = tensor.empty() : tensor<2xf32>
  %b = kernel.call @two ins(%t : tensor<2xf32>) outs(%e1 : tensor<2xf32>) -> tensor<2xf32>
  %e2 = tensor.empty() : tensor<4xf32>
  %j1 = tensor.insert_slice %a into %e2[0] [2] [1] : tensor<2xf32> into tensor<4xf32>
  %j2 = tensor.insert_slice %b into %j1[2] [2] [1] : tensor<2xf32> into tensor<4xf32>
  %e3 = tensor.empty() : tensor<2xf32>
  %c = kernel.call @four ins(%j2 : tensor<4xf32>) outs(%e3 : tensor<2xf32>) -> tensor<2xf32>
  %e4 = tensor.empty() : tensor<2xf32>
  %d = kernel.call @two ins(%c : tensor<2xf32>) outs(%e4 : tensor<2xf32>) -> tensor<2xf32>
  %e5 = tensor.empty() : tensor<6xf32>
  %k1 = tensor.insert_slice %a into %e5[0] [2] [1] : tensor<2xf32> into tensor<6xf32>
  %k2 = tensor.insert_slice %b into %k1[2] [2] [1] : tensor<2xf32> into tensor<6xf32>
  %k3 = tensor.insert_slice %d into %k2[4] [2] [1] : tensor<2xf32> into tensor<6xf32>
  return %k3 : tensor<6xf32>
}
kernel.func @two(%x: tensor<2xf32>, %out: tensor<2xf32>) -> tensor<2xf32> {
  kernel.return %out : tensor<2xf32>
}
kernel.func @four(%x: tensor<4xf32>, %out: tensor<2xf32>) -> tensor<2xf32> {
  kernel.return %out : tensor<2xf32>
}

// -----

// The same where the larger join has the smaller one for a part.
// CHECK-LABEL: func.func @main
// CHECK: %[[A:.*]] = kernel.call @two
// CHECK-NEXT: %[[ONE:.*]] = tensor.insert_slice %[[A]] into %{{.*}}[2] [2] [1] : tensor<2xf32> into tensor<6xf32>
// CHECK: %[[B:.*]] = kernel.call @two
// CHECK-NEXT: %[[TWO:.*]] = tensor.insert_slice %[[B]] into %[[ONE]][0] [2] [1]
// CHECK: tensor.extract_slice %[[TWO]][0] [4] [1]
// CHECK: %[[C:.*]] = kernel.call @four
// CHECK-NEXT: tensor.insert_slice %[[C]] into %[[TWO]][4] [2] [1]
// CHECK-NOT: insert_slice
// CHECK: return
// BUFFERS-LABEL: func.func @main
// BUFFERS: return
func.func @main(%x: tensor<2xf32>) -> tensor<6xf32> {
  %e0 = tensor.empty() : tensor<2xf32>
  %a = kernel.call @two ins(%x : tensor<2xf32>) outs(%e0 : tensor<2xf32>) -> tensor<2xf32>
  %e1 = tensor.empty() : tensor<2xf32>
  %b = kernel.call @two ins(%a : tensor<2xf32>) outs(%e1 : tensor<2xf32>) -> tensor<2xf32>
  %e2 = tensor.empty() : tensor<4xf32>
  %j1 = tensor.insert_slice %b into %e2[0] [2] [1] : tensor<2xf32> into tensor<4xf32>
  %j2 = tensor.insert_slice %a into %j1[2] [2] [1] : tensor<2xf32> into tensor<4xf32>
  %e3 = tensor.empty() : tensor<2xf32>
  %c = kernel.call @four ins(%j2 : tensor<4xf32>) outs(%e3 : tensor<2xf32>) -> tensor<2xf32>
  %e5 = tensor.empty() : tensor<6xf32>
  %k1 = tensor.insert_slice %j2 into %e5[0] [4] [1] : tensor<4xf32> into tensor<6xf32>
  %k2 = tensor.insert_slice %c into %k1[4] [2] [1] : tensor<2xf32> into tensor<6xf32>
  return %k2 : tensor<6xf32>
}
kernel.func @two(%x: tensor<2xf32>, %out: tensor<2xf32>) -> tensor<2xf32> {
  kernel.return %out : tensor<2xf32>
}
kernel.func @four(%x: tensor<4xf32>, %out: tensor<2xf32>) -> tensor<2xf32> {
  kernel.return %out : tensor<2xf32>
}

// -----

// A join that is still read when the next part is written stays by itself, and
// so does one that is returned.
// CHECK-LABEL: func.func @main
// CHECK-NOT: tensor.extract_slice
// CHECK: return
// BUFFERS-LABEL: func.func @main
// BUFFERS: return
func.func @main(%x: tensor<2xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<6xf32>) {
  %e0 = tensor.empty() : tensor<2xf32>
  %a = kernel.call @two ins(%x : tensor<2xf32>) outs(%e0 : tensor<2xf32>) -> tensor<2xf32>
  %e2 = tensor.empty() : tensor<4xf32>
  %j1 = tensor.insert_slice %x into %e2[0] [2] [1] : tensor<2xf32> into tensor<4xf32>
  %j2 = tensor.insert_slice %a into %j1[2] [2] [1] : tensor<2xf32> into tensor<4xf32>
  %e1 = tensor.empty() : tensor<2xf32>
  %b = kernel.call @two ins(%a : tensor<2xf32>) outs(%e1 : tensor<2xf32>) -> tensor<2xf32>
  %e3 = tensor.empty() : tensor<4xf32>
  %c = kernel.call @map ins(%j2 : tensor<4xf32>) outs(%e3 : tensor<4xf32>) -> tensor<4xf32>
  %e4 = tensor.empty() : tensor<4xf32>
  %l1 = tensor.insert_slice %x into %e4[0] [2] [1] : tensor<2xf32> into tensor<4xf32>
  %l2 = tensor.insert_slice %b into %l1[2] [2] [1] : tensor<2xf32> into tensor<4xf32>
  %e5 = tensor.empty() : tensor<6xf32>
  %k1 = tensor.insert_slice %x into %e5[0] [2] [1] : tensor<2xf32> into tensor<6xf32>
  %k2 = tensor.insert_slice %a into %k1[2] [2] [1] : tensor<2xf32> into tensor<6xf32>
  %k3 = tensor.insert_slice %b into %k2[4] [2] [1] : tensor<2xf32> into tensor<6xf32>
  return %c, %l2, %k3 : tensor<4xf32>, tensor<4xf32>, tensor<6xf32>
}
kernel.func @two(%x: tensor<2xf32>, %out: tensor<2xf32>) -> tensor<2xf32> {
  kernel.return %out : tensor<2xf32>
}
kernel.func @map(%x: tensor<4xf32>, %out: tensor<4xf32>) -> tensor<4xf32> {
  kernel.return %out : tensor<4xf32>
}
