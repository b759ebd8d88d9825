// RUN: swage-opt %s -split-input-file -swage-bound-sizes | FileCheck %s

// Two calls of one kernel: what holds for both. Sizes are found through results
// and reshapes.
// CHECK: kernel.func @k
// CHECK-SAME: ranges = [array<i64: 4, 512, 8, 8>, array<i64: 4, 512, 8, 8>]
kernel.func @k(%x: tensor<?x8xf32>, %o: tensor<?x8xf32>) -> tensor<?x8xf32> {
  kernel.return %o : tensor<?x8xf32>
}
func.func @main(%x: tensor<?x4x8xf32> {nn.dims = ["n", "", ""], nn.ranges = array<i64: 1, 128, 0, -1, 0, -1>}, %y: tensor<?x8xf32> {nn.dims = ["m", ""], nn.ranges = array<i64: 16, 32, 0, -1>}) -> (tensor<?x8xf32>, tensor<?x8xf32>) {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %n = tensor.dim %x, %c0 : tensor<?x4x8xf32>
  %rows = arith.muli %n, %c4 : index
  %m = tensor.dim %y, %c0 : tensor<?x8xf32>
  %flat = tensor.collapse_shape %x [[0, 1], [2]] : tensor<?x4x8xf32> into tensor<?x8xf32>
  %0 = tensor.empty(%rows) : tensor<?x8xf32>
  %1 = kernel.call @k ins(%flat : tensor<?x8xf32>) outs(%0 : tensor<?x8xf32>) -> tensor<?x8xf32>
  %2 = tensor.empty(%rows) : tensor<?x8xf32>
  %3 = kernel.call @k ins(%1 : tensor<?x8xf32>) outs(%2 : tensor<?x8xf32>) -> tensor<?x8xf32>
  %4 = tensor.empty(%m) : tensor<?x8xf32>
  %5 = kernel.call @k ins(%y : tensor<?x8xf32>) outs(%4 : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %3, %5 : tensor<?x8xf32>, tensor<?x8xf32>
}

// -----

// Without ranges there is nothing to say.
// CHECK: kernel.func @k
// CHECK-NOT: ranges
kernel.func @k(%x: tensor<?xf32>, %o: tensor<?xf32>) -> tensor<?xf32> {
  kernel.return %o : tensor<?xf32>
}
// CHECK: func.func @main
func.func @main(%x: tensor<?xf32> {nn.dims = ["n"]}) -> tensor<?xf32> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %0 = tensor.empty(%n) : tensor<?xf32>
  %1 = kernel.call @k ins(%x : tensor<?xf32>) outs(%0 : tensor<?xf32>) -> tensor<?xf32>
  return %1 : tensor<?xf32>
}
