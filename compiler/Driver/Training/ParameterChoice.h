//===- ParameterChoice.h - which parameters are trained ----------*- C++
//-*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_TRAINING_PARAMETERCHOICE_H
#define SWAGE_COMPILER_DRIVER_TRAINING_PARAMETERCHOICE_H

#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/GlobPattern.h"
#include <memory>
#include <string>
#include <vector>

namespace swage {

/// Patterns as in file names, of parameters that stay as they are and of those
/// that alone are trained.
class ParameterChoice {
public:
  static llvm::Expected<ParameterChoice>
  create(llvm::ArrayRef<std::string> freeze,
         llvm::ArrayRef<std::string> trainOnly);

  /// Whether the parameter is trained. Remembers which patterns had a use.
  bool isTrained(llvm::StringRef name);

  /// The error for a pattern that no parameter has matched.
  llvm::Error checkUse() const;

private:
  struct Pattern {
    std::unique_ptr<const std::string> text; ///< which `glob` points into
    llvm::GlobPattern glob;
    bool used = false;
  };
  static llvm::Error add(llvm::ArrayRef<std::string> texts,
                         std::vector<Pattern> &patterns);
  static bool matches(std::vector<Pattern> &patterns, llvm::StringRef name);

  std::vector<Pattern> freeze, trainOnly;
  llvm::StringSet<> seen;
};

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_TRAINING_PARAMETERCHOICE_H
