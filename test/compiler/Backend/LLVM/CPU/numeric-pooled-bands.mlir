// RUN: swage-kernel %s --tolerance=1e-5 | FileCheck %s
// RUN: swage-kernel %s --tolerance=1e-5 --special | FileCheck %s
// RUN: swage-kernel %s --tolerance=1e-5 --target=x86-64-v2 | FileCheck %s
// RUN: swage-kernel %s --tolerance=1e-5 --target=x86-64-v3 --num-threads=2 | FileCheck %s
// RUN: swage-opt %s -swage-lower-kernels-cpu=target=x86-64-v3 -canonicalize -cse | FileCheck %s --check-prefix=LOOPS

// Pools over what a convolution gives, in bands of rows, against plain loops.

#filter = affine_map<(n, y, x, c, v, u, k) -> (c floordiv 16, v, u, k, c mod 16)>
#result = affine_map<(n, y, x, c, v, u, k) -> (n, y, x, c)>
#id = affine_map<(n, y, x, c) -> (n, y, x, c)>
#channel = affine_map<(n, y, x, c) -> (c)>
#taps = affine_map<(n, y, x, c, v, u) -> (v, u)>
#window = affine_map<(n, y, x, c, v, u) -> (n, y, x, c)>

// Nothing between: three panels of channels, the last of which is half full, and
// bands of two rows of the result, for which the convolution has five. Its last
// column is in no window.
// CHECK: ok @plain
// LOOPS-LABEL: func.func private @plain.body
// LOOPS-SAME: #kernel.schedule<bands {band_rows = array<i64: 2>
// LOOPS: scf.parallel {{.*}} to (%c3, %c3)
// LOOPS: memref.alloc() {{.*}} : memref<5x10x16xf32>
// LOOPS: arith.mulf
// LOOPS-NOT: scf.parallel
// LOOPS: arith.maximumf
// LOOPS-NOT: scf.parallel
// LOOPS: return
#image_plain = affine_map<(n, y, x, c, v, u, k) -> (n, y * 2 + v, x * 2 + u, k)>
#pooled_plain = affine_map<(n, y, x, c, v, u) -> (n, y * 2 + v, x * 2 + u, c)>
kernel.func @plain(%x: tensor<1x23x21x3xf32>, %filter: tensor<3x3x3x3x16xf32>, %bias: tensor<40xf32>, %out: tensor<1x5x4x40xf32>) -> tensor<1x5x4x40xf32> attributes {schedule = #kernel.schedule<bands {band_rows = array<i64: 2>}>} {
  %zero = arith.constant 0.0 : f32
  %least = arith.constant 0xFF800000 : f32
  %e0 = tensor.empty() : tensor<1x11x10x40xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x11x10x40xf32>) -> tensor<1x11x10x40xf32>
  %0 = linalg.generic {indexing_maps = [#image_plain, #filter, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%x, %filter : tensor<1x23x21x3xf32>, tensor<3x3x3x3x16xf32>) outs(%f0 : tensor<1x11x10x40xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b fastmath<contract> : f32
    %s = arith.addf %o, %p fastmath<contract> : f32
    linalg.yield %s : f32
  } -> tensor<1x11x10x40xf32>
  %1 = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%0, %bias : tensor<1x11x10x40xf32>, tensor<40xf32>) outs(%e0 : tensor<1x11x10x40xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    %m = arith.maximumf %s, %zero : f32
    linalg.yield %m : f32
  } -> tensor<1x11x10x40xf32>
  %window = tensor.empty() : tensor<3x3xf32>
  %f1 = linalg.fill ins(%least : f32) outs(%out : tensor<1x5x4x40xf32>) -> tensor<1x5x4x40xf32>
  %3 = linalg.generic {indexing_maps = [#pooled_plain, #taps, #window], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%1, %window : tensor<1x11x10x40xf32>, tensor<3x3xf32>) outs(%f1 : tensor<1x5x4x40xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.maximumf %o, %a : f32
    linalg.yield %m : f32
  } -> tensor<1x5x4x40xf32>
  kernel.return %3 : tensor<1x5x4x40xf32>
}

// Borders around the image, and others around what is pooled, of one image; all rows
// at once.
// CHECK: ok @padded
// LOOPS-LABEL: func.func private @padded.body
// LOOPS-SAME: #kernel.schedule<bands {band_rows = array<i64: 5>
// LOOPS: memref.alloc() {{.*}} : memref<11x12x16xf32>
// LOOPS-NOT: memref.alloc
// LOOPS: return
#image_padded = affine_map<(n, y, x, c, v, u, k) -> (n, y * 2 + v, x * 2 + u, k)>
#pooled_padded = affine_map<(n, y, x, c, v, u) -> (n, y * 2 + v, x * 2 + u, c)>
kernel.func @padded(%x: tensor<1x17x19x3xf32>, %filter: tensor<2x7x7x3x16xf32>, %bias: tensor<32xf32>, %out: tensor<1x5x5x32xf32>) -> tensor<1x5x5x32xf32> {
  %zero = arith.constant 0.0 : f32
  %least = arith.constant 0xFF800000 : f32
  %bordered = tensor.pad %x low[0, 3, 3, 0] high[0, 3, 3, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<1x17x19x3xf32> to tensor<1x23x25x3xf32>
  %e0 = tensor.empty() : tensor<1x9x10x32xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x9x10x32xf32>) -> tensor<1x9x10x32xf32>
  %0 = linalg.generic {indexing_maps = [#image_padded, #filter, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%bordered, %filter : tensor<1x23x25x3xf32>, tensor<2x7x7x3x16xf32>) outs(%f0 : tensor<1x9x10x32xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b fastmath<contract> : f32
    %s = arith.addf %o, %p fastmath<contract> : f32
    linalg.yield %s : f32
  } -> tensor<1x9x10x32xf32>
  %1 = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%0, %bias : tensor<1x9x10x32xf32>, tensor<32xf32>) outs(%e0 : tensor<1x9x10x32xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    %m = arith.maximumf %s, %zero : f32
    linalg.yield %m : f32
  } -> tensor<1x9x10x32xf32>
  %2 = tensor.pad %1 low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %least : f32
  } : tensor<1x9x10x32xf32> to tensor<1x11x12x32xf32>
  %window = tensor.empty() : tensor<3x3xf32>
  %f1 = linalg.fill ins(%least : f32) outs(%out : tensor<1x5x5x32xf32>) -> tensor<1x5x5x32xf32>
  %3 = linalg.generic {indexing_maps = [#pooled_padded, #taps, #window], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%2, %window : tensor<1x11x12x32xf32>, tensor<3x3xf32>) outs(%f1 : tensor<1x5x5x32xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.maximumf %o, %a : f32
    linalg.yield %m : f32
  } -> tensor<1x5x5x32xf32>
  kernel.return %3 : tensor<1x5x5x32xf32>
}

// Windows that reach over the end, with a column that no window needs; 20 channels,
// and a result below zero.
// CHECK: ok @ceil
#image_ceil = affine_map<(n, y, x, c, v, u, k) -> (n, y + v, x + u, k)>
#pooled_ceil = affine_map<(n, y, x, c, v, u) -> (n, y * 2 + v, x * 2 + u, c)>
kernel.func @ceil(%x: tensor<2x12x13x2xf32>, %filter: tensor<2x3x3x2x16xf32>, %bias: tensor<20xf32>, %out: tensor<2x5x5x20xf32>) -> tensor<2x5x5x20xf32> attributes {schedule = #kernel.schedule<bands {band_rows = array<i64: 3>}>} {
  %zero = arith.constant 0.0 : f32
  %least = arith.constant 0xFF800000 : f32
  %e0 = tensor.empty() : tensor<2x10x11x20xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<2x10x11x20xf32>) -> tensor<2x10x11x20xf32>
  %0 = linalg.generic {indexing_maps = [#image_ceil, #filter, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%x, %filter : tensor<2x12x13x2xf32>, tensor<2x3x3x2x16xf32>) outs(%f0 : tensor<2x10x11x20xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b fastmath<contract> : f32
    %s = arith.addf %o, %p fastmath<contract> : f32
    linalg.yield %s : f32
  } -> tensor<2x10x11x20xf32>
  %1 = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%0, %bias : tensor<2x10x11x20xf32>, tensor<20xf32>) outs(%e0 : tensor<2x10x11x20xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<2x10x11x20xf32>
  %2 = tensor.pad %1 low[0, 0, 0, 0] high[0, 1, 1, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %least : f32
  } : tensor<2x10x11x20xf32> to tensor<2x11x12x20xf32>
  %window = tensor.empty() : tensor<3x3xf32>
  %f1 = linalg.fill ins(%least : f32) outs(%out : tensor<2x5x5x20xf32>) -> tensor<2x5x5x20xf32>
  %3 = linalg.generic {indexing_maps = [#pooled_ceil, #taps, #window], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%2, %window : tensor<2x11x12x20xf32>, tensor<3x3xf32>) outs(%f1 : tensor<2x5x5x20xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.maximumf %o, %a : f32
    linalg.yield %m : f32
  } -> tensor<2x5x5x20xf32>
  kernel.return %3 : tensor<2x5x5x20xf32>
}

// Windows with rows between them that nobody needs.
// CHECK: ok @apart
#image_apart = affine_map<(n, y, x, c, v, u, k) -> (n, y + v, x + u, k)>
#pooled_apart = affine_map<(n, y, x, c, v, u) -> (n, y * 3 + v, x * 3 + u, c)>
kernel.func @apart(%x: tensor<1x19x14x1xf32>, %filter: tensor<1x3x3x1x16xf32>, %bias: tensor<16xf32>, %out: tensor<1x6x5x16xf32>) -> tensor<1x6x5x16xf32> attributes {schedule = #kernel.schedule<bands {band_rows = array<i64: 2>}>} {
  %zero = arith.constant 0.0 : f32
  %least = arith.constant 0xFF800000 : f32
  %bordered = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<1x19x14x1xf32> to tensor<1x21x16x1xf32>
  %e0 = tensor.empty() : tensor<1x19x14x16xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x19x14x16xf32>) -> tensor<1x19x14x16xf32>
  %0 = linalg.generic {indexing_maps = [#image_apart, #filter, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%bordered, %filter : tensor<1x21x16x1xf32>, tensor<1x3x3x1x16xf32>) outs(%f0 : tensor<1x19x14x16xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b fastmath<contract> : f32
    %s = arith.addf %o, %p fastmath<contract> : f32
    linalg.yield %s : f32
  } -> tensor<1x19x14x16xf32>
  %1 = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%0, %bias : tensor<1x19x14x16xf32>, tensor<16xf32>) outs(%e0 : tensor<1x19x14x16xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    %m = arith.maximumf %s, %zero : f32
    linalg.yield %m : f32
  } -> tensor<1x19x14x16xf32>
  %window = tensor.empty() : tensor<2x2xf32>
  %f1 = linalg.fill ins(%least : f32) outs(%out : tensor<1x6x5x16xf32>) -> tensor<1x6x5x16xf32>
  %3 = linalg.generic {indexing_maps = [#pooled_apart, #taps, #window], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%1, %window : tensor<1x19x14x16xf32>, tensor<2x2xf32>) outs(%f1 : tensor<1x6x5x16xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.maximumf %o, %a : f32
    linalg.yield %m : f32
  } -> tensor<1x6x5x16xf32>
  kernel.return %3 : tensor<1x6x5x16xf32>
}

// Taps apart, borders that are wider than a band, and a convolution of two images
// with taps apart.
// CHECK: ok @dilated
#image_dilated = affine_map<(n, y, x, c, v, u, k) -> (n, y + v * 2, x + u * 2, k)>
#pooled_dilated = affine_map<(n, y, x, c, v, u) -> (n, y + v * 2, x + u * 2, c)>
kernel.func @dilated(%x: tensor<2x9x8x3xf32>, %filter: tensor<2x3x3x3x16xf32>, %bias: tensor<18xf32>, %out: tensor<2x9x8x18xf32>) -> tensor<2x9x8x18xf32> attributes {schedule = #kernel.schedule<bands {band_rows = array<i64: 1>}>} {
  %zero = arith.constant 0.0 : f32
  %least = arith.constant 0xFF800000 : f32
  %bordered = tensor.pad %x low[0, 2, 2, 0] high[0, 2, 2, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<2x9x8x3xf32> to tensor<2x13x12x3xf32>
  %e0 = tensor.empty() : tensor<2x9x8x18xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<2x9x8x18xf32>) -> tensor<2x9x8x18xf32>
  %0 = linalg.generic {indexing_maps = [#image_dilated, #filter, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%bordered, %filter : tensor<2x13x12x3xf32>, tensor<2x3x3x3x16xf32>) outs(%f0 : tensor<2x9x8x18xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b fastmath<contract> : f32
    %s = arith.addf %o, %p fastmath<contract> : f32
    linalg.yield %s : f32
  } -> tensor<2x9x8x18xf32>
  %1 = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%0, %bias : tensor<2x9x8x18xf32>, tensor<18xf32>) outs(%e0 : tensor<2x9x8x18xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    %m = arith.maximumf %s, %zero : f32
    linalg.yield %m : f32
  } -> tensor<2x9x8x18xf32>
  %2 = tensor.pad %1 low[0, 2, 2, 0] high[0, 2, 2, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %least : f32
  } : tensor<2x9x8x18xf32> to tensor<2x13x12x18xf32>
  %window = tensor.empty() : tensor<3x3xf32>
  %f1 = linalg.fill ins(%least : f32) outs(%out : tensor<2x9x8x18xf32>) -> tensor<2x9x8x18xf32>
  %3 = linalg.generic {indexing_maps = [#pooled_dilated, #taps, #window], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%2, %window : tensor<2x13x12x18xf32>, tensor<3x3xf32>) outs(%f1 : tensor<2x9x8x18xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.maximumf %o, %a : f32
    linalg.yield %m : f32
  } -> tensor<2x9x8x18xf32>
  kernel.return %3 : tensor<2x9x8x18xf32>
}
