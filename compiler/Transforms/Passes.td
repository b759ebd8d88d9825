//===- Passes.td - passes on graphs and kernels ------------*- tablegen -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_TRANSFORMS_PASSES
#define SWAGE_TRANSFORMS_PASSES

include "mlir/Pass/PassBase.td"

def SimplifyPass : Pass<"swage-simplify", "::mlir::func::FuncOp"> {
  let summary = "Recognise what models spell out, and fold what constants allow";
  let description = [{
    * Scales and shifts of each channel after a convolution with constant weights
      become part of filter and bias; scales of each column after a matrix
      product with constant weights become part of the weights.
    * GELU (with erf or tanh), SiLU, hard swish, hard sigmoid and mish are
      recognised in arithmetic, layer and RMS normalisation in reductions.

    ```mlir
    %1 = nn.sigmoid %0 : tensor<4xf32> -> tensor<4xf32>
    %2 = nn.mul %0, %1 : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
    ```
    becomes
    ```mlir
    %2 = nn.silu %0 : tensor<4xf32> -> tensor<4xf32>
    ```
  }];
  let dependentDialects = ["::swage::nn::NNDialect"];
}

def LayoutPass : Pass<"swage-layout", "::mlir::func::FuncOp"> {
  let summary = "Put channels last in convolutional networks";
  let description = [{
    Convolutions become channels-last ones between two transpositions. Then
    transpositions move from operands to results as far as they get, and cancel
    where they meet. In a convolutional network those of the image at the front
    and of the features at the end are left over.

    ```mlir
    %1 = nn.conv %0, %w {...} : tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32> -> tensor<1x4x6x6xf32>
    %2 = nn.relu %1 : tensor<1x4x6x6xf32> -> tensor<1x4x6x6xf32>
    ```
    becomes
    ```mlir
    %1 = nn.transpose %0 [0, 2, 3, 1] : tensor<1x3x8x8xf32> -> tensor<1x8x8x3xf32>
    %2 = nn.conv %1, %w {channels_last, ...} : tensor<1x8x8x3xf32>, tensor<4x3x3x3xf32> -> tensor<1x6x6x4xf32>
    %3 = nn.relu %2 : tensor<1x6x6x4xf32> -> tensor<1x6x6x4xf32>
    %4 = nn.transpose %3 [0, 3, 1, 2] : tensor<1x6x6x4xf32> -> tensor<1x4x6x6xf32>
    ```
  }];
  let dependentDialects = ["::swage::nn::NNDialect"];
  let statistics = [
    Statistic<"numConvolutions", "convolutions", "Convolutions put channels last">,
    Statistic<"numMoved", "moved", "Operators that transpositions moved through">
  ];
}

def GrowCachesPass : Pass<"swage-grow-caches", "::mlir::func::FuncOp"> {
  let summary = "Let the keys and values of earlier tokens grow in place";
  let description = [{
    A decoder takes the keys and values of earlier tokens and returns them with
    those of new tokens joined to them. Where a returned join begins with an
    argument, both get the axis of the join as their outermost dimension. Then
    a result begins with the bytes of the argument: a run whose output has the
    buffer of the input writes the rows of new tokens only. The result's
    attribute `nn.grows` names the argument.

    ```mlir
    func.func @main(%past: tensor<4x?x8xf32>, %new: tensor<4x?x8xf32>) -> tensor<4x?x8xf32> {
      %0 = nn.concat %past, %new {axis = 1} : tensor<4x?x8xf32>, tensor<4x?x8xf32> -> tensor<4x?x8xf32>
      return %0 : tensor<4x?x8xf32>
    }
    ```
    becomes
    ```mlir
    func.func @main(%past: tensor<?x4x8xf32>, %new: tensor<4x?x8xf32>) -> (tensor<?x4x8xf32> {nn.grows = 0}) {
      %0 = nn.transpose %new [1, 0, 2] : tensor<4x?x8xf32> -> tensor<?x4x8xf32>
      %1 = nn.concat %past, %0 {axis = 0} : tensor<?x4x8xf32>, tensor<?x4x8xf32> -> tensor<?x4x8xf32>
      return %1 : tensor<?x4x8xf32>
    }
    ```
  }];
  let dependentDialects = ["::swage::nn::NNDialect"];
  let statistics = [
    Statistic<"numCaches", "caches", "Arguments that a result grows from">
  ];
}

def FuseElementwisePass : Pass<"swage-fuse-elementwise", "::mlir::func::FuncOp"> {
  let summary = "Merge chains of elementwise operations into one";
  let description = [{
    A generic without reductions that has one user, itself without reductions,
    is computed where it is used. Nothing is computed twice: a producer with a
    smaller iteration space is merged only when it merely moves elements.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::affine::AffineDialect"];
}

def FormKernelsPass : Pass<"swage-form-kernels", "::mlir::ModuleOp"> {
  let summary = "Outline fused groups of structured operations into kernels";
  let description = [{
    Groups what is best computed together and moves each group into a
    `kernel.func`. A group is one of

    * a *contraction*: a reduction such as a matrix product, a convolution or a
      pooling window, the padding that it reads and the elementwise operations
      that follow it;
    * *rows*: reductions over trailing dimensions and the elementwise operations
      around them, which share the leading dimensions (softmax, normalisation);
    * a *map*: elementwise operations over one iteration space;
    * a *sequence*: a loop nest that works element by element.

    What depends on constants only is kept in groups of its own, which are run
    at compile time. `@main` keeps kernel calls, control flow, views and scalar
    arithmetic. Identical kernels become one.
  }];
  let dependentDialects = [
    "::swage::kernel::KernelDialect", "::mlir::tensor::TensorDialect", "::mlir::arith::ArithDialect"
  ];
}

def BufferizeMainPass : Pass<"swage-bufferize-main", "::mlir::ModuleOp"> {
  let summary = "Give the tensors of @main their buffers";
  let description = [{
    Inputs, outputs and entries of the constant table are named by operations of
    the kernel dialect; results of kernels become allocations, where possible
    the output or the part of a join that they end in. Kernels keep tensors in
    their bodies.
  }];
  let dependentDialects = [
    "::swage::kernel::KernelDialect", "::mlir::memref::MemRefDialect",
    "::mlir::bufferization::BufferizationDialect", "::mlir::linalg::LinalgDialect"
  ];
}

def CopiesToKernelsPass : Pass<"swage-copies-to-kernels", "::mlir::ModuleOp"> {
  let summary = "Make kernels of the copies that are left in @main";
  let description = [{
    A copy from the beginning of an input to the beginning of an output is made
    only if they are not the same memory: whoever runs the model may let a cache
    grow in place.
  }];
  let dependentDialects = [
    "::swage::kernel::KernelDialect", "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect"
  ];
}

def PlanArenaPass : Pass<"swage-plan-arena", "::mlir::ModuleOp"> {
  let summary = "Place the allocations of @main in one workspace";
  let description = [{
    Allocations of known size get offsets in an arena; two share bytes when they
    are never needed at the same time. Others are released after their last use.
    The arena's size, and the sum of all sizes for comparison, are left on the
    module as `kernel.arena_size` and `kernel.arena_naive`.
  }];
  let dependentDialects = ["::swage::kernel::KernelDialect", "::mlir::memref::MemRefDialect"];
}

#endif
