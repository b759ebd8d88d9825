// RUN: swage-opt %s -pass-pipeline='builtin.module(func.func(swage-fuse-elementwise))' | FileCheck %s

#id = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (j)>
#swap = affine_map<(i, j) -> (j, i)>
#one = affine_map<(j) -> (j)>

// A chain is computed in one place, with a broadcast operand as it is.
// CHECK-DAG: #[[$ID:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[$ROW:.*]] = affine_map<(d0, d1) -> (d1)>
// CHECK-DAG: #[[$IMAGE:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1 - d3 + 2, d4)>
// CHECK-DAG: #[[$FILTER:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d3, d2, d4)>
// CHECK-LABEL: func.func @chain
// CHECK-SAME: %[[X:[^:]*]]: tensor<4x8xf32>, %[[B:[^:]*]]: tensor<8xf32>
// CHECK: %[[ALL:.*]] = linalg.generic {indexing_maps = [#[[$ID]], #[[$ROW]], #[[$ID]]], {{.*}} ins(%[[X]], %[[B]]
// CHECK-NEXT: ^bb0
// CHECK-NEXT: %[[SUM:.*]] = arith.addf
// CHECK-NEXT: %[[TANH:.*]] = math.tanh %[[SUM]]
// CHECK-NEXT: linalg.yield %[[TANH]]
// CHECK-NOT: linalg.generic
// CHECK: return %[[ALL]]
func.func @chain(%x: tensor<4x8xf32>, %b: tensor<8xf32>) -> tensor<4x8xf32> {
  %e = tensor.empty() : tensor<4x8xf32>
  %0 = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %b : tensor<4x8xf32>, tensor<8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %s = arith.addf %p, %q : f32
    linalg.yield %s : f32
  } -> tensor<4x8xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%0 : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%p: f32, %o: f32):
    %t = math.tanh %p : f32
    linalg.yield %t : f32
  } -> tensor<4x8xf32>
  return %1 : tensor<4x8xf32>
}

// What has two readers is computed once.
// CHECK-LABEL: func.func @shared
// CHECK: %[[ONCE:.*]] = linalg.generic
// CHECK: math.exp
// CHECK: %[[L:.*]] = linalg.generic {{.*}} ins(%[[ONCE]]
// CHECK: %[[R:.*]] = linalg.generic {{.*}} ins(%[[ONCE]]
// CHECK: return %[[L]], %[[R]]
func.func @shared(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %e = tensor.empty() : tensor<4x8xf32>
  %0 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%p: f32, %o: f32):
    %t = math.exp %p : f32
    linalg.yield %t : f32
  } -> tensor<4x8xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%0 : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%p: f32, %o: f32):
    %t = math.tanh %p : f32
    linalg.yield %t : f32
  } -> tensor<4x8xf32>
  %2 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%0 : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%p: f32, %o: f32):
    %t = math.sqrt %p : f32
    linalg.yield %t : f32
  } -> tensor<4x8xf32>
  return %1, %2 : tensor<4x8xf32>, tensor<4x8xf32>
}

// What is not computed for every element is not computed anew for each...
// CHECK-LABEL: func.func @smaller
// CHECK: linalg.generic {{.*}} ["parallel"]}
// CHECK: math.exp
// CHECK: linalg.generic {{.*}} ["parallel", "parallel"]}
func.func @smaller(%x: tensor<4x8xf32>, %b: tensor<8xf32>) -> tensor<4x8xf32> {
  %d = tensor.empty() : tensor<8xf32>
  %0 = linalg.generic {indexing_maps = [#one, #one], iterator_types = ["parallel"]} ins(%b : tensor<8xf32>) outs(%d : tensor<8xf32>) {
  ^bb0(%p: f32, %o: f32):
    %t = math.exp %p : f32
    linalg.yield %t : f32
  } -> tensor<8xf32>
  %e = tensor.empty() : tensor<4x8xf32>
  %1 = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %0 : tensor<4x8xf32>, tensor<8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %s = arith.addf %p, %q : f32
    linalg.yield %s : f32
  } -> tensor<4x8xf32>
  return %1 : tensor<4x8xf32>
}

// ...but where it only moves elements, they are read where they were.
// CHECK-LABEL: func.func @broadcast
// CHECK-SAME: %[[X:[^:]*]]: tensor<4x8xf32>, %[[B:[^:]*]]: tensor<8xf32>
// CHECK: linalg.generic {indexing_maps = [#[[$ID]], #[[$ROW]], #[[$ID]]], {{.*}} ins(%[[X]], %[[B]]
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @broadcast(%x: tensor<4x8xf32>, %b: tensor<8xf32>) -> tensor<4x8xf32> {
  %e = tensor.empty() : tensor<4x8xf32>
  %0 = linalg.generic {indexing_maps = [#row, #id], iterator_types = ["parallel", "parallel"]} ins(%b : tensor<8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%p: f32, %o: f32):
    linalg.yield %p : f32
  } -> tensor<4x8xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %0 : tensor<4x8xf32>, tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %s = arith.addf %p, %q : f32
    linalg.yield %s : f32
  } -> tensor<4x8xf32>
  return %1 : tensor<4x8xf32>
}

// A transposition stays by itself: a kernel that does only that is faster.
// CHECK-LABEL: func.func @transposed
// CHECK: linalg.generic
// CHECK: linalg.generic
// CHECK: arith.addf
func.func @transposed(%x: tensor<8x4xf32>, %y: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %e = tensor.empty() : tensor<4x8xf32>
  %0 = linalg.generic {indexing_maps = [#swap, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<8x4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%p: f32, %o: f32):
    linalg.yield %p : f32
  } -> tensor<4x8xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%y, %0 : tensor<4x8xf32>, tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %s = arith.addf %p, %q : f32
    linalg.yield %s : f32
  } -> tensor<4x8xf32>
  return %1 : tensor<4x8xf32>
}

// What depends on constants alone is kept apart: it is computed when compiling.
// CHECK-LABEL: func.func @constant
// CHECK: %[[WEIGHT:.*]] = linalg.generic
// CHECK: math.tanh
// CHECK: linalg.generic {{.*}} ins(%{{.*}}, %[[WEIGHT]]
func.func @constant(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %c = arith.constant dense_resource<w> : tensor<4x8xf32>
  %e = tensor.empty() : tensor<4x8xf32>
  %0 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%c : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%p: f32, %o: f32):
    %t = math.tanh %p : f32
    linalg.yield %t : f32
  } -> tensor<4x8xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %0 : tensor<4x8xf32>, tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %s = arith.addf %p, %q : f32
    linalg.yield %s : f32
  } -> tensor<4x8xf32>
  return %1 : tensor<4x8xf32>
}

// A copy of a copy is one, forwards or backwards, also where the first has
// another reader.
// CHECK-LABEL: func.func @copies
// CHECK-SAME: %[[X:[^:]*]]: tensor<4x8xf32>
// CHECK-DAG: linalg.generic {{.*}} ins(%[[X]]
// CHECK-DAG: linalg.generic {{.*}} ins(%[[X]]
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @copies(%x: tensor<4x8xf32>) -> (tensor<8x4xf32>, tensor<4x8xf32>) {
  %e = tensor.empty() : tensor<8x4xf32>
  %0 = linalg.generic {indexing_maps = [#swap, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<4x8xf32>) outs(%e : tensor<8x4xf32>) {
  ^bb0(%p: f32, %o: f32):
    linalg.yield %p : f32
  } -> tensor<8x4xf32>
  %f = tensor.empty() : tensor<4x8xf32>
  %1 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (7 - j, i)>, #id], iterator_types = ["parallel", "parallel"]} ins(%0 : tensor<8x4xf32>) outs(%f : tensor<4x8xf32>) {
  ^bb0(%p: f32, %o: f32):
    linalg.yield %p : f32
  } -> tensor<4x8xf32>
  return %0, %1 : tensor<8x4xf32>, tensor<4x8xf32>
}

// What comes back into its own order is no copy.
// CHECK-LABEL: func.func @back
// CHECK-SAME: %[[X:[^:]*]]: tensor<4x8xf32>
// CHECK-NEXT: return %[[X]]
func.func @back(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %e = tensor.empty() : tensor<8x4xf32>
  %0 = linalg.generic {indexing_maps = [#swap, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<4x8xf32>) outs(%e : tensor<8x4xf32>) {
  ^bb0(%p: f32, %o: f32):
    linalg.yield %p : f32
  } -> tensor<8x4xf32>
  %f = tensor.empty() : tensor<4x8xf32>
  %1 = linalg.generic {indexing_maps = [#swap, #id], iterator_types = ["parallel", "parallel"]} ins(%0 : tensor<8x4xf32>) outs(%f : tensor<4x8xf32>) {
  ^bb0(%p: f32, %o: f32):
    linalg.yield %p : f32
  } -> tensor<4x8xf32>
  return %1 : tensor<4x8xf32>
}

#image = affine_map<(n, x, k, r, c) -> (n, x + r, c)>
#filter = affine_map<(n, x, k, r, c) -> (r, c, k)>
#result = affine_map<(n, x, k, r, c) -> (n, x, k)>

// A product reads a turned filter as it was, and the image from the other end.
// CHECK-LABEL: func.func @turned
// CHECK-SAME: %[[X:[^:]*]]: tensor<4x10x8xf32>, %[[W:[^:]*]]: tensor<3x16x8xf32>
// CHECK: linalg.generic {indexing_maps = [#[[$IMAGE]], #[[$FILTER]], #{{.*}}], {{.*}}} ins(%[[X]], %[[W]]
func.func @turned(%x: tensor<4x10x8xf32>, %w: tensor<3x16x8xf32>) -> tensor<4x8x16xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<3x8x16xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(r, c, k) -> (2 - r, k, c)>, affine_map<(r, c, k) -> (r, c, k)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%w : tensor<3x16x8xf32>) outs(%e : tensor<3x8x16xf32>) {
  ^bb0(%p: f32, %o: f32):
    linalg.yield %p : f32
  } -> tensor<3x8x16xf32>
  %f = tensor.empty() : tensor<4x8x16xf32>
  %g = linalg.fill ins(%zero : f32) outs(%f : tensor<4x8x16xf32>) -> tensor<4x8x16xf32>
  %1 = linalg.generic {indexing_maps = [#image, #filter, #result], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%x, %0 : tensor<4x10x8xf32>, tensor<3x8x16xf32>) outs(%g : tensor<4x8x16xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %s = arith.addf %o, %m : f32
    linalg.yield %s : f32
  } -> tensor<4x8x16xf32>
  return %1 : tensor<4x8x16xf32>
}

// With few rows it is read as it lies: the copy stays.
// CHECK-LABEL: func.func @few_rows
// CHECK-SAME: %[[X:[^:]*]]: tensor<2x10x8xf32>, %[[W:[^:]*]]: tensor<3x16x8xf32>
// CHECK: %[[COPY:.*]] = linalg.generic {{.*}} ins(%[[W]]
// CHECK: linalg.generic {{.*}} ins(%[[X]], %[[COPY]]
func.func @few_rows(%x: tensor<2x10x8xf32>, %w: tensor<3x16x8xf32>) -> tensor<2x8x16xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<3x8x16xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(r, c, k) -> (r, k, c)>, affine_map<(r, c, k) -> (r, c, k)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%w : tensor<3x16x8xf32>) outs(%e : tensor<3x8x16xf32>) {
  ^bb0(%p: f32, %o: f32):
    linalg.yield %p : f32
  } -> tensor<3x8x16xf32>
  %f = tensor.empty() : tensor<2x8x16xf32>
  %g = linalg.fill ins(%zero : f32) outs(%f : tensor<2x8x16xf32>) -> tensor<2x8x16xf32>
  %1 = linalg.generic {indexing_maps = [#image, #filter, #result], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%x, %0 : tensor<2x10x8xf32>, tensor<3x8x16xf32>) outs(%g : tensor<2x8x16xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %s = arith.addf %o, %m : f32
    linalg.yield %s : f32
  } -> tensor<2x8x16xf32>
  return %1 : tensor<2x8x16xf32>
}
