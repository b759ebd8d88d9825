// RUN: swage-opt %s -swage-nn-to-linalg -canonicalize -cse -swage-fuse-elementwise -swage-pack-contractions=target=x86-64-v3 -swage-form-kernels -o %t.kernels
// RUN: swage-kernel %t.kernels --backend=both --target=x86-64-v3 | FileCheck %s
// RUN: swage-kernel %t.kernels --backend=halide --target=x86-64-v2 | FileCheck %s
// RUN: swage-kernel %t.kernels --backend=halide --num-threads=2 --special | FileCheck %s

// RUN: swage-kernel %t.kernels --backend=halide --target=x86-64-v3 --dump=stmt | FileCheck %s --check-prefix=STMT

// What the schedules for sums in registers give is what their linalg says: rows
// and panels that no tile divides, strides, dilations, borders, several images,
// epilogues with operands of their own and none.

// CHECK-DAG: ok @contraction_1x9x7x40_f32{{.*}} halide
func.func @product(%x: tensor<1x9x7x20xf32>, %r: tensor<1x9x7x40xf32>) -> tensor<1x9x7x40xf32> {
  %w = arith.constant dense_resource<w> : tensor<40x20x1x1xf32>
  %b = arith.constant dense_resource<b> : tensor<40xf32>
  %y = nn.conv %x, %w, %b {channels_last, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, group = 1 : i64} : tensor<1x9x7x20xf32>, tensor<40x20x1x1xf32>, tensor<40xf32> -> tensor<1x9x7x40xf32>
  %s = nn.add %y, %r : tensor<1x9x7x40xf32>, tensor<1x9x7x40xf32> -> tensor<1x9x7x40xf32>
  %z = nn.relu %s : tensor<1x9x7x40xf32> -> tensor<1x9x7x40xf32>
  return %z : tensor<1x9x7x40xf32>
}

// Columns that no vector divides are summed up in whole vectors of a panel.
// CHECK-DAG: ok @contraction_1x9x7x30_f32{{.*}} halide
// STMT: assert(x3.extent.0 == 30,
// STMT-NOT: external_plus_metadata
// STMT: allocate sums{{.*}}[float32 * 16 *
func.func @odd(%x: tensor<1x9x7x20xf32>, %r: tensor<1x9x7x30xf32>) -> tensor<1x9x7x30xf32> {
  %w = arith.constant dense_resource<o> : tensor<30x20x1x1xf32>
  %b = arith.constant dense_resource<p> : tensor<30xf32>
  %y = nn.conv %x, %w, %b {channels_last, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, group = 1 : i64} : tensor<1x9x7x20xf32>, tensor<30x20x1x1xf32>, tensor<30xf32> -> tensor<1x9x7x30xf32>
  %s = nn.add %y, %r : tensor<1x9x7x30xf32>, tensor<1x9x7x30xf32> -> tensor<1x9x7x30xf32>
  return %s : tensor<1x9x7x30xf32>
}

// CHECK-DAG: ok @contraction_1x48_f32{{.*}} halide
func.func @row(%x: tensor<1x300xf32>) -> tensor<1x48xf32> {
  %w = arith.constant dense_resource<m> : tensor<300x48xf32>
  %y = nn.matmul %x, %w : tensor<1x300xf32>, tensor<300x48xf32> -> tensor<1x48xf32>
  return %y : tensor<1x48xf32>
}

// CHECK-DAG: ok @contraction_2x7x6x24_f32{{.*}} halide
func.func @direct(%x: tensor<2x13x11x5xf32>) -> tensor<2x7x6x24xf32> {
  %w = arith.constant dense_resource<f> : tensor<24x5x3x3xf32>
  %y = nn.conv %x, %w {channels_last, strides = array<i64: 2, 2>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, group = 1 : i64} : tensor<2x13x11x5xf32>, tensor<24x5x3x3xf32> -> tensor<2x7x6x24xf32>
  %z = nn.sigmoid %y : tensor<2x7x6x24xf32> -> tensor<2x7x6x24xf32>
  return %z : tensor<2x7x6x24xf32>
}

// CHECK-DAG: ok @contraction_1x9x7x16_f32{{.*}} halide
func.func @dilated(%x: tensor<1x9x7x6xf32>) -> tensor<1x9x7x16xf32> {
  %w = arith.constant dense_resource<d> : tensor<16x6x3x3xf32>
  %y = nn.conv %x, %w {channels_last, strides = array<i64: 1, 1>, pads = array<i64: 2, 2, 2, 2>, dilations = array<i64: 2, 2>, group = 1 : i64} : tensor<1x9x7x6xf32>, tensor<16x6x3x3xf32> -> tensor<1x9x7x16xf32>
  return %y : tensor<1x9x7x16xf32>
}

// CHECK-DAG: ok @contraction_1x13x11x24_f32{{.*}} halide
func.func @depthwise(%x: tensor<1x13x11x24xf32>) -> tensor<1x13x11x24xf32> {
  %w = arith.constant dense_resource<t> : tensor<24x1x5x5xf32>
  %y = nn.conv %x, %w {channels_last, strides = array<i64: 1, 1>, pads = array<i64: 2, 2, 2, 2>, dilations = array<i64: 1, 1>, group = 24 : i64} : tensor<1x13x11x24xf32>, tensor<24x1x5x5xf32> -> tensor<1x13x11x24xf32>
  %z = nn.relu %y : tensor<1x13x11x24xf32> -> tensor<1x13x11x24xf32>
  return %z : tensor<1x13x11x24xf32>
}

// CHECK-DAG: ok @contraction_1x13x11x20_f32{{.*}} halide
func.func @narrow(%x: tensor<1x13x11x20xf32>) -> tensor<1x13x11x20xf32> {
  %w = arith.constant dense_resource<n> : tensor<20x1x3x3xf32>
  %y = nn.conv %x, %w {channels_last, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, group = 20 : i64} : tensor<1x13x11x20xf32>, tensor<20x1x3x3xf32> -> tensor<1x13x11x20xf32>
  return %y : tensor<1x13x11x20xf32>
}

// CHECK-DAG: ok @contraction_1x7x6x32_f32{{.*}} halide
func.func @pooling(%x: tensor<1x13x11x32xf32>) -> tensor<1x7x6x32xf32> {
  %y = nn.max_pool %x {channels_last, dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>} : tensor<1x13x11x32xf32> -> tensor<1x7x6x32xf32>
  return %y : tensor<1x7x6x32xf32>
}

{-# dialect_resources: { builtin: { w: "0x0400000000", o: "0x0400000000", p: "0x0400000000", n: "0x0400000000", b: "0x0400000000", m: "0x0400000000", f: "0x0400000000", d: "0x0400000000", t: "0x0400000000" } } #-}
