// RUN: swage-opt %s -pass-pipeline='builtin.module(func.func(swage-simplify))' --split-input-file | FileCheck %s
// RUN: swage-opt %s -pass-pipeline='builtin.module(func.func(swage-simplify{strict=true}))' --split-input-file | FileCheck %s --check-prefix=STRICT

// A pool that leaves a quarter of the places comes before a product of one place.
// CHECK-LABEL: @shrinks
// CHECK-SAME: %[[X:.*]]: tensor<1x8x6x6xf32>, %[[W:.*]]: tensor<4x8x1x1xf32>, %[[B:.*]]: tensor<4xf32>
// CHECK-NEXT: %[[P:.*]] = nn.average_pool %[[X]] {{.*}} -> tensor<1x8x3x3xf32>
// CHECK-NEXT: %[[Y:.*]] = nn.conv %[[P]], %[[W]], %[[B]] {{.*}} -> tensor<1x4x3x3xf32>
// CHECK-NEXT: return %[[Y]]
// STRICT-LABEL: @shrinks
// STRICT: nn.conv
// STRICT-NEXT: nn.average_pool
func.func @shrinks(%x: tensor<1x8x6x6xf32>, %w: tensor<4x8x1x1xf32>, %b: tensor<4xf32>) -> tensor<1x4x3x3xf32> {
  %c = nn.conv %x, %w, %b {dilations = array<i64: 1, 1>, group = 1 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>}
     : tensor<1x8x6x6xf32>, tensor<4x8x1x1xf32>, tensor<4xf32> -> tensor<1x4x6x6xf32>
  %p = nn.average_pool %c {dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 2>}
     : tensor<1x4x6x6xf32> -> tensor<1x4x3x3xf32>
  return %p : tensor<1x4x3x3xf32>
}

// -----

// One that keeps the size comes behind a product that leaves fewer channels. The
// zeros that an exporter puts around the image are the pool's own, and as they
// are counted, the bias is added last.
// CHECK-LABEL: @keeps
// CHECK-SAME: %[[X:.*]]: tensor<1x16x5x5xf32>, %[[W:.*]]: tensor<4x16x1x1xf32>, %[[B:.*]]: tensor<4xf32>
// CHECK: %[[C:.*]] = nn.conv %[[X]], %[[W]] {
// CHECK: %[[P:.*]] = nn.average_pool %[[C]] {count_include_pad, {{.*}}pads = array<i64: 1, 1, 1, 1>{{.*}} -> tensor<1x4x5x5xf32>
// CHECK: %[[S:.*]] = nn.reshape %[[B]]
// CHECK: %[[Y:.*]] = nn.add %[[P]], %[[S]]
// CHECK: return %[[Y]]
// STRICT-LABEL: @keeps
// STRICT-NOT: nn.pad
// STRICT: nn.average_pool {{.*}}count_include_pad, {{.*}}pads = array<i64: 1, 1, 1, 1>
// STRICT: nn.conv
func.func @keeps(%x: tensor<1x16x5x5xf32>, %w: tensor<4x16x1x1xf32>, %b: tensor<4xf32>) -> tensor<1x4x5x5xf32> {
  %zero = arith.constant dense<0.0> : tensor<f32>
  %pads = arith.constant dense<[0, 0, 1, 1, 0, 0, 1, 1]> : tensor<8xi64>
  %0 = nn.pad %x, %pads, %zero : tensor<1x16x5x5xf32>, tensor<8xi64>, tensor<f32> -> tensor<1x16x7x7xf32>
  %p = nn.average_pool %0 {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>}
     : tensor<1x16x7x7xf32> -> tensor<1x16x5x5xf32>
  %c = nn.conv %p, %w, %b {dilations = array<i64: 1, 1>, group = 1 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>}
     : tensor<1x16x5x5xf32>, tensor<4x16x1x1xf32>, tensor<4xf32> -> tensor<1x4x5x5xf32>
  return %c : tensor<1x4x5x5xf32>
}

// -----

// Where only elements of the image are counted, a bias is its own mean.
// CHECK-LABEL: @counts_image
// CHECK-NEXT: %[[C:.*]] = nn.conv %{{.*}}, %{{.*}}, %{{.*}}
// CHECK-NEXT: %[[P:.*]] = nn.average_pool %[[C]]
// CHECK-NEXT: return %[[P]]
func.func @counts_image(%x: tensor<1x16x5x5xf32>, %w: tensor<4x16x1x1xf32>, %b: tensor<4xf32>) -> tensor<1x4x5x5xf32> {
  %p = nn.average_pool %x {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 1, 1>}
     : tensor<1x16x5x5xf32> -> tensor<1x16x5x5xf32>
  %c = nn.conv %p, %w, %b {dilations = array<i64: 1, 1>, group = 1 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>}
     : tensor<1x16x5x5xf32>, tensor<4x16x1x1xf32>, tensor<4xf32> -> tensor<1x4x5x5xf32>
  return %c : tensor<1x4x5x5xf32>
}

// -----

// What stands behind a convolution is in its filter before a pool gets between.
// CHECK-LABEL: @scaled
// CHECK: nn.average_pool
// CHECK-NEXT: nn.conv
// CHECK-NEXT: return
// STRICT-LABEL: @scaled
// STRICT: nn.conv
// STRICT-NEXT: nn.mul
// STRICT-NEXT: nn.average_pool
func.func @scaled(%x: tensor<1x8x6x6xf32>) -> tensor<1x4x3x3xf32> {
  %w = arith.constant dense<0.5> : tensor<4x8x1x1xf32>
  %s = arith.constant dense<[[[2.0]], [[3.0]], [[4.0]], [[5.0]]]> : tensor<4x1x1xf32>
  %c = nn.conv %x, %w {dilations = array<i64: 1, 1>, group = 1 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>}
     : tensor<1x8x6x6xf32>, tensor<4x8x1x1xf32> -> tensor<1x4x6x6xf32>
  %m = nn.mul %c, %s : tensor<1x4x6x6xf32>, tensor<4x1x1xf32> -> tensor<1x4x6x6xf32>
  %p = nn.average_pool %m {dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 2>}
     : tensor<1x4x6x6xf32> -> tensor<1x4x3x3xf32>
  return %p : tensor<1x4x3x3xf32>
}

// -----

// These stay: a window of the convolution, a bias where zeros are counted, a
// product that somebody else needs, and pools that are cheap where they are.
// CHECK-LABEL: @windows
// CHECK: nn.conv
// CHECK-NEXT: nn.average_pool
func.func @windows(%x: tensor<1x8x6x6xf32>, %w: tensor<4x8x3x3xf32>) -> tensor<1x4x2x2xf32> {
  %c = nn.conv %x, %w {dilations = array<i64: 1, 1>, group = 1 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>}
     : tensor<1x8x6x6xf32>, tensor<4x8x3x3xf32> -> tensor<1x4x4x4xf32>
  %p = nn.average_pool %c {dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 2>}
     : tensor<1x4x4x4xf32> -> tensor<1x4x2x2xf32>
  return %p : tensor<1x4x2x2xf32>
}

// CHECK-LABEL: @counts_zeros
// CHECK: nn.conv
// CHECK-NEXT: nn.average_pool
func.func @counts_zeros(%x: tensor<1x8x6x6xf32>, %w: tensor<4x8x1x1xf32>, %b: tensor<4xf32>) -> tensor<1x4x4x4xf32> {
  %c = nn.conv %x, %w, %b {dilations = array<i64: 1, 1>, group = 1 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>}
     : tensor<1x8x6x6xf32>, tensor<4x8x1x1xf32>, tensor<4xf32> -> tensor<1x4x6x6xf32>
  %p = nn.average_pool %c {count_include_pad, dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>}
     : tensor<1x4x6x6xf32> -> tensor<1x4x4x4xf32>
  return %p : tensor<1x4x4x4xf32>
}

// CHECK-LABEL: @used_twice
// CHECK: nn.conv
// CHECK-NEXT: nn.average_pool
func.func @used_twice(%x: tensor<1x8x6x6xf32>, %w: tensor<4x8x1x1xf32>) -> (tensor<1x4x3x3xf32>, tensor<1x4x6x6xf32>) {
  %c = nn.conv %x, %w {dilations = array<i64: 1, 1>, group = 1 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>}
     : tensor<1x8x6x6xf32>, tensor<4x8x1x1xf32> -> tensor<1x4x6x6xf32>
  %p = nn.average_pool %c {dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 2>}
     : tensor<1x4x6x6xf32> -> tensor<1x4x3x3xf32>
  return %p, %c : tensor<1x4x3x3xf32>, tensor<1x4x6x6xf32>
}

// CHECK-LABEL: @widens
// CHECK: nn.average_pool
// CHECK-NEXT: nn.conv
func.func @widens(%x: tensor<1x4x5x5xf32>, %w: tensor<16x4x1x1xf32>) -> tensor<1x16x5x5xf32> {
  %p = nn.average_pool %x {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 1, 1>}
     : tensor<1x4x5x5xf32> -> tensor<1x4x5x5xf32>
  %c = nn.conv %p, %w {dilations = array<i64: 1, 1>, group = 1 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>}
     : tensor<1x4x5x5xf32>, tensor<16x4x1x1xf32> -> tensor<1x16x5x5xf32>
  return %c : tensor<1x16x5x5xf32>
}

// -----

// Padding that adds nothing is left out. Elements beside the image, other values
// than zero and zeros that a pool would count beside its own are no part of it.
// CHECK-LABEL: @pads
// CHECK-SAME: %[[X:.*]]: tensor
// CHECK: %[[A:.*]] = nn.average_pool %[[X]] {dilations
// CHECK: %[[P:.*]] = nn.pad %[[A]]
// CHECK: nn.average_pool %[[P]]
// CHECK: %[[Q:.*]] = nn.pad
// CHECK: nn.average_pool %[[Q]] {{.*}}pads = array<i64: 1, 1, 1, 1>
func.func @pads(%x: tensor<1x2x6x6xf32>) -> tensor<1x2x6x6xf32> {
  %zero = arith.constant dense<0.0> : tensor<f32>
  %one = arith.constant dense<1.0> : tensor<f32>
  %none = arith.constant dense<0> : tensor<8xi64>
  %ring = arith.constant dense<[0, 0, 1, 1, 0, 0, 1, 1]> : tensor<8xi64>
  %0 = nn.pad %x, %none, %one : tensor<1x2x6x6xf32>, tensor<8xi64>, tensor<f32> -> tensor<1x2x6x6xf32>
  %1 = nn.average_pool %0 {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : tensor<1x2x6x6xf32> -> tensor<1x2x4x4xf32>
  %2 = nn.pad %1, %ring, %one : tensor<1x2x4x4xf32>, tensor<8xi64>, tensor<f32> -> tensor<1x2x6x6xf32>
  %3 = nn.average_pool %2 {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : tensor<1x2x6x6xf32> -> tensor<1x2x4x4xf32>
  %4 = nn.pad %3, %ring, %zero : tensor<1x2x4x4xf32>, tensor<8xi64>, tensor<f32> -> tensor<1x2x6x6xf32>
  %5 = nn.average_pool %4 {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 1, 1>} : tensor<1x2x6x6xf32> -> tensor<1x2x6x6xf32>
  return %5 : tensor<1x2x6x6xf32>
}

// Where a last window reaches over the end, it is the padded image that it begins
// in: the zeros stay an operation.
// CHECK-LABEL: @reaches_over
// CHECK: nn.pad
// CHECK-NEXT: nn.average_pool
func.func @reaches_over(%x: tensor<1x2x5x5xf32>) -> tensor<1x2x4x4xf32> {
  %zero = arith.constant dense<0.0> : tensor<f32>
  %ring = arith.constant dense<[0, 0, 1, 1, 0, 0, 1, 1]> : tensor<8xi64>
  %0 = nn.pad %x, %ring, %zero : tensor<1x2x5x5xf32>, tensor<8xi64>, tensor<f32> -> tensor<1x2x7x7xf32>
  %1 = nn.average_pool %0 {ceil_mode, dilations = array<i64: 1, 1>, kernel = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 2>} : tensor<1x2x7x7xf32> -> tensor<1x2x4x4xf32>
  return %1 : tensor<1x2x4x4xf32>
}

// -----

// Windows of one element copy the image; with steps between them they do not.
// CHECK-LABEL: @points
// CHECK-SAME: %[[X:.*]]: tensor<1x16x5x5xf32>
// CHECK-NEXT: %[[P:.*]] = nn.max_pool %[[X]] {{.*}} -> tensor<1x16x3x3xf32>
// CHECK-NEXT: return %[[X]], %[[X]], %[[P]]
// STRICT-LABEL: @points
// STRICT: nn.average_pool
func.func @points(%x: tensor<1x16x5x5xf32>) -> (tensor<1x16x5x5xf32>, tensor<1x16x5x5xf32>, tensor<1x16x3x3xf32>) {
  %p = nn.average_pool %x {dilations = array<i64: 1, 1>, kernel = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>}
     : tensor<1x16x5x5xf32> -> tensor<1x16x5x5xf32>
  %q = nn.max_pool %x {dilations = array<i64: 1, 1>, kernel = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>}
     : tensor<1x16x5x5xf32> -> tensor<1x16x5x5xf32>
  %r = nn.max_pool %x {dilations = array<i64: 1, 1>, kernel = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 2>}
     : tensor<1x16x5x5xf32> -> tensor<1x16x3x3xf32>
  return %p, %q, %r : tensor<1x16x5x5xf32>, tensor<1x16x5x5xf32>, tensor<1x16x3x3xf32>
}
