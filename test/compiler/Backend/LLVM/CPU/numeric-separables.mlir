// RUN: swage-kernel %s --tolerance=1e-5 | FileCheck %s
// RUN: swage-kernel %s --tolerance=1e-5 --target=x86-64-v2 | FileCheck %s
// RUN: swage-kernel %s --tolerance=1e-5 --target=x86-64-v3 --num-threads=2 | FileCheck %s
// RUN: swage-opt %s -swage-lower-kernels-cpu=target=x86-64-v4 -canonicalize -cse | FileCheck %s --check-prefix=LOOPS

// Windows over each channel and products of what they give, in bands of rows,
// against plain loops.

#padded = affine_map<(n, y, x, c, v, u) -> (n, y + v, x + u, c)>
#strided = affine_map<(n, y, x, c, v, u) -> (n, y * 2 + v, x * 2 + u, c)>
#taps = affine_map<(n, y, x, c, v, u) -> (v, u, c)>
#window = affine_map<(n, y, x, c, v, u) -> (n, y, x, c)>
#id = affine_map<(n, y, x, c) -> (n, y, x, c)>
#channel = affine_map<(n, y, x, c) -> (c)>
#image = affine_map<(n, y, x, c, k) -> (n, y, x, k)>
#filter = affine_map<(n, y, x, c, k) -> (c floordiv 16, k, c mod 16)>
#result = affine_map<(n, y, x, c, k) -> (n, y, x, c)>

// Bands of three rows, and one of two; columns that fill no panel, channels that
// fill no vector. What is made of the window's sums is in registers, and so is
// the residual that is added to the product's.
// CHECK: ok @bands
// LOOPS-LABEL: func.func private @bands.body
// LOOPS-SAME: #kernel.schedule<separable {band_rows = array<i64: 3>
// LOOPS: scf.parallel {{.*}} to (%c3)
// LOOPS: memref.alloc() {{.*}} : memref<3x7x20xf32>
// LOOPS-NOT: memref.alloc
// LOOPS: return
kernel.func @bands(%x: tensor<1x10x9x20xf32>, %w: tensor<3x3x20xf32>, %bias: tensor<20xf32>, %filter: tensor<2x20x16xf32>, %r: tensor<1x8x7x27xf32>, %out: tensor<1x8x7x27xf32>) -> tensor<1x8x7x27xf32> attributes {schedule = #kernel.schedule<separable {band_rows = array<i64: 3>}>} {
  %zero = arith.constant 0.0 : f32
  %e0 = tensor.empty() : tensor<1x8x7x20xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x8x7x20xf32>) -> tensor<1x8x7x20xf32>
  %0 = linalg.generic {indexing_maps = [#padded, #taps, #window], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%x, %w : tensor<1x10x9x20xf32>, tensor<3x3x20xf32>) outs(%f0 : tensor<1x8x7x20xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b fastmath<contract> : f32
    %s = arith.addf %o, %p fastmath<contract> : f32
    linalg.yield %s : f32
  } -> tensor<1x8x7x20xf32>
  %1 = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%0, %bias : tensor<1x8x7x20xf32>, tensor<20xf32>) outs(%e0 : tensor<1x8x7x20xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    %m = arith.maximumf %s, %zero : f32
    linalg.yield %m : f32
  } -> tensor<1x8x7x20xf32>
  %e1 = tensor.empty() : tensor<1x8x7x27xf32>
  %f1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<1x8x7x27xf32>) -> tensor<1x8x7x27xf32>
  %2 = linalg.generic {indexing_maps = [#image, #filter, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
      ins(%1, %filter : tensor<1x8x7x20xf32>, tensor<2x20x16xf32>) outs(%f1 : tensor<1x8x7x27xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b fastmath<contract> : f32
    %s = arith.addf %o, %p fastmath<contract> : f32
    linalg.yield %s : f32
  } -> tensor<1x8x7x27xf32>
  %3 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%2, %r : tensor<1x8x7x27xf32>, tensor<1x8x7x27xf32>) outs(%out : tensor<1x8x7x27xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<1x8x7x27xf32>
  kernel.return %3 : tensor<1x8x7x27xf32>
}

// Several images, a window that goes by two, and borders around what it reads.
// Bands are as large as what lies between may be.
// CHECK: ok @images
// LOOPS-LABEL: func.func private @images.body
// LOOPS-SAME: #kernel.schedule<separable
// LOOPS: scf.parallel {{.*}} to (%c3) step
// LOOPS: memref.alloc() {{.*}} : memref<6x6x32xf32>
kernel.func @images(%x: tensor<3x12x12x32xf32>, %w: tensor<3x3x32xf32>, %filter: tensor<3x32x16xf32>, %out: tensor<3x6x6x48xf32>) -> tensor<3x6x6x48xf32> {
  %zero = arith.constant 0.0 : f32
  %around = tensor.pad %x low[0, 0, 0, 0] high[0, 1, 1, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<3x12x12x32xf32> to tensor<3x13x13x32xf32>
  %e0 = tensor.empty() : tensor<3x6x6x32xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<3x6x6x32xf32>) -> tensor<3x6x6x32xf32>
  %0 = linalg.generic {indexing_maps = [#strided, #taps, #window], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%around, %w : tensor<3x13x13x32xf32>, tensor<3x3x32xf32>) outs(%f0 : tensor<3x6x6x32xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b fastmath<contract> : f32
    %s = arith.addf %o, %p fastmath<contract> : f32
    linalg.yield %s : f32
  } -> tensor<3x6x6x32xf32>
  %f1 = linalg.fill ins(%zero : f32) outs(%out : tensor<3x6x6x48xf32>) -> tensor<3x6x6x48xf32>
  %1 = linalg.generic {indexing_maps = [#image, #filter, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
      ins(%0, %filter : tensor<3x6x6x32xf32>, tensor<3x32x16xf32>) outs(%f1 : tensor<3x6x6x48xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b fastmath<contract> : f32
    %s = arith.addf %o, %p fastmath<contract> : f32
    linalg.yield %s : f32
  } -> tensor<3x6x6x48xf32>
  kernel.return %1 : tensor<3x6x6x48xf32>
}

// What the window gives is a result as well: two loops over all rows.
// CHECK: ok @both
// LOOPS-LABEL: func.func private @both.body
// LOOPS-NOT: separable
// LOOPS: return
kernel.func @both(%x: tensor<1x10x9x32xf32>, %w: tensor<3x3x32xf32>, %filter: tensor<1x32x16xf32>, %between: tensor<1x8x7x32xf32>, %out: tensor<1x8x7x16xf32>) -> (tensor<1x8x7x32xf32>, tensor<1x8x7x16xf32>) {
  %zero = arith.constant 0.0 : f32
  %f0 = linalg.fill ins(%zero : f32) outs(%between : tensor<1x8x7x32xf32>) -> tensor<1x8x7x32xf32>
  %0 = linalg.generic {indexing_maps = [#padded, #taps, #window], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%x, %w : tensor<1x10x9x32xf32>, tensor<3x3x32xf32>) outs(%f0 : tensor<1x8x7x32xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b fastmath<contract> : f32
    %s = arith.addf %o, %p fastmath<contract> : f32
    linalg.yield %s : f32
  } -> tensor<1x8x7x32xf32>
  %f1 = linalg.fill ins(%zero : f32) outs(%out : tensor<1x8x7x16xf32>) -> tensor<1x8x7x16xf32>
  %1 = linalg.generic {indexing_maps = [#image, #filter, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
      ins(%0, %filter : tensor<1x8x7x32xf32>, tensor<1x32x16xf32>) outs(%f1 : tensor<1x8x7x16xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b fastmath<contract> : f32
    %s = arith.addf %o, %p fastmath<contract> : f32
    linalg.yield %s : f32
  } -> tensor<1x8x7x16xf32>
  kernel.return %0, %1 : tensor<1x8x7x32xf32>, tensor<1x8x7x16xf32>
}

// Products with loops that what lies between does not have stay apart.
// CHECK: ok @more_loops
// LOOPS-LABEL: func.func private @more_loops.body
// LOOPS-NOT: separable
// LOOPS: return
#image_of_many = affine_map<(n, y, x, g, c, k) -> (n, y, x, k)>
#filters = affine_map<(n, y, x, g, c, k) -> (g, c floordiv 16, k, c mod 16)>
#results = affine_map<(n, y, x, g, c, k) -> (n, y, x, g, c)>
kernel.func @more_loops(%x: tensor<1x10x9x32xf32>, %w: tensor<3x3x32xf32>, %filter: tensor<3x1x32x16xf32>, %out: tensor<1x8x7x3x16xf32>) -> tensor<1x8x7x3x16xf32> {
  %zero = arith.constant 0.0 : f32
  %e0 = tensor.empty() : tensor<1x8x7x32xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x8x7x32xf32>) -> tensor<1x8x7x32xf32>
  %0 = linalg.generic {indexing_maps = [#padded, #taps, #window], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%x, %w : tensor<1x10x9x32xf32>, tensor<3x3x32xf32>) outs(%f0 : tensor<1x8x7x32xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b fastmath<contract> : f32
    %s = arith.addf %o, %p fastmath<contract> : f32
    linalg.yield %s : f32
  } -> tensor<1x8x7x32xf32>
  %f1 = linalg.fill ins(%zero : f32) outs(%out : tensor<1x8x7x3x16xf32>) -> tensor<1x8x7x3x16xf32>
  %1 = linalg.generic {indexing_maps = [#image_of_many, #filters, #results], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]}
      ins(%0, %filter : tensor<1x8x7x32xf32>, tensor<3x1x32x16xf32>) outs(%f1 : tensor<1x8x7x3x16xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b fastmath<contract> : f32
    %s = arith.addf %o, %p fastmath<contract> : f32
    linalg.yield %s : f32
  } -> tensor<1x8x7x3x16xf32>
  kernel.return %1 : tensor<1x8x7x3x16xf32>
}
