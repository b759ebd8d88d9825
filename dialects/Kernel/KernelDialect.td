//===- KernelDialect.td - the kernel dialect ---------------*- tablegen -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The seam between graph and machine code: outlined kernels, their calls, and
// the buffers that the calls work on.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_KERNEL_DIALECT
#define SWAGE_KERNEL_DIALECT

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"

def Kernel_Dialect : Dialect {
  let name = "kernel";
  let cppNamespace = "::swage::kernel";
  let summary = "Outlined kernels and the calls that run them";
  let description = [{
    A `kernel.func` holds one fused group of structured operations on tensors
    and is compiled by one backend; a `kernel.call` runs it into destinations.
    Graph passes create kernels, backends consume them, and neither knows the
    other.
  }];
  let useDefaultAttributePrinterParser = 1;
  let dependentDialects = [
    "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect",
    "::mlir::arith::ArithDialect"
  ];
}

class Kernel_Op<string mnemonic, list<Trait> traits = []>
    : Op<Kernel_Dialect, mnemonic, traits>;

#endif
