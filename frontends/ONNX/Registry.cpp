//===- Registry.cpp - which operator is imported how ----------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Collects the handlers of all families and chooses among their versions.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Registry.h"
#include "llvm/Support/FormatVariadic.h"

using namespace swage::onnx;

Registry::Registry() {
  registerActivationOps(*this);
  registerAttentionOps(*this);
  registerCategoryOps(*this);
  registerContainerOps(*this);
  registerBatchNormalizationOps(*this);
  registerBatchScanOps(*this);
  registerControlFlowOps(*this);
  registerConvolutionOps(*this);
  registerDeformConvOps(*this);
  registerEinsumOps(*this);
  registerElementwiseOps(*this);
  registerGradientOps(*this);
  registerGridSampleOps(*this);
  registerImageOps(*this);
  registerIndexingOps(*this);
  registerLegacyOps(*this);
  registerLinearOps(*this);
  registerLinearAttentionOps(*this);
  registerLinearModelsOps(*this);
  registerLossOps(*this);
  registerMapOps(*this);
  registerMicrosoftAttentionOps(*this);
  registerMicrosoftQuantizedOps(*this);
  registerMicrosoftTransformersOps(*this);
  registerMoveOps(*this);
  registerNGramsOps(*this);
  registerNormalizationOps(*this);
  registerOptimizersOps(*this);
  registerPoolingOps(*this);
  registerPreprocessingOps(*this);
  registerQuantizationOps(*this);
  registerRandomOps(*this);
  registerRecurrentOps(*this);
  registerReduceOps(*this);
  registerRepeatOps(*this);
  registerResizeOps(*this);
  registerRoiAlignOps(*this);
  registerSearchOps(*this);
  registerSequencesOps(*this);
  registerShapeOps(*this);
  registerSignalOps(*this);
  registerStringOps(*this);
  registerTreesOps(*this);
  registerUnpoolingOps(*this);
}

static std::string key(llvm::StringRef domain, llvm::StringRef op) {
  return (domain + ":" + op).str();
}

void Registry::add(llvm::StringRef op, int64_t since, Arity arity,
                   Handler handler, llvm::StringRef domain) {
  entries[key(domain, op)].push_back({since, handler, arity});
}

const OperatorEntry *Registry::find(llvm::StringRef domain, llvm::StringRef op,
                                    int64_t opset, std::string &reason) const {
  auto it = entries.find(key(domain, op));
  if (it == entries.end()) {
    reason = "the operator is not supported";
    return nullptr;
  }
  const OperatorEntry *best = nullptr;
  int64_t oldest = INT64_MAX;
  for (const OperatorEntry &entry : it->second) {
    oldest = std::min(oldest, entry.since);
    if (entry.since <= opset && (!best || entry.since > best->since))
      best = &entry;
  }
  if (!best)
    reason = llvm::formatv(
        "the operator is supported from version {0} on; convert the model to a "
        "newer operator set",
        oldest);
  return best;
}

void Registry::print(llvm::raw_ostream &os) const {
  for (const auto &operatorEntries : entries) {
    auto [domain, op] = operatorEntries.getKey().split(':');
    for (const OperatorEntry &entry : operatorEntries.getValue()) {
      os << domain << '\t' << op << '\t' << entry.since << '\t'
         << entry.arity.min << '\t';
      if (entry.arity.max == kVariadic)
        os << "any\n";
      else
        os << entry.arity.max << '\n';
    }
  }
}
