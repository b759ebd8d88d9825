//===- Registration.cpp - all dialects and passes -------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Heavy headers live here and nowhere else.
//
//===----------------------------------------------------------------------===//
#include "compiler/Pipelines/Registration.h"
#include "compiler/Backend/LLVM/CPU/Passes.h"
#include "compiler/Backend/LLVM/Codegen.h"
#include "compiler/Conversion/KernelToLLVM/KernelToLLVM.h"
#include "compiler/Conversion/NNToLinalg/NNToLinalg.h"
#include "compiler/Transforms/Passes.h"
#include "dialects/Kernel/Kernel.h"
#include "dialects/NN/NN.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"

void swage::registerAllDialects(mlir::DialectRegistry &registry) {
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  mlir::registerAllToLLVMIRTranslations(registry);
  registry.insert<nn::NNDialect, kernel::KernelDialect>();
  nn::registerLinalgLowerings(registry);
  kernel::registerBufferization(registry);
}

void swage::registerAllPasses() {
  mlir::registerAllPasses();
  registerSwageCPUPasses();
  registerSwageKernelToLLVMPasses();
  registerSwageNNToLinalgPasses();
  registerSwageTransformsPasses();
}
