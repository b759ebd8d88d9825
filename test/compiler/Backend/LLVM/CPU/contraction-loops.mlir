// RUN: swage-opt %s -swage-lower-kernels-cpu=target=x86-64-v4 -canonicalize -cse -split-input-file | FileCheck %s

#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (k, n)>
#c = affine_map<(m, n, k) -> (m, n)>
#panels = affine_map<(m, n, k) -> (n floordiv 16, k, n mod 16)>
#id = affine_map<(i, j) -> (i, j)>
#column = affine_map<(i, j) -> (j)>

// Threads share the panels. Two rows of sums stay in registers over the whole
// reduction, which reads a vector of the panel once for both; the bias, the same
// for every row, is added before they are stored.
// CHECK-LABEL: func.func private @tile.body
// CHECK-SAME: register_tile = array<i64: 2, 16>
// CHECK: scf.parallel (%[[PANEL:.*]]) = (%{{.*}}) to (%c3) step (%c1)
// CHECK: scf.for %[[ROW:.*]] = %c0 to %c6 step %c2
// CHECK: %[[SUMS:.*]]:2 = scf.for %[[K:.*]] = %c0 to %c64 step %c8 iter_args(%[[S0:.*]] = %{{.*}}, %[[S1:.*]] = %{{.*}}) -> (vector<16xf32>, vector<16xf32>)
// CHECK: %[[A0:.*]] = memref.load %[[A:.*]][%{{.*}}]
// CHECK: %[[B:.*]] = vector.load
// CHECK: %[[W0:.*]] = vector.broadcast %[[A0]]
// CHECK: %[[P0:.*]] = arith.mulf %[[W0]], %[[B]] fastmath<contract>
// CHECK: arith.addf %[[S0]], %[[P0]] fastmath<contract>
// CHECK: %[[A1:.*]] = memref.load %[[A]]
// CHECK: %[[W1:.*]] = vector.broadcast %[[A1]]
// CHECK: %[[P1:.*]] = arith.mulf %[[W1]], %[[B]] fastmath<contract>
// CHECK: arith.addf %[[S1]], %[[P1]] fastmath<contract>
// CHECK: scf.yield
// CHECK: %[[BIAS:.*]] = vector.load
// CHECK: %[[R0:.*]] = arith.addf %[[SUMS]]#0, %[[BIAS]]
// CHECK: vector.store %[[R0]]
// CHECK: %[[R1:.*]] = arith.addf %[[SUMS]]#1, %[[BIAS]]
// CHECK: vector.store %[[R1]]
// CHECK: scf.reduce
kernel.func @tile(%a: tensor<6x64xf32>, %b: tensor<3x64x16xf32>, %bias: tensor<48xf32>, %out: tensor<6x48xf32>) -> tensor<6x48xf32>
    attributes {schedule = #kernel.schedule<contraction {register_tile = array<i64: 2, 16>}>} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<6x48xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<6x48xf32>) -> tensor<6x48xf32>
  %r = linalg.generic {indexing_maps = [#a, #panels, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<6x64xf32>, tensor<3x64x16xf32>) outs(%f : tensor<6x48xf32>) {
  ^bb0(%x: f32, %y: f32, %z: f32):
    %m = arith.mulf %x, %y : f32
    %s = arith.addf %z, %m : f32
    linalg.yield %s : f32
  } -> tensor<6x48xf32>
  %q = linalg.generic {indexing_maps = [#id, #column, #id], iterator_types = ["parallel", "parallel"]}
      ins(%r, %bias : tensor<6x48xf32>, tensor<48xf32>) outs(%out : tensor<6x48xf32>) {
  ^bb0(%x: f32, %y: f32, %z: f32):
    %s = arith.addf %x, %y : f32
    linalg.yield %s : f32
  } -> tensor<6x48xf32>
  kernel.return %q : tensor<6x48xf32>
}

// -----

#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (k, n)>
#c = affine_map<(m, n, k) -> (m, n)>
#panels = affine_map<(m, n, k) -> (n floordiv 16, k, n mod 16)>
#id = affine_map<(i, j) -> (i, j)>
#column = affine_map<(i, j) -> (j)>

// A reduction in parts: the sums begin in memory, all rows pass over the first
// part and add theirs to it, then all rows pass over the last one.
// CHECK-LABEL: func.func private @parts.body
// CHECK-SAME: reduction_block = array<i64: 32>
// CHECK: scf.parallel
// CHECK: %[[BUFFER:.*]] = memref.alloc() {alignment = 64 : i64} : memref<6x16xf32>
// CHECK: %[[SUMS:.*]] = memref.reinterpret_cast %[[BUFFER]]
// CHECK: scf.for %{{.*}} = %c0 to %c6 step %c2
// CHECK: vector.store %{{.*}}, %[[SUMS]]
// CHECK: vector.store %{{.*}}, %[[SUMS]]
// CHECK: scf.for %{{.*}} = %c0 to %c6 step %c2
// CHECK: %[[T:.*]]:2 = scf.for %{{.*}} = %c0 to %c32 step %c8 iter_args(%{{.*}} = %cst{{.*}}, %{{.*}} = %cst{{.*}})
// CHECK: %[[S0:.*]] = vector.load %[[SUMS]]
// CHECK: %[[S1:.*]] = vector.load %[[SUMS]]
// CHECK: %[[T0:.*]] = arith.addf %[[T]]#0, %[[S0]]
// CHECK: %[[T1:.*]] = arith.addf %[[T]]#1, %[[S1]]
// CHECK: vector.store %[[T0]], %[[SUMS]]
// CHECK: vector.store %[[T1]], %[[SUMS]]
// CHECK: scf.for %{{.*}} = %c0 to %c6 step %c2
// CHECK: %[[U:.*]]:2 = scf.for %{{.*}} = %c32 to %c64 step %c8
// CHECK: %[[V0:.*]] = vector.load %[[SUMS]]
// CHECK: %[[W0:.*]] = arith.addf %[[U]]#0, %[[V0]]
// CHECK: arith.addf %[[W0]],
// CHECK: scf.reduce
kernel.func @parts(%a: tensor<6x64xf32>, %b: tensor<3x64x16xf32>, %bias: tensor<48xf32>, %out: tensor<6x48xf32>) -> tensor<6x48xf32>
    attributes {schedule = #kernel.schedule<contraction {register_tile = array<i64: 2, 16>, reduction_block = array<i64: 32>}>} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<6x48xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<6x48xf32>) -> tensor<6x48xf32>
  %r = linalg.generic {indexing_maps = [#a, #panels, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<6x64xf32>, tensor<3x64x16xf32>) outs(%f : tensor<6x48xf32>) {
  ^bb0(%x: f32, %y: f32, %z: f32):
    %m = arith.mulf %x, %y : f32
    %s = arith.addf %z, %m : f32
    linalg.yield %s : f32
  } -> tensor<6x48xf32>
  %q = linalg.generic {indexing_maps = [#id, #column, #id], iterator_types = ["parallel", "parallel"]}
      ins(%r, %bias : tensor<6x48xf32>, tensor<48xf32>) outs(%out : tensor<6x48xf32>) {
  ^bb0(%x: f32, %y: f32, %z: f32):
    %s = arith.addf %x, %y : f32
    linalg.yield %s : f32
  } -> tensor<6x48xf32>
  kernel.return %q : tensor<6x48xf32>
}

// -----

#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (k, n)>
#c = affine_map<(m, n, k) -> (m, n)>
#panels = affine_map<(m, n, k) -> (n floordiv 32, k, n mod 32)>

// The last panel holds 18 columns: a whole vector and half of one with a mask.
// The last row is a tile of its own, with four sets of sums that do not wait for
// each other.
// CHECK-LABEL: func.func private @tails.body
// CHECK: scf.if
// CHECK: scf.for %{{.*}} = %c0 to %c4 step %c2
// CHECK: scf.for {{.*}} -> (vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>)
// CHECK: scf.for {{.*}} -> (vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>)
// CHECK: } else {
// CHECK: %[[MASK:.*]] = vector.constant_mask [2] : vector<8xi1>
// CHECK: vector.load
// CHECK: vector.maskedload %{{.*}}[%{{.*}}], %[[MASK]]
// CHECK: vector.maskedstore %{{.*}}[%{{.*}}], %[[MASK]]
kernel.func @tails(%a: tensor<5x64xf32>, %b: tensor<2x64x32xf32>, %out: tensor<5x50xf32>) -> tensor<5x50xf32>
    attributes {schedule = #kernel.schedule<contraction {register_tile = array<i64: 2, 32>}>} {
  %zero = arith.constant 0.0 : f32
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<5x50xf32>) -> tensor<5x50xf32>
  %r = linalg.generic {indexing_maps = [#a, #panels, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<5x64xf32>, tensor<2x64x32xf32>) outs(%f : tensor<5x50xf32>) {
  ^bb0(%x: f32, %y: f32, %z: f32):
    %m = arith.mulf %x, %y : f32
    %s = arith.addf %z, %m : f32
    linalg.yield %s : f32
  } -> tensor<5x50xf32>
  kernel.return %r : tensor<5x50xf32>
}

// -----

#a = affine_map<(m, n, k) -> (m, k)>
#c = affine_map<(m, n, k) -> (m, n)>
#panels = affine_map<(m, n, k) -> (n floordiv 32, k, n mod 32)>

// What is left is half a vector, which needs no mask.
// CHECK-LABEL: func.func private @half.body
// CHECK-NOT: mask
// CHECK: scf.for {{.*}} -> (vector<16xf32>, vector<8xf32>, vector<16xf32>, vector<8xf32>)
// CHECK: vector.store {{.*}}, vector<16xf32>
// CHECK: vector.store {{.*}}, vector<8xf32>
// CHECK-NOT: mask
// CHECK: return
kernel.func @half(%a: tensor<4x64xf32>, %b: tensor<1x64x32xf32>, %out: tensor<4x24xf32>) -> tensor<4x24xf32>
    attributes {schedule = #kernel.schedule<contraction {register_tile = array<i64: 2, 32>}>} {
  %zero = arith.constant 0.0 : f32
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<4x24xf32>) -> tensor<4x24xf32>
  %r = linalg.generic {indexing_maps = [#a, #panels, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<4x64xf32>, tensor<1x64x32xf32>) outs(%f : tensor<4x24xf32>) {
  ^bb0(%x: f32, %y: f32, %z: f32):
    %m = arith.mulf %x, %y : f32
    %s = arith.addf %z, %m : f32
    linalg.yield %s : f32
  } -> tensor<4x24xf32>
  kernel.return %r : tensor<4x24xf32>
}

// -----

#image = affine_map<(y, x, k, i, j, c) -> (y + i, x + j, c)>
#filter = affine_map<(y, x, k, i, j, c) -> (k floordiv 32, i, j, c, k mod 32)>
#result = affine_map<(y, x, k, i, j, c) -> (y, x, k)>

// A large tile takes the taps of a window one by one: values that several of them
// share are loaded again.
// CHECK-LABEL: func.func private @stem.body
// CHECK: scf.for {{.*}} = %c0 to %c3 step %c1 iter_args
// CHECK: scf.for {{.*}} = %c0 to %c9 step %c1 iter_args
// CHECK-COUNT-28: arith.mulf
// CHECK-NOT: arith.mulf
// CHECK: scf.yield
kernel.func @stem(%a: tensor<30x30x3xf32>, %b: tensor<1x3x3x3x32xf32>, %out: tensor<28x28x32xf32>) -> tensor<28x28x32xf32>
    attributes {schedule = #kernel.schedule<contraction {register_tile = array<i64: 14, 32>}>} {
  %zero = arith.constant 0.0 : f32
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<28x28x32xf32>) -> tensor<28x28x32xf32>
  %r = linalg.generic {indexing_maps = [#image, #filter, #result], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%a, %b : tensor<30x30x3xf32>, tensor<1x3x3x3x32xf32>) outs(%f : tensor<28x28x32xf32>) {
  ^bb0(%x: f32, %y: f32, %z: f32):
    %m = arith.mulf %x, %y : f32
    %s = arith.addf %z, %m : f32
    linalg.yield %s : f32
  } -> tensor<28x28x32xf32>
  kernel.return %r : tensor<28x28x32xf32>
}

// -----

#image = affine_map<(y, x, c, i, j) -> (y + i, x + j, c)>
#filter = affine_map<(y, x, c, i, j) -> (i, j, c)>
#result = affine_map<(y, x, c, i, j) -> (y, x, c)>

// A window of 25 taps goes row by row.
// CHECK-LABEL: func.func private @window.body
// CHECK: scf.for {{.*}} = %c0 to %c5 step %c1 iter_args
// CHECK-COUNT-40: arith.mulf
// CHECK-NOT: arith.mulf
// CHECK: scf.yield
kernel.func @window(%a: tensor<20x20x16xf32>, %b: tensor<5x5x16xf32>, %out: tensor<16x16x16xf32>) -> tensor<16x16x16xf32> {
  %zero = arith.constant 0.0 : f32
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<16x16x16xf32>) -> tensor<16x16x16xf32>
  %r = linalg.generic {indexing_maps = [#image, #filter, #result], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%a, %b : tensor<20x20x16xf32>, tensor<5x5x16xf32>) outs(%f : tensor<16x16x16xf32>) {
  ^bb0(%x: f32, %y: f32, %z: f32):
    %m = arith.mulf %x, %y : f32
    %s = arith.addf %z, %m : f32
    linalg.yield %s : f32
  } -> tensor<16x16x16xf32>
  kernel.return %r : tensor<16x16x16xf32>
}

// -----

#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (k, n)>
#c = affine_map<(m, n, k) -> (m, n)>
#panels = affine_map<(m, n, k) -> (n floordiv 32, k, n mod 32)>

// A matrix that the second-level cache does not hold: a line of the next panel
// is asked for with every step, until all of it has been.
// CHECK-LABEL: func.func private @fetch.body
// CHECK: %[[LAST:.*]] = arith.constant 16368 : index
// CHECK: scf.for {{.*}} iter_args
// CHECK: %[[OFFSET:.*]] = arith.minui %{{.*}}, %[[LAST]] : index
// CHECK: %[[AT:.*]] = arith.addi %{{.*}}, %[[OFFSET]] : index
// CHECK: memref.prefetch %{{.*}}[%[[AT]]], read, locality<2>, data
// CHECK: memref.load
kernel.func @fetch(%a: tensor<28x512xf32>, %b: tensor<64x512x32xf32>, %out: tensor<28x2048xf32>) -> tensor<28x2048xf32>
    attributes {schedule = #kernel.schedule<contraction {register_tile = array<i64: 14, 32>}>} {
  %zero = arith.constant 0.0 : f32
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<28x2048xf32>) -> tensor<28x2048xf32>
  %r = linalg.generic {indexing_maps = [#a, #panels, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<28x512xf32>, tensor<64x512x32xf32>) outs(%f : tensor<28x2048xf32>) {
  ^bb0(%x: f32, %y: f32, %z: f32):
    %m = arith.mulf %x, %y : f32
    %s = arith.addf %z, %m : f32
    linalg.yield %s : f32
  } -> tensor<28x2048xf32>
  kernel.return %r : tensor<28x2048xf32>
}

// -----

#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (k, n)>
#c = affine_map<(m, n, k) -> (m, n)>
#panels = affine_map<(m, n, k) -> (n floordiv 32, k, n mod 32)>

// One that it holds is not asked for.
// CHECK-LABEL: func.func private @small.body
// CHECK-NOT: memref.prefetch
// CHECK: return
kernel.func @small(%a: tensor<28x512xf32>, %b: tensor<1x512x32xf32>, %out: tensor<28x32xf32>) -> tensor<28x32xf32>
    attributes {schedule = #kernel.schedule<contraction {register_tile = array<i64: 14, 32>}>} {
  %zero = arith.constant 0.0 : f32
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<28x32xf32>) -> tensor<28x32xf32>
  %r = linalg.generic {indexing_maps = [#a, #panels, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<28x512xf32>, tensor<1x512x32xf32>) outs(%f : tensor<28x32xf32>) {
  ^bb0(%x: f32, %y: f32, %z: f32):
    %m = arith.mulf %x, %y : f32
    %s = arith.addf %z, %m : f32
    linalg.yield %s : f32
  } -> tensor<28x32xf32>
  kernel.return %r : tensor<28x32xf32>
}

// -----

#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (k, n)>
#c = affine_map<(m, n, k) -> (m, n)>

// Rows that lie pages apart share a set of the first cache: few of them, and
// wide panels.
// CHECK: func.func private @page_apart.body{{.*}} register_tile = array<i64: 6, 64>
kernel.func @page_apart(%a: tensor<196x1024xf32>, %b: tensor<1024x256xf32>, %out: tensor<196x256xf32>) -> tensor<196x256xf32> {
  %zero = arith.constant 0.0 : f32
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<196x256xf32>) -> tensor<196x256xf32>
  %r = linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<196x1024xf32>, tensor<1024x256xf32>) outs(%f : tensor<196x256xf32>) {
  ^bb0(%x: f32, %y: f32, %z: f32):
    %m = arith.mulf %x, %y : f32
    %s = arith.addf %z, %m : f32
    linalg.yield %s : f32
  } -> tensor<196x256xf32>
  kernel.return %r : tensor<196x256xf32>
}

// -----

#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (k, n)>
#c = affine_map<(m, n, k) -> (m, n)>

// Other rows do not.
// CHECK: func.func private @spread.body{{.*}} register_tile = array<i64: {{1[0-9]}}, 32>
kernel.func @spread(%a: tensor<196x1008xf32>, %b: tensor<1008x256xf32>, %out: tensor<196x256xf32>) -> tensor<196x256xf32> {
  %zero = arith.constant 0.0 : f32
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<196x256xf32>) -> tensor<196x256xf32>
  %r = linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<196x1008xf32>, tensor<1008x256xf32>) outs(%f : tensor<196x256xf32>) {
  ^bb0(%x: f32, %y: f32, %z: f32):
    %m = arith.mulf %x, %y : f32
    %s = arith.addf %z, %m : f32
    linalg.yield %s : f32
  } -> tensor<196x256xf32>
  kernel.return %r : tensor<196x256xf32>
}

// -----

// What is read across the reduction is turned in registers, once.
// CHECK: func.func private @turned.body
// CHECK: vector.shuffle
kernel.func @turned(%a: tensor<512x1024xf32>, %b: tensor<512x256xf32>, %out: tensor<1024x256xf32>) -> tensor<1024x256xf32> {
  %zero = arith.constant 0.0 : f32
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<1024x256xf32>) -> tensor<1024x256xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<512x1024xf32>, tensor<512x256xf32>) outs(%f : tensor<1024x256xf32>) {
  ^bb0(%x: f32, %y: f32, %z: f32):
    %p = arith.mulf %x, %y : f32
    %s = arith.addf %z, %p : f32
    linalg.yield %s : f32
  } -> tensor<1024x256xf32>
  kernel.return %r : tensor<1024x256xf32>
}

// -----

// For a few panels that does not pay.
// CHECK: func.func private @few_panels.body
// CHECK-NOT: vector.shuffle
// CHECK: return
kernel.func @few_panels(%a: tensor<512x1024xf32>, %b: tensor<512x32xf32>, %out: tensor<1024x32xf32>) -> tensor<1024x32xf32> {
  %zero = arith.constant 0.0 : f32
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<1024x32xf32>) -> tensor<1024x32xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<512x1024xf32>, tensor<512x32xf32>) outs(%f : tensor<1024x32xf32>) {
  ^bb0(%x: f32, %y: f32, %z: f32):
    %p = arith.mulf %x, %y : f32
    %s = arith.addf %z, %p : f32
    linalg.yield %s : f32
  } -> tensor<1024x32xf32>
  kernel.return %r : tensor<1024x32xf32>
}
