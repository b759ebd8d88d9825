//===- Recipe.h - a name with numbers ---------------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// How users choose losses and optimizers: "adam,beta1=0.8,weight-decay=0.01".
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_TRAINING_RECIPE_H
#define SWAGE_COMPILER_TRAINING_RECIPE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include <string>

namespace swage::training {

/// Something that a recipe can ask for: its name, and its numbers with the
/// values that they have when they are not given.
struct RecipeKind {
  llvm::StringLiteral name;
  std::initializer_list<std::pair<llvm::StringLiteral, double>> numbers;
};

class Recipe {
public:
  /// Reads `text` against what there is. The error says what is wrong, what
  /// kind of thing was expected (`what`, as in "loss") and what there is.
  static llvm::Expected<Recipe> parse(llvm::StringRef what,
                                      llvm::StringRef text,
                                      llvm::ArrayRef<RecipeKind> kinds);

  llvm::StringRef getName() const { return name; }
  /// A number of the recipe, given or by default.
  double get(llvm::StringRef number) const {
    auto found = numbers.find(number);
    assert(found != numbers.end() && "not among the recipe's numbers");
    return found->second;
  }

private:
  std::string name;
  llvm::StringMap<double> numbers;
};

/// What can be asked for.
llvm::ArrayRef<RecipeKind> getLosses();
llvm::ArrayRef<RecipeKind> getOptimizers();

} // namespace swage::training

#endif // SWAGE_COMPILER_TRAINING_RECIPE_H
