// RUN: not swage-opt %s -swage-winograd=tile=4 2>&1 | FileCheck %s
// RUN: not swage-opt %s -swage-winograd=tile=4,0 2>&1 | FileCheck %s

// CHECK: error: option 'tile' takes two positive numbers, rows and columns of outputs
func.func @nothing() {
  return
}
