// RUN: swage-opt %s -swage-kernel-to-llvm=entry=swage_m_entry | FileCheck %s

// A condition that does not hold ends the run with a message and shapes: their
// ranks and sizes in one list.
// CHECK: llvm.mlir.global private constant @[[$TEXT:.*]]("they differ\00")
// CHECK-LABEL: func.func @swage_m_entry
// CHECK-SAME: (%[[EXEC:.*]]: !llvm.ptr) -> i32
// CHECK: %[[SHAPES:.*]] = llvm.alloca %{{.*}} x i64
// CHECK: %[[SAME:.*]] = arith.cmpi eq
// CHECK: %[[DIFFER:.*]] = arith.xori %[[SAME]]
// CHECK: scf.if %[[DIFFER]] {
// CHECK: llvm.store %{{.*}}, %[[SHAPES]] : i64, !llvm.ptr
// CHECK: %[[MESSAGE:.*]] = llvm.mlir.addressof @[[$TEXT]]
// CHECK: %[[COUNT:.*]] = llvm.mlir.constant(2 : i64)
// CHECK: call @swage_rt_fail_shapes(%[[EXEC]], %[[MESSAGE]], %[[COUNT]], %[[SHAPES]])
func.func @main() {
  %x = kernel.input 0 : memref<?xf32>
  %y = kernel.input 1 : memref<?xf32>
  %zero = arith.constant 0 : index
  %n = memref.dim %x, %zero : memref<?xf32>
  %m = memref.dim %y, %zero : memref<?xf32>
  %same = arith.cmpi eq, %n, %m : index
  kernel.require %same, "they differ" [1, 1](%n, %m)
  return
}
