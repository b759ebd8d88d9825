// RUN: swage-opt %s -swage-nn-to-linalg -canonicalize | FileCheck %s

// CHECK-DAG: #[[$SWAP:.*]] = affine_map<(d0, d1) -> (d1, d0)>
// CHECK-DAG: #[[$SAME:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-LABEL: func.func @transpose
func.func @transpose(%a: tensor<2x3xf32>) -> tensor<3x2xf32> {
  // CHECK: linalg.generic {indexing_maps = [#[[$SWAP]], #[[$SAME]]]
  %0 = nn.transpose %a [1, 0] : tensor<2x3xf32> -> tensor<3x2xf32>
  return %0 : tensor<3x2xf32>
}

// Another shape is a view.
// CHECK-LABEL: func.func @reshape
func.func @reshape(%a: tensor<2x6xf32>) -> tensor<2x2x3xf32> {
  %shape = arith.constant dense<[2, 2, 3]> : tensor<3xi64>
  // CHECK: tensor.expand_shape %{{.*}} {{\[\[}}0], [1, 2]]
  // CHECK-NOT: linalg
  %0 = nn.reshape %a, %shape : tensor<2x6xf32>, tensor<3xi64> -> tensor<2x2x3xf32>
  return %0 : tensor<2x2x3xf32>
}

// Parts are put into the whole, one after the other.
// CHECK-LABEL: func.func @concat
func.func @concat(%a: tensor<2xf32>, %b: tensor<3xf32>) -> tensor<5xf32> {
  // CHECK: %[[EMPTY:.*]] = tensor.empty() : tensor<5xf32>
  // CHECK: %[[FIRST:.*]] = tensor.insert_slice %{{.*}} into %[[EMPTY]][0] [2] [1]
  // CHECK: tensor.insert_slice %{{.*}} into %[[FIRST]][2] [3] [1]
  %0 = nn.concat %a, %b {axis = 0} : tensor<2xf32>, tensor<3xf32> -> tensor<5xf32>
  return %0 : tensor<5xf32>
}

// Indices count from the end when negative, and never leave the data.
// CHECK-LABEL: func.func @gather
func.func @gather(%a: tensor<9x4xf32>, %i: tensor<5xi64>) -> tensor<5x4xf32> {
  // CHECK: arith.cmpi slt
  // CHECK: arith.select
  // CHECK: arith.maxsi
  // CHECK: %[[PLACE:.*]] = arith.minsi
  // CHECK: tensor.extract %{{.*}}[%[[PLACE]], %{{.*}}]
  %0 = nn.gather %a, %i {axis = 0} : tensor<9x4xf32>, tensor<5xi64> -> tensor<5x4xf32>
  return %0 : tensor<5x4xf32>
}

// CHECK-LABEL: func.func @pad
func.func @pad(%a: tensor<2x3xf32>) -> tensor<2x6xf32> {
  %pads = arith.constant dense<[0, 1, 0, 2]> : tensor<4xi64>
  // CHECK: tensor.pad %{{.*}} low[0, 1] high[0, 2]
  %0 = nn.pad %a, %pads : tensor<2x3xf32>, tensor<4xi64> -> tensor<2x6xf32>
  return %0 : tensor<2x6xf32>
}
