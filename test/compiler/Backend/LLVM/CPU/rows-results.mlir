// A sum of each row that is a result of the kernel is read by the stages behind
// it, which go along vectors like all others.
// RUN: swage-opt %s -swage-lower-kernels-cpu=target=x86-64-v3 | FileCheck %s
// RUN: swage-kernel %s --backend=llvm | FileCheck %s --check-prefix=NUMBERS

#row = affine_map<(d0, d1) -> (d0, d1)>
#sum = affine_map<(d0, d1) -> (d0)>

// NUMBERS: ok @scaled

// CHECK-LABEL: func.func private @scaled.body
// CHECK: vector.reduction <add>
// CHECK: scf.for
// CHECK: vector.load
// CHECK: arith.divf {{.*}} : vector<8xf32>
// CHECK: vector.store
// CHECK: vector.reduction <add>
kernel.func @scaled(%x: tensor<64x256xf32>, %s: tensor<64xf32>, %y: tensor<64x256xf32>, %t: tensor<64xf32>)
    -> (tensor<64xf32>, tensor<64x256xf32>, tensor<64xf32>) attributes {kind = "rows"} {
  %zero = arith.constant 0.0 : f32
  %0 = tensor.empty() : tensor<64xf32>
  %1 = linalg.fill ins(%zero : f32) outs(%0 : tensor<64xf32>) -> tensor<64xf32>
  %2 = linalg.generic {indexing_maps = [#row, #sum], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<64x256xf32>) outs(%1 : tensor<64xf32>) {
  ^bb0(%in: f32, %out: f32):
    %9 = math.absf %in : f32
    %10 = arith.addf %out, %9 : f32
    linalg.yield %10 : f32
  } -> tensor<64xf32>
  %3 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]}
      ins(%2 : tensor<64xf32>) outs(%s : tensor<64xf32>) {
  ^bb0(%in: f32, %out: f32):
    %9 = math.sqrt %in : f32
    linalg.yield %9 : f32
  } -> tensor<64xf32>
  %4 = linalg.generic {indexing_maps = [#row, #sum, #row], iterator_types = ["parallel", "parallel"]}
      ins(%x, %3 : tensor<64x256xf32>, tensor<64xf32>) outs(%y : tensor<64x256xf32>) {
  ^bb0(%in: f32, %scale: f32, %out: f32):
    %9 = arith.divf %in, %scale : f32
    linalg.yield %9 : f32
  } -> tensor<64x256xf32>
  %5 = linalg.fill ins(%zero : f32) outs(%t : tensor<64xf32>) -> tensor<64xf32>
  %6 = linalg.generic {indexing_maps = [#row, #sum], iterator_types = ["parallel", "reduction"]}
      ins(%4 : tensor<64x256xf32>) outs(%5 : tensor<64xf32>) {
  ^bb0(%in: f32, %out: f32):
    %9 = arith.addf %out, %in : f32
    linalg.yield %9 : f32
  } -> tensor<64xf32>
  kernel.return %3, %4, %6 : tensor<64xf32>, tensor<64x256xf32>, tensor<64xf32>
}
