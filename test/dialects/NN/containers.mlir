// RUN: swage-opt %s --verify-roundtrip --canonicalize | FileCheck %s

// A sequence knows what its tensors have in common.
// CHECK-LABEL: @construct
func.func @construct(%a: tensor<2xf32>, %b: tensor<3xf32>, %c: tensor<f32>)
    -> (!nn.sequence<tensor<?xf32>>, !nn.sequence<tensor<*xf32>>, !nn.sequence<f32>) {
  // CHECK: nn.sequence %{{.*}}, %{{.*}} of f32 : tensor<2xf32>, tensor<3xf32> -> <tensor<?xf32>>
  %0 = nn.sequence %a, %b of f32 : tensor<2xf32>, tensor<3xf32> -> <tensor<?xf32>>
  // CHECK: -> <tensor<*xf32>>
  %1 = nn.sequence %a, %c of f32 : tensor<2xf32>, tensor<f32> -> <tensor<*xf32>>
  // CHECK: nn.sequence of f32 -> <f32>
  %2 = nn.sequence of f32 -> <f32>
  return %0, %1, %2 : !nn.sequence<tensor<?xf32>>, !nn.sequence<tensor<*xf32>>, !nn.sequence<f32>
}

// CHECK-LABEL: @operators
func.func @operators(%s: !nn.sequence<tensor<?x2xf32>>, %t: tensor<1x2xf32>, %p: tensor<i64>)
    -> (tensor<?x2xf32>, tensor<i64>, tensor<?x2xf32>, tensor<?x?x2xf32>, !nn.sequence<tensor<?x2xf32>>) {
  // CHECK: %[[INSERTED:.*]] = nn.sequence_insert %{{.*}}, %{{.*}} at %{{.*}} : <tensor<?x2xf32>>, tensor<1x2xf32>, tensor<i64> -> <tensor<?x2xf32>>
  %0 = nn.sequence_insert %s, %t at %p : <tensor<?x2xf32>>, tensor<1x2xf32>, tensor<i64> -> <tensor<?x2xf32>>
  // CHECK: %[[ERASED:.*]] = nn.sequence_erase %[[INSERTED]] : <tensor<?x2xf32>> -> <tensor<?x2xf32>>
  %1 = nn.sequence_erase %0 : <tensor<?x2xf32>> -> <tensor<?x2xf32>>
  // CHECK: nn.sequence_at %[[ERASED]] at %{{.*}} : <tensor<?x2xf32>>, tensor<i64> -> tensor<?x2xf32>
  %2 = nn.sequence_at %1 at %p : <tensor<?x2xf32>>, tensor<i64> -> tensor<?x2xf32>
  // CHECK: nn.sequence_length %[[ERASED]]
  %3 = nn.sequence_length %1 : <tensor<?x2xf32>> -> tensor<i64>
  // CHECK: nn.sequence_concat %[[ERASED]] {axis = 0 : i64, new_axis = false}
  %4 = nn.sequence_concat %1 {axis = 0, new_axis = false} : <tensor<?x2xf32>> -> tensor<?x2xf32>
  %5 = nn.sequence_concat %1 {axis = 1, new_axis = true} : <tensor<?x2xf32>> -> tensor<?x?x2xf32>
  // CHECK: nn.sequence_split
  %6 = nn.sequence_split %4, %p {axis = 0, keep_dims = true} : tensor<?x2xf32>, tensor<i64> -> <tensor<?x2xf32>>
  return %2, %3, %4, %5, %6 : tensor<?x2xf32>, tensor<i64>, tensor<?x2xf32>, tensor<?x?x2xf32>, !nn.sequence<tensor<?x2xf32>>
}

// The length of a sequence that is spelled out is known.
// CHECK-LABEL: @length
func.func @length(%a: tensor<2xf32>) -> tensor<i64> {
  // CHECK: arith.constant dense<2> : tensor<i64>
  %0 = nn.sequence %a, %a of f32 : tensor<2xf32>, tensor<2xf32> -> <tensor<2xf32>>
  %1 = nn.sequence_length %0 : <tensor<2xf32>> -> tensor<i64>
  return %1 : tensor<i64>
}

// What an optional holds is taken from where it comes from.
// CHECK-LABEL: @optional(
// CHECK-SAME: %[[A:.*]]: tensor<2xf32>
func.func @optional(%a: tensor<2xf32>) -> (tensor<i1>, tensor<i1>, tensor<2xf32>) {
  // CHECK-DAG: %[[NO:.*]] = arith.constant dense<false> : tensor<i1>
  // CHECK-DAG: %[[YES:.*]] = arith.constant dense<true> : tensor<i1>
  %some = nn.some %a : tensor<2xf32> -> <tensor<2xf32>>
  %none = nn.none of tensor<2xf32> -> <tensor<2xf32>>
  %0 = nn.has_element %some : <tensor<2xf32>> -> tensor<i1>
  %1 = nn.has_element %none : <tensor<2xf32>> -> tensor<i1>
  %2 = nn.get_element %some : <tensor<2xf32>> -> tensor<2xf32>
  // CHECK: return %[[YES]], %[[NO]], %[[A]]
  return %0, %1, %2 : tensor<i1>, tensor<i1>, tensor<2xf32>
}

// Casts of casts are one cast, or none.
// CHECK-LABEL: @casts(
// CHECK-SAME: %[[S:.*]]: !nn.sequence<tensor<2xf32>>
func.func @casts(%s: !nn.sequence<tensor<2xf32>>) -> (!nn.sequence<tensor<2xf32>>, !nn.sequence<tensor<*xf32>>) {
  %0 = nn.container_cast %s : !nn.sequence<tensor<2xf32>> -> !nn.sequence<tensor<?xf32>>
  %1 = nn.container_cast %0 : !nn.sequence<tensor<?xf32>> -> !nn.sequence<tensor<2xf32>>
  // CHECK: %[[CAST:.*]] = nn.container_cast %[[S]] : !nn.sequence<tensor<2xf32>> -> !nn.sequence<tensor<*xf32>>
  %2 = nn.container_cast %0 : !nn.sequence<tensor<?xf32>> -> !nn.sequence<tensor<*xf32>>
  // CHECK: return %[[S]], %[[CAST]]
  return %1, %2 : !nn.sequence<tensor<2xf32>>, !nn.sequence<tensor<*xf32>>
}
