// RUN: swage-opt %s -swage-nn-to-linalg -canonicalize | FileCheck %s

// The variance is the mean of squared differences, not the mean of squares
// less the squared mean, which has no digits left where rows are far from zero.
// CHECK-DAG: #[[$ALL:.*]] = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
// CHECK-DAG: #[[$ROW:.*]] = affine_map<(d0, d1, d2) -> (d0, d1)>
// CHECK-DAG: #[[$ELEMENT:.*]] = affine_map<(d0, d1, d2) -> (d2)>
// CHECK-LABEL: func.func @layer
// CHECK-SAME: %[[X:[^:]*]]: tensor<2x3x4xf32>, %[[S:[^:]*]]: tensor<4xf32>, %[[B:[^:]*]]: tensor<4xf32>
func.func @layer(%x: tensor<2x3x4xf32>, %s: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<2x3x4xf32> {
  // CHECK-DAG: %[[COUNT:.*]] = arith.constant 4.0{{.*}} : f32
  // CHECK-DAG: %[[EPSILON:.*]] = arith.constant 9.9{{.*}}E-6 : f32
  // CHECK: linalg.generic {indexing_maps = [#[[$ALL]], #[[$ROW]]], iterator_types = ["parallel", "parallel", "reduction"]} ins(%[[X]]
  // CHECK: arith.addf
  // CHECK: %[[MEAN:.*]] = linalg.generic
  // CHECK: arith.divf %{{.*}}, %[[COUNT]]
  // CHECK: linalg.generic {indexing_maps = [#[[$ALL]], #[[$ROW]], #[[$ROW]]], {{.*}}"reduction"]} ins(%[[X]], %[[MEAN]]
  // CHECK: %[[DIFFERENCE:.*]] = arith.subf
  // CHECK: arith.mulf %[[DIFFERENCE]], %[[DIFFERENCE]]
  // CHECK: arith.divf %{{.*}}, %[[COUNT]]
  // CHECK: %[[FACTOR:.*]] = linalg.generic
  // CHECK: %[[SHIFTED:.*]] = arith.addf %{{.*}}, %[[EPSILON]]
  // CHECK: math.sqrt %[[SHIFTED]]
  // CHECK: linalg.generic {indexing_maps = [#[[$ALL]], #[[$ROW]], #[[$ROW]], #[[$ELEMENT]], #[[$ELEMENT]], #[[$ALL]]]
  // CHECK-SAME: ins(%[[X]], %[[MEAN]], %[[FACTOR]], %[[S]], %[[B]]
  %0 = nn.layer_norm %x scale %s bias %b {axis = 2 : i64, epsilon = 1.0e-5 : f64} : tensor<2x3x4xf32>, scale tensor<4xf32>, bias tensor<4xf32> -> tensor<2x3x4xf32>
  return %0 : tensor<2x3x4xf32>
}

// RMS normalisation takes no mean away.
// CHECK-LABEL: func.func @rms
func.func @rms(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK-NOT: arith.subf
  // CHECK: linalg.generic {{.*}}"reduction"]}
  // CHECK: %[[IN:.*]] = arith.mulf
  // CHECK: math.sqrt
  // CHECK-NOT: arith.subf
  // CHECK: return
  %0 = nn.rms_norm %x {axis = 1 : i64, epsilon = 1.0e-6 : f64} : tensor<2x4xf32> -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// Narrow floats are computed in f32; the number of elements of a row of unknown
// size is found by the run.
// CHECK-LABEL: func.func @half
// CHECK-SAME: %[[X:[^:]*]]: tensor<2x?xf16>
func.func @half(%x: tensor<2x?xf16>) -> tensor<2x?xf16> {
  // CHECK: %[[SIZE:.*]] = tensor.dim %[[X]]
  // CHECK: arith.extf
  // CHECK: arith.addf {{.*}} : f32
  // CHECK: %[[WIDE:.*]] = arith.index_cast %[[SIZE]]
  // CHECK: %[[COUNT:.*]] = arith.sitofp %[[WIDE]] : i64 to f32
  // CHECK: arith.divf %{{.*}}, %[[COUNT]]
  // CHECK: arith.truncf
  %0 = nn.layer_norm %x {axis = 1 : i64, epsilon = 1.0e-5 : f64} : tensor<2x?xf16> -> tensor<2x?xf16>
  return %0 : tensor<2x?xf16>
}
