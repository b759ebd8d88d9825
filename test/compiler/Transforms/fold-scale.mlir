// RUN: swage-opt %s -pass-pipeline='builtin.module(func.func(swage-simplify))' --split-input-file | FileCheck %s

// Batch normalisation becomes part of filter and bias.
// CHECK-LABEL: @batch_norm
// CHECK-SAME: %[[X:.*]]: tensor
func.func @batch_norm(%x: tensor<1x2x4x4xf32>) -> tensor<1x3x4x4xf32> {
  // CHECK-DAG: %[[W:.*]] = arith.constant dense_resource<w>
  // CHECK-DAG: %[[SCALE:.*]] = arith.constant dense<{{.*}}> : tensor<3x1x1x1xf32>
  // CHECK-DAG: %[[SHIFT:.*]] = arith.constant dense<[1.200000e+01, 2.300000e+01, 3.400000e+01]> : tensor<3xf32>
  // CHECK: %[[FILTER:.*]] = nn.mul %[[W]], %[[SCALE]]
  // CHECK: %[[Y:.*]] = nn.conv %[[X]], %[[FILTER]], %[[SHIFT]]
  // CHECK-NEXT: return %[[Y]]
  %w = arith.constant dense_resource<w> : tensor<3x2x1x1xf32>
  %b = arith.constant dense<[1.0, 1.0, 1.0]> : tensor<3xf32>
  %scale = arith.constant dense<[[[2.0]], [[3.0]], [[4.0]]]> : tensor<3x1x1xf32>
  %shift = arith.constant dense<[[[10.0]], [[20.0]], [[30.0]]]> : tensor<3x1x1xf32>
  %a = nn.conv %x, %w, %b {dilations = array<i64: 1, 1>, group = 1 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>}
     : tensor<1x2x4x4xf32>, tensor<3x2x1x1xf32>, tensor<3xf32> -> tensor<1x3x4x4xf32>
  %c = nn.mul %a, %scale : tensor<1x3x4x4xf32>, tensor<3x1x1xf32> -> tensor<1x3x4x4xf32>
  %d = nn.add %c, %shift : tensor<1x3x4x4xf32>, tensor<3x1x1xf32> -> tensor<1x3x4x4xf32>
  return %d : tensor<1x3x4x4xf32>
}

// -----

// A convolution without bias gets one; scalars count for all channels.
// CHECK-LABEL: @scalars
func.func @scalars(%x: tensor<1x2x4xf32>) -> tensor<1x3x4xf32> {
  // CHECK-DAG: arith.constant dense<-5.000000e-01> : tensor<3xf32>
  // CHECK: nn.div
  // CHECK-NEXT: nn.conv
  // CHECK-NEXT: return
  %w = arith.constant dense_resource<w> : tensor<3x2x1xf32>
  %two = arith.constant dense<2.0> : tensor<f32>
  %half = arith.constant dense<0.5> : tensor<1xf32>
  %a = nn.conv %x, %w {dilations = array<i64: 1>, group = 1 : i64, pads = array<i64: 0, 0>, strides = array<i64: 1>}
     : tensor<1x2x4xf32>, tensor<3x2x1xf32> -> tensor<1x3x4xf32>
  %b = nn.div %a, %two : tensor<1x3x4xf32>, tensor<f32> -> tensor<1x3x4xf32>
  %c = nn.sub %b, %half : tensor<1x3x4xf32>, tensor<1xf32> -> tensor<1x3x4xf32>
  return %c : tensor<1x3x4xf32>
}

// -----

// Behind a dense layer, through its bias.
// CHECK-LABEL: @dense
func.func @dense(%x: tensor<?x2xf32>) -> tensor<?x3xf32> {
  // CHECK-DAG: %[[SHIFT:.*]] = arith.constant dense<[2.000000e+00, 3.000000e+00, 4.000000e+00]> : tensor<3xf32>
  // CHECK: %[[W:.*]] = nn.mul %{{.*}} : tensor<3x2xf32>, tensor<3x1xf32>
  // CHECK: %[[P:.*]] = nn.matmul %{{.*}}, %[[W]] {transpose_rhs}
  // CHECK: nn.add %[[P]], %[[SHIFT]]
  %w = arith.constant dense_resource<w> : tensor<3x2xf32>
  %b = arith.constant dense<1.0> : tensor<3xf32>
  %scale = arith.constant dense<[2.0, 3.0, 4.0]> : tensor<3xf32>
  %a = nn.matmul %x, %w {transpose_rhs} : tensor<?x2xf32>, tensor<3x2xf32> -> tensor<?x3xf32>
  %c = nn.add %a, %b : tensor<?x3xf32>, tensor<3xf32> -> tensor<?x3xf32>
  %d = nn.mul %c, %scale : tensor<?x3xf32>, tensor<3xf32> -> tensor<?x3xf32>
  return %d : tensor<?x3xf32>
}

// -----

// Not: a factor along another dimension, one that the run decides, a filter
// that the run decides, and a result that somebody else reads.
// CHECK-LABEL: @kept
func.func @kept(%x: tensor<1x3x3x3xf32>, %f: tensor<3x1x1xf32>, %v: tensor<3x3x1x1xf32>)
    -> (tensor<1x3x3x3xf32>, tensor<1x3x3x3xf32>, tensor<1x3x3x3xf32>, tensor<1x3x3x3xf32>, tensor<1x3x3x3xf32>) {
  // CHECK-COUNT-4: nn.mul
  // CHECK: return
  %w = arith.constant dense_resource<w> : tensor<3x3x1x1xf32>
  %row = arith.constant dense<[[1.0], [2.0], [3.0]]> : tensor<3x1xf32>
  %channel = arith.constant dense<[[[1.0]], [[2.0]], [[3.0]]]> : tensor<3x1x1xf32>
  %a = nn.conv %x, %w {dilations = array<i64: 1, 1>, group = 1 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>}
     : tensor<1x3x3x3xf32>, tensor<3x3x1x1xf32> -> tensor<1x3x3x3xf32>
  %b = nn.mul %a, %row : tensor<1x3x3x3xf32>, tensor<3x1xf32> -> tensor<1x3x3x3xf32>
  %c = nn.conv %b, %w {dilations = array<i64: 1, 1>, group = 1 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>}
     : tensor<1x3x3x3xf32>, tensor<3x3x1x1xf32> -> tensor<1x3x3x3xf32>
  %d = nn.mul %c, %f : tensor<1x3x3x3xf32>, tensor<3x1x1xf32> -> tensor<1x3x3x3xf32>
  %e = nn.conv %d, %v {dilations = array<i64: 1, 1>, group = 1 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>}
     : tensor<1x3x3x3xf32>, tensor<3x3x1x1xf32> -> tensor<1x3x3x3xf32>
  %g = nn.mul %e, %channel : tensor<1x3x3x3xf32>, tensor<3x1x1xf32> -> tensor<1x3x3x3xf32>
  %h = nn.conv %g, %w {dilations = array<i64: 1, 1>, group = 1 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>}
     : tensor<1x3x3x3xf32>, tensor<3x3x1x1xf32> -> tensor<1x3x3x3xf32>
  %i = nn.mul %h, %channel : tensor<1x3x3x3xf32>, tensor<3x1x1xf32> -> tensor<1x3x3x3xf32>
  return %b, %d, %g, %h, %i : tensor<1x3x3x3xf32>, tensor<1x3x3x3xf32>, tensor<1x3x3x3xf32>, tensor<1x3x3x3xf32>, tensor<1x3x3x3xf32>
}
