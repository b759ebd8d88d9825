// RUN: swage-opt %s -swage-kernel-to-llvm=entry=swage_m_entry | FileCheck %s

// The entry takes the run's context, finds the buffers through it, and returns
// a status. A call of a kernel passes its buffers in one list and the sizes that
// their types leave open in another. The runtime makes it, and may measure it.
// CHECK: module attributes {kernel.names = ["relu"]}
// CHECK-NOT: kernel.func
// CHECK-LABEL: func.func @swage_m_entry
// CHECK-SAME: (%{{.*}}: !llvm.ptr) -> i32
// CHECK: %[[KERNEL:.*]] = constant @relu
// CHECK: %[[INDEX:.*]] = llvm.mlir.constant(0 : i64) : i64
// CHECK-NOT: scf.if
// CHECK: call @swage_rt_call(%{{.*}}, %[[INDEX]], %[[KERNEL]], %{{.*}}, %{{.*}})
// CHECK: %[[OK:.*]] = arith.constant 0 : i32
// CHECK: return %[[OK]] : i32
kernel.func @relu(%x: tensor<?xf32>, %out: tensor<?xf32>) -> tensor<?xf32> {
  kernel.return %x : tensor<?xf32>
}
func.func @main() {
  %x = kernel.input 0 : memref<?xf32>
  %zero = arith.constant 0 : index
  %size = memref.dim %x, %zero : memref<?xf32>
  %y = kernel.output 0(%size) : memref<?xf32>
  kernel.call @relu ins(%x : memref<?xf32>) outs(%y : memref<?xf32>)
  return
}
