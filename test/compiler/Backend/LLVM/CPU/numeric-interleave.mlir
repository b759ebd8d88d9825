// RUN: swage-kernel %s --size=37,37 | FileCheck %s
// RUN: swage-kernel %s --target=x86-64-v2 --num-threads=2 --size=37,37 | FileCheck %s

// Results that take an element of each of a few rows in turn are computed in
// whole vectors, which are interleaved in registers.

#planes = affine_map<(d0, d1, d2, d3) -> (d0, d3, d1, d2)>
#image = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#halves = affine_map<(d0, d1, d2) -> (d0, d2, d1)>
#pairs = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#channel = affine_map<(d0, d1, d2) -> (d2)>

// The channels of an image: 35 elements are four vectors and a rest.
// CHECK: ok @image
kernel.func @image(%arg0: tensor<2x3x5x7xf32>, %arg1: tensor<2x5x7x3xf32>) -> tensor<2x5x7x3xf32> {
  %0 = linalg.generic {indexing_maps = [#planes, #image], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg0 : tensor<2x3x5x7xf32>) outs(%arg1 : tensor<2x5x7x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x5x7x3xf32>
  kernel.return %0 : tensor<2x5x7x3xf32>
}

// A channel shuffle, with many pixels: no loop over stretches.
// CHECK: ok @shuffle
kernel.func @shuffle(%arg0: tensor<40x2x29xf32>, %arg1: tensor<40x29x2xf32>) -> tensor<40x29x2xf32> {
  %0 = linalg.generic {indexing_maps = [#halves, #pairs], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg0 : tensor<40x2x29xf32>) outs(%arg1 : tensor<40x29x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<40x29x2xf32>
  kernel.return %0 : tensor<40x29x2xf32>
}

// Four rows, something computed, and an operand that only knows the row.
// CHECK: ok @computed
kernel.func @computed(%arg0: tensor<3x4x50xf32>, %arg1: tensor<4xf32>, %arg2: tensor<3x50x4xf32>) -> tensor<3x50x4xf32> {
  %0 = linalg.generic {indexing_maps = [#halves, #channel, #pairs], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg0, %arg1 : tensor<3x4x50xf32>, tensor<4xf32>) outs(%arg2 : tensor<3x50x4xf32>) {
  ^bb0(%in: f32, %scale: f32, %out: f32):
    %1 = arith.mulf %in, %scale : f32
    linalg.yield %1 : f32
  } -> tensor<3x50x4xf32>
  kernel.return %0 : tensor<3x50x4xf32>
}

// The length is known in a run only.
// CHECK: ok @open
kernel.func @open(%arg0: tensor<3x2x?xf32>, %arg1: tensor<3x?x2xf32>) -> tensor<3x?x2xf32> {
  %0 = linalg.generic {indexing_maps = [#halves, #pairs], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg0 : tensor<3x2x?xf32>) outs(%arg1 : tensor<3x?x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<3x?x2xf32>
  kernel.return %0 : tensor<3x?x2xf32>
}

// Integers, and the interior of a padded result.
// CHECK: ok @padded
kernel.func @padded(%arg0: tensor<2x3x24xi32>, %arg1: tensor<2x26x3xi32>) -> tensor<2x26x3xi32> {
  %zero = arith.constant 0 : i32
  %0 = tensor.empty() : tensor<2x24x3xi32>
  %1 = linalg.generic {indexing_maps = [#halves, #pairs], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg0 : tensor<2x3x24xi32>) outs(%0 : tensor<2x24x3xi32>) {
  ^bb0(%in: i32, %out: i32):
    linalg.yield %in : i32
  } -> tensor<2x24x3xi32>
  %2 = tensor.pad %1 low[0, 1, 0] high[0, 1, 0] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : i32
  } : tensor<2x24x3xi32> to tensor<2x26x3xi32>
  %3 = linalg.copy ins(%2 : tensor<2x26x3xi32>) outs(%arg1 : tensor<2x26x3xi32>) -> tensor<2x26x3xi32>
  kernel.return %3 : tensor<2x26x3xi32>
}
