//===- Weights.cpp - the constants of a model, laid out -------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Artifacts/Weights.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Alignment.h"
#include "llvm/Support/xxhash.h"

using namespace llvm;
using namespace swage;

WeightsLayout::WeightsLayout(ArrayRef<ConstantBlob> constants) {
  // Equal constants are stored once: shared parameters, and those of several
  // functions that were compiled from one model.
  DenseMap<std::pair<uint64_t, uint64_t>, SmallVector<unsigned, 1>> known;
  offsets.reserve(constants.size());
  for (auto [index, blob] : enumerate(constants)) {
    StringRef bytes(blob.data, blob.size);
    SmallVector<unsigned, 1> &alike = known[{bytes.size(), xxh3_64bits(bytes)}];
    const unsigned *same = find_if(alike, [&](unsigned other) {
      return StringRef(constants[other].data, constants[other].size) == bytes;
    });
    if (same != alike.end()) {
      offsets.push_back(offsets[*same]);
      continue;
    }
    alike.push_back(index);
    offsets.push_back(alignTo(size, constantAlignment));
    size = offsets.back() + blob.size;
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
