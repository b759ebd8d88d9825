// RUN: swage-kernel %s | FileCheck %s
// RUN: swage-kernel %s --target=x86-64-v3 --num-threads=2 | FileCheck %s

#map = affine_map<(d0, d1, d2) -> (d0, d1)>
#map1 = affine_map<(d0, d1, d2) -> (d1, d2)>
#map2 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map3 = affine_map<(d0, d1, d2) -> (0, d1, d2)>

// Loops that a group shares are one longer loop only where everything that its
// stages read agrees, also what goes into a tensor that stays in the group: here
// an operand repeats for each iteration of the outermost loop.

// CHECK: ok @repeated_operand
kernel.func @repeated_operand(%arg2: tensor<2x3xf32>, %arg3: tensor<3x16xf32>, %out: tensor<2x3x16xf32>) -> tensor<2x3x16xf32> {
    %0 = tensor.empty() : tensor<2x3x16xf32>
    %1 = linalg.generic {indexing_maps = [#map, #map1, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg2, %arg3 : tensor<2x3xf32>, tensor<3x16xf32>) outs(%0 : tensor<2x3x16xf32>) {
    ^bb0(%in: f32, %in_3: f32, %o: f32):
      %28 = arith.addf %in, %in_3 : f32
      %29 = math.exp %28 : f32
      linalg.yield %29 : f32
    } -> tensor<2x3x16xf32>
    %cst = arith.constant 0.000000e+00 : f32
    %2 = tensor.empty() : tensor<2x3xf32>
    %3 = linalg.fill ins(%cst : f32) outs(%2 : tensor<2x3xf32>) -> tensor<2x3xf32>
    %4 = linalg.generic {indexing_maps = [#map2, #map], iterator_types = ["parallel", "parallel", "reduction"]} ins(%1 : tensor<2x3x16xf32>) outs(%3 : tensor<2x3xf32>) {
    ^bb0(%in: f32, %o: f32):
      %14 = arith.addf %o, %in : f32
      linalg.yield %14 : f32
    } -> tensor<2x3xf32>
    %13 = linalg.generic {indexing_maps = [#map2, #map, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%1, %4: tensor<2x3x16xf32>, tensor<2x3xf32>) outs(%out : tensor<2x3x16xf32>) {
    ^bb0(%in: f32, %in_3: f32, %o: f32):
      %14 = arith.subf %in, %in_3 : f32
      linalg.yield %14 : f32
    } -> tensor<2x3x16xf32>
    kernel.return %13 : tensor<2x3x16xf32>
}

// The same with a dimension of one element.
// CHECK: ok @repeated_from_one
kernel.func @repeated_from_one(%arg2: tensor<2x3xf32>, %arg3: tensor<1x3x16xf32>, %out: tensor<2x3x16xf32>) -> tensor<2x3x16xf32> {
    %0 = tensor.empty() : tensor<2x3x16xf32>
    %1 = linalg.generic {indexing_maps = [#map, #map3, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg2, %arg3 : tensor<2x3xf32>, tensor<1x3x16xf32>) outs(%0 : tensor<2x3x16xf32>) {
    ^bb0(%in: f32, %in_3: f32, %o: f32):
      %28 = arith.addf %in, %in_3 : f32
      %29 = math.exp %28 : f32
      linalg.yield %29 : f32
    } -> tensor<2x3x16xf32>
    %cst = arith.constant 0.000000e+00 : f32
    %2 = tensor.empty() : tensor<2x3xf32>
    %3 = linalg.fill ins(%cst : f32) outs(%2 : tensor<2x3xf32>) -> tensor<2x3xf32>
    %4 = linalg.generic {indexing_maps = [#map2, #map], iterator_types = ["parallel", "parallel", "reduction"]} ins(%1 : tensor<2x3x16xf32>) outs(%3 : tensor<2x3xf32>) {
    ^bb0(%in: f32, %o: f32):
      %14 = arith.addf %o, %in : f32
      linalg.yield %14 : f32
    } -> tensor<2x3xf32>
    %13 = linalg.generic {indexing_maps = [#map2, #map, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%1, %4: tensor<2x3x16xf32>, tensor<2x3xf32>) outs(%out : tensor<2x3x16xf32>) {
    ^bb0(%in: f32, %in_3: f32, %o: f32):
      %14 = arith.subf %in, %in_3 : f32
      linalg.yield %14 : f32
    } -> tensor<2x3x16xf32>
    kernel.return %13 : tensor<2x3x16xf32>
}
