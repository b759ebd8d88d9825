//===- Checkpoint.cpp - training on disk ----------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A checkpoint is a line that says so, a line of JSON that lists the tensors
// and their places, and their bytes.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Training/Checkpoint.h"
#include "compiler/Pipelines/ModelFacts.h"
#include "frontends/ONNX/ModelWriter.h"
#include "llvm/Support/Errno.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

using namespace llvm;
using namespace swage;

static constexpr StringLiteral magic = "swage checkpoint 1\n";

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

static Error systemError(StringRef path, StringRef what) {
  return createStringError(
      formatv("{0}: {1}: {2}", path, what, sys::StrError(errno)));
}

static Error writeAll(int file, StringRef contents, StringRef path) {
  while (!contents.empty()) {
    ssize_t written = ::write(file, contents.data(), contents.size());
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return systemError(path, "cannot write");
    contents = contents.drop_front(written);
  }
  // On the disk before the name says that it is there.
  if (::fsync(file))
    return systemError(path, "cannot write");
  return Error::success();
}

Error swage::writeDurably(StringRef path, StringRef contents) {
  std::string temporary = (path + ".tmp").str();
  int file =
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0)
    return systemError(path, "cannot be created");
  Error error = writeAll(file, contents, path);
  if (::close(file) && !error)
    error = systemError(path, "cannot write");
  if (!error && std::rename(temporary.c_str(), path.str().c_str()))
    error = systemError(path, "cannot be renamed to");
  if (error) {
    ::unlink(temporary.c_str());
    return error;
  }
  // The name itself.
  std::string folder = sys::path::parent_path(path).str();
  int directory = ::open(folder.empty() ? "." : folder.c_str(),
                         O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory >= 0) {
    ::fsync(directory);
    ::close(directory);
  }
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Checkpoints
//===----------------------------------------------------------------------===//

Error swage::saveCheckpoint(StringRef path, const Trainer &trainer,
                            json::Object facts) {
  json::Array tensors;
  uint64_t offset = 0;
  for (const Trainer::Slot &slot : trainer.getSlots()) {
    if (!slot.isKept())
      continue;
    tensors.push_back(json::Object{{"name", json::fixUTF8(slot.value.name)},
                                   {"type", describeType(slot.value)},
                                   {"offset", int64_t(offset)}});
    offset += slot.size;
  }
  facts["tensors"] = std::move(tensors);
  std::string contents;
  raw_string_ostream os(contents);
  os << magic << json::Value(std::move(facts)) << '\n';
  for (const Trainer::Slot &slot : trainer.getSlots())
    if (slot.isKept())
      os.write(slot.memory.get(), slot.size);
  return writeDurably(path, contents);
}

Expected<json::Object> swage::loadCheckpoint(StringRef path, Trainer &trainer) {
  auto refuse = [&](const Twine &reason) {
    return createStringError(path + ": " + reason);
  };
  auto file = MemoryBuffer::getFile(path, /*IsText=*/false,
                                    /*RequiresNullTerminator=*/false);
  if (!file)
    return refuse("cannot be read: " + file.getError().message());
  StringRef bytes = (*file)->getBuffer();
  if (!bytes.consume_front(magic))
    return refuse("is not a checkpoint");
  auto [line, data] = bytes.split('\n');
  Expected<json::Value> parsed = json::parse(line);
  if (!parsed) {
    consumeError(parsed.takeError());
    return refuse("is damaged");
  }
  json::Object *facts = parsed->getAsObject();
  json::Array *tensors = facts ? facts->getArray("tensors") : nullptr;
  if (!tensors)
    return refuse("is damaged");

  // First see that all fits, then change anything.
  std::vector<std::pair<const Trainer::Slot *, const char *>> found;
  for (const json::Value &entry : *tensors) {
    const json::Object *tensor = entry.getAsObject();
    if (!tensor)
      return refuse("is damaged");
    StringRef name = tensor->getString("name").value_or("");
    StringRef type = tensor->getString("type").value_or("");
    int64_t offset = tensor->getInteger("offset").value_or(-1);
    const Trainer::Slot *slot = trainer.find(name);
    if (!slot || !slot->isKept())
      return refuse("holds '" + name +
                    "', which this training does not have; model, optimizer "
                    "and frozen parameters must be the same");
    if (describeType(slot->value) != type)
      return refuse("holds '" + name + "' as " + type + ", but it is " +
                    describeType(slot->value));
    if (offset < 0 || uint64_t(offset) > data.size() ||
        slot->size > data.size() - offset)
      return refuse("is damaged");
    found.emplace_back(slot, data.data() + offset);
  }
  for (const Trainer::Slot &slot : trainer.getSlots())
    if (slot.isKept() &&
        none_of(found, [&](const auto &pair) { return pair.first == &slot; }))
      return refuse("does not hold '" + slot.value.name +
                    "'; model, optimizer and frozen parameters must be the "
                    "same");
  for (auto [slot, from] : found)
    std::memcpy(slot->memory.get(), from, slot->size);
  return std::move(*facts);
}

//===----------------------------------------------------------------------===//
// Models
//===----------------------------------------------------------------------===//

Error swage::exportModel(StringRef path, const Trainer &trainer) {
  StringMap<ArrayRef<char>> parameters;
  for (const Trainer::Slot &slot : trainer.getSlots())
    if (slot.isParameter())
      parameters[slot.value.name] = {slot.memory.get(), size_t(slot.size)};
  const ModelSource &source = trainer.getSource();
  Expected<std::string> contents =
      source.inMemory
          ? onnx::replaceInitializers(
                MemoryBuffer::getMemBuffer(
                    StringRef(source.bytes.data(), source.bytes.size()),
                    source.path, /*RequiresNullTerminator=*/false),
                source.path, parameters)
          : onnx::replaceInitializers(source.path, parameters);
  if (!contents)
    return contents.takeError();
  return writeDurably(path, *contents);
}
