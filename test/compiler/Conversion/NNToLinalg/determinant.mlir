// RUN: swage-opt %s -swage-nn-to-linalg -canonicalize | FileCheck %s

// Elimination in a copy, with the greatest pivot of each column.
// CHECK-LABEL: @det

// CHECK: scf.execute_region
// CHECK:   scf.for
// CHECK:     scf.for
// CHECK:       math.absf
// CHECK:       arith.select
// CHECK:     arith.divf
func.func @det(%a: tensor<2x3x3xf32>) -> tensor<2xf32> {
  %0 = nn.det %a : tensor<2x3x3xf32> -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
