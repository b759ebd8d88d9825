// RUN: swage-kernel %s --backend=halide --dump=obj --target=x86-64 | llvm-objdump -d - | FileCheck %s --check-prefixes=CODE,SSE
// RUN: swage-kernel %s --backend=halide --dump=obj --target=x86-64-v3 | llvm-objdump -d - | FileCheck %s --check-prefixes=CODE,AVX2
// RUN: swage-kernel %s --backend=halide --dump=obj --target=x86-64-v4 | llvm-objdump -d - | FileCheck %s --check-prefixes=CODE,AVX512
// RUN: swage-kernel %s --backend=halide --dump=obj --target=aarch64-linux-gnu | llvm-objdump -d - | FileCheck %s --check-prefixes=CODE,ARM
// RUN: not swage-kernel %s --backend=halide --dump=obj --target=riscv64-linux-gnu 2>&1 | FileCheck %s --check-prefix=OTHER
// Code for the processor that is asked for, with its vectors.

// CODE: <sum>:
// SSE: addps %xmm
// AVX2: vaddps {{.*}}%ymm
// AVX512: vaddps {{.*}}%zmm
// ARM: fadd v{{.*}}.4s
// OTHER: error: 'kernel.func' op cannot be compiled by Halide: {{.*}}Halide makes code for x86-64 and AArch64, not for 'riscv64
kernel.func @sum(%x: tensor<64xf32>, %y: tensor<64xf32>, %out: tensor<64xf32>) -> tensor<64xf32> {
  %0 = linalg.generic {indexing_maps = [affine_map<(a) -> (a)>, affine_map<(a) -> (a)>, affine_map<(a) -> (a)>], iterator_types = ["parallel"]}
      ins(%x, %y : tensor<64xf32>, tensor<64xf32>) outs(%out : tensor<64xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<64xf32>
  kernel.return %0 : tensor<64xf32>
}
