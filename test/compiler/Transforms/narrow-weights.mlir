// RUN: swage-opt %s -pass-pipeline='builtin.module(func.func(swage-narrow-weights{type=f16}))' --split-input-file | FileCheck %s
// RUN: swage-opt %s -pass-pipeline='builtin.module(func.func(swage-narrow-weights{type=bf16}))' --split-input-file | FileCheck %s --check-prefix=BF16
// RUN: not swage-opt %s -pass-pipeline='builtin.module(func.func(swage-narrow-weights{type=f8}))' --split-input-file 2>&1 | FileCheck %s --check-prefix=ERROR

// ERROR: error: weights cannot be stored as 'f8'; there are f16 and bf16

// A product widens its weight element by element; its other operand, its sums
// and its small constants stay as they are.
// CHECK-LABEL: @product
// CHECK-SAME: %[[X:.*]]: tensor<1x64xf32>
// CHECK: %[[W:.*]] = arith.constant dense_resource<w> : tensor<64x128xf32>
// CHECK: %[[NARROW:.*]] = linalg.generic
// CHECK-SAME: ins(%[[W]] : tensor<64x128xf32>) outs(%{{.*}} : tensor<64x128xf16>)
// CHECK-SAME: kernel.keeps_finite
// CHECK: arith.truncf
// CHECK: linalg.generic
// CHECK-SAME: ins(%[[X]], %[[NARROW]] : tensor<1x64xf32>, tensor<64x128xf16>) outs(%{{.*}} : tensor<1x128xf32>)
// CHECK-NEXT: ^bb0(%[[A:.*]]: f32, %[[B:.*]]: f16, %[[SUM:.*]]: f32):
// CHECK-NEXT: %[[WIDE:.*]] = arith.extf %[[B]] : f16 to f32
// CHECK-NEXT: arith.mulf %[[A]], %[[WIDE]] : f32
// BF16-LABEL: @product
// BF16: arith.extf %{{.*}} : bf16 to f32
#x = affine_map<(r, c, k) -> (r, k)>
#w = affine_map<(r, c, k) -> (k, c)>
#y = affine_map<(r, c, k) -> (r, c)>
func.func @product(%x: tensor<1x64xf32>, %init: tensor<1x128xf32>) -> tensor<1x128xf32> {
  %w = arith.constant dense_resource<w> : tensor<64x128xf32>
  %0 = linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<1x64xf32>, tensor<64x128xf32>) outs(%init : tensor<1x128xf32>) {
  ^bb0(%a: f32, %b: f32, %sum: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %sum, %p : f32
    linalg.yield %s : f32
  } -> tensor<1x128xf32>
  return %0 : tensor<1x128xf32>
}

// -----

// A lookup reads narrow rows.
// CHECK-LABEL: @lookup
// CHECK: %[[NARROW:.*]] = linalg.generic
// CHECK-SAME: outs(%{{.*}} : tensor<1000x8xf16>)
// CHECK: %[[ROW:.*]] = tensor.extract %[[NARROW]][
// CHECK: arith.extf %[[ROW]] : f16 to f32
#id = affine_map<(n, e) -> (n, e)>
#row = affine_map<(n, e) -> (n)>
func.func @lookup(%tokens: tensor<?xi64>, %init: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %table = arith.constant dense_resource<t> : tensor<1000x8xf32>
  %0 = linalg.generic {indexing_maps = [#row, #id], iterator_types = ["parallel", "parallel"]}
      ins(%tokens : tensor<?xi64>) outs(%init : tensor<?x8xf32>) {
  ^bb0(%token: i64, %out: f32):
    %i = arith.index_cast %token : i64 to index
    %e = linalg.index 1 : index
    %v = tensor.extract %table[%i, %e] : tensor<1000x8xf32>
    linalg.yield %v : f32
  } -> tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}

// -----

// An addition is not a product, and small weights are left alone.
// CHECK-LABEL: @others
// CHECK-NOT: f16
#map = affine_map<(r, c) -> (r, c)>
#x = affine_map<(r, c, k) -> (r, k)>
#w = affine_map<(r, c, k) -> (k, c)>
#y = affine_map<(r, c, k) -> (r, c)>
func.func @others(%x: tensor<64x128xf32>, %init: tensor<64x128xf32>, %small: tensor<64x4xf32>) -> (tensor<64x128xf32>, tensor<64x4xf32>) {
  %b = arith.constant dense_resource<b> : tensor<64x128xf32>
  %0 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]}
      ins(%x, %b : tensor<64x128xf32>, tensor<64x128xf32>) outs(%init : tensor<64x128xf32>) {
  ^bb0(%l: f32, %r: f32, %out: f32):
    %s = arith.addf %l, %r : f32
    linalg.yield %s : f32
  } -> tensor<64x128xf32>
  %w = arith.constant dense_resource<w> : tensor<128x4xf32>
  %1 = linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%0, %w : tensor<64x128xf32>, tensor<128x4xf32>) outs(%small : tensor<64x4xf32>) {
  ^bb0(%l: f32, %r: f32, %sum: f32):
    %p = arith.mulf %l, %r : f32
    %s = arith.addf %sum, %p : f32
    linalg.yield %s : f32
  } -> tensor<64x4xf32>
  return %0, %1 : tensor<64x128xf32>, tensor<64x4xf32>
}

// -----

// An operation with a schedule keeps the types that the schedule was made for.
// What its weights are made from is narrow instead.
// CHECK-LABEL: @scheduled
// CHECK: %[[W:.*]] = arith.constant dense_resource<w> : tensor<64x128xf32>
// CHECK: %[[NARROW:.*]] = linalg.generic
// CHECK-SAME: ins(%[[W]] : tensor<64x128xf32>) outs(%{{.*}} : tensor<64x128xf16>)
// CHECK: %[[MADE:.*]] = linalg.generic
// CHECK-SAME: ins(%{{.*}}, %[[NARROW]] : tensor<4x64xf32>, tensor<64x128xf16>)
// CHECK: arith.extf %{{.*}} : f16 to f32
// CHECK: linalg.generic
// CHECK-SAME: ins(%{{.*}}, %[[MADE]] : tensor<1x4xf32>, tensor<4x128xf32>)
#x = affine_map<(r, c, k) -> (r, k)>
#w = affine_map<(r, c, k) -> (k, c)>
#y = affine_map<(r, c, k) -> (r, c)>
func.func @scheduled(%x: tensor<1x4xf32>, %init: tensor<1x128xf32>) -> tensor<1x128xf32> {
  %w = arith.constant dense_resource<w> : tensor<64x128xf32>
  %matrix = arith.constant dense<1.0> : tensor<4x64xf32>
  %zero = arith.constant dense<0.0> : tensor<4x128xf32>
  %0 = linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%matrix, %w : tensor<4x64xf32>, tensor<64x128xf32>) outs(%zero : tensor<4x128xf32>) {
  ^bb0(%a: f32, %b: f32, %sum: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %sum, %p : f32
    linalg.yield %s : f32
  } -> tensor<4x128xf32>
  %1 = linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %0 : tensor<1x4xf32>, tensor<4x128xf32>) outs(%init : tensor<1x128xf32>)
      attrs = {kernel.schedule = "any"} {
  ^bb0(%a: f32, %b: f32, %sum: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %sum, %p : f32
    linalg.yield %s : f32
  } -> tensor<1x128xf32>
  return %1 : tensor<1x128xf32>
}
