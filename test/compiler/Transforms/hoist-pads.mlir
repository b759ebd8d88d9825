// RUN: swage-opt %s -swage-hoist-pads -split-input-file | FileCheck %s

#id = affine_map<(n, y, x, c) -> (n, y, x, c)>
#tap = affine_map<(n, y, x, c, r, s) -> (n, y + r, x + s, c)>
#weight = affine_map<(n, y, x, c, r, s) -> (r, s, c)>
#channel = affine_map<(n, y, x, c, r, s) -> (n, y, x, c)>

// The borders are filled before the producer runs, and what it computes becomes
// the interior.
// CHECK-LABEL: func.func @main
// CHECK: %[[PADDED:.*]] = tensor.empty() : tensor<1x10x10x4xf32>
// CHECK: %[[FRAMED:.*]] = kernel.call @borders_0 outs(%[[PADDED]] : tensor<1x10x10x4xf32>)
// CHECK: %[[INNER:.*]] = kernel.call @double
// CHECK: %[[WHOLE:.*]] = tensor.insert_slice %[[INNER]] into %[[FRAMED]][0, 1, 1, 0] [1, 8, 8, 4] [1, 1, 1, 1]
// CHECK: kernel.call @depthwise ins(%[[WHOLE]], %{{.*}} : tensor<1x10x10x4xf32>, tensor<3x3x4xf32>)
func.func @main(%x: tensor<1x8x8x4xf32>, %w: tensor<3x3x4xf32>) -> tensor<1x8x8x4xf32> {
  %e = tensor.empty() : tensor<1x8x8x4xf32>
  %0 = kernel.call @double ins(%x : tensor<1x8x8x4xf32>) outs(%e : tensor<1x8x8x4xf32>) -> tensor<1x8x8x4xf32>
  %f = tensor.empty() : tensor<1x8x8x4xf32>
  %1 = kernel.call @depthwise ins(%0, %w : tensor<1x8x8x4xf32>, tensor<3x3x4xf32>) outs(%f : tensor<1x8x8x4xf32>) -> tensor<1x8x8x4xf32>
  return %1 : tensor<1x8x8x4xf32>
}

kernel.func @double(%x: tensor<1x8x8x4xf32>, %out: tensor<1x8x8x4xf32>) -> tensor<1x8x8x4xf32> {
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%x : tensor<1x8x8x4xf32>) outs(%out : tensor<1x8x8x4xf32>) {
  ^bb0(%a: f32, %c: f32):
    %s = arith.addf %a, %a : f32
    linalg.yield %s : f32
  } -> tensor<1x8x8x4xf32>
  kernel.return %r : tensor<1x8x8x4xf32>
}

// CHECK: kernel.func @depthwise(%[[X:.*]]: tensor<1x10x10x4xf32>,
// CHECK-NOT: tensor.pad
// CHECK: linalg.generic {{.*}} ins(%[[X]],
kernel.func @depthwise(%x: tensor<1x8x8x4xf32>, %w: tensor<3x3x4xf32>, %out: tensor<1x8x8x4xf32>) -> tensor<1x8x8x4xf32> {
  %zero = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<1x8x8x4xf32> to tensor<1x10x10x4xf32>
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<1x8x8x4xf32>) -> tensor<1x8x8x4xf32>
  %r = linalg.generic {indexing_maps = [#tap, #weight, #channel],
                       iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%p, %w : tensor<1x10x10x4xf32>, tensor<3x3x4xf32>) outs(%f : tensor<1x8x8x4xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.addf %c, %m : f32
    linalg.yield %s : f32
  } -> tensor<1x8x8x4xf32>
  kernel.return %r : tensor<1x8x8x4xf32>
}

// Nothing is said of the interior.
// CHECK: kernel.func @borders_0(%{{.*}}: tensor<1x10x10x4xf32>) -> tensor<1x10x10x4xf32>
// CHECK: %[[NOTHING:.*]] = tensor.empty() : tensor<1x8x8x4xf32>
// CHECK: tensor.pad %[[NOTHING]] low[0, 1, 1, 0] high[0, 1, 1, 0]

// -----

#id = affine_map<(n, y, x, c) -> (n, y, x, c)>
#window = affine_map<(n, y, x, k, r, s, c) -> (n, y + r, x + s, c)>
#filter = affine_map<(n, y, x, k, r, s, c) -> (r, s, c, k)>
#image = affine_map<(n, y, x, k, r, s, c) -> (n, y, x, k)>
#tap = affine_map<(n, y, x, c, r, s) -> (n, y + r, x + s, c)>
#weight = affine_map<(n, y, x, c, r, s) -> (r, s, c)>
#channel = affine_map<(n, y, x, c, r, s) -> (n, y, x, c)>

// An argument of the whole program has no producer; a result that others read
// stays as it is; and for a product of many channels a copy is little.
// CHECK-LABEL: func.func @main
// CHECK-NOT: tensor.insert_slice
// CHECK: return
func.func @main(%x: tensor<1x8x8x64xf32>, %w: tensor<3x3x64xf32>, %v: tensor<3x3x64x64xf32>) -> (tensor<1x8x8x64xf32>, tensor<1x8x8x64xf32>, tensor<1x8x8x64xf32>) {
  %e = tensor.empty() : tensor<1x8x8x64xf32>
  %0 = kernel.call @depthwise ins(%x, %w : tensor<1x8x8x64xf32>, tensor<3x3x64xf32>) outs(%e : tensor<1x8x8x64xf32>) -> tensor<1x8x8x64xf32>
  %f = tensor.empty() : tensor<1x8x8x64xf32>
  %1 = kernel.call @depthwise ins(%0, %w : tensor<1x8x8x64xf32>, tensor<3x3x64xf32>) outs(%f : tensor<1x8x8x64xf32>) -> tensor<1x8x8x64xf32>
  %g = tensor.empty() : tensor<1x8x8x64xf32>
  %2 = kernel.call @convolution ins(%1, %v : tensor<1x8x8x64xf32>, tensor<3x3x64x64xf32>) outs(%g : tensor<1x8x8x64xf32>) -> tensor<1x8x8x64xf32>
  return %0, %2, %2 : tensor<1x8x8x64xf32>, tensor<1x8x8x64xf32>, tensor<1x8x8x64xf32>
}

kernel.func @depthwise(%x: tensor<1x8x8x64xf32>, %w: tensor<3x3x64xf32>, %out: tensor<1x8x8x64xf32>) -> tensor<1x8x8x64xf32> {
  %zero = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<1x8x8x64xf32> to tensor<1x10x10x64xf32>
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<1x8x8x64xf32>) -> tensor<1x8x8x64xf32>
  %r = linalg.generic {indexing_maps = [#tap, #weight, #channel],
                       iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%p, %w : tensor<1x10x10x64xf32>, tensor<3x3x64xf32>) outs(%f : tensor<1x8x8x64xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.addf %c, %m : f32
    linalg.yield %s : f32
  } -> tensor<1x8x8x64xf32>
  kernel.return %r : tensor<1x8x8x64xf32>
}

kernel.func @convolution(%x: tensor<1x8x8x64xf32>, %w: tensor<3x3x64x64xf32>, %out: tensor<1x8x8x64xf32>) -> tensor<1x8x8x64xf32> {
  %zero = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<1x8x8x64xf32> to tensor<1x10x10x64xf32>
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<1x8x8x64xf32>) -> tensor<1x8x8x64xf32>
  %r = linalg.generic {indexing_maps = [#window, #filter, #image],
                       iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%p, %w : tensor<1x10x10x64xf32>, tensor<3x3x64x64xf32>) outs(%f : tensor<1x8x8x64xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.addf %c, %m : f32
    linalg.yield %s : f32
  } -> tensor<1x8x8x64xf32>
  kernel.return %r : tensor<1x8x8x64xf32>
}

// -----

#image = affine_map<(n, y, x, k, r, s, c) -> (n, y + r, x + s, c)>
#filter = affine_map<(n, y, x, k, r, s, c) -> (r, s, c, k)>
#result = affine_map<(n, y, x, k, r, s, c) -> (n, y, x, k)>
#id = affine_map<(n, y, x, c) -> (n, y, x, c)>

// A first convolution, of an image's few channels: 92 steps for an element.
// CHECK-LABEL: func.func @main
// CHECK: kernel.call @borders_0
// CHECK: %[[WHOLE:.*]] = tensor.insert_slice
// CHECK: kernel.call @stem ins(%[[WHOLE]],
func.func @main(%x: tensor<1x8x8x3xf32>, %w: tensor<3x3x3x16xf32>) -> tensor<1x8x8x16xf32> {
  %e = tensor.empty() : tensor<1x8x8x3xf32>
  %d = kernel.call @double ins(%x : tensor<1x8x8x3xf32>) outs(%e : tensor<1x8x8x3xf32>) -> tensor<1x8x8x3xf32>
  %f = tensor.empty() : tensor<1x8x8x16xf32>
  %r = kernel.call @stem ins(%d, %w : tensor<1x8x8x3xf32>, tensor<3x3x3x16xf32>) outs(%f : tensor<1x8x8x16xf32>) -> tensor<1x8x8x16xf32>
  return %r : tensor<1x8x8x16xf32>
}
kernel.func @double(%x: tensor<1x8x8x3xf32>, %out: tensor<1x8x8x3xf32>) -> tensor<1x8x8x3xf32> {
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%x : tensor<1x8x8x3xf32>) outs(%out : tensor<1x8x8x3xf32>) {
  ^bb0(%a: f32, %b: f32):
    %s = arith.addf %a, %a : f32
    linalg.yield %s : f32
  } -> tensor<1x8x8x3xf32>
  kernel.return %r : tensor<1x8x8x3xf32>
}
kernel.func @stem(%x: tensor<1x8x8x3xf32>, %w: tensor<3x3x3x16xf32>, %out: tensor<1x8x8x16xf32>) -> tensor<1x8x8x16xf32> {
  %zero = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<1x8x8x3xf32> to tensor<1x10x10x3xf32>
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<1x8x8x16xf32>) -> tensor<1x8x8x16xf32>
  %r = linalg.generic {indexing_maps = [#image, #filter, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%p, %w : tensor<1x10x10x3xf32>, tensor<3x3x3x16xf32>) outs(%f : tensor<1x8x8x16xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.addf %c, %m : f32
    linalg.yield %s : f32
  } -> tensor<1x8x8x16xf32>
  kernel.return %r : tensor<1x8x8x16xf32>
}
