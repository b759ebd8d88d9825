// RUN: swage-opt %s -swage-lower-kernels-cpu=target=x86-64-v3 -canonicalize -cse -split-input-file | FileCheck %s

#planes = affine_map<(d0, d1) -> (d1, d0)>
#pixels = affine_map<(d0, d1) -> (d0, d1)>

// Three planes become pixels: each store takes elements of all three vectors.
// CHECK-LABEL: func.func private @image.body
// CHECK-COUNT-3: vector.load %{{.*}} vector<8xf32>
// CHECK: vector.shuffle {{.*}} [0, 8, -1, 1, 9, -1, 2, 10]
// CHECK: vector.shuffle {{.*}} [0, 1, 8, 3, 4, 9, 6, 7]
// CHECK: vector.shuffle {{.*}} [-1, 3, 11, -1, 4, 12, -1, 5]
// CHECK: vector.store
// CHECK-NOT: memref.load
// CHECK-NOT: vector.scatter
// CHECK: return
kernel.func @image(%arg0: tensor<3x64xf32>, %arg1: tensor<64x3xf32>) -> tensor<64x3xf32> {
  %0 = linalg.generic {indexing_maps = [#planes, #pixels], iterator_types = ["parallel", "parallel"]} ins(%arg0 : tensor<3x64xf32>) outs(%arg1 : tensor<64x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<64x3xf32>
  kernel.return %0 : tensor<64x3xf32>
}

// -----

#planes = affine_map<(d0, d1) -> (d1, d0)>
#pixels = affine_map<(d0, d1) -> (d0, d1)>

// Five rows are not interleaved.
// CHECK-LABEL: func.func private @five.body
// CHECK-NOT: vector.shuffle
// CHECK: return
kernel.func @five(%arg0: tensor<5x64xf32>, %arg1: tensor<64x5xf32>) -> tensor<64x5xf32> {
  %0 = linalg.generic {indexing_maps = [#planes, #pixels], iterator_types = ["parallel", "parallel"]} ins(%arg0 : tensor<5x64xf32>) outs(%arg1 : tensor<64x5xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<64x5xf32>
  kernel.return %0 : tensor<64x5xf32>
}
