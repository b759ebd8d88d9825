// RUN: swage-opt %s -pass-pipeline='builtin.module(func.func(swage-fold-widening))' --split-input-file | FileCheck %s

#id = affine_map<(d0, d1) -> (d0, d1)>
#x = affine_map<(r, c, k) -> (r, k)>
#w = affine_map<(r, c, k) -> (k, c)>
#y = affine_map<(r, c, k) -> (r, c)>

// Every reader widens for itself; nothing holds the wide tensor.
// CHECK-LABEL: @readers
// CHECK-SAME: %[[X:.*]]: tensor<8x8xbf16>
// CHECK: linalg.generic
// CHECK-SAME: ins(%[[X]] : tensor<8x8xbf16>)
// CHECK-NEXT: ^bb0(%[[A:.*]]: bf16, %{{.*}}: f32):
// CHECK-NEXT: %[[WIDE:.*]] = arith.extf %[[A]] : bf16 to f32
// CHECK-NEXT: math.tanh %[[WIDE]]
// CHECK: linalg.generic
// CHECK-SAME: ins(%[[X]], %{{.*}} : tensor<8x8xbf16>, tensor<8x8xf32>)
// CHECK-NEXT: ^bb0(%[[B:.*]]: bf16, %[[C:.*]]: f32, %[[SUM:.*]]: f32):
// CHECK-NEXT: %[[WIDE:.*]] = arith.extf %[[B]] : bf16 to f32
// CHECK-NEXT: arith.mulf %[[WIDE]], %[[C]]
func.func @readers(%x: tensor<8x8xbf16>, %v: tensor<8x8xf32>) -> (tensor<8x8xf32>, tensor<8x8xf32>) {
  %empty = tensor.empty() : tensor<8x8xf32>
  %wide = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<8x8xbf16>) outs(%empty : tensor<8x8xf32>) {
  ^bb0(%a: bf16, %out: f32):
    %e = arith.extf %a : bf16 to f32
    linalg.yield %e : f32
  } -> tensor<8x8xf32>
  %0 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%wide : tensor<8x8xf32>) outs(%empty : tensor<8x8xf32>) {
  ^bb0(%a: f32, %out: f32):
    %t = math.tanh %a : f32
    linalg.yield %t : f32
  } -> tensor<8x8xf32>
  %1 = linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%wide, %v : tensor<8x8xf32>, tensor<8x8xf32>) outs(%empty : tensor<8x8xf32>) {
  ^bb0(%a: f32, %b: f32, %sum: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %sum, %p : f32
    linalg.yield %s : f32
  } -> tensor<8x8xf32>
  return %0, %1 : tensor<8x8xf32>, tensor<8x8xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>

// Borders and views are made of the narrow tensor.
// CHECK-LABEL: @views
// CHECK-SAME: %[[X:.*]]: tensor<8x8xf16>
// CHECK: %[[PADDED:.*]] = tensor.pad %[[X]]
// CHECK: tensor.yield %{{.*}} : f16
// CHECK: %[[FLAT:.*]] = tensor.collapse_shape %[[PADDED]] {{.*}} : tensor<10x10xf16> into tensor<100xf16>
// CHECK: linalg.generic
// CHECK-SAME: ins(%[[FLAT]] : tensor<100xf16>)
func.func @views(%x: tensor<8x8xf16>) -> tensor<100xf32> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<8x8xf32>
  %wide = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<8x8xf16>) outs(%empty : tensor<8x8xf32>) {
  ^bb0(%a: f16, %out: f32):
    %e = arith.extf %a : f16 to f32
    linalg.yield %e : f32
  } -> tensor<8x8xf32>
  %padded = tensor.pad %wide low[1, 1] high[1, 1] {
  ^bb0(%i: index, %j: index):
    tensor.yield %zero : f32
  } : tensor<8x8xf32> to tensor<10x10xf32>
  %flat = tensor.collapse_shape %padded [[0, 1]] : tensor<10x10xf32> into tensor<100xf32>
  %init = tensor.empty() : tensor<100xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]}
      ins(%flat : tensor<100xf32>) outs(%init : tensor<100xf32>) {
  ^bb0(%a: f32, %out: f32):
    %t = math.tanh %a : f32
    linalg.yield %t : f32
  } -> tensor<100xf32>
  return %0 : tensor<100xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>

// A result stays wide, and so does what more is done with than widening.
// CHECK-LABEL: @stays
// CHECK: arith.extf
// CHECK: linalg.generic
// CHECK-SAME: ins(%{{.*}} : tensor<8x8xf32>)
// CHECK: math.tanh
func.func @stays(%x: tensor<8x8xbf16>) -> tensor<8x8xf32> {
  %empty = tensor.empty() : tensor<8x8xf32>
  %wide = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<8x8xbf16>) outs(%empty : tensor<8x8xf32>) {
  ^bb0(%a: bf16, %out: f32):
    %e = arith.extf %a : bf16 to f32
    %n = arith.negf %e : f32
    linalg.yield %n : f32
  } -> tensor<8x8xf32>
  %0 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%wide : tensor<8x8xf32>) outs(%empty : tensor<8x8xf32>) {
  ^bb0(%a: f32, %out: f32):
    %t = math.tanh %a : f32
    linalg.yield %t : f32
  } -> tensor<8x8xf32>
  return %0 : tensor<8x8xf32>
}
