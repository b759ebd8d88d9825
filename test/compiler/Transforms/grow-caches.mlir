// RUN: swage-opt %s -pass-pipeline='builtin.module(func.func(swage-grow-caches))' --split-input-file | FileCheck %s

// The axis of the join goes outermost in the argument and in the result; what
// else reads them reads them as before. Names of dimensions go with them.
// CHECK-LABEL: @cache
// CHECK-SAME: %[[PAST:.*]]: tensor<?x4x8xf32> {nn.dims = ["past", "", ""], nn.name = "past"}
// CHECK-SAME: %[[NEW:.*]]: tensor<4x?x8xf32>
// CHECK-SAME: -> (tensor<4x?x8xf32>, tensor<?x4x8xf32> {nn.dims = ["total", "", ""], nn.grows = 0 : i64, nn.name = "present"}, tensor<4x?x8xf32>)
func.func @cache(%past: tensor<4x?x8xf32> {nn.name = "past", nn.dims = ["", "past", ""]},
                 %new: tensor<4x?x8xf32>)
    -> (tensor<4x?x8xf32>, tensor<4x?x8xf32> {nn.name = "present", nn.dims = ["", "total", ""]}, tensor<4x?x8xf32>) {
  // CHECK: %[[ASBEFORE:.*]] = nn.transpose %[[PAST]] [1, 0, 2]
  // CHECK: %[[ROWS:.*]] = nn.transpose %[[NEW]] [1, 0, 2]
  // CHECK: %[[JOIN:.*]] = nn.concat %[[PAST]], %[[ROWS]] {axis = 0 : i64}
  // CHECK: %[[ALL:.*]] = nn.transpose %[[JOIN]] [1, 0, 2]
  // CHECK: %[[READ:.*]] = nn.relu %[[ALL]]
  // CHECK: %[[OLD:.*]] = nn.relu %[[ASBEFORE]]
  // CHECK: return %[[READ]], %[[JOIN]], %[[OLD]]
  %all = nn.concat %past, %new {axis = 1 : i64} : tensor<4x?x8xf32>, tensor<4x?x8xf32> -> tensor<4x?x8xf32>
  %read = nn.relu %all : tensor<4x?x8xf32> -> tensor<4x?x8xf32>
  %old = nn.relu %past : tensor<4x?x8xf32> -> tensor<4x?x8xf32>
  return %read, %all, %old : tensor<4x?x8xf32>, tensor<4x?x8xf32>, tensor<4x?x8xf32>
}

// -----

// What ends a join does not begin the result.
// CHECK-LABEL: @end
// CHECK: nn.concat %{{.*}}, %{{.*}} {axis = 1 : i64}
func.func @end(%past: tensor<4x?x8xf32>, %new: tensor<4x?x8xf32>) -> tensor<4x?x8xf32> {
  %all = nn.concat %new, %past {axis = 1 : i64} : tensor<4x?x8xf32>, tensor<4x?x8xf32> -> tensor<4x?x8xf32>
  %y = nn.relu %all : tensor<4x?x8xf32> -> tensor<4x?x8xf32>
  return %y : tensor<4x?x8xf32>
}

// -----

// A dimension of known size does not grow.
// CHECK-LABEL: @fixed
// CHECK: nn.concat %{{.*}}, %{{.*}} {axis = 1 : i64}
func.func @fixed(%past: tensor<4x2x8xf32>, %new: tensor<4x1x8xf32>) -> tensor<4x3x8xf32> {
  %all = nn.concat %past, %new {axis = 1 : i64} : tensor<4x2x8xf32>, tensor<4x1x8xf32> -> tensor<4x3x8xf32>
  return %all : tensor<4x3x8xf32>
}
