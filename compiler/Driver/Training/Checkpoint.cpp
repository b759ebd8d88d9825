//===- Checkpoint.cpp - training on disk ----------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Checkpoints are those of the runtime, so that artifacts and the compiler read
// each other's; what the compiler adds are facts as JSON.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Training/Checkpoint.h"
#include "swage/training.h"
#include "llvm/Support/Errno.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

using namespace llvm;
using namespace swage;

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

namespace {

/// What a checkpoint holds. Gradients follow from the rest. What has an order
/// of its own in memory is copied, since files have the model's.
class KeptTensors {
public:
  explicit KeptTensors(const Trainer &trainer) {
    for (const Trainer::Slot &slot : trainer.getSlots()) {
      if (!slot.isKept())
        continue;
      tensors.push_back({slot.value.name.c_str(), slot.describe()});
      if (!slot.order())
        continue;
      copies.push_back({&slot, std::make_unique<char[]>(slot.size)});
      slot.read(copies.back().second.get());
      tensors.back().tensor.data = copies.back().second.get();
    }
  }

  /// Brings what has been written to the copies into the slots.
  void finish() const {
    for (const auto &[slot, copy] : copies)
      slot->write(copy.get());
  }

  std::vector<swage_named_tensor> tensors;

private:
  std::vector<std::pair<const Trainer::Slot *, std::unique_ptr<char[]>>> copies;
};

} // namespace

Error swage::saveCheckpoint(StringRef path, const Trainer &trainer,
                            json::Object facts) {
  KeptTensors kept(trainer);
  std::string text;
  raw_string_ostream(text) << json::Value(std::move(facts));
  char *message = nullptr;
  if (swage_checkpoint_save(path.str().c_str(), kept.tensors.data(),
                            kept.tensors.size(), text.c_str(),
                            &message) != SWAGE_OK)
    return takeMessage(message);
  return Error::success();
}

Expected<json::Object> swage::loadCheckpoint(StringRef path, Trainer &trainer) {
  KeptTensors kept(trainer);
  char *facts = nullptr, *message = nullptr;
  if (swage_checkpoint_load(path.str().c_str(), kept.tensors.data(),
                            kept.tensors.size(), &facts, &message) != SWAGE_OK)
    return takeMessage(message);
  kept.finish();
  std::string text = facts;
  swage_free(facts);
  // Artifacts write none.
  if (text.empty())
    return json::Object();
  Expected<json::Value> parsed = json::parse(text);
  if (parsed && parsed->getAsObject())
    return std::move(*parsed->getAsObject());
  consumeError(parsed.takeError());
  return createStringError(path + ": is damaged");
}
