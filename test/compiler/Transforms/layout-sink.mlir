// RUN: swage-opt %s -pass-pipeline='builtin.module(func.func(swage-layout,cse))' --split-input-file | FileCheck %s

// A reduction that drops dimensions reduces what they were before, and leaves
// the others in the order that they had.
// CHECK-LABEL: @drop_width
func.func @drop_width(%x: tensor<1x3x8x6xf32>, %w: tensor<4x3x1x1xf32>) -> tensor<1x4x8xf32> {
  // CHECK: %[[CONV:.*]] = nn.conv
  // CHECK: %[[MEAN:.*]] = nn.reduce_mean %[[CONV]] [2] : tensor<1x8x6x4xf32> -> tensor<1x8x4xf32>
  // CHECK: nn.transpose %[[MEAN]] [0, 2, 1]
  %a = nn.conv %x, %w {dilations = array<i64: 1, 1>, group = 1 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>}
     : tensor<1x3x8x6xf32>, tensor<4x3x1x1xf32> -> tensor<1x4x8x6xf32>
  %b = nn.reduce_mean %a [3] : tensor<1x4x8x6xf32> -> tensor<1x4x8xf32>
  return %b : tensor<1x4x8xf32>
}

// -----

// Elements of several dimensions that a reshape mixes keep their order: the
// transposition stays in front of it.
// CHECK-LABEL: @flatten
func.func @flatten(%x: tensor<1x3x8x6xf32>, %w: tensor<4x3x1x1xf32>) -> tensor<1x192xf32> {
  // CHECK: %[[CONV:.*]] = nn.conv
  // CHECK: %[[BACK:.*]] = nn.transpose %[[CONV]] [0, 3, 1, 2]
  // CHECK: nn.reshape %[[BACK]]
  %shape = arith.constant dense<[1, 192]> : tensor<2xi64>
  %a = nn.conv %x, %w {dilations = array<i64: 1, 1>, group = 1 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>}
     : tensor<1x3x8x6xf32>, tensor<4x3x1x1xf32> -> tensor<1x4x8x6xf32>
  %b = nn.reshape %a, %shape : tensor<1x4x8x6xf32>, tensor<2xi64> -> tensor<1x192xf32>
  return %b : tensor<1x192xf32>
}

// -----

// Two unknown sizes beside each other may be split anywhere.
// CHECK-LABEL: @unknown
func.func @unknown(%x: tensor<?x3x?x?xf32>, %w: tensor<4x3x1x1xf32>, %s: tensor<3xi64>) -> tensor<?x4x?xf32> {
  // CHECK: nn.conv
  // CHECK: %[[BACK:.*]] = nn.transpose
  // CHECK: nn.reshape %[[BACK]]
  %a = nn.conv %x, %w {dilations = array<i64: 1, 1>, group = 1 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>}
     : tensor<?x3x?x?xf32>, tensor<4x3x1x1xf32> -> tensor<?x4x?x?xf32>
  %b = nn.reshape %a, %s : tensor<?x4x?x?xf32>, tensor<3xi64> -> tensor<?x4x?xf32>
  return %b : tensor<?x4x?xf32>
}
