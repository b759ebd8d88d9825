// RUN: swage-opt %s -swage-nn-to-linalg -canonicalize | FileCheck %s

// A container is a handle; tensors go in boxed and come out as views.
// CHECK-LABEL: func.func @insert_and_take
// CHECK-SAME: (%[[S:.*]]: i64, %[[T:.*]]: tensor<?xi8>, %[[P:.*]]: tensor<i32>) -> (i64, tensor<?xi8>)
func.func @insert_and_take(%s: !nn.sequence<tensor<?xi1>>, %t: tensor<?xi1>, %p: tensor<i32>)
    -> (!nn.sequence<tensor<?xi1>>, tensor<?xi1>) {
  // CHECK-DAG: %[[ONE:.*]] = arith.constant 1 : i64
  // CHECK: %[[BOX:.*]] = kernel.box %[[T]] {dtype = 9 : i64} : tensor<?xi8> -> i64
  // CHECK: %[[NARROW:.*]] = tensor.extract %[[P]][] : tensor<i32>
  // CHECK: %[[PLACE:.*]] = arith.extsi %[[NARROW]] : i32 to i64
  // CHECK: %[[R:.*]] = kernel.invoke "swage_rt_sequence_insert"(%[[S]], %[[BOX]], %[[PLACE]], %[[ONE]])
  %0 = nn.sequence_insert %s, %t at %p : <tensor<?xi1>>, tensor<?xi1>, tensor<i32> -> <tensor<?xi1>>
  // CHECK: %[[AT:.*]] = kernel.invoke "swage_rt_sequence_at"(%[[R]], %{{.*}})
  // CHECK: %[[TAKEN:.*]] = kernel.unbox %[[AT]] {dtype = 9 : i64} : i64 -> tensor<?xi8>
  %1 = nn.sequence_at %0 at %p : <tensor<?xi1>>, tensor<i32> -> tensor<?xi1>
  // CHECK: return %[[R]], %[[TAKEN]]
  return %0, %1 : !nn.sequence<tensor<?xi1>>, tensor<?xi1>
}

// An optional that is empty is 0; a sequence in one is the sequence's handle.
// CHECK-LABEL: func.func @optionals
// CHECK-SAME: (%[[S:.*]]: i64, %[[C:.*]]: i1) -> (i64, tensor<i8>)
func.func @optionals(%s: !nn.sequence<tensor<2xf32>>, %c: i1)
    -> (!nn.optional<!nn.sequence<tensor<2xf32>>>, tensor<i1>) {
  // CHECK: %[[NONE:.*]] = arith.constant 0 : i64
  // CHECK: %[[O:.*]] = arith.select %[[C]], %[[S]], %[[NONE]] : i64
  %0 = scf.if %c -> !nn.optional<!nn.sequence<tensor<2xf32>>> {
    %some = nn.some %s : !nn.sequence<tensor<2xf32>> -> <!nn.sequence<tensor<2xf32>>>
    scf.yield %some : !nn.optional<!nn.sequence<tensor<2xf32>>>
  } else {
    %none = nn.none of !nn.sequence<tensor<2xf32>> -> <!nn.sequence<tensor<2xf32>>>
    scf.yield %none : !nn.optional<!nn.sequence<tensor<2xf32>>>
  }
  // CHECK: arith.cmpi ne, %[[O]], %[[NONE]] : i64
  %1 = nn.has_element %0 : <!nn.sequence<tensor<2xf32>>> -> tensor<i1>
  return %0, %1 : !nn.optional<!nn.sequence<tensor<2xf32>>>, tensor<i1>
}

// Strings move as the integers that their addresses are.
// CHECK-LABEL: func.func @strings
// CHECK-SAME: (%[[X:.*]]: tensor<2x3xi64> {kernel.dtype = 8 : i64}) -> (tensor<3x2xi64> {kernel.dtype = 8 : i64}, tensor<2x3xi8>)
func.func @strings(%x: tensor<2x3x!nn.string>) -> (tensor<3x2x!nn.string>, tensor<2x3xi1>) {
  // CHECK: linalg.generic
  // CHECK: linalg.yield %{{.*}} : i64
  %0 = nn.transpose %x [1, 0] : tensor<2x3x!nn.string> -> tensor<3x2x!nn.string>
  // CHECK: kernel.runtime "swage_rt_string_equal" ins(%{{.*}}, %{{.*}} : tensor<6xi64>, tensor<6xi64>) outs(%{{.*}} : tensor<6xi8>) -> tensor<6xi8>
  %1 = nn.string_equal %x, %x : tensor<2x3x!nn.string>, tensor<2x3x!nn.string> -> tensor<2x3xi1>
  return %0, %1 : tensor<3x2x!nn.string>, tensor<2x3xi1>
}

// CHECK-LABEL: func.func @rank
func.func @rank(%x: tensor<2x3x!nn.string>) -> tensor<2x3xi64> {
  // CHECK: kernel.runtime "swage_rt_string_rank" ins(%{{.*}} : tensor<6xi64>) outs(%{{.*}} : tensor<6xi64>) -> tensor<6xi64>
  %0 = nn.string_rank %x : tensor<2x3x!nn.string> -> tensor<2x3xi64>
  return %0 : tensor<2x3xi64>
}

// Keys are sorted when the model is compiled; places tell where they were.
// CHECK-LABEL: func.func @find
func.func @find(%x: tensor<?x!nn.string>) -> tensor<?xi64> {
  // CHECK-DAG: %[[PLACES:.*]] = arith.constant dense<[1, 0]> : tensor<2xi64>
  // CHECK-DAG: %[[KEYS:.*]] = arith.constant dense<[2, 0, {{.*}}, 1, 0, {{.*}}, 2, 0, {{.*}}, 97, 98]> : tensor<34xi8>
  // CHECK: kernel.runtime "swage_rt_string_find" ins(%{{.*}}, %[[KEYS]], %[[PLACES]] :
  %0 = nn.string_find %x {keys = ["b", "a"]} : tensor<?x!nn.string> -> tensor<?xi64>
  return %0 : tensor<?xi64>
}

// A map is the handle of a pair.
// CHECK-LABEL: func.func @map(
// CHECK-SAME: %[[M:.*]]: i64) -> (tensor<?xi64>
func.func @map(%m: !nn.map<i64, f32>) -> (tensor<?xi64>, !nn.map<i64, f32>) {
  // CHECK: %[[VALUES:.*]] = kernel.invoke "swage_rt_map_part"(%[[M]], %{{.*}})
  // CHECK: kernel.invoke "swage_rt_map"(
  %0 = nn.map_keys %m : <i64, f32> -> tensor<?xi64>
  %1 = nn.map_values %m : <i64, f32> -> tensor<?xf32>
  %2 = nn.map %0 to %1 : tensor<?xi64>, tensor<?xf32> -> <i64, f32>
  return %0, %2 : tensor<?xi64>, !nn.map<i64, f32>
}

// CHECK-LABEL: func.func @require
func.func @require(%x: tensor<4xi64>, %c: tensor<i1>) -> tensor<4xi64> {
  // CHECK: kernel.require %{{.*}}, "an operation: it is not so" []
  %0 = nn.require %x if %c, "it is not so" : tensor<4xi64>, tensor<i1> -> tensor<4xi64>
  return %0 : tensor<4xi64>
}
