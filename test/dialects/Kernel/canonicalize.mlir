// RUN: swage-opt %s -canonicalize | FileCheck %s

// What always holds needs no check; what never does stays.
// CHECK-LABEL: @require
// CHECK-NEXT: %[[NO:.*]] = arith.constant false
// CHECK-NEXT: kernel.require %[[NO]], "never" []
// CHECK-NEXT: return
func.func @require() {
  %yes = arith.constant true
  %no = arith.constant false
  kernel.require %yes, "always" []
  kernel.require %no, "never" []
  return
}
