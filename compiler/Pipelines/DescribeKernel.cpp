//===- DescribeKernel.cpp - what can be known of a kernel -----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See DescribeKernel.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Pipelines/DescribeKernel.h"
#include "compiler/Analysis/KernelCost.h"
#include "compiler/Backend/LLVM/CPU/SplitBorders.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace swage;

/// The names of the model's operators in a location: "Conv_1, Relu_2".
static std::string getOrigin(Location location) {
  llvm::SmallSetVector<StringRef, 8> names;
  location->walk([&](Location inner) {
    if (auto name = dyn_cast<NameLoc>(inner))
      names.insert(name.getName());
    return WalkResult::advance();
  });
  return llvm::join(names, ", ");
}

/// What the backend computes: LLVM's leaves zeros at borders out where that
/// saves time and sums may be rewritten.
static Cost getCostAsRun(kernel::FuncOp kernel, StringRef backend,
                         bool strictFP) {
  if (backend != "llvm" || strictFP)
    return getCost(kernel);
  auto copy = cast<kernel::FuncOp>(kernel->clone());
  splitBorders(copy);
  Cost cost = getCost(copy);
  copy->erase();
  return cost;
}

KernelFacts swage::describeKernel(kernel::FuncOp kernel, StringRef prefix,
                                  bool strictFP) {
  KernelFacts facts;
  StringRef name = kernel.getSymName();
  name.consume_front(prefix);
  facts.name = name.str();
  // What nobody has given to another backend is LLVM's.
  facts.backend = kernel.getBackend().value_or("llvm").str();
  if (kernel::ScheduleAttr schedule = kernel.getScheduleAttr())
    llvm::raw_string_ostream(facts.schedule) << schedule;
  facts.origin = getOrigin(kernel.getLoc());
  Cost cost = getCostAsRun(kernel, facts.backend, strictFP);
  facts.flops = cost.flops.value_or(-1);
  facts.functions = cost.functions.value_or(-1);
  facts.bytes = cost.bytes.value_or(-1);
  return facts;
}
