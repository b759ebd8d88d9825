// RUN: not swage-kernel %s --backend=halide --no-check 2>&1 | FileCheck %s
// RUN: swage-kernel %S/dynamic.mlir --backend=halide --dump=bc | llvm-dis -o - | FileCheck %s --check-prefix=LARGE

// Halide counts in 32 bits, which a size that comes at run time may not fit.
// LARGE: a tensor of 2 GB or more came to a kernel that was compiled by Halide; compile the model with --backend=llvm

// CHECK: [[@LINE+1]]:1: error: 'kernel.func' op cannot be compiled by Halide: there is no schedule 'waltz' for Halide
kernel.func @schedule(%x: tensor<4xf32>, %out: tensor<4xf32>) -> tensor<4xf32>
    attributes {schedule = #kernel.schedule<waltz>} {
  %0 = linalg.generic {indexing_maps = [affine_map<(a) -> (a)>, affine_map<(a) -> (a)>], iterator_types = ["parallel"]}
      ins(%x : tensor<4xf32>) outs(%out : tensor<4xf32>) {
  ^bb0(%v: f32, %o: f32):
    linalg.yield %v : f32
  } -> tensor<4xf32>
  kernel.return %0 : tensor<4xf32>
}
