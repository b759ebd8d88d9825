//===- History.h - how a training went ---------------------------*- C++
//-*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_TRAINING_HISTORY_H
#define SWAGE_COMPILER_DRIVER_TRAINING_HISTORY_H

#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"
#include <optional>
#include <string>
#include <vector>

namespace swage {

/// One epoch's figures.
struct EpochFigures {
  int64_t epoch = 0, steps = 0;
  double loss = 0, rate = 0, seconds = 0;
  std::optional<double> validationLoss, accuracy;
};

/// All epochs so far. Goes into checkpoints and comes out of them.
class History {
public:
  void add(const EpochFigures &figures) { epochs.push_back(figures); }
  const std::vector<EpochFigures> &getEpochs() const { return epochs; }

  llvm::json::Array toJSON() const;
  static History fromJSON(const llvm::json::Array &array);

  /// One JSON object a line.
  std::string getLines() const;
  /// The losses as a picture (SVG).
  std::string getPicture() const;

private:
  std::vector<EpochFigures> epochs;
};

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_TRAINING_HISTORY_H
