// RUN: swage-opt %s -swage-nn-to-linalg -canonicalize -cse -swage-fuse-elementwise -swage-winograd=tile=4,4 -swage-form-kernels -o %t.square
// RUN: swage-opt %s -swage-nn-to-linalg -canonicalize -cse -swage-fuse-elementwise -swage-winograd=tile=4,2 -swage-form-kernels -o %t.mixed
// RUN: swage-kernel %t.square --backend=halide --num-threads=2 | FileCheck %s
// RUN: swage-kernel %t.mixed --backend=both | FileCheck %s
// RUN: FileCheck %s --check-prefix=ONE < %t.mixed

// Pools of tiles, of images whose last row or column no window has, with
// operations before and behind them, in one kernel each.
// CHECK-DAG: ok @contraction_1x6x5x112_f32
// CHECK-DAG: ok @contraction_2x4x10x96_f32
// ONE-LABEL: func.func @pooled
// ONE-NOT: contraction_{{1x13x11x112|2x8x20x96}}
// ONE: kernel.call @contraction_1x6x5x112_f32
// ONE-NOT: contraction_{{1x13x11x112|2x8x20x96}}
// ONE: kernel.call @contraction_2x4x10x96_f32
// ONE: return
func.func @pooled(%x: tensor<1x13x11x20xf32>, %few: tensor<2x8x20x18xf32>) -> (tensor<1x6x5x112xf32>, tensor<2x4x10x96xf32>) {
  %w = arith.constant dense_resource<w1> : tensor<112x20x3x3xf32>
  %b = arith.constant dense_resource<b1> : tensor<112xf32>
  %y = nn.conv %x, %w, %b {channels_last, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, group = 1 : i64} : tensor<1x13x11x20xf32>, tensor<112x20x3x3xf32>, tensor<112xf32> -> tensor<1x13x11x112xf32>
  %a = nn.relu %y : tensor<1x13x11x112xf32> -> tensor<1x13x11x112xf32>
  %p = nn.max_pool %a {channels_last, kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : tensor<1x13x11x112xf32> -> tensor<1x6x5x112xf32>
  %z = nn.sigmoid %p : tensor<1x6x5x112xf32> -> tensor<1x6x5x112xf32>

  %w2 = arith.constant dense_resource<w2> : tensor<96x18x3x3xf32>
  %y2 = nn.conv %few, %w2 {channels_last, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, group = 1 : i64} : tensor<2x8x20x18xf32>, tensor<96x18x3x3xf32> -> tensor<2x8x20x96xf32>
  %p2 = nn.average_pool %y2 {channels_last, kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : tensor<2x8x20x96xf32> -> tensor<2x4x10x96xf32>
  return %z, %p2 : tensor<1x6x5x112xf32>, tensor<2x4x10x96xf32>
}

{-# dialect_resources: { builtin: { w1: "0x0400000000", b1: "0x0400000000", w2: "0x0400000000" } } #-}
