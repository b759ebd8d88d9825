//===- swage-opt.cpp - passes on MLIR text --------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The tool of the lit tests: reads MLIR, runs passes, prints MLIR.
//
//===----------------------------------------------------------------------===//
#include "compiler/Pipelines/Registration.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  swage::registerAllDialects(registry);
  swage::registerAllPasses();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "Swage's pass driver\n", registry));
}
