// RUN: not swage-kernel %s --backend=halide --no-check 2>&1 | FileCheck %s

// CHECK: [[@LINE+1]]:1: error: 'kernel.func' op cannot be compiled by Halide: the schedule 'pooling' fits one stage that reduces as it wants, to vectors of known size, and what changes its elements one by one
kernel.func @map(%x: tensor<8xf32>, %out: tensor<8xf32>) -> tensor<8xf32>
    attributes {schedule = #kernel.schedule<pooling>} {
  %0 = linalg.generic {indexing_maps = [affine_map<(a) -> (a)>, affine_map<(a) -> (a)>], iterator_types = ["parallel"]}
      ins(%x : tensor<8xf32>) outs(%out : tensor<8xf32>) {
  ^bb0(%v: f32, %o: f32):
    linalg.yield %v : f32
  } -> tensor<8xf32>
  kernel.return %0 : tensor<8xf32>
}
