// RUN: swage-kernel %s --tolerance=1e-5 | FileCheck %s
// RUN: swage-kernel %s --tolerance=1e-5 --target=x86-64-v2 | FileCheck %s
// RUN: swage-kernel %s --tolerance=1e-5 --target=x86-64-v3 --num-threads=2 | FileCheck %s
// RUN: swage-opt %s -swage-lower-kernels-cpu=target=x86-64-v4 -canonicalize -cse | FileCheck %s --check-prefix=LOOPS

// Windows over what a product gives, in bands of rows, against plain loops.

#image = affine_map<(n, y, x, c, k) -> (n, y, x, k)>
#filter = affine_map<(n, y, x, c, k) -> (c floordiv 16, k, c mod 16)>
#result = affine_map<(n, y, x, c, k) -> (n, y, x, c)>
#id = affine_map<(n, y, x, c) -> (n, y, x, c)>
#channel = affine_map<(n, y, x, c) -> (c)>
#taps = affine_map<(n, y, x, c, v, u) -> (v, u, c)>
#window = affine_map<(n, y, x, c, v, u) -> (n, y, x, c)>

// All rows at once: threads share the panels of 16 channels, and memory holds the
// padded image of one.
// CHECK: ok @whole
// LOOPS-LABEL: func.func private @whole.body
// LOOPS-SAME: #kernel.schedule<bands {band_rows = array<i64: 9>
// LOOPS: scf.parallel {{.*}} to (%c2)
// LOOPS: memref.alloc() {{.*}} : memref<11x9x16xf32>
// LOOPS-NOT: memref.alloc
// LOOPS: return
#padded_whole = affine_map<(n, y, x, c, v, u) -> (n, y + v, x + u, c)>
kernel.func @whole(%x: tensor<1x9x7x5xf32>, %filter: tensor<2x5x16xf32>, %bias: tensor<32xf32>, %taps: tensor<3x3x32xf32>, %out: tensor<1x9x7x32xf32>) -> tensor<1x9x7x32xf32> {
  %zero = arith.constant 0.0 : f32
  %e0 = tensor.empty() : tensor<1x9x7x32xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x9x7x32xf32>) -> tensor<1x9x7x32xf32>
  %0 = linalg.generic {indexing_maps = [#image, #filter, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
      ins(%x, %filter : tensor<1x9x7x5xf32>, tensor<2x5x16xf32>) outs(%f0 : tensor<1x9x7x32xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b fastmath<contract> : f32
    %s = arith.addf %o, %p fastmath<contract> : f32
    linalg.yield %s : f32
  } -> tensor<1x9x7x32xf32>
  %1 = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%0, %bias : tensor<1x9x7x32xf32>, tensor<32xf32>) outs(%e0 : tensor<1x9x7x32xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    %m = arith.maximumf %s, %zero : f32
    linalg.yield %m : f32
  } -> tensor<1x9x7x32xf32>
  %2 = tensor.pad %1 low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<1x9x7x32xf32> to tensor<1x11x9x32xf32>
  %e1 = tensor.empty() : tensor<1x9x7x32xf32>
  %f1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<1x9x7x32xf32>) -> tensor<1x9x7x32xf32>
  %3 = linalg.generic {indexing_maps = [#padded_whole, #taps, #window], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%2, %taps : tensor<1x11x9x32xf32>, tensor<3x3x32xf32>) outs(%f1 : tensor<1x9x7x32xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b fastmath<contract> : f32
    %s = arith.addf %o, %p fastmath<contract> : f32
    linalg.yield %s : f32
  } -> tensor<1x9x7x32xf32>
  %4 = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%3, %bias : tensor<1x9x7x32xf32>, tensor<32xf32>) outs(%out : tensor<1x9x7x32xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.mulf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<1x9x7x32xf32>
  kernel.return %4 : tensor<1x9x7x32xf32>
}

// Bands of three rows of the result, the last of which is shorter; no border on
// one side; channels that fill no panel.
// CHECK: ok @stride
#padded_stride = affine_map<(n, y, x, c, v, u) -> (n, y * 2 + v, x * 2 + u, c)>
kernel.func @stride(%x: tensor<1x14x13x4xf32>, %filter: tensor<2x4x16xf32>, %bias: tensor<20xf32>, %taps: tensor<3x3x20xf32>, %out: tensor<1x7x6x20xf32>) -> tensor<1x7x6x20xf32> attributes {schedule = #kernel.schedule<bands {band_rows = array<i64: 3>}>} {
  %zero = arith.constant 0.0 : f32
  %e0 = tensor.empty() : tensor<1x14x13x20xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x14x13x20xf32>) -> tensor<1x14x13x20xf32>
  %0 = linalg.generic {indexing_maps = [#image, #filter, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
      ins(%x, %filter : tensor<1x14x13x4xf32>, tensor<2x4x16xf32>) outs(%f0 : tensor<1x14x13x20xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b fastmath<contract> : f32
    %s = arith.addf %o, %p fastmath<contract> : f32
    linalg.yield %s : f32
  } -> tensor<1x14x13x20xf32>
  %1 = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%0, %bias : tensor<1x14x13x20xf32>, tensor<20xf32>) outs(%e0 : tensor<1x14x13x20xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    %m = arith.maximumf %s, %zero : f32
    linalg.yield %m : f32
  } -> tensor<1x14x13x20xf32>
  %2 = tensor.pad %1 low[0, 0, 0, 0] high[0, 1, 1, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<1x14x13x20xf32> to tensor<1x15x14x20xf32>
  %f1 = linalg.fill ins(%zero : f32) outs(%out : tensor<1x7x6x20xf32>) -> tensor<1x7x6x20xf32>
  %3 = linalg.generic {indexing_maps = [#padded_stride, #taps, #window], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%2, %taps : tensor<1x15x14x20xf32>, tensor<3x3x20xf32>) outs(%f1 : tensor<1x7x6x20xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b fastmath<contract> : f32
    %s = arith.addf %o, %p fastmath<contract> : f32
    linalg.yield %s : f32
  } -> tensor<1x7x6x20xf32>
  kernel.return %3 : tensor<1x7x6x20xf32>
}

// Bands that are all borders but for a row, a window of 5x5, two images.
// CHECK: ok @tall
#padded_tall = affine_map<(n, y, x, c, v, u) -> (n, y + v, x + u, c)>
kernel.func @tall(%x: tensor<2x4x5x3xf32>, %filter: tensor<1x3x16xf32>, %bias: tensor<16xf32>, %taps: tensor<5x5x16xf32>, %out: tensor<2x4x5x16xf32>) -> tensor<2x4x5x16xf32> attributes {schedule = #kernel.schedule<bands {band_rows = array<i64: 1>}>} {
  %zero = arith.constant 0.0 : f32
  %e0 = tensor.empty() : tensor<2x4x5x16xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<2x4x5x16xf32>) -> tensor<2x4x5x16xf32>
  %0 = linalg.generic {indexing_maps = [#image, #filter, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
      ins(%x, %filter : tensor<2x4x5x3xf32>, tensor<1x3x16xf32>) outs(%f0 : tensor<2x4x5x16xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b fastmath<contract> : f32
    %s = arith.addf %o, %p fastmath<contract> : f32
    linalg.yield %s : f32
  } -> tensor<2x4x5x16xf32>
  %1 = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%0, %bias : tensor<2x4x5x16xf32>, tensor<16xf32>) outs(%e0 : tensor<2x4x5x16xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    %m = arith.maximumf %s, %zero : f32
    linalg.yield %m : f32
  } -> tensor<2x4x5x16xf32>
  %2 = tensor.pad %1 low[0, 2, 2, 0] high[0, 2, 2, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<2x4x5x16xf32> to tensor<2x8x9x16xf32>
  %e1 = tensor.empty() : tensor<2x4x5x16xf32>
  %f1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<2x4x5x16xf32>) -> tensor<2x4x5x16xf32>
  %3 = linalg.generic {indexing_maps = [#padded_tall, #taps, #window], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%2, %taps : tensor<2x8x9x16xf32>, tensor<5x5x16xf32>) outs(%f1 : tensor<2x4x5x16xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b fastmath<contract> : f32
    %s = arith.addf %o, %p fastmath<contract> : f32
    linalg.yield %s : f32
  } -> tensor<2x4x5x16xf32>
  %4 = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%3, %bias : tensor<2x4x5x16xf32>, tensor<16xf32>) outs(%out : tensor<2x4x5x16xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.mulf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<2x4x5x16xf32>
  kernel.return %4 : tensor<2x4x5x16xf32>
}

// Taps apart.
// CHECK: ok @dilated
#padded_dilated = affine_map<(n, y, x, c, v, u) -> (n, y + v * 2, x + u * 2, c)>
kernel.func @dilated(%x: tensor<1x12x11x3xf32>, %filter: tensor<3x3x16xf32>, %bias: tensor<48xf32>, %taps: tensor<3x3x48xf32>, %out: tensor<1x12x11x48xf32>) -> tensor<1x12x11x48xf32> attributes {schedule = #kernel.schedule<bands {band_rows = array<i64: 5>}>} {
  %zero = arith.constant 0.0 : f32
  %e0 = tensor.empty() : tensor<1x12x11x48xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x12x11x48xf32>) -> tensor<1x12x11x48xf32>
  %0 = linalg.generic {indexing_maps = [#image, #filter, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
      ins(%x, %filter : tensor<1x12x11x3xf32>, tensor<3x3x16xf32>) outs(%f0 : tensor<1x12x11x48xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b fastmath<contract> : f32
    %s = arith.addf %o, %p fastmath<contract> : f32
    linalg.yield %s : f32
  } -> tensor<1x12x11x48xf32>
  %1 = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%0, %bias : tensor<1x12x11x48xf32>, tensor<48xf32>) outs(%e0 : tensor<1x12x11x48xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    %m = arith.maximumf %s, %zero : f32
    linalg.yield %m : f32
  } -> tensor<1x12x11x48xf32>
  %2 = tensor.pad %1 low[0, 2, 2, 0] high[0, 2, 2, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<1x12x11x48xf32> to tensor<1x16x15x48xf32>
  %e1 = tensor.empty() : tensor<1x12x11x48xf32>
  %f1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<1x12x11x48xf32>) -> tensor<1x12x11x48xf32>
  %3 = linalg.generic {indexing_maps = [#padded_dilated, #taps, #window], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%2, %taps : tensor<1x16x15x48xf32>, tensor<3x3x48xf32>) outs(%f1 : tensor<1x12x11x48xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b fastmath<contract> : f32
    %s = arith.addf %o, %p fastmath<contract> : f32
    linalg.yield %s : f32
  } -> tensor<1x12x11x48xf32>
  %4 = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%3, %bias : tensor<1x12x11x48xf32>, tensor<48xf32>) outs(%out : tensor<1x12x11x48xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.mulf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<1x12x11x48xf32>
  kernel.return %4 : tensor<1x12x11x48xf32>
}

// A band whose rows are all border.
// CHECK: ok @far
#padded_far = affine_map<(n, y, x, c, v, u) -> (n, y + v, x + u, c)>
kernel.func @far(%x: tensor<1x3x3x3xf32>, %filter: tensor<1x3x16xf32>, %bias: tensor<16xf32>, %taps: tensor<3x3x16xf32>, %out: tensor<1x8x3x16xf32>) -> tensor<1x8x3x16xf32> attributes {schedule = #kernel.schedule<bands {band_rows = array<i64: 2>}>} {
  %zero = arith.constant 0.0 : f32
  %e0 = tensor.empty() : tensor<1x3x3x16xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x3x3x16xf32>) -> tensor<1x3x3x16xf32>
  %0 = linalg.generic {indexing_maps = [#image, #filter, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
      ins(%x, %filter : tensor<1x3x3x3xf32>, tensor<1x3x16xf32>) outs(%f0 : tensor<1x3x3x16xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b fastmath<contract> : f32
    %s = arith.addf %o, %p fastmath<contract> : f32
    linalg.yield %s : f32
  } -> tensor<1x3x3x16xf32>
  %1 = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%0, %bias : tensor<1x3x3x16xf32>, tensor<16xf32>) outs(%e0 : tensor<1x3x3x16xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    %m = arith.maximumf %s, %zero : f32
    linalg.yield %m : f32
  } -> tensor<1x3x3x16xf32>
  %2 = tensor.pad %1 low[0, 4, 1, 0] high[0, 3, 1, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<1x3x3x16xf32> to tensor<1x10x5x16xf32>
  %e1 = tensor.empty() : tensor<1x8x3x16xf32>
  %f1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<1x8x3x16xf32>) -> tensor<1x8x3x16xf32>
  %3 = linalg.generic {indexing_maps = [#padded_far, #taps, #window], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%2, %taps : tensor<1x10x5x16xf32>, tensor<3x3x16xf32>) outs(%f1 : tensor<1x8x3x16xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b fastmath<contract> : f32
    %s = arith.addf %o, %p fastmath<contract> : f32
    linalg.yield %s : f32
  } -> tensor<1x8x3x16xf32>
  %4 = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%3, %bias : tensor<1x8x3x16xf32>, tensor<16xf32>) outs(%out : tensor<1x8x3x16xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.mulf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<1x8x3x16xf32>
  kernel.return %4 : tensor<1x8x3x16xf32>
}
