// RUN: swage-kernel %s --backend=both --size=40,2 | FileCheck %s
// RUN: swage-kernel %s --backend=both --size=20,1 | FileCheck %s
// Buffers that are not row-major; nothing is written between the rows.

// CHECK: ok @strided halide
// CHECK: ok @strided llvm
kernel.func @strided(%x: tensor<6x20xf32>, %out: tensor<6x20xf32>) -> tensor<6x20xf32>
    attributes {buffers = [memref<6x20xf32, strided<[?, ?]>>, memref<6x20xf32, strided<[30, 1]>>]} {
  %0 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<6x20xf32>) outs(%out : tensor<6x20xf32>) {
  ^bb0(%v: f32, %o: f32):
    %s = arith.addf %v, %v : f32
    linalg.yield %s : f32
  } -> tensor<6x20xf32>
  kernel.return %0 : tensor<6x20xf32>
}
