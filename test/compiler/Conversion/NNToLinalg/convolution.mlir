// RUN: swage-opt %s -swage-nn-to-linalg -canonicalize | FileCheck %s

// With channels last the filter is arranged as [r, s, c, k], whose innermost
// dimension is that of the result. Only what a window reads is padded.
// CHECK-DAG: #[[$ARRANGE:.*]] = affine_map<(d0, d1, d2, d3) -> (d3, d2, d0, d1)>
// CHECK-DAG: #[[$IMAGE:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1 * 2 + d4, d2 * 2 + d5, d6)>
// CHECK-DAG: #[[$FILTER:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d4, d5, d6, d3)>
// CHECK-DAG: #[[$RESULT:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1, d2, d3)>
// CHECK-DAG: #[[$CHANNEL:.*]] = affine_map<(d0, d1, d2, d3) -> (d3)>
// CHECK-DAG: #[[$POINT:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4)>
// CHECK-DAG: #[[$MATRIX:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d4, d3)>
// CHECK-DAG: #[[$DEEP:.*]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1 + d4 * 2, d2 + d5 * 2, d3)>
// CHECK-DAG: #[[$DEEPFILTER:.*]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d4, d5, d3)>
// CHECK-DAG: #[[$GROUP:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7) -> (d0, d1 + d5, d2 + d6, d3, d7)>
// CHECK-DAG: #[[$GROUPFILTER:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7) -> (d3, d5, d6, d7, d4)>
// CHECK-DAG: #[[$NARROW:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1 + d4, d2 + d5, (d3 floordiv 4) * 2 + d6)>
// CHECK-DAG: #[[$ROW:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d2 + d4)>
// CHECK-DAG: #[[$ROWFILTER:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d1, d3, d4)>
// CHECK-LABEL: func.func @channels_last
// CHECK-SAME: %[[X:[^:]*]]: {{.*}}, %[[W:[^:]*]]: {{.*}}, %[[B:[^:]*]]: tensor<8xf32>
func.func @channels_last(%x: tensor<1x6x6x3xf32>, %w: tensor<8x3x3x3xf32>, %b: tensor<8xf32>) -> tensor<1x3x3x8xf32> {
  // CHECK: %[[PADDED:.*]] = tensor.pad %[[X]] low[0, 1, 1, 0] high[0, 0, 0, 0]
  // CHECK: %[[FILTER:.*]] = linalg.generic {indexing_maps = [#[[$ARRANGE]], {{.*}}} ins(%[[W]]
  // CHECK: %[[ZERO:.*]] = linalg.fill
  // CHECK: %[[SUM:.*]] = linalg.generic {indexing_maps = [#[[$IMAGE]], #[[$FILTER]], #[[$RESULT]]], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
  // CHECK-SAME: ins(%[[PADDED]], %[[FILTER]] {{.*}} outs(%[[ZERO]]
  // CHECK: arith.mulf %{{.*}} fastmath<contract>
  // CHECK: arith.addf %{{.*}} fastmath<contract>
  // CHECK: linalg.generic {indexing_maps = [{{.*}}, #[[$CHANNEL]], {{.*}}} ins(%[[SUM]], %[[B]]
  %0 = nn.conv %x, %w, %b {channels_last, dilations = array<i64: 1, 1>, group = 1 : i64, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>} : tensor<1x6x6x3xf32>, tensor<8x3x3x3xf32>, tensor<8xf32> -> tensor<1x3x3x8xf32>
  return %0 : tensor<1x3x3x8xf32>
}

// A window of one place has no loops: what is left is a matrix product.
// CHECK-LABEL: func.func @pointwise
func.func @pointwise(%x: tensor<1x6x6x3xf32>, %w: tensor<8x3x1x1xf32>) -> tensor<1x6x6x8xf32> {
  // CHECK-NOT: tensor.pad
  // CHECK: tensor.collapse_shape %{{.*}} : tensor<8x3x1x1xf32> into tensor<8x3xf32>
  // CHECK: linalg.generic {indexing_maps = [#[[$POINT]], #[[$MATRIX]], {{.*}} iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
  %0 = nn.conv %x, %w {channels_last, dilations = array<i64: 1, 1>, group = 1 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : tensor<1x6x6x3xf32>, tensor<8x3x1x1xf32> -> tensor<1x6x6x8xf32>
  return %0 : tensor<1x6x6x8xf32>
}

// A filter of its own for each channel: nothing is summed over channels.
// CHECK-LABEL: func.func @depthwise
func.func @depthwise(%x: tensor<1x6x6x3xf32>, %w: tensor<3x1x3x3xf32>) -> tensor<1x2x2x3xf32> {
  // CHECK: linalg.generic {indexing_maps = [#[[$DEEP]], #[[$DEEPFILTER]], {{.*}} iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
  %0 = nn.conv %x, %w {channels_last, dilations = array<i64: 2, 2>, group = 3 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : tensor<1x6x6x3xf32>, tensor<3x1x3x3xf32> -> tensor<1x2x2x3xf32>
  return %0 : tensor<1x2x2x3xf32>
}

// Groups are a loop of image, filter and result.
// CHECK-LABEL: func.func @groups
func.func @groups(%x: tensor<1x6x6x4xf32>, %w: tensor<32x2x3x3xf32>) -> tensor<1x4x4x32xf32> {
  // CHECK: tensor.expand_shape %{{.*}} : tensor<1x6x6x4xf32> into tensor<1x6x6x2x2xf32>
  // CHECK: %[[SUM:.*]] = linalg.generic {indexing_maps = [#[[$GROUP]], #[[$GROUPFILTER]]
  // CHECK: tensor.collapse_shape %[[SUM]] {{.*}} : tensor<1x4x4x2x16xf32> into tensor<1x4x4x32xf32>
  %0 = nn.conv %x, %w {channels_last, dilations = array<i64: 1, 1>, group = 2 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : tensor<1x6x6x4xf32>, tensor<32x2x3x3xf32> -> tensor<1x4x4x32xf32>
  return %0 : tensor<1x4x4x32xf32>
}

// Groups of a few channels have one loop over the outputs of all.
// CHECK-LABEL: func.func @narrow_groups
func.func @narrow_groups(%x: tensor<1x6x6x4xf32>, %w: tensor<8x2x3x3xf32>) -> tensor<1x4x4x8xf32> {
  // CHECK-NOT: tensor.expand_shape
  // CHECK: linalg.generic {indexing_maps = [#[[$NARROW]], #[[$FILTER]], #[[$RESULT]]]
  // CHECK-NOT: tensor.collapse_shape
  // CHECK: return
  %0 = nn.conv %x, %w {channels_last, dilations = array<i64: 1, 1>, group = 2 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : tensor<1x6x6x4xf32>, tensor<8x2x3x3xf32> -> tensor<1x4x4x8xf32>
  return %0 : tensor<1x4x4x8xf32>
}

// With channels second the filter stays as it is. The size of the result is
// that of the image less the window.
// CHECK-LABEL: func.func @channels_second
// CHECK-SAME: %[[X:[^:]*]]: {{.*}}, %[[W:[^:]*]]: tensor<8x4x3xf32>
func.func @channels_second(%x: tensor<?x4x?xf32>, %w: tensor<8x4x3xf32>) -> tensor<?x8x?xf32> {
  // CHECK-DAG: %[[C2:.*]] = arith.constant 2 : index
  // CHECK-DAG: %[[LESS:.*]] = arith.constant -2 : index
  // CHECK: %[[WIDTH:.*]] = tensor.dim %[[X]], %[[C2]]
  // CHECK: %[[COUNT:.*]] = arith.addi %[[WIDTH]], %[[LESS]]
  // CHECK: tensor.empty(%{{.*}}, %[[COUNT]]) : tensor<?x8x?xf32>
  // CHECK: linalg.generic {indexing_maps = [#[[$ROW]], #[[$ROWFILTER]], {{.*}} ins(%[[X]], %[[W]]
  %0 = nn.conv %x, %w {dilations = array<i64: 1>, group = 1 : i64, pads = array<i64: 0, 0>, strides = array<i64: 1>} : tensor<?x4x?xf32>, tensor<8x4x3xf32> -> tensor<?x8x?xf32>
  return %0 : tensor<?x8x?xf32>
}

// Narrow floats are summed in f32, and rounded once, behind the bias.
// CHECK-LABEL: func.func @half
func.func @half(%x: tensor<1x4x6xf16>, %w: tensor<8x4x3xf16>, %b: tensor<8xf16>) -> tensor<1x8x4xf16> {
  // CHECK: linalg.fill ins(%{{.*}} : f32)
  // CHECK: arith.extf
  // CHECK: arith.extf
  // CHECK: arith.mulf %{{.*}} : f32
  // CHECK-NOT: arith.truncf
  // CHECK: linalg.generic
  // CHECK: arith.addf %{{.*}} : f32
  // CHECK: arith.truncf %{{.*}} : f32 to f16
  %0 = nn.conv %x, %w, %b {dilations = array<i64: 1>, group = 1 : i64, pads = array<i64: 0, 0>, strides = array<i64: 1>} : tensor<1x4x6xf16>, tensor<8x4x3xf16>, tensor<8xf16> -> tensor<1x8x4xf16>
  return %0 : tensor<1x8x4xf16>
}
