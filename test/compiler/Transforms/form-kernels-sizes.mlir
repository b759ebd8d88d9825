// RUN: swage-opt %s -split-input-file -swage-form-kernels | FileCheck %s

#map = affine_map<(d0) -> (d0)>

// Sizes are those of the tensors that a kernel reads or writes, however they
// came about, so that both calls are of one kernel.
// CHECK-LABEL: func.func @main
// CHECK: %[[Y:.+]] = kernel.call @[[KERNEL:[a-z0-9_]+]] ins(%{{[a-z0-9]+}} : tensor<?xf32>)
// CHECK: kernel.call @[[KERNEL]] ins(%[[Y]] : tensor<?xf32>)
// CHECK: kernel.func @[[KERNEL]](%{{.*}}: tensor<?xf32>, %[[OUT:.*]]: tensor<?xf32>) -> tensor<?xf32>
// CHECK-NOT: arith.muli
// CHECK: outs(%[[OUT]]
func.func @main(%x: tensor<?xf32>, %a: tensor<?xi64>, %b: tensor<?xi64>) -> tensor<?xf32> {
  %c0 = arith.constant 0 : index
  %m = tensor.dim %a, %c0 : tensor<?xi64>
  %n = tensor.dim %b, %c0 : tensor<?xi64>
  %0 = arith.muli %m, %n : index
  %1 = arith.addi %0, %m : index
  %e1 = tensor.empty(%1) : tensor<?xf32>
  %y = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]}
      ins(%x : tensor<?xf32>) outs(%e1 : tensor<?xf32>) {
  ^bb0(%in: f32, %out: f32):
    %v = math.tanh %in : f32
    linalg.yield %v : f32
  } -> tensor<?xf32>
  // Something that no kernel goes across.
  %u = func.call @other(%y) : (tensor<?xf32>) -> tensor<?xf32>
  %2 = arith.muli %n, %n : index
  %3 = arith.minsi %2, %m : index
  %e2 = tensor.empty(%3) : tensor<?xf32>
  %z = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]}
      ins(%y : tensor<?xf32>) outs(%e2 : tensor<?xf32>) {
  ^bb0(%in: f32, %out: f32):
    %v = math.tanh %in : f32
    linalg.yield %v : f32
  } -> tensor<?xf32>
  return %z : tensor<?xf32>
}

func.func private @other(tensor<?xf32>) -> tensor<?xf32>

// -----

#map = affine_map<(d0) -> (d0)>

// A size that is nothing's is handed over when it takes long to compute; one
// that does not is computed inside.
// CHECK-LABEL: func.func @longer
// CHECK: kernel.call @[[MASK:[a-z0-9_]+]] ins(%{{.*}}, %{{.*}} : tensor<i64>, tensor<?xi64>)
// CHECK: kernel.func @[[MASK]](%[[LONG:.*]]: tensor<i64>, %[[A:.*]]: tensor<?xi64>, %{{.*}}: tensor<8xi1>)
// CHECK-DAG: tensor.extract %[[LONG]][]
// CHECK-DAG: %[[DIM:.+]] = tensor.dim %[[A]]
// CHECK-DAG: arith.addi %[[DIM]]
func.func @longer(%a: tensor<?xi64>, %b: tensor<?xi64>) -> tensor<8xi1> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %m = tensor.dim %a, %c0 : tensor<?xi64>
  %n = tensor.dim %b, %c0 : tensor<?xi64>
  %short = arith.addi %m, %c1 : index
  %0 = arith.muli %m, %n : index
  %1 = arith.addi %0, %m : index
  %2 = arith.minsi %1, %n : index
  %3 = arith.muli %2, %2 : index
  %long = arith.maxsi %3, %1 : index
  %e = tensor.empty() : tensor<8xi1>
  %y = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel"]} outs(%e : tensor<8xi1>) {
  ^bb0(%out: i1):
    %i = linalg.index 0 : index
    %4 = arith.addi %i, %long : index
    %5 = arith.cmpi slt, %4, %short : index
    linalg.yield %5 : i1
  } -> tensor<8xi1>
  return %y : tensor<8xi1>
}
