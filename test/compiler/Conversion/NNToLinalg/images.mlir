// RUN: swage-opt %s -swage-nn-to-linalg -canonicalize | FileCheck %s

// The runtime tells the size first, so that there is memory for the pixels.
// CHECK-LABEL: func.func @gray
// CHECK-SAME: (%[[X:.*]]: tensor<?xi8>)
func.func @gray(%x: tensor<?xui8>) -> tensor<?x?x1xui8> {
  // CHECK-DAG: %[[ZERO:.*]] = arith.constant 0 : index
  // CHECK-DAG: %[[ONE:.*]] = arith.constant 1 : index
  // CHECK-DAG: %[[ORDER:.*]] = arith.constant dense<2> : tensor<1xi64>
  // CHECK: %[[SIZE:.*]] = kernel.runtime "swage_rt_image_size" ins(%[[X]] :
  // CHECK: tensor.extract %[[SIZE]][%[[ZERO]]]
  // CHECK: %[[H:.*]] = arith.index_cast
  // CHECK: tensor.extract %[[SIZE]][%[[ONE]]]
  // CHECK: %[[W:.*]] = arith.index_cast
  // CHECK: %[[ROOM:.*]] = tensor.empty(%[[H]], %[[W]]) : tensor<?x?x1xi8>
  // CHECK: %[[PIXELS:.*]] = kernel.runtime "swage_rt_image_decode" ins(%[[X]], %[[ORDER]] :
  // CHECK-SAME: outs(%[[ROOM]] :
  // CHECK: return %[[PIXELS]]
  %0 = nn.decode_image %x {order = "gray"} : tensor<?xui8> -> tensor<?x?x1xui8>
  return %0 : tensor<?x?x1xui8>
}
