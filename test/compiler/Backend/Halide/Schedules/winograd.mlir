// RUN: swage-opt %s -swage-nn-to-linalg -canonicalize -cse -swage-fuse-elementwise -swage-winograd=tile=2,2 -swage-form-kernels -o %t.square2
// RUN: swage-opt %s -swage-nn-to-linalg -canonicalize -cse -swage-fuse-elementwise -swage-winograd=tile=4,4 -swage-form-kernels -o %t.square4
// RUN: swage-opt %s -swage-nn-to-linalg -canonicalize -cse -swage-fuse-elementwise -swage-winograd=tile=4,2 -swage-form-kernels -o %t.mixed
// RUN: swage-opt %s -swage-nn-to-linalg -canonicalize -cse -swage-fuse-elementwise -swage-winograd=tile=1,4 -swage-form-kernels -o %t.row
// RUN: swage-opt %s -swage-nn-to-linalg -canonicalize -cse -swage-fuse-elementwise -swage-winograd=tile=2,1 -swage-form-kernels -o %t.column
// RUN: swage-kernel %t.square2 --backend=halide | FileCheck %s --check-prefix=SQUARE
// RUN: swage-kernel %t.square4 --backend=halide --num-threads=2 | FileCheck %s --check-prefix=SQUARE
// RUN: swage-kernel %t.square4 --backend=halide --target=x86-64-v3 --dump=stmt | FileCheck %s --check-prefix=FETCH
// RUN: swage-kernel %t.mixed --backend=both | FileCheck %s --check-prefix=SQUARE
// RUN: swage-kernel %t.row --backend=both | FileCheck %s --check-prefix=ROW
// RUN: swage-kernel %t.column --backend=halide | FileCheck %s --check-prefix=COLUMN

// Kernels that the schedule runs give what their linalg says: images that no
// tile and input channels that no vector divides, several images,
// epilogues and none.
// SQUARE-DAG: ok @contraction_1x13x11x48_f32
// SQUARE-DAG: ok @contraction_2x6x9x16_f32
// SQUARE-DAG: ok @contraction_1x30x5x80_f32
// A panel of 48 channels is three lines a step, of which each is asked for once
// while the sums of the panel before are computed.
// FETCH: for (sums.s1.{{.*}}, 0, 20)
// FETCH-COUNT-3: prefetch(
// FETCH-NOT: prefetch(
// FETCH: consume sums {
func.func @square(%x: tensor<1x13x11x20xf32>, %r: tensor<1x13x11x48xf32>,
                  %few: tensor<2x6x9x18xf32>, %one: tensor<1x32x7x16xf32>)
    -> (tensor<1x13x11x48xf32>, tensor<2x6x9x16xf32>, tensor<1x30x5x80xf32>) {
  %w = arith.constant dense_resource<w> : tensor<48x20x3x3xf32>
  %b = arith.constant dense_resource<b> : tensor<48xf32>
  %y = nn.conv %x, %w, %b {channels_last, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, group = 1 : i64} : tensor<1x13x11x20xf32>, tensor<48x20x3x3xf32>, tensor<48xf32> -> tensor<1x13x11x48xf32>
  %s = nn.add %y, %r : tensor<1x13x11x48xf32>, tensor<1x13x11x48xf32> -> tensor<1x13x11x48xf32>
  %z = nn.relu %s : tensor<1x13x11x48xf32> -> tensor<1x13x11x48xf32>

  %w2 = arith.constant dense_resource<w2> : tensor<16x18x3x3xf32>
  %y2 = nn.conv %few, %w2 {channels_last, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, group = 1 : i64} : tensor<2x6x9x18xf32>, tensor<16x18x3x3xf32> -> tensor<2x6x9x16xf32>

  %w3 = arith.constant dense_resource<w3> : tensor<80x16x3x3xf32>
  %y3 = nn.conv %one, %w3 {channels_last, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, group = 1 : i64} : tensor<1x32x7x16xf32>, tensor<80x16x3x3xf32> -> tensor<1x30x5x80xf32>
  %t3 = nn.sigmoid %y3 : tensor<1x30x5x80xf32> -> tensor<1x30x5x80xf32>
  return %z, %y2, %t3 : tensor<1x13x11x48xf32>, tensor<2x6x9x16xf32>, tensor<1x30x5x80xf32>
}

// ROW: ok @contraction_1x9x17x32_f32
func.func @row(%x: tensor<1x9x17x24xf32>) -> tensor<1x9x17x32xf32> {
  %w = arith.constant dense_resource<w4> : tensor<32x24x1x7xf32>
  %y = nn.conv %x, %w {channels_last, strides = array<i64: 1, 1>, pads = array<i64: 0, 3, 0, 3>, dilations = array<i64: 1, 1>, group = 1 : i64} : tensor<1x9x17x24xf32>, tensor<32x24x1x7xf32> -> tensor<1x9x17x32xf32>
  return %y : tensor<1x9x17x32xf32>
}

// COLUMN: ok @contraction_1x9x17x48_f32
func.func @column(%x: tensor<1x9x17x24xf32>) -> tensor<1x9x17x48xf32> {
  %w = arith.constant dense_resource<w5> : tensor<48x24x3x1xf32>
  %y = nn.conv %x, %w {channels_last, strides = array<i64: 1, 1>, pads = array<i64: 1, 0, 1, 0>, dilations = array<i64: 1, 1>, group = 1 : i64} : tensor<1x9x17x24xf32>, tensor<48x24x3x1xf32> -> tensor<1x9x17x48xf32>
  return %y : tensor<1x9x17x48xf32>
}

{-# dialect_resources: { builtin: { w: "0x0400000000", b: "0x0400000000", w2: "0x0400000000", w3: "0x0400000000", w4: "0x0400000000", w5: "0x0400000000" } } #-}
