//===- Export.cpp - trained models as files -------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The model's own file with other parameters. Low-rank adapters are merged into
// their matrices, so that the result needs nothing of them.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Training/Checkpoint.h"
#include "compiler/Driver/Training/ModelBytes.h"
#include <cstring>

using namespace llvm;
using namespace swage;

/// matrix += scale * left * right, summed up in f64.
template <typename T>
static void merge(std::vector<char> &matrix, const Trainer::Slot &left,
                  const Trainer::Slot &right, double scale) {
  int64_t rows = left.value.dims[0], rank = left.value.dims[1];
  int64_t columns = right.value.dims[1];
  auto *w = reinterpret_cast<T *>(matrix.data());
  auto *l = reinterpret_cast<const T *>(left.memory.get());
  auto *r = reinterpret_cast<const T *>(right.memory.get());
  std::vector<double> row(columns);
  for (int64_t i = 0; i < rows; ++i) {
    std::fill(row.begin(), row.end(), 0);
    for (int64_t k = 0; k < rank; ++k)
      for (int64_t j = 0; j < columns; ++j)
        row[j] += double(l[i * rank + k]) * double(r[k * columns + j]);
    for (int64_t j = 0; j < columns; ++j)
      w[i * columns + j] += T(scale * row[j]);
  }
}

/// The matrices that have adapters, with these merged in.
static Expected<StringMap<std::vector<char>>>
mergeAdapters(const Trainer &trainer) {
  StringSet<> names;
  constexpr StringLiteral suffix = ".lora_left";
  for (const Trainer::Slot &slot : trainer.getSlots()) {
    StringRef name = slot.value.name;
    if (slot.isParameter() && name.consume_back(suffix))
      names.insert(name);
  }
  if (names.empty())
    return StringMap<std::vector<char>>();
  Expected<std::unique_ptr<onnx::ModelFile>> file =
      openModel(trainer.getSource());
  if (!file)
    return file.takeError();
  auto matrices = onnx::readInitializers(**file, names);
  if (!matrices)
    return matrices.takeError();
  const training::AdapterOptions &adapters = trainer.getOptions().adapters;
  for (auto &[name, bytes] : *matrices) {
    const Trainer::Slot &left = *trainer.find(adapters.getLeft(name));
    const Trainer::Slot &right = *trainer.find(adapters.getRight(name));
    if (left.value.dtype == SWAGE_F64)
      merge<double>(bytes, left, right, adapters.getScale());
    else
      merge<float>(bytes, left, right, adapters.getScale());
  }
  return matrices;
}

Error swage::exportModel(StringRef path, const Trainer &trainer) {
  Expected<StringMap<std::vector<char>>> merged = mergeAdapters(trainer);
  if (!merged)
    return merged.takeError();
  onnx::InitializerBytes parameters;
  std::vector<std::unique_ptr<char[]>> copies;
  for (const Trainer::Slot &slot : trainer.getSlots()) {
    if (!slot.isParameter())
      continue;
    const char *bytes = slot.memory.get();
    if (slot.order()) {
      slot.read(copies.emplace_back(std::make_unique<char[]>(slot.size)).get());
      bytes = copies.back().get();
    }
    parameters[slot.value.name] = {bytes, size_t(slot.size)};
  }
  for (const auto &[name, bytes] : *merged)
    parameters[name] = bytes;
  Expected<std::string> contents =
      replaceInitializers(trainer.getSource(), parameters);
  if (!contents)
    return contents.takeError();
  return writeDurably(path, *contents);
}
