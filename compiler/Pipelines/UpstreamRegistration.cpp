//===- UpstreamRegistration.cpp - MLIR's dialects and passes --------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Includes nothing of ours, so that it is compiled once.
//
//===----------------------------------------------------------------------===//
#include "UpstreamRegistration.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"

void swage::registerUpstreamDialects(mlir::DialectRegistry &registry) {
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  mlir::registerAllToLLVMIRTranslations(registry);
}

void swage::registerUpstreamPasses() { mlir::registerAllPasses(); }
