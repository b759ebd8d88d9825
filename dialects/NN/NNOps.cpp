//===- NNOps.cpp - the generated definitions ------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Holds what TableGen makes of NNOps.td; each family's own code is in a file of
// its name.
//
//===----------------------------------------------------------------------===//
#include "dialects/NN/Inference.h"
#include "dialects/NN/Window.h"
#include "mlir/IR/DialectImplementation.h"

using namespace mlir;

namespace swage::nn {
void NNDialect::registerOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/NN/NNOps.cpp.inc"
      >();
}
} // namespace swage::nn

using namespace swage::nn;
#define GET_OP_CLASSES
#include "dialects/NN/NNOps.cpp.inc"
