//===- DescribeKernel.cpp - what can be known of a kernel -----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See DescribeKernel.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Pipelines/DescribeKernel.h"
#include "compiler/Analysis/KernelCost.h"
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

KernelFacts swage::describeKernel(kernel::FuncOp kernel, StringRef prefix) {
  KernelFacts facts;
  StringRef name = kernel.getSymName();
  name.consume_front(prefix);
  facts.name = name.str();
  // What nobody has given to another backend is LLVM's.
  facts.backend = kernel.getBackend().value_or("llvm").str();
  if (kernel::ScheduleAttr schedule = kernel.getScheduleAttr())
    llvm::raw_string_ostream(facts.schedule) << schedule;
  facts.origin = getOrigin(kernel.getLoc());
  Cost cost = getCost(kernel);
  facts.flops = cost.flops.value_or(-1);
  facts.functions = cost.functions.value_or(-1);
  facts.bytes = cost.bytes.value_or(-1);
  return facts;
}
