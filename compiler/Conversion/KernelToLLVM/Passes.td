//===- Passes.td - the main function as machine code -------*- tablegen -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_KERNEL_TO_LLVM_PASSES
#define SWAGE_KERNEL_TO_LLVM_PASSES

include "mlir/Pass/PassBase.td"

def ConvertKernelToLLVMPass : Pass<"swage-kernel-to-llvm", "::mlir::ModuleOp"> {
  let summary = "Lower the kernel dialect's operations in @main";
  let description = [{
    `@main` becomes a function of the run's context (`swage_exec`) that returns
    a status. Its inputs, outputs, constants and workspace are found through the
    context; a `kernel.call` gathers the operands' addresses and sizes and calls
    the kernel's symbol, or has the runtime call it when the run is profiled.
    `@prepare`, where there is one, becomes such a function too. Bodies of kernels are removed: backends compile them. Their names are left
    on the module as `kernel.names`, in the order in which profiles count them.
  }];
  let options = [
    Option<"entry", "entry", "std::string", "\"swage_entry\"", "The name of the entry point">,
    Option<"prepare", "prepare", "std::string", "\"swage_prepare\"", "The name of what runs when the model is loaded">
  ];
  let dependentDialects = [
    "::mlir::LLVM::LLVMDialect", "::mlir::memref::MemRefDialect", "::mlir::func::FuncDialect",
    "::mlir::arith::ArithDialect", "::mlir::scf::SCFDialect"
  ];
}

#endif
