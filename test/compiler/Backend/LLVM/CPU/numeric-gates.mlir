// A product whose columns are gates of units, and what combines these: a task
// computes all gates of a panel of units.
// RUN: swage-kernel %s --size=1,1,1,1 --num-threads=2 | FileCheck %s
// RUN: swage-kernel %s --size=3,3,3,3 --target=x86-64-v3 | FileCheck %s
// RUN: swage-kernel %s --size=40,40,40,40 --num-threads=2 | FileCheck %s
// RUN: swage-kernel %s --size=2000,2000,2000,2000 --num-threads=2 | FileCheck %s
// RUN: swage-opt %s -swage-lower-kernels-cpu=target=x86-64-v3 -canonicalize -cse | FileCheck %s --check-prefix=LOOPS

#state = affine_map<(b, g, u, k) -> (b, k)>
#sums = affine_map<(b, g, u, k) -> (b, g, u)>
#own = affine_map<(b, u) -> (b, u)>
#first = affine_map<(b, u) -> (b, 0, u)>
#second = affine_map<(b, u) -> (b, 1, u)>

// One row, and a last panel that is no whole one. The sums are in memory of the
// task, which is as large as a panel's gates. Both gates are
// rows of one tile.
// CHECK: ok @one
// LOOPS-LABEL: func.func private @one.body
// LOOPS-SAME: #kernel.schedule<gates {parallel = array<i64: 2>, register_tile = array<i64: 2, 32>
// LOOPS: scf.parallel
// LOOPS: memref.alloc() {{.*}} : memref<1x2x32xf32>
// LOOPS-NOT: to %c2 step %c1
// LOOPS: math.exp
kernel.func @one(%x: tensor<1x24xf32>, %w: tensor<2x2x24x32xf32>, %old: tensor<1x40xf32>, %out: tensor<1x40xf32>) -> tensor<1x40xf32> attributes {kind = "gates"} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x2x40xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x2x40xf32>) -> tensor<1x2x40xf32>
  %p = linalg.generic {indexing_maps = [#state, affine_map<(b, g, u, k) -> (g, u floordiv 32, k, u mod 32)>, #sums], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<1x24xf32>, tensor<2x2x24x32xf32>) outs(%f : tensor<1x2x40xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.addf %c, %m : f32
    linalg.yield %s : f32
  } -> tensor<1x2x40xf32>
  %r = linalg.generic {indexing_maps = [#first, #second, #own, #own], iterator_types = ["parallel", "parallel"]}
      ins(%p, %p, %old : tensor<1x2x40xf32>, tensor<1x2x40xf32>, tensor<1x40xf32>) outs(%out : tensor<1x40xf32>) {
  ^bb0(%i: f32, %c: f32, %h: f32, %o: f32):
    %t = math.exp %c : f32
    %q = arith.mulf %i, %t : f32
    %s = arith.addf %q, %h : f32
    linalg.yield %s : f32
  } -> tensor<1x40xf32>
  kernel.return %r : tensor<1x40xf32>
}

// Any number of rows, in blocks where there are many, with two results.
// CHECK: ok @rows
// LOOPS-LABEL: func.func private @rows.body
// LOOPS-SAME: #kernel.schedule<gates {
// LOOPS: scf.parallel
// LOOPS-NOT: scf.parallel
kernel.func @rows(%x: tensor<?x24xf32>, %w: tensor<3x1x24x16xf32>, %old: tensor<?x16xf32>, %out: tensor<?x16xf32>, %new: tensor<?x16xf32>) -> (tensor<?x16xf32>, tensor<?x16xf32>) attributes {kind = "gates"} {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x24xf32>
  %e = tensor.empty(%n) : tensor<?x3x16xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x3x16xf32>) -> tensor<?x3x16xf32>
  %p = linalg.generic {indexing_maps = [#state, affine_map<(b, g, u, k) -> (g, u floordiv 16, k, u mod 16)>, #sums], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<?x24xf32>, tensor<3x1x24x16xf32>) outs(%f : tensor<?x3x16xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.addf %c, %m : f32
    linalg.yield %s : f32
  } -> tensor<?x3x16xf32>
  %r:2 = linalg.generic {indexing_maps = [#first, affine_map<(b, u) -> (b, 2, u)>, #own, #own, #own], iterator_types = ["parallel", "parallel"]}
      ins(%p, %p, %old : tensor<?x3x16xf32>, tensor<?x3x16xf32>, tensor<?x16xf32>) outs(%out, %new : tensor<?x16xf32>, tensor<?x16xf32>) {
  ^bb0(%i: f32, %c: f32, %h: f32, %o: f32, %o2: f32):
    %t = arith.maximumf %i, %h : f32
    %q = arith.mulf %c, %t : f32
    linalg.yield %t, %q : f32, f32
  } -> (tensor<?x16xf32>, tensor<?x16xf32>)
  kernel.return %r#0, %r#1 : tensor<?x16xf32>, tensor<?x16xf32>
}

// Gates that are read at other places than the product's own are whole tensors.
// CHECK: ok @reversed
// LOOPS-LABEL: func.func private @reversed.body
// LOOPS-NOT: kernel.schedule<gates
kernel.func @reversed(%x: tensor<3x24xf32>, %w: tensor<2x1x24x16xf32>, %out: tensor<3x16xf32>) -> tensor<3x16xf32> attributes {kind = "gates"} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<3x2x16xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<3x2x16xf32>) -> tensor<3x2x16xf32>
  %p = linalg.generic {indexing_maps = [#state, affine_map<(b, g, u, k) -> (g, u floordiv 16, k, u mod 16)>, #sums], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<3x24xf32>, tensor<2x1x24x16xf32>) outs(%f : tensor<3x2x16xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.addf %c, %m : f32
    linalg.yield %s : f32
  } -> tensor<3x2x16xf32>
  %r = linalg.generic {indexing_maps = [#first, affine_map<(b, u) -> (b, 1, 15 - u)>, #own], iterator_types = ["parallel", "parallel"]}
      ins(%p, %p : tensor<3x2x16xf32>, tensor<3x2x16xf32>) outs(%out : tensor<3x16xf32>) {
  ^bb0(%i: f32, %c: f32, %o: f32):
    %s = arith.addf %i, %c : f32
    linalg.yield %s : f32
  } -> tensor<3x16xf32>
  kernel.return %r : tensor<3x16xf32>
}
