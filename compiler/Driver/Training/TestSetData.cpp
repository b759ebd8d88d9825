//===- TestSetData.cpp - examples in ONNX's test data ---------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Training/DataSources.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <cstring>

using namespace llvm;
using namespace swage;

static std::string join(StringRef folder, const Twine &name) {
  SmallString<256> path(folder);
  sys::path::append(path, name);
  return path.str().str();
}

std::vector<std::string> swage::findTestSets(StringRef path) {
  if (sys::fs::exists(join(path, "input_0.pb")))
    return {path.str()};
  std::vector<std::string> sets;
  std::error_code code;
  for (sys::fs::directory_iterator i(path, code), end; i != end && !code;
       i.increment(code))
    if (sys::path::filename(i->path()).starts_with("test_data_set_") &&
        sys::fs::is_directory(i->path()))
      sets.push_back(i->path());
  // 2 comes before 10.
  llvm::sort(sets, [](StringRef left, StringRef right) {
    return left.compare_numeric(right) < 0;
  });
  return sets;
}

/// Whether the first dimension is all in which they may differ.
static bool canJoin(const Tensor &left, const Tensor &right) {
  return left->rank > 0 && left->dtype == right->dtype &&
         ArrayRef(left->dims, size_t(left->rank)).drop_front() ==
             ArrayRef(right->dims, size_t(right->rank)).drop_front();
}

static Tensor joinTensors(ArrayRef<Tensor> parts) {
  SmallVector<int64_t> dims(parts.front()->dims,
                            parts.front()->dims + parts.front()->rank);
  dims[0] = 0;
  for (const Tensor &part : parts)
    dims[0] += part->dims[0];
  Tensor joined = allocateTensor(parts.front()->dtype, dims);
  auto *to = static_cast<char *>(joined->data);
  for (const Tensor &part : parts) {
    size_t size = part.getCount() * swage_dtype_size(part->dtype);
    std::memcpy(to, part->data, size);
    to += size;
  }
  return joined;
}

DatasetResult swage::openTestSets(StringRef path, ArrayRef<std::string> sets,
                                  ArrayRef<ValueSignature> inputs) {
  std::vector<NamedArray> arrays;
  unsigned number = 0;
  for (const ValueSignature &input : inputs) {
    std::string file = input.role == "target"
                           ? "output_0.pb"
                           : "input_" + std::to_string(number++) + ".pb";
    std::vector<Tensor> parts;
    for (const std::string &set : sets) {
      std::string own = join(set, file);
      Expected<Tensor> part = Tensor::load(own);
      if (!part)
        return part.takeError();
      if ((*part)->dtype == SWAGE_STRING)
        return createStringError(own + ": holds strings");
      if (!parts.empty() && !canJoin(parts.front(), *part))
        return createStringError(own + ": is " + part->getType() + ", but " +
                                 join(sets.front(), file) + " is " +
                                 parts.front().getType() +
                                 "; sets are joined along the first dimension");
      parts.push_back(std::move(*part));
    }
    arrays.emplace_back(file, parts.size() == 1 ? std::move(parts.front())
                                                : joinTensors(parts));
  }
  return makeArrayDataset(path, inputs, std::move(arrays));
}
