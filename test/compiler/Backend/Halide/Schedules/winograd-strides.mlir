// RUN: swage-opt %s -swage-nn-to-linalg -canonicalize -cse -swage-fuse-elementwise -swage-winograd=tile=2,2 -swage-form-kernels -o %t.square2
// RUN: swage-opt %s -swage-nn-to-linalg -canonicalize -cse -swage-fuse-elementwise -swage-winograd=tile=3,3 -swage-form-kernels -o %t.square3
// RUN: swage-opt %s -swage-nn-to-linalg -canonicalize -cse -swage-fuse-elementwise -swage-winograd=tile=3,1 -swage-form-kernels -o %t.column
// RUN: swage-kernel %t.square2 --backend=both | FileCheck %s --check-prefix=SQUARE
// RUN: swage-kernel %t.square3 --backend=halide --num-threads=2 | FileCheck %s --check-prefix=SQUARE
// RUN: swage-kernel %t.column --backend=halide | FileCheck %s --check-prefix=COLUMN
// RUN: cat %t.square2 %t.square3 %t.column | FileCheck %s --check-prefix=FORMS

// FORMS-COUNT-5: schedule = #kernel.schedule<winograd

// Windows that are two steps apart, in one dimension or both, one of an even
// size; in the last of them rows have a step of two and one tap.
// SQUARE-DAG: ok @contraction_1x7x10x32_f32
// SQUARE-DAG: ok @contraction_2x5x6x48_f32
// COLUMN: ok @contraction_1x7x5x64_f32
func.func @strided(%x: tensor<1x13x19x20xf32>, %r: tensor<1x7x10x32xf32>, %few: tensor<2x9x14x17xf32>, %row: tensor<1x14x9x24xf32>)
    -> (tensor<1x7x10x32xf32>, tensor<2x5x6x48xf32>, tensor<1x7x5x64xf32>) {
  %w = arith.constant dense_resource<w1> : tensor<32x20x3x3xf32>
  %b = arith.constant dense_resource<b1> : tensor<32xf32>
  %y = nn.conv %x, %w, %b {channels_last, strides = array<i64: 2, 2>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, group = 1 : i64} : tensor<1x13x19x20xf32>, tensor<32x20x3x3xf32>, tensor<32xf32> -> tensor<1x7x10x32xf32>
  %s = nn.add %y, %r : tensor<1x7x10x32xf32>, tensor<1x7x10x32xf32> -> tensor<1x7x10x32xf32>
  %z = nn.relu %s : tensor<1x7x10x32xf32> -> tensor<1x7x10x32xf32>

  %w2 = arith.constant dense_resource<w2> : tensor<48x17x5x4xf32>
  %y2 = nn.conv %few, %w2 {channels_last, strides = array<i64: 2, 2>, pads = array<i64: 2, 0, 2, 0>, dilations = array<i64: 1, 1>, group = 1 : i64} : tensor<2x9x14x17xf32>, tensor<48x17x5x4xf32> -> tensor<2x5x6x48xf32>

  %w3 = arith.constant dense_resource<w3> : tensor<64x24x3x1xf32>
  %y3 = nn.conv %row, %w3 {channels_last, strides = array<i64: 2, 2>, pads = array<i64: 1, 0, 1, 0>, dilations = array<i64: 1, 1>, group = 1 : i64} : tensor<1x14x9x24xf32>, tensor<64x24x3x1xf32> -> tensor<1x7x5x64xf32>
  return %z, %y2, %y3 : tensor<1x7x10x32xf32>, tensor<2x5x6x48xf32>, tensor<1x7x5x64xf32>
}

{-# dialect_resources: { builtin: { w1: "0x0400000000", b1: "0x0400000000", w2: "0x0400000000", w3: "0x0400000000" } } #-}
