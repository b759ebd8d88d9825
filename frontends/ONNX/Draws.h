//===- Draws.h - outputs that depend on random numbers ----------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The standard has operators that draw at random and leaves open how, so that
// two implementations agree in the type, the shape and the bounds of what they
// draw and in nothing else. This tells such outputs of a model from the others.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_FRONTENDS_ONNX_DRAWS_H
#define SWAGE_FRONTENDS_ONNX_DRAWS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <limits>
#include <optional>
#include <vector>

namespace swage::onnx {

/// What holds for numbers that depend on random ones, whatever is drawn.
struct DrawnNumbers {
  double least = -std::numeric_limits<double>::infinity();
  double greatest = std::numeric_limits<double>::infinity();
  bool areWhole = false;
};

/// For each output of the model at `path`: nothing when its inputs determine
/// it. `scalars` has the numbers of those inputs that have one element each, in
/// the order of the inputs without initializers: whether a Dropout drops
/// anything may depend on them.
llvm::Expected<std::vector<std::optional<DrawnNumbers>>>
findDraws(llvm::StringRef path, llvm::ArrayRef<std::optional<double>> scalars);

} // namespace swage::onnx

#endif // SWAGE_FRONTENDS_ONNX_DRAWS_H
