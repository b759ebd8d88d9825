// RUN: swage-opt %s -swage-kernel-to-llvm="entry=swage_m_entry prepare=swage_m_prepare" | FileCheck %s

// What runs when the model is loaded takes the same context. Profiles do not
// count its kernels, and weights that they have read may leave memory.
// CHECK: module attributes {kernel.names = ["run"]}
// CHECK-LABEL: func.func @swage_m_entry(%{{.*}}: !llvm.ptr) -> i32
// CHECK-LABEL: func.func @swage_m_prepare(%{{.*}}: !llvm.ptr) -> i32
// CHECK-NOT: scf.if
// CHECK: call @load(%{{.*}}, %{{.*}}, %{{.*}}) : (!llvm.ptr, !llvm.ptr, !llvm.ptr) -> ()
// CHECK-NEXT: call @swage_rt_release_weights(%{{.*}}) : (!llvm.ptr) -> ()
// CHECK: return %{{.*}} : i32
kernel.func @run(%x: tensor<4xf32>, %out: tensor<4xf32>) -> tensor<4xf32> {
  kernel.return %x : tensor<4xf32>
}
kernel.func @load(%x: tensor<4xf32>, %out: tensor<4xf32>) -> tensor<4xf32> {
  kernel.return %x : tensor<4xf32>
}
func.func @main() {
  %w = kernel.constant 1 : memref<4xf32>
  %y = kernel.output 0 : memref<4xf32>
  kernel.call @run ins(%w : memref<4xf32>) outs(%y : memref<4xf32>)
  return
}
func.func @prepare() {
  %x = kernel.constant 0 : memref<4xf32>
  %w = kernel.constant 1 : memref<4xf32>
  kernel.call @load ins(%x : memref<4xf32>) outs(%w : memref<4xf32>)
  return
}
