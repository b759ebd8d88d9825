//===- Weights.cpp - the constants of a model, laid out -------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Artifacts/Weights.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/Support/Alignment.h"

using namespace llvm;
using namespace swage;

WeightsLayout::WeightsLayout(ArrayRef<ConstantBlob> constants) {
  // Constants that are one blob (shared parameters) are stored once.
  DenseMap<std::pair<const char *, uint64_t>, uint64_t> known;
  offsets.reserve(constants.size());
  for (const ConstantBlob &blob : constants) {
    uint64_t offset = alignTo(size, constantAlignment);
    auto [place, isNew] = known.try_emplace({blob.data, blob.size}, offset);
    offsets.push_back(place->second);
    if (isNew)
      size = offset + blob.size;
  }
}

void swage::writeWeights(raw_ostream &os, const WeightsLayout &layout,
                         ArrayRef<ConstantBlob> constants) {
  uint64_t position = 0;
  for (auto [blob, offset] : zip_equal(constants, layout.offsets)) {
    // A blob that was stored before lies below the position.
    if (offset < position || blob.size == 0)
      continue;
    os.write_zeros(offset - position);
    os.write(blob.data, blob.size);
    position = offset + blob.size;
  }
  os.write_zeros(layout.size - position);
}
