// RUN: swage-opt %s -swage-nn-to-linalg -canonicalize | FileCheck %s

// The greatest element of each window; padding is less than all of them. An
// empty tensor says how large a window is.
// CHECK-DAG: #[[$IMAGE:.*]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1 * 2 + d4, d2 * 2 + d5, d3)>
// CHECK-DAG: #[[$WINDOW:.*]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d4, d5)>
// CHECK-DAG: #[[$THIRDS:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2 * 3 + d3)>
// CHECK-LABEL: func.func @max
func.func @max(%x: tensor<1x6x6x3xf32>) -> tensor<1x3x3x3xf32> {
  // CHECK: %[[LEAST:.*]] = arith.constant 0xFF800000 : f32
  // CHECK: %[[PADDED:.*]] = tensor.pad %{{.*}} low[0, 1, 1, 0] high[0, 0, 0, 0]
  // CHECK: tensor.yield %[[LEAST]]
  // CHECK: %[[INIT:.*]] = linalg.fill ins(%[[LEAST]]
  // CHECK: %[[SIZE:.*]] = tensor.empty() : tensor<3x3xf32>
  // CHECK: linalg.generic {indexing_maps = [#[[$IMAGE]], #[[$WINDOW]], {{.*}}} ins(%[[PADDED]], %[[SIZE]] {{.*}} outs(%[[INIT]]
  // CHECK: arith.maximumf
  %0 = nn.max_pool %x {channels_last, dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>} : tensor<1x6x6x3xf32> -> tensor<1x3x3x3xf32>
  return %0 : tensor<1x3x3x3xf32>
}

// Bytes without sign are compared as such.
// CHECK-LABEL: func.func @max_u8
func.func @max_u8(%x: tensor<1x2x6xui8>) -> tensor<1x2x3xui8> {
  // CHECK: linalg.fill ins(%c0_i8
  // CHECK: arith.maxui
  %0 = nn.max_pool %x {dilations = array<i64: 1>, kernel = array<i64: 2>, pads = array<i64: 0, 0>, strides = array<i64: 2>} : tensor<1x2x6xui8> -> tensor<1x2x3xui8>
  return %0 : tensor<1x2x3xui8>
}

// Without padding every window has as many elements.
// CHECK-LABEL: func.func @average
func.func @average(%x: tensor<1x3x6xf32>) -> tensor<1x3x2xf32> {
  // CHECK: %[[COUNT:.*]] = arith.constant 3.0{{.*}} : f32
  // CHECK: linalg.generic {indexing_maps = [#[[$THIRDS]]
  // CHECK: arith.addf
  // CHECK: arith.divf %{{.*}}, %[[COUNT]]
  %0 = nn.average_pool %x {dilations = array<i64: 1>, kernel = array<i64: 3>, pads = array<i64: 0, 0>, strides = array<i64: 3>} : tensor<1x3x6xf32> -> tensor<1x3x2xf32>
  return %0 : tensor<1x3x2xf32>
}

// With padding the elements inside of the input are counted for each window.
// CHECK-LABEL: func.func @average_padded
func.func @average_padded(%x: tensor<1x3x6xf32>) -> tensor<1x3x3xf32> {
  // CHECK: %[[SUM:.*]] = linalg.generic
  // CHECK: %[[COUNTS:.*]] = linalg.generic
  // CHECK: linalg.index 0
  // CHECK: %[[END:.*]] = arith.minsi
  // CHECK: %[[START:.*]] = arith.minsi
  // CHECK: arith.subi %[[END]], %[[START]]
  // CHECK: linalg.generic {{.*}} ins(%[[SUM]], %[[COUNTS]]
  // CHECK: arith.divf
  %0 = nn.average_pool %x {dilations = array<i64: 1>, kernel = array<i64: 3>, pads = array<i64: 1, 1>, strides = array<i64: 2>} : tensor<1x3x6xf32> -> tensor<1x3x3xf32>
  return %0 : tensor<1x3x3xf32>
}

// CHECK-LABEL: func.func @sum
func.func @sum(%x: tensor<1x3x6xf32>) -> tensor<1x3x2xf32> {
  // CHECK: linalg.generic {indexing_maps = [#[[$THIRDS]]
  // CHECK: arith.addf
  // CHECK-NOT: arith.divf
  // CHECK: return
  %0 = nn.sum_pool %x {dilations = array<i64: 1>, kernel = array<i64: 3>, pads = array<i64: 0, 0>, strides = array<i64: 3>} : tensor<1x3x6xf32> -> tensor<1x3x2xf32>
  return %0 : tensor<1x3x2xf32>
}

// The place of the greatest element in the whole tensor: here 8 * channel +
// column. Places before the input do not count, and the first of several wins.
// CHECK-LABEL: func.func @indices
func.func @indices(%x: tensor<1x3x8xf32>) -> (tensor<1x3x4xf32>, tensor<1x3x4xi64>) {
  // CHECK: %[[NONE:.*]] = arith.constant -1 : i64
  // CHECK: linalg.fill ins(%[[NONE]]
  // CHECK: linalg.generic
  // CHECK: ^bb0(%[[IN:.*]]: f32, %{{.*}}: f32, %[[BEST:.*]]: f32, %[[PLACE:.*]]: i64):
  // CHECK: %[[COLUMN:.*]] = arith.addi
  // CHECK: %[[INSIDE:.*]] = arith.cmpi ult, %[[COLUMN]], %c8
  // CHECK: %[[ROW:.*]] = arith.muli %{{.*}}, %c8
  // CHECK: arith.addi %[[ROW]], %[[COLUMN]]
  // CHECK: %[[FIRST:.*]] = arith.cmpi slt, %[[PLACE]], %c0_i64
  // CHECK: %[[GREATER:.*]] = arith.cmpf olt, %[[BEST]], %[[IN]]
  // CHECK: arith.ori %[[FIRST]], %[[GREATER]]
  // CHECK: arith.andi %[[INSIDE]]
  %y, %i = nn.max_pool_indices %x {dilations = array<i64: 1>, kernel = array<i64: 2>, pads = array<i64: 0, 0>, strides = array<i64: 2>} : tensor<1x3x8xf32> -> tensor<1x3x4xf32>, tensor<1x3x4xi64>
  return %y, %i : tensor<1x3x4xf32>, tensor<1x3x4xi64>
}
