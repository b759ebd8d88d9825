// RUN: swage-kernel %s --size=1,1 --num-threads=2 | FileCheck %s
// RUN: swage-kernel %s --size=2,2 | FileCheck %s
// RUN: swage-kernel %s --size=3,3 --target=x86-64-v3 | FileCheck %s
// RUN: swage-kernel %s --size=5,5 --target=x86-64-v3 | FileCheck %s
// RUN: swage-kernel %s --size=17,17 --target=x86-64-v3 | FileCheck %s
// RUN: swage-kernel %s --size=35,35 --num-threads=2 | FileCheck %s
// RUN: swage-opt %s -swage-lower-kernels-cpu=target=x86-64-v3 -canonicalize -cse | FileCheck %s --check-prefix=LOOPS

// What whole tiles leave of an unknown number of rows is one smaller tile: each
// number of rows less than a tile's has code of its own.

// CHECK: ok @rows
// LOOPS: register_tile = array<i64: [[ROWS:[0-9]+]], 16>
// LOOPS: %[[REST:.*]] = arith.remui
// LOOPS-DAG: arith.cmpi eq, %[[REST]], %c1
// LOOPS-DAG: arith.cmpi eq, %[[REST]], %c2
// LOOPS-DAG: arith.cmpi eq, %[[REST]], %c3
kernel.func @rows(%a: tensor<?x40xf32>, %b: tensor<3x40x16xf32>, %bias: tensor<48xf32>, %out: tensor<?x48xf32>) -> tensor<?x48xf32> {
  %f = linalg.generic {indexing_maps = [affine_map<(m, n) -> (n)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]}
      ins(%bias : tensor<48xf32>) outs(%out : tensor<?x48xf32>) {
  ^bb0(%x: f32, %o: f32):
    linalg.yield %x : f32
  } -> tensor<?x48xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n floordiv 16, k, n mod 16)>, affine_map<(m, n, k) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<?x40xf32>, tensor<3x40x16xf32>) outs(%f : tensor<?x48xf32>) {
  ^bb0(%x: f32, %y: f32, %s: f32):
    %p = arith.mulf %x, %y : f32
    %t = arith.addf %s, %p : f32
    linalg.yield %t : f32
  } -> tensor<?x48xf32>
  kernel.return %r : tensor<?x48xf32>
}
