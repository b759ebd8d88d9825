//===- ParameterChoice.h - which parameters are trained ----------*- C++
//-*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_TRAINING_PARAMETERCHOICE_H
#define SWAGE_COMPILER_DRIVER_TRAINING_PARAMETERCHOICE_H

#include "compiler/Driver/Messages.h"
#include "compiler/Driver/Status.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/GlobPattern.h"
#include <memory>
#include <string>
#include <vector>

namespace swage {

/// Patterns as in file names, of parameters that stay as they are and of those
/// that alone are trained. Where some get adapters, these are trained, and of
/// the parameters only those that are named.
class ParameterChoice {
public:
  static llvm::Expected<ParameterChoice>
  create(llvm::ArrayRef<std::string> freeze,
         llvm::ArrayRef<std::string> trainOnly,
         llvm::ArrayRef<std::string> adapted = {});

  /// Whether the parameter is trained. Remembers which patterns had a use.
  bool isTrained(llvm::StringRef name);

  /// After a compilation that came to `status`: says so where no parameter has
  /// matched a pattern, which may be why it failed. Gives the status then.
  Status reportUse(Status status, const Messages &messages) const;

private:
  struct Pattern {
    std::unique_ptr<const std::string> text; ///< which `glob` points into
    llvm::GlobPattern glob;
    bool used = false;
  };
  /// The error for a pattern that no parameter has matched.
  llvm::Error checkUse() const;
  static llvm::Error add(llvm::ArrayRef<std::string> texts,
                         std::vector<Pattern> &patterns);
  static bool matches(std::vector<Pattern> &patterns, llvm::StringRef name);

  std::vector<Pattern> freeze, trainOnly, adapted;
  llvm::StringSet<> seen;
};

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_TRAINING_PARAMETERCHOICE_H
