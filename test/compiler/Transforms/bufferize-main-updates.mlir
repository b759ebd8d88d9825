// RUN: swage-opt %s -swage-bufferize-main -cse -canonicalize -swage-copies-to-kernels -split-input-file | FileCheck %s
// Results that replace arguments, and may be in the same memory.

// A kernel that goes through both place by place writes to the output.
// CHECK-LABEL: func.func @main()
// CHECK-DAG: %[[W:.*]] = kernel.input 0 : memref<2xf32>
// CHECK-DAG: %[[OUT:.*]] = kernel.output 0 : memref<2xf32>
// CHECK-NOT: memref.alloc
// CHECK: kernel.call @step ins(%[[W]], %{{.*}}) outs(%[[OUT]] : memref<2xf32>)
// CHECK-NOT: kernel.call
// CHECK: return
func.func @main(%w: tensor<2xf32>, %g: tensor<2xf32>) -> (tensor<2xf32> {nn.updates = 0 : i64}) {
  %d = tensor.empty() : tensor<2xf32>
  %0 = kernel.call @step ins(%w, %g : tensor<2xf32>, tensor<2xf32>) outs(%d : tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
#id = affine_map<(i) -> (i)>
kernel.func @step(%w: tensor<2xf32>, %g: tensor<2xf32>, %out: tensor<2xf32>) -> tensor<2xf32> {
  %0 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]}
      ins(%w, %g : tensor<2xf32>, tensor<2xf32>) outs(%out : tensor<2xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.subf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<2xf32>
  kernel.return %0 : tensor<2xf32>
}

// -----

// Whoever reads the old value later needs it: the new one is copied at the end.
// CHECK-LABEL: func.func @main()
// CHECK-DAG: %[[W:.*]] = kernel.input 0 : memref<2xf32>
// CHECK-DAG: %[[OUT:.*]] = kernel.output 0 : memref<2xf32>
// CHECK: %[[NEW:.*]] = memref.alloc
// CHECK: kernel.call @step ins(%[[W]], %{{.*}}) outs(%[[NEW]] : memref<2xf32>)
// CHECK: kernel.call @step ins(%[[W]], %{{.*}}) outs(%{{.*}} : memref<2xf32>)
// CHECK: kernel.call @copy_{{[0-9]}} ins(%[[NEW]] : memref<2xf32>) outs(%[[OUT]] : memref<2xf32>)
func.func @main(%w: tensor<2xf32>, %g: tensor<2xf32>)
    -> (tensor<2xf32> {nn.updates = 0 : i64}, tensor<2xf32>) {
  %d = tensor.empty() : tensor<2xf32>
  %0 = kernel.call @step ins(%w, %g : tensor<2xf32>, tensor<2xf32>) outs(%d : tensor<2xf32>) -> tensor<2xf32>
  %e = tensor.empty() : tensor<2xf32>
  %1 = kernel.call @step ins(%w, %0 : tensor<2xf32>, tensor<2xf32>) outs(%e : tensor<2xf32>) -> tensor<2xf32>
  return %0, %1 : tensor<2xf32>, tensor<2xf32>
}
#id = affine_map<(i) -> (i)>
kernel.func @step(%w: tensor<2xf32>, %g: tensor<2xf32>, %out: tensor<2xf32>) -> tensor<2xf32> {
  %0 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]}
      ins(%w, %g : tensor<2xf32>, tensor<2xf32>) outs(%out : tensor<2xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.subf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<2xf32>
  kernel.return %0 : tensor<2xf32>
}

// -----

// So does a kernel that reads elements elsewhere than it writes.
// CHECK-LABEL: func.func @main()
// CHECK: %[[NEW:.*]] = memref.alloc
// CHECK: kernel.call @turn ins(%{{.*}}) outs(%[[NEW]] : memref<2x2xf32>)
// CHECK: kernel.call @copy_{{[0-9]}} ins(%[[NEW]]
func.func @main(%w: tensor<2x2xf32>) -> (tensor<2x2xf32> {nn.updates = 0 : i64}) {
  %d = tensor.empty() : tensor<2x2xf32>
  %0 = kernel.call @turn ins(%w : tensor<2x2xf32>) outs(%d : tensor<2x2xf32>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}
kernel.func @turn(%w: tensor<2x2xf32>, %out: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %0 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%w : tensor<2x2xf32>) outs(%out : tensor<2x2xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<2x2xf32>
  kernel.return %0 : tensor<2x2xf32>
}
