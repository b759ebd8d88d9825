// Windows on the borders of small images: regions in which the same part of the
// window lies on the image, against the general path.
// RUN: swage-kernel %s | FileCheck %s
// RUN: swage-opt %s -swage-lower-kernels-cpu=target=x86-64-v3 -canonicalize -cse | FileCheck %s --check-prefix=LOOPS

// The gradient of a filter: nine places, a matrix product each.
// CHECK: ok @filter_gradient
// LOOPS-LABEL: func.func private @filter_gradient.body
// LOOPS-COUNT-9: scf.parallel
// LOOPS-NOT: scf.parallel
// LOOPS: return
kernel.func @filter_gradient(%x: tensor<40x4x5x8xf32>, %w: tensor<4x5x8x48xf32>, %out: tensor<40x3x3x48xf32>) -> tensor<40x3x3x48xf32> {
  %zero = arith.constant 0.0 : f32
  %padded = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%i0: index, %i1: index, %i2: index, %i3: index):
    tensor.yield %zero : f32
  } : tensor<40x4x5x8xf32> to tensor<40x6x7x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<40x3x3x48xf32>) -> tensor<40x3x3x48xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(n, y, x, k, r, s, c) -> (n, y + r, x + s, c)>, affine_map<(n, y, x, k, r, s, c) -> (r, s, c, k)>, affine_map<(n, y, x, k, r, s, c) -> (n, y, x, k)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%padded, %w : tensor<40x6x7x8xf32>, tensor<4x5x8x48xf32>) outs(%f : tensor<40x3x3x48xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b fastmath<contract> : f32
    %q = arith.addf %c, %p fastmath<contract> : f32
    linalg.yield %q : f32
  } -> tensor<40x3x3x48xf32>
  kernel.return %y : tensor<40x3x3x48xf32>
}

// Of a stride of two: places go by one, the window by two.
// CHECK: ok @strided
kernel.func @strided(%x: tensor<64x4x4x8xf32>, %w: tensor<2x2x8x64xf32>, %out: tensor<64x3x3x64xf32>) -> tensor<64x3x3x64xf32> {
  %zero = arith.constant 0.0 : f32
  %padded = tensor.pad %x low[0, 1, 1, 0] high[0, 0, 0, 0] {
  ^bb0(%i0: index, %i1: index, %i2: index, %i3: index):
    tensor.yield %zero : f32
  } : tensor<64x4x4x8xf32> to tensor<64x5x5x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<64x3x3x64xf32>) -> tensor<64x3x3x64xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(n, y, x, k, r, s, c) -> (n, y + r * 2, x + s * 2, c)>, affine_map<(n, y, x, k, r, s, c) -> (r, s, c, k)>, affine_map<(n, y, x, k, r, s, c) -> (n, y, x, k)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%padded, %w : tensor<64x5x5x8xf32>, tensor<2x2x8x64xf32>) outs(%f : tensor<64x3x3x64xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b fastmath<contract> : f32
    %q = arith.addf %c, %p fastmath<contract> : f32
    linalg.yield %q : f32
  } -> tensor<64x3x3x64xf32>
  kernel.return %y : tensor<64x3x3x64xf32>
}

// Places go by two. At the end an element of the image is in no window.
// CHECK: ok @wide_steps
kernel.func @wide_steps(%x: tensor<200x6x6x4xf32>, %w: tensor<3x3x4x32xf32>, %out: tensor<200x3x3x32xf32>) -> tensor<200x3x3x32xf32> {
  %zero = arith.constant 0.0 : f32
  %padded = tensor.pad %x low[0, 2, 1, 0] high[0, 0, 1, 0] {
  ^bb0(%i0: index, %i1: index, %i2: index, %i3: index):
    tensor.yield %zero : f32
  } : tensor<200x6x6x4xf32> to tensor<200x8x8x4xf32>
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<200x3x3x32xf32>) -> tensor<200x3x3x32xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(n, y, x, k, r, s, c) -> (n, y * 2 + r, x * 2 + s, c)>, affine_map<(n, y, x, k, r, s, c) -> (r, s, c, k)>, affine_map<(n, y, x, k, r, s, c) -> (n, y, x, k)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%padded, %w : tensor<200x8x8x4xf32>, tensor<3x3x4x32xf32>) outs(%f : tensor<200x3x3x32xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b fastmath<contract> : f32
    %q = arith.addf %c, %p fastmath<contract> : f32
    linalg.yield %q : f32
  } -> tensor<200x3x3x32xf32>
  kernel.return %y : tensor<200x3x3x32xf32>
}

// What is made of the sums comes after all regions.
// CHECK: ok @clamped
kernel.func @clamped(%x: tensor<128x2x2x8xf32>, %w: tensor<2x2x8x64xf32>, %out: tensor<128x3x3x64xf32>) -> tensor<128x3x3x64xf32> {
  %zero = arith.constant 0.0 : f32
  %padded = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%i0: index, %i1: index, %i2: index, %i3: index):
    tensor.yield %zero : f32
  } : tensor<128x2x2x8xf32> to tensor<128x4x4x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<128x3x3x64xf32>) -> tensor<128x3x3x64xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(n, y, x, k, r, s, c) -> (n, y + r, x + s, c)>, affine_map<(n, y, x, k, r, s, c) -> (r, s, c, k)>, affine_map<(n, y, x, k, r, s, c) -> (n, y, x, k)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%padded, %w : tensor<128x4x4x8xf32>, tensor<2x2x8x64xf32>) outs(%f : tensor<128x3x3x64xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b fastmath<contract> : f32
    %q = arith.addf %c, %p fastmath<contract> : f32
    linalg.yield %q : f32
  } -> tensor<128x3x3x64xf32>
  %e = tensor.empty() : tensor<128x3x3x64xf32>
  %z = linalg.generic {indexing_maps = [affine_map<(n, y, x, k) -> (n, y, x, k)>, affine_map<(n, y, x, k) -> (n, y, x, k)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%y : tensor<128x3x3x64xf32>) outs(%e : tensor<128x3x3x64xf32>) {
  ^bb0(%a: f32, %b: f32):
    %m = arith.maximumf %a, %zero : f32
    linalg.yield %m : f32
  } -> tensor<128x3x3x64xf32>
  kernel.return %z : tensor<128x3x3x64xf32>
}

// Borders along one dimension only.
// CHECK: ok @one_row
kernel.func @one_row(%x: tensor<96x3x4x8xf32>, %w: tensor<3x1x8x64xf32>, %out: tensor<96x3x4x64xf32>) -> tensor<96x3x4x64xf32> {
  %zero = arith.constant 0.0 : f32
  %padded = tensor.pad %x low[0, 1, 0, 0] high[0, 1, 0, 0] {
  ^bb0(%i0: index, %i1: index, %i2: index, %i3: index):
    tensor.yield %zero : f32
  } : tensor<96x3x4x8xf32> to tensor<96x5x4x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<96x3x4x64xf32>) -> tensor<96x3x4x64xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(n, y, x, k, r, s, c) -> (n, y + r, x + s, c)>, affine_map<(n, y, x, k, r, s, c) -> (r, s, c, k)>, affine_map<(n, y, x, k, r, s, c) -> (n, y, x, k)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%padded, %w : tensor<96x5x4x8xf32>, tensor<3x1x8x64xf32>) outs(%f : tensor<96x3x4x64xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b fastmath<contract> : f32
    %q = arith.addf %c, %p fastmath<contract> : f32
    linalg.yield %q : f32
  } -> tensor<96x3x4x64xf32>
  kernel.return %y : tensor<96x3x4x64xf32>
}

// The filter is large and each part of it meets few rows: as a whole.
// CHECK: ok @few_rows
// LOOPS-LABEL: func.func private @few_rows.body
// LOOPS: memref.alloc(){{.*}} : memref<{{1x4x4x64xf32|256xf32|4x4x64xf32}}
// LOOPS: return
kernel.func @few_rows(%x: tensor<1x2x2x64xf32>, %w: tensor<3x3x64x64xf32>, %out: tensor<1x2x2x64xf32>) -> tensor<1x2x2x64xf32> {
  %zero = arith.constant 0.0 : f32
  %padded = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%i0: index, %i1: index, %i2: index, %i3: index):
    tensor.yield %zero : f32
  } : tensor<1x2x2x64xf32> to tensor<1x4x4x64xf32>
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<1x2x2x64xf32>) -> tensor<1x2x2x64xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(n, y, x, k, r, s, c) -> (n, y + r, x + s, c)>, affine_map<(n, y, x, k, r, s, c) -> (r, s, c, k)>, affine_map<(n, y, x, k, r, s, c) -> (n, y, x, k)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%padded, %w : tensor<1x4x4x64xf32>, tensor<3x3x64x64xf32>) outs(%f : tensor<1x2x2x64xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b fastmath<contract> : f32
    %q = arith.addf %c, %p fastmath<contract> : f32
    linalg.yield %q : f32
  } -> tensor<1x2x2x64xf32>
  kernel.return %y : tensor<1x2x2x64xf32>
}

// Zeros are multiplied and added where sums must not be changed.
// CHECK: ok @strict
kernel.func @strict(%x: tensor<40x4x5x8xf32>, %w: tensor<4x5x8x48xf32>, %out: tensor<40x3x3x48xf32>) -> tensor<40x3x3x48xf32> {
  %zero = arith.constant 0.0 : f32
  %padded = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%i0: index, %i1: index, %i2: index, %i3: index):
    tensor.yield %zero : f32
  } : tensor<40x4x5x8xf32> to tensor<40x6x7x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<40x3x3x48xf32>) -> tensor<40x3x3x48xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(n, y, x, k, r, s, c) -> (n, y + r, x + s, c)>, affine_map<(n, y, x, k, r, s, c) -> (r, s, c, k)>, affine_map<(n, y, x, k, r, s, c) -> (n, y, x, k)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%padded, %w : tensor<40x6x7x8xf32>, tensor<4x5x8x48xf32>) outs(%f : tensor<40x3x3x48xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %c, %p : f32
    linalg.yield %q : f32
  } -> tensor<40x3x3x48xf32>
  kernel.return %y : tensor<40x3x3x48xf32>
}

// Sums that are inserted over one another: the later ones stay, whatever stage
// computes them first.
// CHECK: ok @patches
kernel.func @patches(%a: tensor<6x40xf32>, %b: tensor<6x40xf32>, %out: tensor<9xf32>) -> tensor<9xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<6xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<6xf32>) -> tensor<6xf32>
  %late = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]}
      ins(%a : tensor<6x40xf32>) outs(%f : tensor<6xf32>) {
  ^bb0(%x: f32, %y: f32):
    %s = arith.addf %x, %y : f32
    linalg.yield %s : f32
  } -> tensor<6xf32>
  %early = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]}
      ins(%b : tensor<6x40xf32>) outs(%f : tensor<6xf32>) {
  ^bb0(%x: f32, %y: f32):
    %s = arith.addf %x, %y : f32
    linalg.yield %s : f32
  } -> tensor<6xf32>
  %base = tensor.empty() : tensor<9xf32>
  %first = tensor.insert_slice %early into %base[0] [6] [1] : tensor<6xf32> into tensor<9xf32>
  %second = tensor.insert_slice %late into %first[3] [6] [1] : tensor<6xf32> into tensor<9xf32>
  kernel.return %second : tensor<9xf32>
}

// The greatest elements of windows: without a copy of the image with borders.
// CHECK: ok @greatest
// LOOPS-LABEL: func.func private @greatest.body
// LOOPS-NOT: memref.alloc
// LOOPS: return
kernel.func @greatest(%x: tensor<2x9x8x20xf32>, %out: tensor<2x5x4x20xf32>) -> tensor<2x5x4x20xf32> {
  %least = arith.constant 0xFF800000 : f32
  %padded = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%i0: index, %i1: index, %i2: index, %i3: index):
    tensor.yield %least : f32
  } : tensor<2x9x8x20xf32> to tensor<2x11x10x20xf32>
  %shape = tensor.empty() : tensor<3x3xf32>
  %f = linalg.fill ins(%least : f32) outs(%out : tensor<2x5x4x20xf32>) -> tensor<2x5x4x20xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(n, y, x, c, r, s) -> (n, y * 2 + r, x * 2 + s, c)>, affine_map<(n, y, x, c, r, s) -> (r, s)>, affine_map<(n, y, x, c, r, s) -> (n, y, x, c)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%padded, %shape : tensor<2x11x10x20xf32>, tensor<3x3xf32>) outs(%f : tensor<2x5x4x20xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %q = arith.maximumf %c, %a : f32
    linalg.yield %q : f32
  } -> tensor<2x5x4x20xf32>
  kernel.return %y : tensor<2x5x4x20xf32>
}

// A border that counts: zeros are greater than what the image has there.
// CHECK: ok @zeros
// LOOPS-LABEL: func.func private @zeros.body
// LOOPS: memref.alloc
// LOOPS: return
kernel.func @zeros(%x: tensor<2x9x8x20xf32>, %out: tensor<2x9x8x20xf32>) -> tensor<2x9x8x20xf32> {
  %least = arith.constant 0xFF800000 : f32
  %zero = arith.constant 0.0 : f32
  %padded = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%i0: index, %i1: index, %i2: index, %i3: index):
    tensor.yield %zero : f32
  } : tensor<2x9x8x20xf32> to tensor<2x11x10x20xf32>
  %shape = tensor.empty() : tensor<3x3xf32>
  %f = linalg.fill ins(%least : f32) outs(%out : tensor<2x9x8x20xf32>) -> tensor<2x9x8x20xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(n, y, x, c, r, s) -> (n, y + r, x + s, c)>, affine_map<(n, y, x, c, r, s) -> (r, s)>, affine_map<(n, y, x, c, r, s) -> (n, y, x, c)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%padded, %shape : tensor<2x11x10x20xf32>, tensor<3x3xf32>) outs(%f : tensor<2x9x8x20xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %q = arith.maximumf %c, %a : f32
    linalg.yield %q : f32
  } -> tensor<2x9x8x20xf32>
  kernel.return %y : tensor<2x9x8x20xf32>
}
