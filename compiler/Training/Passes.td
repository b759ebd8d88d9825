//===- Passes.td - passes of training ----------------------*- tablegen -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_TRAINING_PASSES
#define SWAGE_TRAINING_PASSES

include "mlir/Pass/PassBase.td"

def TrainStepPass : Pass<"swage-train-step", "::mlir::ModuleOp"> {
  let summary = "Turn a model into a step of its training";
  let description = [{
    Adds to `@main`, whose parameters are arguments with the role `parameter`,
    a loss, the gradients of the parameters, and what an optimizer makes of
    them, all in nn operators. New arguments are the target, the learning rate,
    the number of the step and the optimizer's states; results are the loss and
    the new values of parameters and states.

    ```mlir
    func.func @main(%x: tensor<8x4xf32>,
                    %w: tensor<4x2xf32> {nn.name = "w", nn.role = "parameter"}) -> tensor<8x2xf32> {
      %0 = nn.matmul %x, %w : tensor<8x4xf32>, tensor<4x2xf32> -> tensor<8x2xf32>
      return %0 : tensor<8x2xf32>
    }
    ```
    becomes with `loss=mse optimizer=sgd` a function of `%x`, `%target`, `%rate`
    and `%w`, whose gradient is `nn.matmul %x, %dy {transpose_lhs}`.
  }];
  let options = [
    Option<"loss", "loss", "std::string", /*default=*/"\"cross-entropy\"",
           "the loss, as in cross-entropy,smoothing=0.1">,
    Option<"optimizer", "optimizer", "std::string", /*default=*/"\"sgd\"",
           "the optimizer, as in adam,beta1=0.8; none for gradients only">,
    Option<"clipNorm", "clip-norm", "double", /*default=*/"0",
           "limit of the norm of all gradients">,
    Option<"clipValue", "clip-value", "double", /*default=*/"0",
           "limit of each element of the gradients">,
    Option<"accumulate", "accumulate", "unsigned", /*default=*/"1",
           "steps whose gradients are gathered for one update">,
    Option<"lora", "lora", "std::string", /*default=*/"",
           "low-rank adapters, as in rank=8,targets=*.weight">,
    Option<"activationsType", "activations-type", "std::string", /*default=*/"\"f32\"",
           "how what the way back needs of the forward pass is stored: f32, f16 "
           "or bf16">,
    Option<"recompute", "recompute", "unsigned", /*default=*/"0",
           "how much of the forward pass is computed again to save memory: 0 "
           "nothing, 1 what is cheap, n all but the borders of n parts">,
    Option<"function", "function", "::swage::training::Function",
           /*default=*/"::swage::training::Function::Step",
           "which function of a training to make",
           [{::llvm::cl::values(
             clEnumValN(::swage::training::Function::Step, "step",
                        "loss, gradients and updates"),
             clEnumValN(::swage::training::Function::Evaluation, "evaluation",
                        "the loss and the outputs, outside of training"),
             clEnumValN(::swage::training::Function::Prediction, "prediction",
                        "the outputs alone"))}]>
  ];
  let dependentDialects = [
    "::swage::kernel::KernelDialect", "::swage::nn::NNDialect",
    "::mlir::arith::ArithDialect", "::mlir::func::FuncDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

def ExpandGradientsPass : Pass<"swage-expand-gradients", "::mlir::func::FuncOp"> {
  let summary = "Replace gradients that a model asks for by what computes them";
  let description = [{
    ```mlir
    %y = nn.mul %x, %x : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
    %dx = nn.gradient %y by (%x) fixed () at (%x) : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    ```
    becomes
    ```mlir
    %dx = nn.add %x, %x : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
    ```
    but for the factors of 1 that canonicalisation removes.
  }];
  let dependentDialects = [
    "::swage::nn::NNDialect", "::mlir::arith::ArithDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

#endif
