// RUN: swage-opt %s -pass-pipeline='builtin.module(swage-nn-to-linalg)' -split-input-file | FileCheck %s
// RUN: swage-opt %s -pass-pipeline='builtin.module(swage-nn-to-linalg,func.func(swage-check-sizes),resolve-ranked-shaped-type-result-dims,func.func(swage-unify-sizes),canonicalize,cse)' -split-input-file | FileCheck %s --check-prefix=PROVEN

// An operand is used as it is where it has the common size, and repeated where
// it turns out to have the size 1. Anything else ends the run.
// CHECK-LABEL: @open
// CHECK: %[[SIZE:.*]] = arith.select
// CHECK: kernel.require %{{.*}}, "an operation: its operands do not broadcast" [1, 1](%{{.*}}, %{{.*}})
// CHECK: %[[LEFT:.*]] = scf.if %{{.*}} -> (tensor<?xf32>) {
// CHECK: } else {
// CHECK: tensor.empty(%[[SIZE]])
// CHECK: tensor.extract
// CHECK: } {nn.broadcast}
// CHECK: %[[RIGHT:.*]] = scf.if
// CHECK: linalg.generic {{.*}} ins(%[[LEFT]], %[[RIGHT]]
// PROVEN-LABEL: @open
// PROVEN: kernel.require
// PROVEN: scf.if
func.func @open(%x: tensor<?xf32> {nn.dims = ["n"]}, %y: tensor<?xf32> {nn.dims = ["m"]}) -> tensor<?xf32> {
  %0 = nn.add %x, %y : tensor<?xf32>, tensor<?xf32> -> tensor<?xf32>
  return %0 : tensor<?xf32>
}

// -----

// Of sizes that are the same in every run nothing of that is left.
// PROVEN-LABEL: @named
// PROVEN-SAME: %[[X:.*]]: tensor<?xf32> {{.*}}, %[[Y:.*]]: tensor<?xf32>
// PROVEN-NOT: kernel.require
// PROVEN-NOT: scf.if
// PROVEN: linalg.generic {{.*}} ins(%[[X]], %[[Y]]
func.func @named(%x: tensor<?xf32> {nn.dims = ["n"]}, %y: tensor<?xf32> {nn.dims = ["n"]}) -> tensor<?xf32> {
  %0 = nn.add %x, %y : tensor<?xf32>, tensor<?xf32> -> tensor<?xf32>
  return %0 : tensor<?xf32>
}

// -----

// A size that is known is the common one.
// CHECK-LABEL: @known
// CHECK: %[[LEFT:.*]] = scf.if %{{.*}} -> (tensor<3xf32>) {
// CHECK-NEXT: tensor.cast %{{.*}} {nn.checked} : tensor<?xf32> to tensor<3xf32>
func.func @known(%x: tensor<?xf32>, %y: tensor<3xf32>) -> tensor<3xf32> {
  %0 = nn.add %x, %y : tensor<?xf32>, tensor<3xf32> -> tensor<3xf32>
  return %0 : tensor<3xf32>
}
