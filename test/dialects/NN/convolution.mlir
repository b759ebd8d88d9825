// RUN: swage-opt %s --split-input-file | swage-opt --split-input-file | FileCheck %s

// CHECK-LABEL: @conv
func.func @conv(%x: tensor<?x4x8x9xf32>, %w: tensor<6x2x3x1xf32>, %b: tensor<6xf32>) -> tensor<?x6x4x9xf32> {
  // CHECK: nn.conv {{.*}} group = 2 : i64, {{.*}} : tensor<?x4x8x9xf32>, tensor<6x2x3x1xf32>, tensor<6xf32> -> tensor<?x6x4x9xf32>
  %y = nn.conv %x, %w, %b {dilations = array<i64: 1, 1>, group = 2 : i64, pads = array<i64: 1, 0, 1, 0>, strides = array<i64: 2, 1>}
     : tensor<?x4x8x9xf32>, tensor<6x2x3x1xf32>, tensor<6xf32> -> tensor<?x6x4x9xf32>
  return %y : tensor<?x6x4x9xf32>
}

// -----

// Channels last concerns image and result; the filter stays as it is.
// CHECK-LABEL: @channels_last
func.func @channels_last(%x: tensor<1x8x9x4xf32>, %w: tensor<6x4x3x1xf32>) -> tensor<1x6x9x6xf32> {
  // CHECK: nn.conv {{.*}} {channels_last, {{.*}}} : tensor<1x8x9x4xf32>, tensor<6x4x3x1xf32> -> tensor<1x6x9x6xf32>
  %y = nn.conv %x, %w {channels_last, dilations = array<i64: 1, 1>, group = 1 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>}
     : tensor<1x8x9x4xf32>, tensor<6x4x3x1xf32> -> tensor<1x6x9x6xf32>
  return %y : tensor<1x6x9x6xf32>
}

// -----

// With ceil_mode a last window begins inside of the input: at 6, not at 9.
// CHECK-LABEL: @ceil
func.func @ceil(%x: tensor<1x1x8xf32>, %z: tensor<1x1x7xf32>) -> (tensor<1x1x3xf32>, tensor<1x1x3xf32>) {
  %y = nn.max_pool %x {ceil_mode, dilations = array<i64: 1>, kernel = array<i64: 3>, pads = array<i64: 0, 0>, strides = array<i64: 3>}
     : tensor<1x1x8xf32> -> tensor<1x1x3xf32>
  %w = nn.sum_pool %z {ceil_mode, dilations = array<i64: 1>, kernel = array<i64: 3>, pads = array<i64: 1, 1>, strides = array<i64: 3>}
     : tensor<1x1x7xf32> -> tensor<1x1x3xf32>
  return %y, %w : tensor<1x1x3xf32>, tensor<1x1x3xf32>
}

// -----

// CHECK-LABEL: @indices
func.func @indices(%x: tensor<2x3x8x?xf32>) -> (tensor<2x3x4x?xf32>, tensor<2x3x4x?xi64>) {
  // CHECK: nn.max_pool_indices {{.*}} -> tensor<2x3x4x?xf32>, tensor<2x3x4x?xi64>
  %y, %i = nn.max_pool_indices %x {dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 2>}
     : tensor<2x3x8x?xf32> -> tensor<2x3x4x?xf32>, tensor<2x3x4x?xi64>
  return %y, %i : tensor<2x3x4x?xf32>, tensor<2x3x4x?xi64>
}
