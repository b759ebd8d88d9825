// RUN: swage-opt %s -split-input-file -swage-winograd=tile=2,2 | FileCheck %s --check-prefixes=CHECK,TILE
// RUN: swage-opt %s -split-input-file -swage-winograd | FileCheck %s --check-prefixes=CHECK,COST

// A filter of three by three becomes transforms and products, the last two of
// which are marked for one kernel.
// CHECK-LABEL: func.func @square
// CHECK-SAME: %[[X:[a-z0-9_]+]]: tensor<1x28x28x64xf32>
func.func @square(%x: tensor<1x28x28x64xf32>, %init: tensor<1x28x28x64xf32>) -> tensor<1x28x28x64xf32> {
  %w = arith.constant dense_resource<filter> : tensor<3x3x64x64xf32>
  %zero = arith.constant 0.0 : f32
  // The padding grows where the last tiles need more of it.
  // TILE: tensor.pad %[[X]] low[0, 1, 1, 0] high[0, 1, 1, 0]
  // TILE: tensor<1x28x28x64xf32> to tensor<1x30x30x64xf32>
  // COST: tensor.pad %[[X]] low[0, 1, 1, 0] high[0, 1, 1, 0]
  %padded = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<1x28x28x64xf32> to tensor<1x30x30x64xf32>
  // TILE: %[[V:[0-9]+]] = linalg.generic {{.*}} ins(%{{.*}}, %{{.*}}, %{{.*}} : tensor<4x4xf32>, tensor<4x4xf32>, tensor<1x30x30x64xf32>) outs(%{{.*}} : tensor<4x4x1x14x14x64xf32>)
  // TILE: %[[M:[0-9]+]] = linalg.generic {{.*}} ins(%[[V]], %{{.*}} : tensor<4x4x1x14x14x64xf32>, tensor<4x4x2x64x32xf32>) outs(%{{.*}} : tensor<4x4x1x14x14x64xf32>)
  // TILE-SAME: attrs = {kernel.schedule = #kernel.schedule<winograd {block = array<i64: {{[0-9]+, [0-9]+}}>, cache_blocks = array<i64: 64>, register_tile = array<i64: {{[0-9]+}}, 32>}>}
  // TILE: %[[Y:[0-9]+]] = linalg.generic {{.*}} ins(%{{.*}}, %{{.*}}, %[[M]] : tensor<2x4xf32>, tensor<2x4xf32>, tensor<4x4x1x14x14x64xf32>) outs(%{{.*}} : tensor<1x28x28x64xf32>)
  // TILE-SAME: attrs = {kernel.schedule = #kernel.schedule<winograd
  // TILE: return %[[Y]]
  // Left to itself, the pass takes larger tiles.
  // COST: linalg.generic {{.*}} outs(%{{.*}} : tensor<6x6x1x7x7x64xf32>) attrs = {kernel.schedule = #kernel.schedule<winograd
  %y = linalg.generic {
    indexing_maps = [affine_map<(n, y, x, k, i, j, c) -> (n, y + i, x + j, c)>,
                     affine_map<(n, y, x, k, i, j, c) -> (i, j, c, k)>,
                     affine_map<(n, y, x, k, i, j, c) -> (n, y, x, k)>],
    iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
    ins(%padded, %w : tensor<1x30x30x64xf32>, tensor<3x3x64x64xf32>) outs(%init : tensor<1x28x28x64xf32>) {
  ^bb0(%a: f32, %b: f32, %s: f32):
    %p = arith.mulf %a, %b fastmath<contract> : f32
    %q = arith.addf %s, %p fastmath<contract> : f32
    linalg.yield %q : f32
  } -> tensor<1x28x28x64xf32>
  return %y : tensor<1x28x28x64xf32>
}

{-# dialect_resources: { builtin: { filter: "0x040000000000" } } #-}

// -----

// In one dimension, without padding.
// CHECK-LABEL: func.func @row
func.func @row(%x: tensor<1x17x23x64xf32>, %init: tensor<1x17x17x48xf32>) -> tensor<1x17x17x48xf32> {
  %w = arith.constant dense_resource<filter> : tensor<7x64x48xf32>
  // The tile that is asked for fits no window of one row.
  // TILE-NOT: kernel.schedule
  // COST: linalg.generic {{.*}} ins(%{{.*}}, %{{.*}}, %{{.*}} : tensor<1x1xf64>, tensor<[[T:[0-9]+]]x7xf64>,
  // COST: tensor.pad {{.*}} low[0, 0, 0, 0] high[0, 0, 1, 0]
  // COST: linalg.generic {{.*}} ins(%{{.*}}, %{{.*}}, %{{.*}} : tensor<1x1xf32>, tensor<[[T]]x[[T]]xf32>,
  // COST: kernel.schedule = #kernel.schedule<winograd
  %y = linalg.generic {
    indexing_maps = [affine_map<(n, y, x, k, j, c) -> (n, y, x + j, c)>,
                     affine_map<(n, y, x, k, j, c) -> (j, c, k)>,
                     affine_map<(n, y, x, k, j, c) -> (n, y, x, k)>],
    iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
    ins(%x, %w : tensor<1x17x23x64xf32>, tensor<7x64x48xf32>) outs(%init : tensor<1x17x17x48xf32>) {
  ^bb0(%a: f32, %b: f32, %s: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %s, %p : f32
    linalg.yield %q : f32
  } -> tensor<1x17x17x48xf32>
  return %y : tensor<1x17x17x48xf32>
}

{-# dialect_resources: { builtin: { filter: "0x040000000000" } } #-}

// -----

// Steps of two between windows: two outputs take five points along a dimension,
// three for the even taps and two for the odd one, and tiles of the image are
// four elements apart.
// CHECK-LABEL: func.func @strided
// CHECK-SAME: %[[X:[a-z0-9_]+]]: tensor<1x29x29x64xf32>
// TILE: linalg.generic {{.*}} ins(%{{.*}}, %{{.*}}, %{{.*}} : tensor<5x3xf64>, tensor<5x3xf64>,
// TILE: linalg.generic {indexing_maps = [{{.*}}, {{.*}}, #[[IMAGE:map[0-9]*]], {{.*}} ins(%{{.*}}, %{{.*}}, %[[X]] : tensor<5x5xf32>, tensor<5x5xf32>, tensor<1x29x29x64xf32>) outs(%{{.*}} : tensor<5x5x1x7x7x64xf32>)
// TILE: linalg.generic {{.*}} ins(%{{.*}}, %{{.*}}, %{{.*}} : tensor<2x5xf32>, tensor<2x5xf32>,
// TILE-SAME: kernel.schedule = #kernel.schedule<winograd
// COST: kernel.schedule = #kernel.schedule<winograd
// CHECK: return
func.func @strided(%x: tensor<1x29x29x64xf32>, %init: tensor<1x14x14x64xf32>) -> tensor<1x14x14x64xf32> {
  %w = arith.constant dense<0.5> : tensor<3x3x64x64xf32>
  %y = linalg.generic {
    indexing_maps = [affine_map<(n, y, x, k, i, j, c) -> (n, y * 2 + i, x * 2 + j, c)>,
                     affine_map<(n, y, x, k, i, j, c) -> (i, j, c, k)>,
                     affine_map<(n, y, x, k, i, j, c) -> (n, y, x, k)>],
    iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
    ins(%x, %w : tensor<1x29x29x64xf32>, tensor<3x3x64x64xf32>) outs(%init : tensor<1x14x14x64xf32>) {
  ^bb0(%a: f32, %b: f32, %s: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %s, %p : f32
    linalg.yield %q : f32
  } -> tensor<1x14x14x64xf32>
  return %y : tensor<1x14x14x64xf32>
}

// -----

// Holes in the window.
// CHECK-LABEL: func.func @dilated
// CHECK-NOT: kernel.schedule
// CHECK: return
func.func @dilated(%x: tensor<1x18x18x64xf32>, %init: tensor<1x14x14x64xf32>) -> tensor<1x14x14x64xf32> {
  %w = arith.constant dense<0.5> : tensor<3x3x64x64xf32>
  %y = linalg.generic {
    indexing_maps = [affine_map<(n, y, x, k, i, j, c) -> (n, y + i * 2, x + j * 2, c)>,
                     affine_map<(n, y, x, k, i, j, c) -> (i, j, c, k)>,
                     affine_map<(n, y, x, k, i, j, c) -> (n, y, x, k)>],
    iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
    ins(%x, %w : tensor<1x18x18x64xf32>, tensor<3x3x64x64xf32>) outs(%init : tensor<1x14x14x64xf32>) {
  ^bb0(%a: f32, %b: f32, %s: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %s, %p : f32
    linalg.yield %q : f32
  } -> tensor<1x14x14x64xf32>
  return %y : tensor<1x14x14x64xf32>
}

// -----

// A filter that only a run knows.
// CHECK-LABEL: func.func @given_filter
// CHECK-NOT: kernel.schedule
// CHECK: return
func.func @given_filter(%x: tensor<1x30x30x64xf32>, %w: tensor<3x3x64x64xf32>, %init: tensor<1x28x28x64xf32>) -> tensor<1x28x28x64xf32> {
  %y = linalg.generic {
    indexing_maps = [affine_map<(n, y, x, k, i, j, c) -> (n, y + i, x + j, c)>,
                     affine_map<(n, y, x, k, i, j, c) -> (i, j, c, k)>,
                     affine_map<(n, y, x, k, i, j, c) -> (n, y, x, k)>],
    iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
    ins(%x, %w : tensor<1x30x30x64xf32>, tensor<3x3x64x64xf32>) outs(%init : tensor<1x28x28x64xf32>) {
  ^bb0(%a: f32, %b: f32, %s: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %s, %p : f32
    linalg.yield %q : f32
  } -> tensor<1x28x28x64xf32>
  return %y : tensor<1x28x28x64xf32>
}

// -----

// A number of images that only a run knows.
// CHECK-LABEL: func.func @open_batch
// CHECK-NOT: kernel.schedule
// CHECK: return
func.func @open_batch(%x: tensor<?x30x30x64xf32>, %init: tensor<?x28x28x64xf32>) -> tensor<?x28x28x64xf32> {
  %w = arith.constant dense<0.5> : tensor<3x3x64x64xf32>
  %y = linalg.generic {
    indexing_maps = [affine_map<(n, y, x, k, i, j, c) -> (n, y + i, x + j, c)>,
                     affine_map<(n, y, x, k, i, j, c) -> (i, j, c, k)>,
                     affine_map<(n, y, x, k, i, j, c) -> (n, y, x, k)>],
    iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
    ins(%x, %w : tensor<?x30x30x64xf32>, tensor<3x3x64x64xf32>) outs(%init : tensor<?x28x28x64xf32>) {
  ^bb0(%a: f32, %b: f32, %s: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %s, %p : f32
    linalg.yield %q : f32
  } -> tensor<?x28x28x64xf32>
  return %y : tensor<?x28x28x64xf32>
}

// -----

// Doubles, whose users ask for more precision, not for less.
// CHECK-LABEL: func.func @doubles
// CHECK-NOT: kernel.schedule
// CHECK: return
func.func @doubles(%x: tensor<1x30x30x64xf64>, %init: tensor<1x28x28x64xf64>) -> tensor<1x28x28x64xf64> {
  %w = arith.constant dense<0.5> : tensor<3x3x64x64xf64>
  %y = linalg.generic {
    indexing_maps = [affine_map<(n, y, x, k, i, j, c) -> (n, y + i, x + j, c)>,
                     affine_map<(n, y, x, k, i, j, c) -> (i, j, c, k)>,
                     affine_map<(n, y, x, k, i, j, c) -> (n, y, x, k)>],
    iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
    ins(%x, %w : tensor<1x30x30x64xf64>, tensor<3x3x64x64xf64>) outs(%init : tensor<1x28x28x64xf64>) {
  ^bb0(%a: f64, %b: f64, %s: f64):
    %p = arith.mulf %a, %b : f64
    %q = arith.addf %s, %p : f64
    linalg.yield %q : f64
  } -> tensor<1x28x28x64xf64>
  return %y : tensor<1x28x28x64xf64>
}

// -----

// Output channels that do not fill vectors.
// CHECK-LABEL: func.func @odd_output
// CHECK-NOT: kernel.schedule
// CHECK: return
func.func @odd_output(%x: tensor<1x30x30x64xf32>, %init: tensor<1x28x28x1xf32>) -> tensor<1x28x28x1xf32> {
  %w = arith.constant dense<0.5> : tensor<3x3x64x1xf32>
  %y = linalg.generic {
    indexing_maps = [affine_map<(n, y, x, k, i, j, c) -> (n, y + i, x + j, c)>,
                     affine_map<(n, y, x, k, i, j, c) -> (i, j, c, k)>,
                     affine_map<(n, y, x, k, i, j, c) -> (n, y, x, k)>],
    iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
    ins(%x, %w : tensor<1x30x30x64xf32>, tensor<3x3x64x1xf32>) outs(%init : tensor<1x28x28x1xf32>) {
  ^bb0(%a: f32, %b: f32, %s: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %s, %p : f32
    linalg.yield %q : f32
  } -> tensor<1x28x28x1xf32>
  return %y : tensor<1x28x28x1xf32>
}

// -----

// A pool whose windows lie side by side within tiles of outputs stays with the
// convolution, bias and activation between them.
// CHECK-LABEL: func.func @pooled
// CHECK: arith.maximumf {{.*}} : f32
// CHECK: linalg.generic {indexing_maps = {{.*}}, iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} {{.*}} outs(%{{.*}} : tensor<1x14x14x64xf32>) attrs = {kernel.schedule = #kernel.schedule<winograd
// CHECK: return
func.func @pooled(%x: tensor<1x30x30x64xf32>, %init: tensor<1x28x28x64xf32>, %least: tensor<1x14x14x64xf32>) -> tensor<1x14x14x64xf32> {
  %w = arith.constant dense_resource<filter> : tensor<3x3x64x64xf32>
  %bias = arith.constant dense_resource<bias> : tensor<64xf32>
  %zero = arith.constant 0.0 : f32
  %y = linalg.generic {
    indexing_maps = [affine_map<(n, y, x, k, i, j, c) -> (n, y + i, x + j, c)>,
                     affine_map<(n, y, x, k, i, j, c) -> (i, j, c, k)>,
                     affine_map<(n, y, x, k, i, j, c) -> (n, y, x, k)>],
    iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
    ins(%x, %w : tensor<1x30x30x64xf32>, tensor<3x3x64x64xf32>) outs(%init : tensor<1x28x28x64xf32>) {
  ^bb0(%a: f32, %b: f32, %s: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %s, %p : f32
    linalg.yield %q : f32
  } -> tensor<1x28x28x64xf32>
  %e = tensor.empty() : tensor<1x28x28x64xf32>
  %z = linalg.generic {
    indexing_maps = [affine_map<(n, y, x, k) -> (n, y, x, k)>, affine_map<(n, y, x, k) -> (k)>,
                     affine_map<(n, y, x, k) -> (n, y, x, k)>],
    iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
    ins(%y, %bias : tensor<1x28x28x64xf32>, tensor<64xf32>) outs(%e : tensor<1x28x28x64xf32>) {
  ^bb0(%a: f32, %b: f32, %s: f32):
    %p = arith.addf %a, %b : f32
    %q = arith.maximumf %p, %zero : f32
    linalg.yield %q : f32
  } -> tensor<1x28x28x64xf32>
  %window = tensor.empty() : tensor<2x2xf32>
  %pool = linalg.generic {
    indexing_maps = [affine_map<(n, y, x, k, i, j) -> (n, y * 2 + i, x * 2 + j, k)>,
                     affine_map<(n, y, x, k, i, j) -> (i, j)>,
                     affine_map<(n, y, x, k, i, j) -> (n, y, x, k)>],
    iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
    ins(%z, %window : tensor<1x28x28x64xf32>, tensor<2x2xf32>) outs(%least : tensor<1x14x14x64xf32>) {
  ^bb0(%a: f32, %b: f32, %s: f32):
    %p = arith.maximumf %s, %a : f32
    linalg.yield %p : f32
  } -> tensor<1x14x14x64xf32>
  return %pool : tensor<1x14x14x64xf32>
}

{-# dialect_resources: { builtin: { filter: "0x040000000000", bias: "0x040000000000" } } #-}

// -----

// Windows that overlap reach beyond tiles.
// CHECK-LABEL: func.func @overlapping
// CHECK: linalg.generic {{.*}} outs(%{{.*}} : tensor<1x28x28x64xf32>) attrs = {kernel.schedule = #kernel.schedule
// CHECK-NOT: kernel.schedule
// CHECK: return
func.func @overlapping(%x: tensor<1x30x30x64xf32>, %init: tensor<1x28x28x64xf32>, %least: tensor<1x13x13x64xf32>) -> tensor<1x13x13x64xf32> {
  %w = arith.constant dense_resource<filter> : tensor<3x3x64x64xf32>
  %y = linalg.generic {
    indexing_maps = [affine_map<(n, y, x, k, i, j, c) -> (n, y + i, x + j, c)>,
                     affine_map<(n, y, x, k, i, j, c) -> (i, j, c, k)>,
                     affine_map<(n, y, x, k, i, j, c) -> (n, y, x, k)>],
    iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
    ins(%x, %w : tensor<1x30x30x64xf32>, tensor<3x3x64x64xf32>) outs(%init : tensor<1x28x28x64xf32>) {
  ^bb0(%a: f32, %b: f32, %s: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %s, %p : f32
    linalg.yield %q : f32
  } -> tensor<1x28x28x64xf32>
  %window = tensor.empty() : tensor<3x3xf32>
  %pool = linalg.generic {
    indexing_maps = [affine_map<(n, y, x, k, i, j) -> (n, y * 2 + i, x * 2 + j, k)>,
                     affine_map<(n, y, x, k, i, j) -> (i, j)>,
                     affine_map<(n, y, x, k, i, j) -> (n, y, x, k)>],
    iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
    ins(%y, %window : tensor<1x28x28x64xf32>, tensor<3x3xf32>) outs(%least : tensor<1x13x13x64xf32>) {
  ^bb0(%a: f32, %b: f32, %s: f32):
    %p = arith.maximumf %s, %a : f32
    linalg.yield %p : f32
  } -> tensor<1x13x13x64xf32>
  return %pool : tensor<1x13x13x64xf32>
}

{-# dialect_resources: { builtin: { filter: "0x040000000000" } } #-}

// -----

// Whoever else reads the image wants it in memory.
// CHECK-LABEL: func.func @pooled_and_read
// CHECK: linalg.generic {{.*}} outs(%{{.*}} : tensor<1x28x28x64xf32>) attrs = {kernel.schedule = #kernel.schedule
// CHECK-NOT: kernel.schedule
// CHECK: return
func.func @pooled_and_read(%x: tensor<1x30x30x64xf32>, %init: tensor<1x28x28x64xf32>, %least: tensor<1x14x14x64xf32>) -> (tensor<1x14x14x64xf32>, tensor<1x28x28x64xf32>) {
  %w = arith.constant dense_resource<filter> : tensor<3x3x64x64xf32>
  %y = linalg.generic {
    indexing_maps = [affine_map<(n, y, x, k, i, j, c) -> (n, y + i, x + j, c)>,
                     affine_map<(n, y, x, k, i, j, c) -> (i, j, c, k)>,
                     affine_map<(n, y, x, k, i, j, c) -> (n, y, x, k)>],
    iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
    ins(%x, %w : tensor<1x30x30x64xf32>, tensor<3x3x64x64xf32>) outs(%init : tensor<1x28x28x64xf32>) {
  ^bb0(%a: f32, %b: f32, %s: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %s, %p : f32
    linalg.yield %q : f32
  } -> tensor<1x28x28x64xf32>
  %window = tensor.empty() : tensor<2x2xf32>
  %pool = linalg.generic {
    indexing_maps = [affine_map<(n, y, x, k, i, j) -> (n, y * 2 + i, x * 2 + j, k)>,
                     affine_map<(n, y, x, k, i, j) -> (i, j)>,
                     affine_map<(n, y, x, k, i, j) -> (n, y, x, k)>],
    iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
    ins(%y, %window : tensor<1x28x28x64xf32>, tensor<2x2xf32>) outs(%least : tensor<1x14x14x64xf32>) {
  ^bb0(%a: f32, %b: f32, %s: f32):
    %p = arith.maximumf %s, %a : f32
    linalg.yield %p : f32
  } -> tensor<1x14x14x64xf32>
  return %pool, %y : tensor<1x14x14x64xf32>, tensor<1x28x28x64xf32>
}

{-# dialect_resources: { builtin: { filter: "0x040000000000" } } #-}

// -----

// The matrices of a form stay constants of the kernel: seven taps two apart have
// no more than 16 points.
// CHECK-LABEL: func.func @long
// COST: linalg.generic {{.*}} ins(%{{.*}}, %{{.*}}, %{{.*}} : tensor<1x1xf32>, tensor<[[P:(9|11|13|15)]]x[[P]]xf32>,
// COST: kernel.schedule = #kernel.schedule<winograd
func.func @long(%x: tensor<1x17x41x64xf32>, %init: tensor<1x17x18x64xf32>) -> tensor<1x17x18x64xf32> {
  %w = arith.constant dense_resource<filter> : tensor<7x64x64xf32>
  %y = linalg.generic {
    indexing_maps = [affine_map<(n, y, x, k, j, c) -> (n, y, x * 2 + j, c)>,
                     affine_map<(n, y, x, k, j, c) -> (j, c, k)>,
                     affine_map<(n, y, x, k, j, c) -> (n, y, x, k)>],
    iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
    ins(%x, %w : tensor<1x17x41x64xf32>, tensor<7x64x64xf32>) outs(%init : tensor<1x17x18x64xf32>) {
  ^bb0(%a: f32, %b: f32, %s: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %s, %p : f32
    linalg.yield %q : f32
  } -> tensor<1x17x18x64xf32>
  return %y : tensor<1x17x18x64xf32>
}

{-# dialect_resources: { builtin: { filter: "0x040000000000" } } #-}
