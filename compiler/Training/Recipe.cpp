//===- Recipe.cpp - a name with numbers -----------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Training/Recipe.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;
using namespace swage::training;

template <typename Range> static std::string joinNames(const Range &names) {
  std::string text;
  for (StringRef name : names)
    text += (text.empty() ? "" : ", ") + name.str();
  return text;
}

Expected<Recipe> Recipe::parse(StringRef what, StringRef text,
                               ArrayRef<RecipeKind> kinds) {
  SmallVector<StringRef> parts;
  text.split(parts, ',');
  const RecipeKind *kind = find_if(
      kinds, [&](const RecipeKind &each) { return each.name == parts[0]; });
  if (kind == kinds.end())
    return createStringError(
        formatv("there is no {0} '{1}'; there are {2}", what, parts[0],
                joinNames(map_range(kinds, [](const RecipeKind &each) {
                  return StringRef(each.name);
                }))));
  Recipe recipe;
  recipe.name = kind->name.str();
  for (const auto &[name, value] : kind->numbers)
    recipe.numbers[name] = value;
  for (StringRef part : drop_begin(parts)) {
    auto [name, number] = part.split('=');
    auto found = recipe.numbers.find(name);
    if (found == recipe.numbers.end())
      return createStringError(formatv(
          "the {0} '{1}' has no number '{2}'{3}", what, kind->name, name,
          kind->numbers.size() == 0
              ? std::string()
              : "; it has " +
                    joinNames(map_range(kind->numbers, [](const auto &each) {
                      return StringRef(each.first);
                    }))));
    if (number.getAsDouble(found->second))
      return createStringError(formatv("the {0} '{1}' needs a number in '{2}'",
                                       what, kind->name, part));
  }
  return recipe;
}
