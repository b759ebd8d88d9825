// RUN: swage-opt %s -pass-pipeline='builtin.module(func.func(swage-check-sizes))' -split-input-file | FileCheck %s

#row = affine_map<(i, k) -> (i, k)>
#column = affine_map<(i, k) -> (k)>
#sum = affine_map<(i, k) -> (i)>

// A loop that several operands share has one size. The message names the node.
// CHECK-LABEL: @loops
// CHECK-SAME: %[[A:.*]]: tensor<?x?xf32>, %[[B:.*]]: tensor<?xf32>
// CHECK: kernel.require %{{.*}}, "node 'n' (MatMul): sizes that have to be the same differ" [2, 1]
// CHECK: linalg.generic
func.func @loops(%a: tensor<?x?xf32>, %b: tensor<?xf32>) -> tensor<?xf32> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?x?xf32>
  %init = tensor.empty(%n) : tensor<?xf32>
  %0 = linalg.generic {indexing_maps = [#row, #column, #sum], iterator_types = ["parallel", "reduction"]}
      ins(%a, %b : tensor<?x?xf32>, tensor<?xf32>) outs(%init : tensor<?xf32>) {
  ^bb0(%x: f32, %y: f32, %z: f32):
    %p = arith.mulf %x, %y : f32
    %s = arith.addf %z, %p : f32
    linalg.yield %s : f32
  } -> tensor<?xf32> loc("n"("MatMul"("m.onnx":0:0)))
  return %0 : tensor<?xf32>
}

// -----

// A type that says more than is known is checked, unless its maker has done so.
// CHECK-LABEL: @cast
// CHECK: kernel.require %{{.*}}, "an operation: a shape is not as the model promises" [1, 1]
// CHECK: tensor.cast
// CHECK-NOT: kernel.require
func.func @cast(%a: tensor<?xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<?xf32>) {
  %0 = tensor.cast %a : tensor<?xf32> to tensor<4xf32>
  %1 = tensor.cast %a {nn.checked} : tensor<?xf32> to tensor<4xf32>
  %2 = tensor.cast %0 : tensor<4xf32> to tensor<?xf32>
  return %0, %1, %2 : tensor<4xf32>, tensor<4xf32>, tensor<?xf32>
}

// -----

// A part has the size of the place that it is written to.
// CHECK-LABEL: @part
// CHECK: kernel.require %{{.*}}, "an operation: a part does not fit into the whole" [1, 1]
func.func @part(%a: tensor<?xf32>, %whole: tensor<8xf32>, %n: index) -> tensor<8xf32> {
  %0 = tensor.insert_slice %a into %whole[0] [%n] [1] : tensor<?xf32> into tensor<8xf32>
  return %0 : tensor<8xf32>
}
