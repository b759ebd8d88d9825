// Parts of a long sum that is no product are added up apart, in several chains, and
// then added to the whole: rounding errors grow with the longest chain.
// RUN: swage-opt %s -swage-lower-kernels-cpu=target=x86-64-v3 -canonicalize -cse | FileCheck %s
// RUN: swage-kernel %s --backend=llvm | FileCheck %s --check-prefix=NUMBERS

#all = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#channel = affine_map<(d0, d1, d2) -> (d2)>

// NUMBERS: ok @channels
// CHECK-LABEL: func.func private @channels.body
// CHECK: %[[ALL:.*]]:4 = scf.for {{.*}} to %c1536 step %c128 iter_args(%[[WHOLE:[^ ]*]] =
// CHECK:   %[[PART:.*]]:8 = scf.for
// CHECK:   %[[FIRST:.*]] = arith.addf %[[PART]]#0, %[[PART]]#4 : vector<8xf32>
// CHECK:   arith.addf %[[WHOLE]], %[[FIRST]] : vector<8xf32>
// CHECK: %[[REST:.*]]:8 = scf.for {{.*}} = %c1536 to %c1600
// CHECK: arith.addf %[[ALL]]#0, %{{.*}} : vector<8xf32>
kernel.func @channels(%x: tensor<40x40x32xf32>, %s: tensor<32xf32>) -> tensor<32xf32> attributes {kind = "contraction"} {
  %zero = arith.constant 0.0 : f32
  %0 = linalg.fill ins(%zero : f32) outs(%s : tensor<32xf32>) -> tensor<32xf32>
  %1 = linalg.generic {indexing_maps = [#all, #channel], iterator_types = ["reduction", "reduction", "parallel"]}
      ins(%x : tensor<40x40x32xf32>) outs(%0 : tensor<32xf32>) {
  ^bb0(%in: f32, %out: f32):
    %2 = arith.addf %out, %in : f32
    linalg.yield %2 : f32
  } -> tensor<32xf32>
  kernel.return %1 : tensor<32xf32>
}

// What is short has several chains only.
// NUMBERS: ok @windows
// CHECK-LABEL: func.func private @windows.body
// CHECK: scf.parallel
// CHECK-NEXT: %[[SUMS:.*]]:8 = scf.for {{.*}} to %c48 step %c8
// CHECK: arith.addf %[[SUMS]]#0, %[[SUMS]]#4 : vector<8xf32>
kernel.func @windows(%x: tensor<7x7x64xf32>, %s: tensor<64xf32>) -> tensor<64xf32> attributes {kind = "contraction"} {
  %zero = arith.constant 0.0 : f32
  %0 = linalg.fill ins(%zero : f32) outs(%s : tensor<64xf32>) -> tensor<64xf32>
  %1 = linalg.generic {indexing_maps = [#all, #channel], iterator_types = ["reduction", "reduction", "parallel"]}
      ins(%x : tensor<7x7x64xf32>) outs(%0 : tensor<64xf32>) {
  ^bb0(%in: f32, %out: f32):
    %2 = arith.addf %out, %in : f32
    linalg.yield %2 : f32
  } -> tensor<64xf32>
  kernel.return %1 : tensor<64xf32>
}

// Channels that are left over have as many chains as the others: the sums of equal
// channels are equal, bit by bit.
// NUMBERS: ok @left_over
// CHECK-LABEL: func.func private @left_over.body
// CHECK: scf.for {{.*}} to %c48 step %c8 iter_args({{.*}}) -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>)
// CHECK: scf.for {{.*}} to %c48 step %c8 iter_args({{.*}}) -> (vector<8xf32>, vector<8xf32>) {
kernel.func @left_over(%x: tensor<7x7x40xf32>, %s: tensor<40xf32>) -> tensor<40xf32> attributes {kind = "contraction"} {
  %zero = arith.constant 0.0 : f32
  %0 = linalg.fill ins(%zero : f32) outs(%s : tensor<40xf32>) -> tensor<40xf32>
  %1 = linalg.generic {indexing_maps = [#all, #channel], iterator_types = ["reduction", "reduction", "parallel"]}
      ins(%x : tensor<7x7x40xf32>) outs(%0 : tensor<40xf32>) {
  ^bb0(%in: f32, %out: f32):
    %2 = arith.addf %out, %in : f32
    linalg.yield %2 : f32
  } -> tensor<40xf32>
  kernel.return %1 : tensor<40xf32>
}
