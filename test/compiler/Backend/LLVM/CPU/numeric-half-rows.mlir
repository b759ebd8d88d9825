// A row by weights of half the size, in panels of four vectors: tiles are two
// panels, two streams from memory, where that leaves tasks for threads. Weights
// of full size are read a panel at a time.
// RUN: swage-kernel %s --target=x86-64-v3 --num-threads=2 | FileCheck %s
// RUN: swage-opt %s -swage-lower-kernels-cpu=target=x86-64-v3 | FileCheck %s --check-prefix=LOOPS

#x = affine_map<(m, n, k) -> (m, k)>
#w = affine_map<(m, n, k) -> (n floordiv 32, k, n mod 32)>
#y = affine_map<(m, n, k) -> (m, n)>

// CHECK: ok @many
// LOOPS-LABEL: func.func private @many.body
// LOOPS-SAME: register_tile = array<i64: 1, 64>
kernel.func @many(%x: tensor<1x70xf32>, %w: tensor<9x70x32xf16>, %out: tensor<1x280xf32>) -> tensor<1x280xf32> {
  %zero = arith.constant 0.0 : f32
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<1x280xf32>) -> tensor<1x280xf32>
  %p = linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<1x70xf32>, tensor<9x70x32xf16>) outs(%f : tensor<1x280xf32>) {
  ^bb0(%a: f32, %b: f16, %c: f32):
    %e = arith.extf %b : f16 to f32
    %m = arith.mulf %a, %e : f32
    %s = arith.addf %c, %m : f32
    linalg.yield %s : f32
  } -> tensor<1x280xf32>
  kernel.return %p : tensor<1x280xf32>
}

// CHECK: ok @few
// LOOPS-LABEL: func.func private @few.body
// LOOPS-SAME: register_tile = array<i64: 1, 32>
kernel.func @few(%x: tensor<1x70xf32>, %w: tensor<3x70x32xf16>, %out: tensor<1x96xf32>) -> tensor<1x96xf32> {
  %zero = arith.constant 0.0 : f32
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<1x96xf32>) -> tensor<1x96xf32>
  %p = linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<1x70xf32>, tensor<3x70x32xf16>) outs(%f : tensor<1x96xf32>) {
  ^bb0(%a: f32, %b: f16, %c: f32):
    %e = arith.extf %b : f16 to f32
    %m = arith.mulf %a, %e : f32
    %s = arith.addf %c, %m : f32
    linalg.yield %s : f32
  } -> tensor<1x96xf32>
  kernel.return %p : tensor<1x96xf32>
}

// CHECK: ok @full
// LOOPS-LABEL: func.func private @full.body
// LOOPS-SAME: register_tile = array<i64: 1, 32>
kernel.func @full(%x: tensor<1x70xf32>, %w: tensor<9x70x32xf32>, %out: tensor<1x280xf32>) -> tensor<1x280xf32> {
  %zero = arith.constant 0.0 : f32
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<1x280xf32>) -> tensor<1x280xf32>
  %p = linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<1x70xf32>, tensor<9x70x32xf32>) outs(%f : tensor<1x280xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.addf %c, %m : f32
    linalg.yield %s : f32
  } -> tensor<1x280xf32>
  kernel.return %p : tensor<1x280xf32>
}
