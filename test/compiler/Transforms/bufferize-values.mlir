// RUN: swage-opt %s -swage-bufferize-main | FileCheck %s

// Containers and tensors of strings cross the border as values. What a value
// holds is not written: a result that needs its elements copies them.
// CHECK-LABEL: func.func @main()
func.func @main(%s: i64, %t: tensor<?xi64> {kernel.dtype = 8 : i64})
    -> (tensor<?xi64> {kernel.dtype = 8 : i64}, i64, tensor<2xf32>) {
  // CHECK-DAG: %[[S:.*]] = kernel.invoke "swage_rt_input_value"(%{{.*}}) : (i64) -> i64
  // CHECK-DAG: %[[T:.*]] = kernel.invoke "swage_rt_input_value"(%{{.*}}) : (i64) -> i64
  // CHECK: %[[TEXTS:.*]] = kernel.unbox %[[T]] {dtype = 8 : i64} : i64 -> memref<?xi64>
  // CHECK: %[[VIEW:.*]] = kernel.unbox %[[S]] {dtype = 1 : i64} : i64 -> memref<2xf32>
  %0 = kernel.unbox %s {dtype = 1} : i64 -> tensor<2xf32>
  // CHECK-DAG: %[[BOX:.*]] = kernel.box %[[TEXTS]] {dtype = 8 : i64} : memref<?xi64> -> i64
  // CHECK-DAG: kernel.output_value 0, %[[BOX]] : i64
  // CHECK-DAG: kernel.output_value 1, %[[S]] : i64
  // CHECK-DAG: memref.copy %[[VIEW]], %{{.*}} : memref<2xf32> to memref<2xf32>
  return %t, %s, %0 : tensor<?xi64>, i64, tensor<2xf32>
}
