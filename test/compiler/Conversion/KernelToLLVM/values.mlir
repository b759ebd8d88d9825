// RUN: swage-opt %s -swage-kernel-to-llvm=entry=swage_m_entry | FileCheck %s

// Functions of the runtime get all sizes of all operands; a tensor that comes
// out of a value is described by what the value knows.
// CHECK-LABEL: func.func @swage_m_entry
// CHECK: %[[BOX:.*]] = call @swage_rt_box(
// CHECK: %[[G:.*]] = call @g(%{{.*}}, %[[BOX]]) : (!llvm.ptr, i64) -> i64
// CHECK: %[[TENSOR:.*]] = call @swage_rt_unbox(%{{.*}}, %[[G]],
// CHECK: llvm.load %[[TENSOR]] : !llvm.ptr -> !llvm.ptr
// CHECK: call @f(
// CHECK: call @swage_rt_output_value(%{{.*}}, %{{.*}}, %[[G]])
// CHECK-DAG: func.func private @f(!llvm.ptr, !llvm.ptr, !llvm.ptr)
// CHECK-DAG: func.func private @g(!llvm.ptr, i64) -> i64
// CHECK-DAG: func.func private @swage_rt_box(!llvm.ptr, i64, i64, !llvm.ptr, !llvm.ptr) -> i64
// CHECK-DAG: func.func private @swage_rt_unbox(!llvm.ptr, i64, i64, i64, !llvm.ptr) -> !llvm.ptr
// CHECK-DAG: func.func private @swage_rt_output_value(!llvm.ptr, i64, i64)
func.func @main() {
  %x = kernel.input 0 : memref<?x3xi64>
  %0 = kernel.box %x {dtype = 7} : memref<?x3xi64> -> i64
  %1 = kernel.invoke "g"(%0) : (i64) -> i64
  %2 = kernel.unbox %1 {dtype = 7} : i64 -> memref<?xi64>
  kernel.runtime "f" ins(%2 : memref<?xi64>) outs(%x : memref<?x3xi64>)
  kernel.output_value 0, %1 : i64
  return
}
