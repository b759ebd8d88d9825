// RUN: not swage-kernel %s --backend=halide --no-check 2>&1 | FileCheck %s
// A kernel that only LLVM takes, when Halide is insisted on.

kernel.func @function(%x: tensor<4xi32>, %out: tensor<4xi32>) -> tensor<4xi32> {
  %0 = linalg.generic {indexing_maps = [affine_map<(a) -> (a)>, affine_map<(a) -> (a)>], iterator_types = ["parallel"]}
      ins(%x : tensor<4xi32>) outs(%out : tensor<4xi32>) {
  ^bb0(%v: i32, %o: i32):
    // CHECK: [[@LINE+1]]:10: error: kernel @function is not for Halide: 'math.ctpop' has no counterpart in Halide
    %n = math.ctpop %v : i32
    linalg.yield %n : i32
  } -> tensor<4xi32>
  kernel.return %0 : tensor<4xi32>
}
