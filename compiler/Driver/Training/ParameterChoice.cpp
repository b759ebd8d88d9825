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
                        ArrayRef<std::string> trainOnly,
                        ArrayRef<std::string> adapted) {
  ParameterChoice choice;
  if (Error error = add(adapted, choice.adapted))
    return error;
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
  // What has an adapter is an argument until it gets that.
  bool isAdapted = matches(adapted, name);
  bool isDefault = trainOnly.empty() && adapted.empty();
  bool chosen = matches(trainOnly, name) || isDefault;
  return (!matches(freeze, name) && chosen) || isAdapted;
}

Status ParameterChoice::reportUse(Status status,
                                  const Messages &messages) const {
  // A model that cannot even be imported has not shown all its parameters.
  if (status != Status::Success && status != Status::Error)
    return status;
  // A model that could not even be read has said so.
  if (status == Status::Error && seen.empty())
    return status;
  Error unused = checkUse();
  if (!unused)
    return status;
  messages.error(std::move(unused));
  return Status::Error;
}

Error ParameterChoice::checkUse() const {
  for (const std::vector<Pattern> *patterns : {&freeze, &trainOnly, &adapted})
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
