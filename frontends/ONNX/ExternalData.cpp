//===- ExternalData.cpp - weights in files beside the model ---------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/ExternalData.h"
#include "frontends/ONNX/ModelError.h"
#include "frontends/ONNX/Schema/onnx.pb.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

using namespace swage::onnx;
namespace path = llvm::sys::path;

llvm::Expected<std::shared_ptr<llvm::MemoryBuffer>>
ExternalData::open(llvm::StringRef location) {
  if (auto it = files.find(location); it != files.end())
    return it->second;
  std::string shown = printable(location);
  auto refuse = [&](const llvm::Twine &why) {
    return badModel("keeps its data in '" + shown + "', " + why);
  };
  if (!hasFolder)
    return refuse(
        "but a model given in memory has no folder; compile it from its file");
  if (location.empty() || location.contains('\0'))
    return refuse("which is no file name");
  if (path::is_absolute(location))
    return refuse("an absolute path; data must lie in the model's folder");
  for (auto it = path::begin(location), end = path::end(location); it != end;
       ++it)
    if (*it == "..")
      return refuse("which leaves the model's folder");
  llvm::SmallString<256> file(folder), realFile, realFolder;
  path::append(file, location);
  if (std::error_code code = llvm::sys::fs::real_path(file, realFile))
    return refuse("which cannot be opened (" + code.message() +
                  "); the data file belongs beside the model");
  if (std::error_code code =
          llvm::sys::fs::real_path(folder.empty() ? "." : folder, realFolder))
    return refuse("but the model's folder cannot be read: " + code.message());
  llvm::StringRef rest = realFile.str();
  bool inside = rest.consume_front(realFolder) &&
                (realFolder == "/" || llvm::StringRef(rest).starts_with("/"));
  if (!inside)
    return refuse("a link that leads out of the model's folder");
  if (!llvm::sys::fs::is_regular_file(realFile))
    return refuse("which is not a file");
  auto buffer = llvm::MemoryBuffer::getFile(realFile, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer)
    return refuse("which cannot be read: " + buffer.getError().message());
  std::shared_ptr<llvm::MemoryBuffer> shared = std::move(*buffer);
  files[location] = shared;
  return shared;
}

llvm::Expected<llvm::ArrayRef<char>>
ExternalData::find(const TensorProto &tensor, uint64_t needed,
                   std::shared_ptr<const void> &owner) {
  llvm::StringRef location;
  uint64_t offset = 0;
  std::optional<uint64_t> length;
  for (const StringStringEntryProto &entry : tensor.external_data()) {
    llvm::StringRef key = entry.key(), value = entry.value();
    if (key == "location") {
      location = value;
    } else if (key == "offset") {
      if (value.getAsInteger(10, offset))
        return badModel("has the data offset '" + printable(value) +
                        "', which is no number");
    } else if (key == "length") {
      uint64_t number;
      if (value.getAsInteger(10, number))
        return badModel("has the data length '" + printable(value) +
                        "', which is no number");
      length = number;
    }
  }
  if (length && *length != needed)
    return badModel(
        llvm::formatv("has {0} bytes of external data where its type needs {1}",
                      *length, needed));
  llvm::Expected<std::shared_ptr<llvm::MemoryBuffer>> file = open(location);
  if (!file)
    return file.takeError();
  uint64_t size = (*file)->getBufferSize();
  if (offset > size || needed > size - offset)
    return badModel(llvm::formatv(
        "takes bytes {0} to {1} of '{2}', which has {3}; the data file is "
        "truncated or belongs to another model",
        offset, llvm::SaturatingAdd(offset, needed), printable(location),
        size));
  owner = *file;
  return llvm::ArrayRef<char>((*file)->getBufferStart() + offset, needed);
}
