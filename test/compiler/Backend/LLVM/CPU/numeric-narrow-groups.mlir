// RUN: swage-kernel %s | FileCheck %s
// RUN: swage-kernel %s --special | FileCheck %s
// RUN: swage-kernel %s --num-threads=2 --target=x86-64-v2 | FileCheck %s
// RUN: swage-opt %s -swage-lower-kernels-cpu=target=x86-64-v3 -canonicalize -cse | FileCheck %s --check-prefix=LOOPS
// RUN: swage-opt %s -swage-lower-kernels-cpu=target=znver4 -canonicalize -cse | FileCheck %s --check-prefix=HALVES

// Convolutions in groups of a few channels, several of which a vector holds: the
// lanes of a group share its inputs, which are read once.

#image = affine_map<(n, y, x, k, r, s, c) -> (n, y + r, x + s, (k floordiv 4) * 4 + c)>
#image8 = affine_map<(n, y, x, k, r, s, c) -> (n, y + r, x + s, (k floordiv 8) * 8 + c)>
#filter = affine_map<(n, y, x, k, r, s, c) -> (r, s, c, k)>
#result = affine_map<(n, y, x, k, r, s, c) -> (n, y, x, k)>
#pairs = affine_map<(n, y, x, k, r, s, c) -> (n, y * 2 + r, x * 2 + s, (k floordiv 2) * 2 + c)>
#one = affine_map<(x, k, c) -> (x, k floordiv 4 + c)>
#columns = affine_map<(x, k, c) -> (c, k)>
#points = affine_map<(x, k, c) -> (x, k)>
#two = affine_map<(x, k, c) -> (x, (k floordiv 4) * 2 + c)>

// LOOPS-LABEL: func.func private @fours.body
// LOOPS-NOT: vector.gather
// LOOPS: vector.load %{{.*}}, vector<8xf32>
// LOOPS-COUNT-9: vector.shuffle {{.*}} [0, 0, 0, 0, 4, 4, 4, 4]
// LOOPS-NOT: vector.shuffle {{.*}} [1, 1, 1, 1, 5, 5, 5, 5]
// LOOPS: vector.shuffle {{.*}} [0, 0, 0, 0, 4, 4, 4, 4]
// LOOPS: vector.shuffle {{.*}} [1, 1, 1, 1, 5, 5, 5, 5]
// LOOPS-NOT: vector.gather
// LOOPS: return
// CHECK: ok @fours
kernel.func @fours(%arg0: tensor<1x12x13x24xf32>, %arg1: tensor<3x3x4x24xf32>, %arg2: tensor<1x10x11x24xf32>) -> tensor<1x10x11x24xf32> {
  %zero = arith.constant 0.0 : f32
  %0 = linalg.fill ins(%zero : f32) outs(%arg2 : tensor<1x10x11x24xf32>) -> tensor<1x10x11x24xf32>
  %1 = linalg.generic {indexing_maps = [#image, #filter, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%arg0, %arg1 : tensor<1x12x13x24xf32>, tensor<3x3x4x24xf32>) outs(%0 : tensor<1x10x11x24xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b fastmath<contract> : f32
    %s = arith.addf %c, %p fastmath<contract> : f32
    linalg.yield %s : f32
  } -> tensor<1x10x11x24xf32>
  kernel.return %1 : tensor<1x10x11x24xf32>
}

// 22 channels are two vectors and a rest.
// CHECK: ok @strided_pairs
kernel.func @strided_pairs(%arg0: tensor<1x13x13x22xf32>, %arg1: tensor<3x3x2x22xf32>, %arg2: tensor<1x6x6x22xf32>) -> tensor<1x6x6x22xf32> {
  %zero = arith.constant 0.0 : f32
  %0 = linalg.fill ins(%zero : f32) outs(%arg2 : tensor<1x6x6x22xf32>) -> tensor<1x6x6x22xf32>
  %1 = linalg.generic {indexing_maps = [#pairs, #filter, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%arg0, %arg1 : tensor<1x13x13x22xf32>, tensor<3x3x2x22xf32>) outs(%0 : tensor<1x6x6x22xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b fastmath<contract> : f32
    %s = arith.addf %c, %p fastmath<contract> : f32
    linalg.yield %s : f32
  } -> tensor<1x6x6x22xf32>
  kernel.return %1 : tensor<1x6x6x22xf32>
}

// Four outputs of each channel: a vector reads two elements, the last two at the
// very end of the image.
// CHECK: ok @multiplied
kernel.func @multiplied(%arg0: tensor<5x6xf32>, %arg1: tensor<1x24xf32>, %arg2: tensor<5x24xf32>) -> tensor<5x24xf32> {
  %zero = arith.constant 0.0 : f32
  %0 = linalg.fill ins(%zero : f32) outs(%arg2 : tensor<5x24xf32>) -> tensor<5x24xf32>
  %1 = linalg.generic {indexing_maps = [#one, #columns, #points], iterator_types = ["parallel", "parallel", "reduction"]} ins(%arg0, %arg1 : tensor<5x6xf32>, tensor<1x24xf32>) outs(%0 : tensor<5x24xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b fastmath<contract> : f32
    %s = arith.addf %c, %p fastmath<contract> : f32
    linalg.yield %s : f32
  } -> tensor<5x24xf32>
  kernel.return %1 : tensor<5x24xf32>
}

// Two inputs for four outputs.
// CHECK: ok @fewer_inputs
kernel.func @fewer_inputs(%arg0: tensor<5x12xf32>, %arg1: tensor<2x24xf32>, %arg2: tensor<5x24xf32>) -> tensor<5x24xf32> {
  %zero = arith.constant 0.0 : f32
  %0 = linalg.fill ins(%zero : f32) outs(%arg2 : tensor<5x24xf32>) -> tensor<5x24xf32>
  %1 = linalg.generic {indexing_maps = [#two, #columns, #points], iterator_types = ["parallel", "parallel", "reduction"]} ins(%arg0, %arg1 : tensor<5x12xf32>, tensor<2x24xf32>) outs(%0 : tensor<5x24xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b fastmath<contract> : f32
    %s = arith.addf %c, %p fastmath<contract> : f32
    linalg.yield %s : f32
  } -> tensor<5x24xf32>
  kernel.return %1 : tensor<5x24xf32>
}

// Groups of half as many channels as a vector has lanes. Where vectors are
// multiplied in halves, halves share an element each, and 14 places follow one
// another before a sum is added to again.
// HALVES-LABEL: func.func private @eights.body
// HALVES-SAME: register_tile = array<i64: 14, 8>
// HALVES-NOT: vector.shuffle
// HALVES: memref.load
// HALVES: vector.broadcast %{{.*}} : f32 to vector<8xf32>
// HALVES-NOT: vector.shuffle
// HALVES: return
// CHECK: ok @eights
kernel.func @eights(%arg0: tensor<1x8x18x24xf32>, %arg1: tensor<3x3x8x24xf32>, %arg2: tensor<1x6x16x24xf32>) -> tensor<1x6x16x24xf32> {
  %zero = arith.constant 0.0 : f32
  %0 = linalg.fill ins(%zero : f32) outs(%arg2 : tensor<1x6x16x24xf32>) -> tensor<1x6x16x24xf32>
  %1 = linalg.generic {indexing_maps = [#image8, #filter, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%arg0, %arg1 : tensor<1x8x18x24xf32>, tensor<3x3x8x24xf32>) outs(%0 : tensor<1x6x16x24xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b fastmath<contract> : f32
    %s = arith.addf %c, %p fastmath<contract> : f32
    linalg.yield %s : f32
  } -> tensor<1x6x16x24xf32>
  kernel.return %1 : tensor<1x6x16x24xf32>
}
