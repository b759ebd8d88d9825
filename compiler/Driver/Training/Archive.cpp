//===- Archive.cpp - .npz files -------------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A .npz file is a zip archive of .npy files, stored or deflated. Its directory
// is at the end and says where the members are; sizes beyond 4 GB are in an
// extra field.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Training/Archive.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MemoryBuffer.h"
#include <zlib.h>

using namespace llvm;
using namespace swage;
using support::endian::read16le;
using support::endian::read32le;
using support::endian::read64le;

namespace {

/// A member of the archive as its directory describes it.
struct Member {
  StringRef name;
  uint16_t method = 0;
  uint64_t packed = 0, size = 0, offset = 0;
};

class ArchiveReader {
public:
  ArchiveReader(StringRef path, StringRef bytes) : path(path), bytes(bytes) {}

  Expected<std::vector<std::pair<std::string, Tensor>>> read();

private:
  Error refuse(const Twine &reason) {
    return createStringError(path + ": " + reason);
  }
  /// Whether `size` bytes are there at `offset`.
  bool has(uint64_t offset, uint64_t size) const {
    return offset <= bytes.size() && size <= bytes.size() - offset;
  }
  const char *at(uint64_t offset) const { return bytes.data() + offset; }

  bool findDirectory(uint64_t &offset, uint64_t &count) const;
  bool readEntry(uint64_t &offset, Member &member) const;
  Expected<std::string> unpack(const Member &member);

  StringRef path, bytes;
};

} // namespace

/// The end record is the last thing but for a comment.
bool ArchiveReader::findDirectory(uint64_t &offset, uint64_t &count) const {
  constexpr uint64_t endSize = 22;
  if (bytes.size() < endSize)
    return false;
  uint64_t lowest =
      bytes.size() > endSize + 0xFFFF ? bytes.size() - endSize - 0xFFFF : 0;
  for (uint64_t end = bytes.size() - endSize;; --end) {
    if (bytes.substr(end).starts_with("PK\5\6")) {
      count = read16le(at(end + 10));
      offset = read32le(at(end + 16));
      // With more than the fields hold, another record stands before it.
      if ((offset == 0xFFFFFFFF || count == 0xFFFF) && end >= 20 &&
          bytes.substr(end - 20).starts_with("PK\6\7")) {
        uint64_t wide = read64le(at(end - 20 + 8));
        if (!has(wide, 56))
          return false;
        count = read64le(at(wide + 32));
        offset = read64le(at(wide + 48));
      }
      return true;
    }
    if (end == lowest)
      return false;
  }
}

bool ArchiveReader::readEntry(uint64_t &offset, Member &member) const {
  if (!has(offset, 46) || !bytes.substr(offset).starts_with("PK\1\2"))
    return false;
  uint64_t nameSize = read16le(at(offset + 28)),
           extraSize = read16le(at(offset + 30)),
           commentSize = read16le(at(offset + 32));
  if (!has(offset, 46 + nameSize + extraSize + commentSize))
    return false;
  member.method = read16le(at(offset + 10));
  member.packed = read32le(at(offset + 20));
  member.size = read32le(at(offset + 24));
  member.offset = read32le(at(offset + 42));
  member.name = bytes.substr(offset + 46, nameSize);
  StringRef extra = bytes.substr(offset + 46 + nameSize, extraSize);
  while (extra.size() >= 4) {
    uint64_t length =
        std::min<uint64_t>(read16le(extra.data() + 2), extra.size() - 4);
    StringRef field = extra.substr(4, length);
    if (read16le(extra.data()) == 1)
      for (uint64_t *value : {&member.size, &member.packed, &member.offset})
        if (*value == 0xFFFFFFFF && field.size() >= 8) {
          *value = read64le(field.data());
          field = field.drop_front(8);
        }
    extra = extra.drop_front(4 + length);
  }
  offset += 46 + nameSize + extraSize + commentSize;
  return true;
}

Expected<std::string> ArchiveReader::unpack(const Member &member) {
  if (!has(member.offset, 30))
    return refuse("is damaged");
  uint64_t begin = member.offset + 30 + read16le(at(member.offset + 26)) +
                   read16le(at(member.offset + 28));
  if (!has(begin, member.packed))
    return refuse("is damaged");
  StringRef packed = bytes.substr(begin, member.packed);
  if (member.method == 0)
    return packed.str();
  if (member.method != Z_DEFLATED)
    return refuse("is packed in a way that NumPy does not use");
  // Deflating makes nothing more than about a thousand times smaller.
  if (member.size / 1100 > member.packed)
    return refuse("is damaged");
  std::string result(member.size, '\0');
  z_stream stream = {};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
    return refuse("cannot be unpacked");
  size_t taken = 0, made = 0;
  int status = Z_OK;
  while (status == Z_OK) {
    // The library counts in 32 bits.
    constexpr size_t most = 1u << 30;
    stream.next_in =
        reinterpret_cast<Bytef *>(const_cast<char *>(packed.data() + taken));
    stream.avail_in = std::min(packed.size() - taken, most);
    stream.next_out = reinterpret_cast<Bytef *>(result.data() + made);
    stream.avail_out = std::min(result.size() - made, most);
    size_t in = stream.avail_in, out = stream.avail_out;
    status = inflate(&stream, Z_NO_FLUSH);
    taken += in - stream.avail_in;
    made += out - stream.avail_out;
  }
  inflateEnd(&stream);
  if (status != Z_STREAM_END || made != result.size())
    return refuse("is damaged");
  return result;
}

Expected<std::vector<std::pair<std::string, Tensor>>> ArchiveReader::read() {
  uint64_t offset, count;
  if (!findDirectory(offset, count))
    return refuse("is no .npz file");
  std::vector<std::pair<std::string, Tensor>> result;
  for (uint64_t i = 0; i < count; ++i) {
    Member member;
    if (!readEntry(offset, member))
      return refuse("is damaged");
    StringRef name = member.name;
    if (!name.consume_back(".npy"))
      continue;
    Expected<std::string> contents = unpack(member);
    if (!contents)
      return contents.takeError();
    Tensor tensor;
    char *message = nullptr;
    if (swage_npy_parse(contents->data(), contents->size(), &tensor.get(),
                        &message) != SWAGE_OK) {
      tensor.get() = {};
      return refuse(name + ": " + toString(takeMessage(message)));
    }
    result.emplace_back(name.str(), std::move(tensor));
  }
  return result;
}

Expected<std::vector<std::pair<std::string, Tensor>>>
swage::loadArchive(StringRef path) {
  auto file = MemoryBuffer::getFile(path, /*IsText=*/false,
                                    /*RequiresNullTerminator=*/false);
  if (!file)
    return createStringError(path +
                             ": cannot be read: " + file.getError().message());
  return ArchiveReader(path, (*file)->getBuffer()).read();
}
