//===- Passes.td - passes of the CPU backend ---------------*- tablegen -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What happens between a `kernel.func` on tensors and the LLVM dialect.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_CPU_PASSES
#define SWAGE_CPU_PASSES

include "mlir/Pass/PassBase.td"

def LowerKernelsCPUPass : Pass<"swage-lower-kernels-cpu", "::mlir::ModuleOp"> {
  let summary = "Lower kernels on tensors to functions of loops on buffers";
  let description = [{
    Replaces every `kernel.func` by two functions: a body that takes the run's
    context and one buffer per argument, and the entry of the name and the
    signature that `swage_kernel` in swage/artifact.h prescribes. The types of
    the buffers are those of the kernel's attribute `buffers`, an array of
    memref types, or plain row-major ones where it has none.
  }];
  let options = [
    Option<"targetName", "target", "std::string", "\"native\"",
           "The processor whose vectors and caches schedules are made for">,
    Option<"generic", "generic", "bool", "false",
           "Take the general path for every kernel: no tiling, no fusion in "
           "registers">
  ];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::bufferization::BufferizationDialect", "::mlir::func::FuncDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::LLVM::LLVMDialect",
    "::mlir::math::MathDialect", "::mlir::memref::MemRefDialect",
    "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect",
    "::mlir::vector::VectorDialect"
  ];
}

def OutlineParallelPass : Pass<"swage-outline-parallel", "::mlir::ModuleOp"> {
  let summary = "Turn outermost parallel loops into tasks of the thread pool";
  let description = [{
    The body of an outermost `scf.parallel` becomes a function that runs a slice
    of the loop, called through `swage_rt_parallel_for`; what it uses from
    outside travels in a record. Loops that are too short to pay for that become
    plain loops. Functions get the run's context as their first argument.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::func::FuncDialect",
    "::mlir::LLVM::LLVMDialect", "::mlir::scf::SCFDialect"
  ];
}

def ExpandMathPass : Pass<"swage-expand-math"> {
  let summary = "Expand elementary functions on f32 into arithmetic";
  let description = [{
    exp, exp2, expm1, log, log2, log10, log1p, tanh, erf, asinh, acosh, atanh
    and rsqrt, on scalars and vectors, become polynomials with errors of two to
    three units in the last place, with the library's results for zeros,
    infinities and NaN. So do 1 / (1 + exp(-x)), x times that, and 1 + erf(x) as
    a whole: with results to two units in the last place where they are normal
    numbers and exp(-x) is finite, and errors up to 2^-22 for 1 + erf(x).
  }];
  let options = [
    Option<"ldexp", "ldexp", "bool", "false", "The target scales vectors by powers of two in one instruction">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::LLVM::LLVMDialect"];
}

def LowerScratchPass : Pass<"swage-lower-scratch", "::mlir::ModuleOp"> {
  let summary = "Place a kernel's temporary buffers on the stack or in the run";
  let description = [{
    Buffers of a static size up to 64 KB that live in a function's entry block
    go on the stack; the others are asked from the runtime, and given back where
    the block of their allocation ends.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::func::FuncDialect",
    "::mlir::LLVM::LLVMDialect", "::mlir::memref::MemRefDialect"
  ];
}

def PackContractionsPass : Pass<"swage-pack-contractions", "::mlir::func::FuncOp"> {
  let summary = "Bring constant operands of products into panels";
  let description = [{
    A constant matrix or filter whose columns are the innermost dimension of a
    product's result is rearranged so that each step of the reduction reads full
    vectors from consecutive memory: panels of `width` columns, one after the
    other, the last one filled up with zeros. The product then reads column `n`
    from panel `n floordiv width`, place `n mod width`. What rearranges depends
    on constants alone and is run by the compiler.
  }];
  let options = [
    Option<"target", "target", "std::string", "\"native\"", "The processor that widths are chosen for">
  ];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect"];
}

#endif
