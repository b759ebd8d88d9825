//===- ParameterChoice.cpp - which parameters are trained -----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Training/ParameterChoice.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;
using namespace swage;

Error ParameterChoice::add(ArrayRef<std::string> texts,
                           std::vector<Pattern> &patterns) {
  for (const std::string &each : texts) {
    auto text = std::make_unique<const std::string>(each);
    Expected<GlobPattern> glob = GlobPattern::create(*text);
    if (!glob)
      return createStringError(formatv("'{0}' is no pattern of names: {1}",
                                       each, toString(glob.takeError())));
    patterns.push_back({std::move(text), std::move(*glob)});
  }
  return Error::success();
}

Expected<ParameterChoice>
ParameterChoice::create(ArrayRef<std::string> freeze,
                        ArrayRef<std::string> trainOnly) {
  ParameterChoice choice;
  if (Error error = add(freeze, choice.freeze))
    return error;
  if (Error error = add(trainOnly, choice.trainOnly))
    return error;
  return choice;
}

bool ParameterChoice::matches(std::vector<Pattern> &patterns, StringRef name) {
  bool any = false;
  for (Pattern &pattern : patterns)
    if (pattern.glob.match(name))
      any = pattern.used = true;
  return any;
}

bool ParameterChoice::isTrained(StringRef name) {
  seen.insert(name);
  bool chosen = matches(trainOnly, name) || trainOnly.empty();
  return !matches(freeze, name) && chosen;
}

Error ParameterChoice::checkUse() const {
  for (const std::vector<Pattern> *patterns : {&freeze, &trainOnly})
    for (const Pattern &pattern : *patterns) {
      if (pattern.used)
        continue;
      SmallVector<StringRef> names(seen.keys());
      sort(names);
      size_t more = names.size() > 8 ? names.size() - 8 : 0;
      names.truncate(names.size() - more);
      return createStringError(
          formatv("no parameter matches '{0}'; there are {1}{2}", *pattern.text,
                  join(names, ", "),
                  more ? formatv(" and {0} more", more).str() : std::string()));
    }
  return Error::success();
}
