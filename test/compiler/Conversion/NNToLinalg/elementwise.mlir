// RUN: swage-opt %s -swage-nn-to-linalg -canonicalize | FileCheck %s

// A broadcast is a map that reads place 0.
// CHECK-DAG: #[[$COLUMN:.*]] = affine_map<(d0, d1) -> (d0, 0)>
// CHECK-DAG: #[[$ROW:.*]] = affine_map<(d0, d1) -> (d1)>
// CHECK-DAG: #[[$ALL:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-LABEL: func.func @broadcast
func.func @broadcast(%a: tensor<2x1xf32>, %b: tensor<3xf32>) -> tensor<2x3xf32> {
  // CHECK: %[[EMPTY:.*]] = tensor.empty() : tensor<2x3xf32>
  // CHECK: linalg.generic {indexing_maps = [#[[$COLUMN]], #[[$ROW]], #[[$ALL]]], iterator_types = ["parallel", "parallel"]}
  // CHECK-SAME: outs(%[[EMPTY]]
  // CHECK: arith.addf
  %0 = nn.add %a, %b : tensor<2x1xf32>, tensor<3xf32> -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// Booleans are bytes in memory and bits in computations.
// CHECK-LABEL: func.func @boolean
// CHECK-SAME: -> tensor<?xi8>
func.func @boolean(%a: tensor<?xf32>) -> tensor<?xi1> {
  // CHECK: %[[LESS:.*]] = arith.cmpf olt
  // CHECK-NEXT: %[[BYTE:.*]] = arith.extui %[[LESS]] : i1 to i8
  // CHECK-NEXT: linalg.yield %[[BYTE]] : i8
  %0 = nn.less %a, %a : tensor<?xf32>, tensor<?xf32> -> tensor<?xi1>
  return %0 : tensor<?xi1>
}

// Memory knows no signs; the computation does.
// CHECK-LABEL: func.func @unsigned
// CHECK-SAME: tensor<4xi8>
func.func @unsigned(%a: tensor<4xui8>, %b: tensor<4xui8>) -> tensor<4xui8> {
  // CHECK: arith.divui
  %0 = nn.div %a, %b : tensor<4xui8>, tensor<4xui8> -> tensor<4xui8>
  return %0 : tensor<4xui8>
}
