//===- Gradients.cpp - registration of all gradients ----------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Training/Gradients.h"
#include "compiler/Training/Recompute.h"

void swage::training::registerGradients(mlir::DialectRegistry &registry) {
  registerConvolutionGradients(registry);
  registerIndexingGradients(registry);
  registerLinearGradients(registry);
  registerNormalizationGradients(registry);
  registerPoolingGradients(registry);
  registerSearchGradients(registry);
  registerShapeGradients(registry);
  registerRecomputation(registry);
}
