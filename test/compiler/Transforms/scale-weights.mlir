// RUN: swage-opt %s -pass-pipeline='builtin.module(func.func(swage-scale-weights))' --split-input-file | FileCheck %s

// Factors of channels of the image get to the panels of weights, whose middle
// dimension they are.
// CHECK-DAG: #[[$WEIGHTS:.*]] = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
// CHECK-DAG: #[[$GATE:.*]] = affine_map<(d0, d1, d2) -> (0, 0, 0, d1)>
// CHECK-LABEL: @gate
// CHECK-SAME: %[[X:.*]]: tensor<1x9x7x32xf32>, %[[G:.*]]: tensor<1x1x1x32xf32>
// CHECK: %[[W:.*]] = arith.constant dense_resource<w>
// CHECK: %[[SCALED:.*]] = linalg.generic {indexing_maps = [#[[$WEIGHTS]], #[[$GATE]], #[[$WEIGHTS]]]
// CHECK-SAME: ins(%[[W]], %[[G]] : tensor<1x32x16xf32>, tensor<1x1x1x32xf32>)
// CHECK: arith.mulf
// CHECK: linalg.generic
// CHECK-SAME: ins(%[[X]], %[[SCALED]] : tensor<1x9x7x32xf32>, tensor<1x32x16xf32>)
#id = affine_map<(n, y, x, c) -> (n, y, x, c)>
#factor = affine_map<(n, y, x, c) -> (n, 0, 0, c)>
#image = affine_map<(n, y, x, k, c) -> (n, y, x, c)>
#filter = affine_map<(n, y, x, k, c) -> (k floordiv 16, c, k mod 16)>
#result = affine_map<(n, y, x, k, c) -> (n, y, x, k)>
func.func @gate(%x: tensor<1x9x7x32xf32>, %g: tensor<1x1x1x32xf32>, %init: tensor<1x9x7x16xf32>) -> tensor<1x9x7x16xf32> {
  %w = arith.constant dense_resource<w> : tensor<1x32x16xf32>
  %e = tensor.empty() : tensor<1x9x7x32xf32>
  %s = linalg.generic {indexing_maps = [#factor, #id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%g, %x : tensor<1x1x1x32xf32>, tensor<1x9x7x32xf32>) outs(%e : tensor<1x9x7x32xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    linalg.yield %p : f32
  } -> tensor<1x9x7x32xf32>
  %y = linalg.generic {indexing_maps = [#image, #filter, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
      ins(%s, %w : tensor<1x9x7x32xf32>, tensor<1x32x16xf32>) outs(%init : tensor<1x9x7x16xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %t = arith.addf %o, %p : f32
    linalg.yield %t : f32
  } -> tensor<1x9x7x16xf32>
  return %y : tensor<1x9x7x16xf32>
}

// -----

// A factor for each image of two, and weights with more elements than the image,
// stay where they are.
// CHECK-LABEL: @images
// CHECK: %[[S:.*]] = linalg.generic
// CHECK-SAME: ins(%{{.*}}, %{{.*}} : tensor<2x1x1x32xf32>, tensor<2x9x7x32xf32>)
// CHECK: linalg.generic
// CHECK-SAME: ins(%[[S]], %{{.*}} : tensor<2x9x7x32xf32>, tensor<1x32x16xf32>)
#id = affine_map<(n, y, x, c) -> (n, y, x, c)>
#factor = affine_map<(n, y, x, c) -> (n, 0, 0, c)>
#image = affine_map<(n, y, x, k, c) -> (n, y, x, c)>
#filter = affine_map<(n, y, x, k, c) -> (k floordiv 16, c, k mod 16)>
#result = affine_map<(n, y, x, k, c) -> (n, y, x, k)>
func.func @images(%x: tensor<2x9x7x32xf32>, %g: tensor<2x1x1x32xf32>, %init: tensor<2x9x7x16xf32>) -> tensor<2x9x7x16xf32> {
  %w = arith.constant dense_resource<w> : tensor<1x32x16xf32>
  %e = tensor.empty() : tensor<2x9x7x32xf32>
  %s = linalg.generic {indexing_maps = [#factor, #id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%g, %x : tensor<2x1x1x32xf32>, tensor<2x9x7x32xf32>) outs(%e : tensor<2x9x7x32xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    linalg.yield %p : f32
  } -> tensor<2x9x7x32xf32>
  %y = linalg.generic {indexing_maps = [#image, #filter, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
      ins(%s, %w : tensor<2x9x7x32xf32>, tensor<1x32x16xf32>) outs(%init : tensor<2x9x7x16xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %t = arith.addf %o, %p : f32
    linalg.yield %t : f32
  } -> tensor<2x9x7x16xf32>
  return %y : tensor<2x9x7x16xf32>
}

// -----

// CHECK-LABEL: @heavy
// CHECK: %[[S:.*]] = linalg.generic
// CHECK-SAME: ins(%{{.*}}, %{{.*}} : tensor<32xf32>, tensor<8x32xf32>)
// CHECK: linalg.generic
// CHECK-SAME: ins(%[[S]], %{{.*}} : tensor<8x32xf32>, tensor<32x16xf32>)
#id = affine_map<(r, c) -> (r, c)>
#factor = affine_map<(r, c) -> (c)>
#row = affine_map<(r, k, c) -> (r, c)>
#matrix = affine_map<(r, k, c) -> (c, k)>
#result = affine_map<(r, k, c) -> (r, k)>
func.func @heavy(%x: tensor<8x32xf32>, %g: tensor<32xf32>, %init: tensor<8x16xf32>) -> tensor<8x16xf32> {
  %w = arith.constant dense_resource<w> : tensor<32x16xf32>
  %e = tensor.empty() : tensor<8x32xf32>
  %s = linalg.generic {indexing_maps = [#factor, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%g, %x : tensor<32xf32>, tensor<8x32xf32>) outs(%e : tensor<8x32xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    linalg.yield %p : f32
  } -> tensor<8x32xf32>
  %y = linalg.generic {indexing_maps = [#row, #matrix, #result], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%s, %w : tensor<8x32xf32>, tensor<32x16xf32>) outs(%init : tensor<8x16xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %t = arith.addf %o, %p : f32
    linalg.yield %t : f32
  } -> tensor<8x16xf32>
  return %y : tensor<8x16xf32>
}
