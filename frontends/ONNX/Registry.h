//===- Registry.h - which operator is imported how --------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Handlers by operator name and by the operator set version that introduced
// their meaning. A model that imports version V gets the newest handler whose
// version is not above V, as the standard says.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_FRONTENDS_ONNX_REGISTRY_H
#define SWAGE_FRONTENDS_ONNX_REGISTRY_H

#include "frontends/ONNX/NodeContext.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"

namespace swage::onnx {

/// Imports one node: builds its operations and returns its results.
using Handler = Results (*)(NodeContext &node);

/// How many inputs a node may have; those below `min` must not be absent.
struct Arity {
  unsigned min;
  unsigned max;
};
constexpr unsigned kVariadic = ~0u;

struct OperatorEntry {
  int64_t since;
  Handler handler;
  Arity arity;
};

class Registry {
public:
  /// With all operators that Swage knows.
  Registry();

  void add(llvm::StringRef op, int64_t since, Arity arity, Handler handler,
           llvm::StringRef domain = "");

  /// The entry for `op` in version `opset` of `domain`. When there is none,
  /// `reason` says why.
  const OperatorEntry *find(llvm::StringRef domain, llvm::StringRef op,
                            int64_t opset, std::string &reason) const;

  /// Prints one line for each entry: domain, operator, version, least and most
  /// inputs, with tabs between them. The documentation is made of that.
  void print(llvm::raw_ostream &os) const;

private:
  llvm::StringMap<llvm::SmallVector<OperatorEntry, 2>> entries;
};

// One per file under Ops/.
void registerActivationOps(Registry &registry);
void registerAttentionOps(Registry &registry);
void registerCategoryOps(Registry &registry);
void registerContainerOps(Registry &registry);
void registerBatchNormalizationOps(Registry &registry);
void registerBatchScanOps(Registry &registry);
void registerControlFlowOps(Registry &registry);
void registerConvolutionOps(Registry &registry);
void registerDeformConvOps(Registry &registry);
void registerEinsumOps(Registry &registry);
void registerElementwiseOps(Registry &registry);
void registerGradientOps(Registry &registry);
void registerGridSampleOps(Registry &registry);
void registerImageOps(Registry &registry);
void registerIndexingOps(Registry &registry);
void registerLegacyOps(Registry &registry);
void registerLinearOps(Registry &registry);
void registerLinearAttentionOps(Registry &registry);
void registerLinearModelsOps(Registry &registry);
void registerLossOps(Registry &registry);
void registerMapOps(Registry &registry);
void registerMicrosoftAttentionOps(Registry &registry);
void registerMicrosoftQuantizedOps(Registry &registry);
void registerMicrosoftTransformersOps(Registry &registry);
void registerMoveOps(Registry &registry);
void registerNGramsOps(Registry &registry);
void registerNormalizationOps(Registry &registry);
void registerOptimizersOps(Registry &registry);
void registerPoolingOps(Registry &registry);
void registerPreprocessingOps(Registry &registry);
void registerQuantizationOps(Registry &registry);
void registerRandomOps(Registry &registry);
void registerRecurrentOps(Registry &registry);
void registerReduceOps(Registry &registry);
void registerRepeatOps(Registry &registry);
void registerResizeOps(Registry &registry);
void registerRoiAlignOps(Registry &registry);
void registerSearchOps(Registry &registry);
void registerSequencesOps(Registry &registry);
void registerShapeOps(Registry &registry);
void registerSignalOps(Registry &registry);
void registerStringOps(Registry &registry);
void registerTreesOps(Registry &registry);
void registerUnpoolingOps(Registry &registry);

} // namespace swage::onnx

#endif // SWAGE_FRONTENDS_ONNX_REGISTRY_H
