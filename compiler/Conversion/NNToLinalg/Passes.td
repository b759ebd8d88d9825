//===- Passes.td - from nn to linalg -----------------------*- tablegen -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_NN_TO_LINALG_PASSES
#define SWAGE_NN_TO_LINALG_PASSES

include "mlir/Pass/PassBase.td"

def ConvertNNToLinalgPass : Pass<"swage-nn-to-linalg", "::mlir::ModuleOp"> {
  let summary = "Lower nn operators to linalg on tensors";
  let description = [{
    Every operator becomes what its lowering interface says. Element types
    become storage types: `ui8` is read from `i8`, booleans are bytes. Integer
    tensors of a few elements, which is what shape arithmetic is made of, become
    scalar computations, so that no kernel is started for them.

    ```mlir
    %y = nn.relu %x : tensor<4xf32> -> tensor<4xf32>
    ```
    becomes
    ```mlir
    %e = tensor.empty() : tensor<4xf32>
    %y = linalg.generic {...} ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) {
    ^bb0(%a: f32, %b: f32):
      %m = arith.maximumf %a, %zero : f32
      linalg.yield %m : f32
    } -> tensor<4xf32>
    ```
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::complex::ComplexDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect", "::mlir::index::IndexDialect",
    "::swage::kernel::KernelDialect"
  ];
}

def CheckSizesPass : Pass<"swage-check-sizes", "::mlir::func::FuncOp"> {
  let summary = "Let the run make sure of sizes that have to agree";
  let description = [{
    A loop over several tensors takes its size from one of them and trusts the
    others; a cast promises sizes; a part is written into a whole. Where types
    leave sizes open, a `kernel.require` is put before the operation. What is
    the same in every run goes away later (`-swage-unify-sizes`).

    ```mlir
    %z = linalg.generic {...} ins(%x, %y : tensor<?xf32>, tensor<?xf32>) ...
    ```
    becomes
    ```mlir
    %n = tensor.dim %x, %c0 : tensor<?xf32>
    %m = tensor.dim %y, %c0 : tensor<?xf32>
    %same = arith.cmpi eq, %n, %m : index
    kernel.require %same, "node 'sum' (Add): sizes that have to be the same differ" [1, 1](%n, %m)
    %z = linalg.generic {...} ins(%x, %y : tensor<?xf32>, tensor<?xf32>) ...
    ```
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::tensor::TensorDialect",
    "::swage::kernel::KernelDialect"
  ];
}

#endif
