//===- Registration.cpp - all dialects and passes -------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Ours beside MLIR's; whatever is registered is registered here.
//
//===----------------------------------------------------------------------===//
#include "compiler/Pipelines/Registration.h"
#include "compiler/Backend/LLVM/CPU/Passes.h"
#include "compiler/Backend/LLVM/Codegen.h"
#include "compiler/Conversion/KernelToLLVM/KernelToLLVM.h"
#include "compiler/Conversion/NNToLinalg/NNToLinalg.h"
#include "compiler/Pipelines/UpstreamRegistration.h"
#include "compiler/Training/Gradients.h"
#include "compiler/Training/Passes.h"
#include "compiler/Transforms/Passes.h"
#include "dialects/Kernel/Kernel.h"
#include "dialects/NN/NN.h"
#include "mlir/IR/DialectRegistry.h"

void swage::registerAllDialects(mlir::DialectRegistry &registry) {
  registerUpstreamDialects(registry);
  registry.insert<nn::NNDialect, kernel::KernelDialect>();
  nn::registerLinalgLowerings(registry);
  training::registerGradients(registry);
  kernel::registerBufferization(registry);
}

void swage::registerAllPasses() {
  registerUpstreamPasses();
  registerSwageCPUPasses();
  registerSwageKernelToLLVMPasses();
  registerSwageNNToLinalgPasses();
  registerSwageTrainingPasses();
  registerSwageTransformsPasses();
}
