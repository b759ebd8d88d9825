// RUN: swage-kernel %s | FileCheck %s
// RUN: swage-kernel %s --special | FileCheck %s

// CHECK: ok @relu
kernel.func @relu(%x: tensor<7x33xf32>, %out: tensor<7x33xf32>) -> tensor<7x33xf32> {
  %zero = arith.constant 0.0 : f32
  %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<7x33xf32>) outs(%out : tensor<7x33xf32>) {
  ^bb0(%a: f32, %b: f32):
    %m = arith.maximumf %a, %zero : f32
    linalg.yield %m : f32
  } -> tensor<7x33xf32>
  kernel.return %y : tensor<7x33xf32>
}

// An intermediate buffer, a constant, and a comparison of booleans.
// CHECK: ok @compare
kernel.func @compare(%x: tensor<5x19xf32>, %y: tensor<5x19xi1>, %out: tensor<5x19xi1>) -> tensor<5x19xi1> {
  %c = arith.constant dense<[0.5, -0.5, 0.25, 0.0, 1.0]> : tensor<5xf32>
  %e = tensor.empty() : tensor<5x19xi1>
  %l = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%x, %c : tensor<5x19xf32>, tensor<5xf32>) outs(%e : tensor<5x19xi1>) {
  ^bb0(%a: f32, %k: f32, %b: i1):
    %m = arith.cmpf olt, %a, %k : f32
    linalg.yield %m : i1
  } -> tensor<5x19xi1>
  %r = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%l, %y : tensor<5x19xi1>, tensor<5x19xi1>) outs(%out : tensor<5x19xi1>) {
  ^bb0(%p: i1, %q: i1, %b: i1):
    %m = arith.xori %p, %q : i1
    linalg.yield %m : i1
  } -> tensor<5x19xi1>
  kernel.return %r : tensor<5x19xi1>
}

// Functions that exist for scalars only, in loops that are made of vectors.
// CHECK: ok @library
kernel.func @library(%x: tensor<4x40xf64>, %out: tensor<4x40xf64>) -> tensor<4x40xf64> {
  %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<4x40xf64>) outs(%out : tensor<4x40xf64>) {
  ^bb0(%a: f64, %b: f64):
    %e = math.erf %a : f64
    linalg.yield %e : f64
  } -> tensor<4x40xf64>
  kernel.return %y : tensor<4x40xf64>
}
