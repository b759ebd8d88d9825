// RUN: swage-opt %s -pass-pipeline='builtin.module(func.func(swage-layout,cse))' --split-input-file | FileCheck %s

// One transposition in, one out; between two convolutions there is none.
// CHECK-LABEL: @chain
// CHECK-SAME: %[[X:.*]]: tensor<1x3x8x8xf32>
func.func @chain(%x: tensor<1x3x8x8xf32>, %v: tensor<4x3x3x3xf32>, %w: tensor<4x4x3x3xf32>) -> tensor<1x4x4x4xf32> {
  // CHECK: %[[IN:.*]] = nn.transpose %[[X]] [0, 2, 3, 1] : tensor<1x3x8x8xf32> -> tensor<1x8x8x3xf32>
  // CHECK-NEXT: %[[A:.*]] = nn.conv %[[IN]], %{{.*}} {channels_last,
  // CHECK-NEXT: %[[B:.*]] = nn.relu %[[A]] : tensor<1x6x6x4xf32>
  // CHECK-NEXT: %[[C:.*]] = nn.conv %[[B]], %{{.*}} {channels_last,
  // CHECK-NEXT: %[[D:.*]] = nn.transpose %[[C]] [0, 3, 1, 2]
  // CHECK-NEXT: return %[[D]]
  %a = nn.conv %x, %v {dilations = array<i64: 1, 1>, group = 1 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>}
     : tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32> -> tensor<1x4x6x6xf32>
  %b = nn.relu %a : tensor<1x4x6x6xf32> -> tensor<1x4x6x6xf32>
  %c = nn.conv %b, %w {dilations = array<i64: 1, 1>, group = 1 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>}
     : tensor<1x4x6x6xf32>, tensor<4x4x3x3xf32> -> tensor<1x4x4x4xf32>
  return %c : tensor<1x4x4x4xf32>
}

// -----

// Factors of channels become factors of the last dimension, pools follow, and
// after a global mean the transposition is a mere reshape.
// CHECK-LABEL: @head
func.func @head(%x: tensor<?x3x9x9xf32>, %w: tensor<4x3x1x1xf32>, %f: tensor<4x1x1xf32>) -> tensor<?x4xf32> {
  // CHECK: nn.transpose
  // CHECK: %[[CONV:.*]] = nn.conv
  // CHECK: %[[F:.*]] = nn.reshape %{{.*}} -> tensor<1x1x1x4xf32>
  // CHECK: nn.mul %[[CONV]], %[[F]] : tensor<?x9x9x4xf32>, tensor<1x1x1x4xf32>
  // CHECK: nn.max_pool %{{.*}} {channels_last,
  // CHECK: nn.reduce_mean %{{.*}} [1, 2] : tensor<?x5x5x4xf32> -> tensor<?x4xf32>
  // CHECK-NOT: nn.transpose
  // CHECK: return
  %a = nn.conv %x, %w {dilations = array<i64: 1, 1>, group = 1 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>}
     : tensor<?x3x9x9xf32>, tensor<4x3x1x1xf32> -> tensor<?x4x9x9xf32>
  %b = nn.mul %a, %f : tensor<?x4x9x9xf32>, tensor<4x1x1xf32> -> tensor<?x4x9x9xf32>
  %c = nn.max_pool %b {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>}
     : tensor<?x4x9x9xf32> -> tensor<?x4x5x5xf32>
  %d = nn.reduce_mean %c [2, 3] : tensor<?x4x5x5xf32> -> tensor<?x4xf32>
  return %d : tensor<?x4xf32>
}

// -----

// What patches are flattened to is their order in memory.
// CHECK-LABEL: @patches
func.func @patches(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x2x2xf32>) -> tensor<1x16x4xf32> {
  // CHECK: %[[CONV:.*]] = nn.conv
  // CHECK: %[[FLAT:.*]] = nn.reshape %[[CONV]], {{.*}} -> tensor<1x16x4xf32>
  // CHECK-NEXT: return %[[FLAT]]
  %shape = arith.constant dense<[1, 4, 16]> : tensor<3xi64>
  %a = nn.conv %x, %w {dilations = array<i64: 1, 1>, group = 1 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 2>}
     : tensor<1x3x8x8xf32>, tensor<4x3x2x2xf32> -> tensor<1x4x4x4xf32>
  %b = nn.reshape %a, %shape : tensor<1x4x4x4xf32>, tensor<3xi64> -> tensor<1x4x16xf32>
  %c = nn.transpose %b [0, 2, 1] : tensor<1x4x16xf32> -> tensor<1x16x4xf32>
  return %c : tensor<1x16x4xf32>
}

// -----

// A shuffle of channels stays one of channels.
// CHECK-LABEL: @shuffle
func.func @shuffle(%x: tensor<1x3x8x8xf32>, %v: tensor<4x3x1x1xf32>, %w: tensor<2x4x1x1xf32>) -> tensor<1x2x8x8xf32> {
  // CHECK: %[[A:.*]] = nn.conv
  // CHECK: %[[B:.*]] = nn.reshape %[[A]], {{.*}} -> tensor<1x8x8x2x2xf32>
  // CHECK: %[[C:.*]] = nn.transpose %[[B]] [0, 1, 2, 4, 3]
  // CHECK: %[[D:.*]] = nn.reshape %[[C]], {{.*}} -> tensor<1x8x8x4xf32>
  // CHECK: nn.conv %[[D]]
  %split = arith.constant dense<[1, 2, 2, 8, 8]> : tensor<5xi64>
  %joined = arith.constant dense<[1, 4, 8, 8]> : tensor<4xi64>
  %a = nn.conv %x, %v {dilations = array<i64: 1, 1>, group = 1 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>}
     : tensor<1x3x8x8xf32>, tensor<4x3x1x1xf32> -> tensor<1x4x8x8xf32>
  %b = nn.reshape %a, %split : tensor<1x4x8x8xf32>, tensor<5xi64> -> tensor<1x2x2x8x8xf32>
  %c = nn.transpose %b [0, 2, 1, 3, 4] : tensor<1x2x2x8x8xf32> -> tensor<1x2x2x8x8xf32>
  %d = nn.reshape %c, %joined : tensor<1x2x2x8x8xf32>, tensor<4xi64> -> tensor<1x4x8x8xf32>
  %e = nn.conv %d, %w {dilations = array<i64: 1, 1>, group = 1 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>}
     : tensor<1x4x8x8xf32>, tensor<2x4x1x1xf32> -> tensor<1x2x8x8xf32>
  return %e : tensor<1x2x8x8xf32>
}

// -----

// Slices, pads and joins take part.
// CHECK-LABEL: @movement
func.func @movement(%x: tensor<1x4x8x8xf32>, %v: tensor<4x4x1x1xf32>) -> tensor<1x6x9x8xf32> {
  // CHECK: %[[A:.*]] = nn.conv
  // CHECK: nn.slice %[[A]]{{.*}} {axes = array<i64: 3>} {{.*}} -> tensor<1x8x8x2xf32>
  // CHECK: nn.concat {{.*}} {axis = 3 : i64} {{.*}} -> tensor<1x8x8x6xf32>
  // CHECK: nn.pad {{.*}} -> tensor<1x9x8x6xf32>
  // CHECK: nn.transpose {{.*}} [0, 3, 1, 2] : tensor<1x9x8x6xf32>
  %zero = arith.constant dense<0> : tensor<1xi64>
  %one = arith.constant dense<1> : tensor<1xi64>
  %two = arith.constant dense<2> : tensor<1xi64>
  %pads = arith.constant dense<[0, 0, 1, 0, 0, 0, 0, 0]> : tensor<8xi64>
  %a = nn.conv %x, %v {dilations = array<i64: 1, 1>, group = 1 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>}
     : tensor<1x4x8x8xf32>, tensor<4x4x1x1xf32> -> tensor<1x4x8x8xf32>
  %b = nn.slice %a [%zero, %two, %one] {axes = array<i64: 1>}
     : tensor<1x4x8x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64> -> tensor<1x2x8x8xf32>
  %c = nn.concat %a, %b {axis = 1 : i64} : tensor<1x4x8x8xf32>, tensor<1x2x8x8xf32> -> tensor<1x6x8x8xf32>
  %d = nn.pad %c, %pads : tensor<1x6x8x8xf32>, tensor<8xi64> -> tensor<1x6x9x8xf32>
  return %d : tensor<1x6x9x8xf32>
}

// -----

// Without a convolution nothing moves.
// CHECK-LABEL: @untouched
func.func @untouched(%x: tensor<1x8x8x3xf32>) -> tensor<1x3x8x8xf32> {
  // CHECK: nn.transpose
  // CHECK-NEXT: nn.relu
  %a = nn.transpose %x [0, 3, 1, 2] : tensor<1x8x8x3xf32> -> tensor<1x3x8x8xf32>
  %b = nn.relu %a : tensor<1x3x8x8xf32> -> tensor<1x3x8x8xf32>
  return %b : tensor<1x3x8x8xf32>
}

// -----

// A transposition that would have to be undone on more operands stays.
// CHECK-LABEL: @outvoted
func.func @outvoted(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x1x1xf32>, %p: tensor<1x4x8x8xf32>, %q: tensor<1x4x8x8xf32>) -> tensor<1x12x8x8xf32> {
  // CHECK: nn.conv
  // CHECK-NEXT: nn.transpose
  // CHECK-NEXT: nn.concat
  %a = nn.conv %x, %w {dilations = array<i64: 1, 1>, group = 1 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>}
     : tensor<1x3x8x8xf32>, tensor<4x3x1x1xf32> -> tensor<1x4x8x8xf32>
  %b = nn.concat %a, %p, %q {axis = 1 : i64} : tensor<1x4x8x8xf32>, tensor<1x4x8x8xf32>, tensor<1x4x8x8xf32> -> tensor<1x12x8x8xf32>
  return %b : tensor<1x12x8x8xf32>
}
