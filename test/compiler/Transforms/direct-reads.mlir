// RUN: swage-opt %s -split-input-file -pass-pipeline='builtin.module(func.func(swage-direct-reads))' | FileCheck %s

// A mask that is repeated where it has one row: whether that is so does not
// matter in a loop over the sizes that the mask has.
// CHECK: #[[$MASK:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-LABEL: @repeated
// CHECK-SAME: %[[X:[^:]*]]: tensor<?x?xf32> {{[^%]*}}, %[[MASK:[^:]*]]: tensor<?x?xf32>
// CHECK: linalg.generic
// CHECK-SAME: indexing_maps = [#[[$MASK]], #[[$MASK]], #[[$MASK]]]
// CHECK-SAME: ins(%[[X]], %[[MASK]] :
// CHECK-NOT: tensor.extract
// CHECK: return
#id = affine_map<(d0, d1) -> (d0, d1)>
func.func @repeated(%x: tensor<?x?xf32> {nn.dims = ["r", "c"], nn.name = "x"}, %mask: tensor<?x?xf32> {nn.dims = ["r", "c"], nn.name = "m"}) -> tensor<?x?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = tensor.dim %x, %c0 : tensor<?x?xf32>
  %c = tensor.dim %x, %c1 : tensor<?x?xf32>
  %one = arith.cmpi eq, %r, %c1 : index
  %init = tensor.empty(%r, %c) : tensor<?x?xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<?x?xf32>) outs(%init : tensor<?x?xf32>) {
  ^bb0(%in: f32, %out: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %p = arith.select %one, %c0, %i : index
    %m = tensor.extract %mask[%p, %j] : tensor<?x?xf32>
    %s = arith.addf %in, %m : f32
    linalg.yield %s : f32
  } -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// -----

// A dimension of another size: the loop may go beyond what there is.
// CHECK-LABEL: @other_size
// CHECK: tensor.extract
#id = affine_map<(d0, d1) -> (d0, d1)>
func.func @other_size(%x: tensor<?x?xf32> {nn.dims = ["r", "c"], nn.name = "x"}, %mask: tensor<?x?xf32> {nn.dims = ["n", "c"], nn.name = "m"}) -> tensor<?x?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = tensor.dim %x, %c0 : tensor<?x?xf32>
  %c = tensor.dim %x, %c1 : tensor<?x?xf32>
  %n = tensor.dim %mask, %c0 : tensor<?x?xf32>
  %one = arith.cmpi eq, %n, %c1 : index
  %init = tensor.empty(%r, %c) : tensor<?x?xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<?x?xf32>) outs(%init : tensor<?x?xf32>) {
  ^bb0(%in: f32, %out: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %p = arith.select %one, %c0, %i : index
    %m = tensor.extract %mask[%p, %j] : tensor<?x?xf32>
    %s = arith.addf %in, %m : f32
    linalg.yield %s : f32
  } -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// -----

// A choice by the size of something else, and a place that is computed.
// CHECK-LABEL: @other_choice
// CHECK: tensor.extract
// CHECK: tensor.extract
#id = affine_map<(d0, d1) -> (d0, d1)>
func.func @other_choice(%x: tensor<?x?xf32> {nn.dims = ["r", "c"], nn.name = "x"}, %mask: tensor<?x?xf32> {nn.dims = ["r", "c"], nn.name = "m"}) -> tensor<?x?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = tensor.dim %x, %c0 : tensor<?x?xf32>
  %c = tensor.dim %x, %c1 : tensor<?x?xf32>
  %one = arith.cmpi eq, %c, %c1 : index
  %init = tensor.empty(%r, %c) : tensor<?x?xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<?x?xf32>) outs(%init : tensor<?x?xf32>) {
  ^bb0(%in: f32, %out: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %p = arith.select %one, %c0, %i : index
    %m = tensor.extract %mask[%p, %j] : tensor<?x?xf32>
    %last = arith.subi %r, %c1 : index
    %back = arith.subi %last, %i : index
    %k = tensor.extract %mask[%back, %j] : tensor<?x?xf32>
    %s = arith.addf %in, %m : f32
    %t = arith.addf %s, %k : f32
    linalg.yield %t : f32
  } -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// -----

// What has one element where the loops have one is read by the loop.
// CHECK: #[[$ID:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-LABEL: @one
// CHECK: indexing_maps = [#[[$ID]], #[[$ID]]]
#row = affine_map<(d0, d1) -> (0, d1)>
#id = affine_map<(d0, d1) -> (d0, d1)>
func.func @one(%x: tensor<1x?xf32>, %init: tensor<1x?xf32>) -> tensor<1x?xf32> {
  %y = linalg.generic {indexing_maps = [#row, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<1x?xf32>) outs(%init : tensor<1x?xf32>) {
  ^bb0(%in: f32, %out: f32):
    %s = arith.addf %in, %in : f32
    linalg.yield %s : f32
  } -> tensor<1x?xf32>
  return %y : tensor<1x?xf32>
}
