//===- ArchiveData.cpp - examples in .npz files ---------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Training/Archive.h"
#include "compiler/Driver/Training/DataSources.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace swage;

DatasetResult swage::openArchive(StringRef path,
                                 ArrayRef<ValueSignature> inputs) {
  auto archive = loadArchive(path);
  if (!archive)
    return archive.takeError();
  auto find = [&](StringRef name) {
    return find_if(*archive,
                   [&](const auto &entry) { return entry.first == name; });
  };
  size_t numModelInputs = count_if(
      inputs, [](const ValueSignature &input) { return input.role.empty(); });
  std::vector<NamedArray> arrays;
  for (const ValueSignature &input : inputs) {
    auto found = find(input.name);
    if (found == archive->end() && input.role == "target")
      found = find("y");
    else if (found == archive->end() && numModelInputs == 1)
      found = find("x");
    if (found == archive->end()) {
      std::string names;
      for (const auto &entry : *archive)
        names += (names.empty() ? "'" : ", '") + entry.first + "'";
      return createStringError(path + ": has no array for the " +
                               Twine(input.role == "target" ? "" : "input ") +
                               "'" + input.name + "'; it has " +
                               (names.empty() ? "none" : names));
    }
    arrays.emplace_back("the array '" + found->first + "'",
                        std::move(found->second));
  }
  return makeArrayDataset(path, inputs, std::move(arrays));
}
