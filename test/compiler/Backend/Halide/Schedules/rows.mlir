// RUN: swage-opt %s -swage-nn-to-linalg -canonicalize -cse -swage-fuse-elementwise -swage-form-kernels -o %t.kernels
// RUN: swage-kernel %t.kernels --backend=both --target=x86-64-v3 | FileCheck %s
// RUN: swage-kernel %t.kernels --backend=halide --num-threads=2 --special | FileCheck %s
// RUN: swage-kernel %t.kernels --backend=halide --target=x86-64-v3 --dump=stmt | FileCheck %s --check-prefix=STMT

// Rows of a size that vectors divide and of one that none does, and several
// loops over rows.
// CHECK-DAG: ok @rows_7x48_f32{{.*}} halide
// CHECK-DAG: ok @rows_2x3x5x13_f32{{.*}} halide

// All that is made of a row is computed within the loop over rows: the largest
// element, the exponentials, a vector of partial sums, and what they add up to.
// STMT: for ({{.*}}.s0.i0, 0, 7)
// STMT: produce [[MOST:[a-z0-9_$]+]]_partial {
// STMT: for ([[MOST]]_partial.s1.{{.*}}, 0, 6)
// STMT: consume [[MOST]]_partial
// STMT: produce [[SUM:[a-z0-9_$]+]]_partial {
// STMT: for ([[SUM]]_partial.s1.{{.*}}, 0, 6)
// STMT: consume [[SUM]]_partial
func.func @even(%x: tensor<7x48xf32>) -> tensor<7x48xf32> {
  %y = nn.softmax %x {axis = 1 : i64} : tensor<7x48xf32> -> tensor<7x48xf32>
  return %y : tensor<7x48xf32>
}

func.func @odd(%x: tensor<2x3x5x13xf32>) -> tensor<2x3x5x13xf32> {
  %y = nn.softmax %x {axis = 3 : i64} : tensor<2x3x5x13xf32> -> tensor<2x3x5x13xf32>
  return %y : tensor<2x3x5x13xf32>
}
