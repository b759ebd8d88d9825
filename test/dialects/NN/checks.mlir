// RUN: swage-opt %s --canonicalize --split-input-file --verify-diagnostics | FileCheck %s

// A condition that holds is not asked for.
// CHECK-LABEL: @holds(
// CHECK-SAME: %[[X:.*]]: tensor<4xi64>
func.func @holds(%x: tensor<4xi64>) -> tensor<4xi64> {
  %true = arith.constant dense<true> : tensor<i1>
  %0 = nn.require %x if %true, "never said" : tensor<4xi64>, tensor<i1> -> tensor<4xi64>
  // CHECK-NEXT: return %[[X]]
  return %0 : tensor<4xi64>
}

// CHECK-LABEL: @asked
func.func @asked(%x: tensor<4xi64>, %c: tensor<i1>) -> tensor<4xi64> {
  // CHECK: nn.require %{{.*}} if %{{.*}}, "it is not so"
  %0 = nn.require %x if %c, "it is not so" : tensor<4xi64>, tensor<i1> -> tensor<4xi64>
  return %0 : tensor<4xi64>
}

// -----

func.func @several(%x: tensor<4xi64>, %c: tensor<2xi1>) {
  // expected-error @below {{a condition has one element, not the 'tensor<2xi1>'}}
  // expected-error @below {{failed to infer returned types}}
  %0 = nn.require %x if %c, "it is not so" : tensor<4xi64>, tensor<2xi1> -> tensor<4xi64>
  return
}
