//===- KernelCache.cpp - kernels that were compiled before ----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See KernelCache.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Pipelines/KernelCache.h"
#include "compiler/Backend/Halide/Emitter/Emitter.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/xxhash.h"
#include <dlfcn.h>
#include <mutex>

using namespace mlir;
using namespace swage;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

static constexpr llvm::StringLiteral kMagic = "swage kernel 1\n";
static constexpr llvm::StringLiteral kSuffix = ".kernel";

//===----------------------------------------------------------------------===//
// Keys
//===----------------------------------------------------------------------===//

/// The file that contains the code at `address`.
static std::string getFileOf(void *address) {
  Dl_info info;
  SmallString<256> file;
  if (!dladdr(address, &info))
    return "";
  if (!StringRef(info.dli_fname).contains('/') ||
      fs::real_path(info.dli_fname, file))
    file = fs::getMainExecutable("", address);
  return file.str().str();
}

/// What tells this compiler from all others: the bytes of our own file, and
/// which libraries it is linked with.
static const std::string &getIdentity() {
  static std::string identity;
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::raw_string_ostream os(identity);
    static char anchor = 0;
    std::string own = getFileOf(&anchor);
    if (auto file =
            llvm::MemoryBuffer::getFile(own, /*IsText=*/false,
                                        /*RequiresNullTerminator=*/false))
      os << llvm::xxh3_64bits((*file)->getBuffer());
    std::string libraries[] = {
        getFileOf(reinterpret_cast<void *>(&fs::create_directories)),
        getFileOf(
            reinterpret_cast<void *>(&mlir::registerMLIRContextCLOptions)),
        halide::getLibraryFile()};
    for (const std::string &library : libraries) {
      fs::file_status status;
      (void)fs::status(library, status);
      os << ' ' << library << ' ' << status.getSize() << ' '
         << status.getLastModificationTime().time_since_epoch().count();
    }
  });
  return identity;
}

std::string KernelCache::getKey(kernel::FuncOp kernel,
                                ArrayRef<MemRefType> operands,
                                const KernelOptions &options) {
  std::string text;
  llvm::raw_string_ostream os(text);
  const TargetInfo &target = options.target;
  os << getIdentity() << '\n'
     << target.triple << ' ' << target.cpu << ' ' << target.features << ' '
     << target.vectorBits << ' ' << target.vectorRegisters << ' '
     << target.hasMaskedMemory << ' ' << target.hasFMA << ' ' << target.l1Bytes
     << ' ' << target.l2Bytes << ' ' << target.l3Bytes << '\n'
     << options.optLevel << ' ' << options.keepBitcode << ' '
     << options.keepStatements << ' ' << options.strictFP << ' '
     << options.checks << '\n';
  llvm::interleaveComma(operands, os);
  os << '\n';
  kernel->print(os, OpPrintingFlags().useLocalScope());
  // The text has only the names of large constants.
  kernel->walk([&](Operation *op) {
    op->getAttrDictionary().walk([&](DenseResourceElementsAttr constant) {
      AsmResourceBlob *blob = constant.getRawHandle().getBlob();
      if (!blob)
        return;
      ArrayRef<char> bytes = blob->getData();
      os << '\n'
         << bytes.size() << ' '
         << llvm::toHex(llvm::SHA256::hash(
                ArrayRef(reinterpret_cast<const uint8_t *>(bytes.data()),
                         bytes.size())));
    });
  });
  return llvm::toHex(llvm::SHA256::hash(llvm::arrayRefFromStringRef(text)),
                     /*LowerCase=*/true);
}

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

KernelCache::KernelCache(StringRef given) {
  if (given == "off")
    return;
  SmallString<256> chosen(given);
  if (given.empty()) {
    // XDG_CACHE_HOME, or ~/.cache; a home that does not exist is not made.
    if (!path::cache_directory(chosen) ||
        !fs::exists(path::parent_path(chosen)))
      return;
    path::append(chosen, "swage", "kernels");
  }
  if (!fs::create_directories(chosen))
    folder = chosen.str().str();
}

std::string KernelCache::getPath(StringRef key) const {
  SmallString<256> file(folder);
  path::append(file, key + kSuffix);
  return file.str().str();
}

namespace {

/// Parts of a file, each with its length before it.
class Reader {
public:
  explicit Reader(StringRef bytes) : bytes(bytes) {}

  bool read(StringRef &part) {
    if (bytes.size() < 8)
      return false;
    uint64_t size = llvm::support::endian::read64le(bytes.data());
    bytes = bytes.drop_front(8);
    if (bytes.size() < size)
      return false;
    part = bytes.take_front(size);
    bytes = bytes.drop_front(size);
    return true;
  }
  bool isAtEnd() const { return bytes.empty(); }

private:
  StringRef bytes;
};

void append(std::string &bytes, StringRef part) {
  char size[8];
  llvm::support::endian::write64le(size, part.size());
  bytes.append(size, sizeof size);
  bytes.append(part.begin(), part.end());
}

StringRef toRef(ArrayRef<char> bytes) { return {bytes.data(), bytes.size()}; }

std::string getChecksum(StringRef bytes) {
  return llvm::utohexstr(llvm::xxh3_64bits(bytes));
}

} // namespace

std::optional<CompiledKernel> KernelCache::find(StringRef key) const {
  if (folder.empty())
    return std::nullopt;
  std::string file = getPath(key);
  auto buffer = llvm::MemoryBuffer::getFile(file, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer)
    return std::nullopt;
  StringRef bytes = (*buffer)->getBuffer();
  if (!bytes.consume_front(kMagic))
    return std::nullopt;
  Reader outer(bytes);
  StringRef checksum, payload, storedKey, symbol, object, bitcode, statements;
  if (!outer.read(checksum) || !outer.read(payload) || !outer.isAtEnd() ||
      checksum != getChecksum(payload))
    return std::nullopt;
  Reader inner(payload);
  if (!inner.read(storedKey) || !inner.read(symbol) || !inner.read(object) ||
      !inner.read(bitcode) || !inner.read(statements) || !inner.isAtEnd() ||
      storedKey != key)
    return std::nullopt;
  CompiledKernel kernel;
  kernel.symbol = symbol.str();
  kernel.object.assign(object.begin(), object.end());
  kernel.bitcode.assign(bitcode.begin(), bitcode.end());
  kernel.statements = statements.str();
  // It counts as used now.
  int descriptor;
  if (!fs::openFileForWrite(file, descriptor, fs::CD_OpenExisting,
                            fs::OF_Append)) {
    (void)fs::setLastAccessAndModificationTime(
        descriptor, std::chrono::system_clock::now());
    (void)llvm::sys::Process::SafelyCloseFileDescriptor(descriptor);
  }
  return kernel;
}

void KernelCache::store(StringRef key, const CompiledKernel &kernel) const {
  if (folder.empty())
    return;
  std::string payload;
  for (StringRef part : {key, StringRef(kernel.symbol), toRef(kernel.object),
                         toRef(kernel.bitcode), StringRef(kernel.statements)})
    append(payload, part);
  std::string bytes = kMagic.str();
  append(bytes, getChecksum(payload));
  append(bytes, payload);
  // What cannot be stored is compiled again the next time.
  std::string file = getPath(key);
  auto temporary = fs::TempFile::create(file + ".%%%%%%%%.tmp");
  if (!temporary)
    return llvm::consumeError(temporary.takeError());
  llvm::raw_fd_ostream os(temporary->FD, /*shouldClose=*/false);
  os << bytes;
  os.flush();
  bool written = !os.has_error();
  os.clear_error();
  llvm::consumeError(written ? temporary->keep(file) : temporary->discard());
}

void KernelCache::trim(uint64_t bytes) const {
  if (folder.empty())
    return;
  struct File {
    llvm::sys::TimePoint<> used;
    uint64_t size;
    std::string path;
  };
  std::vector<File> files;
  uint64_t total = 0;
  std::error_code code;
  for (fs::directory_iterator i(folder, code), end; i != end && !code;
       i.increment(code)) {
    auto status = i->status();
    StringRef name = i->path();
    // Also what a process that was killed has left behind.
    if (!status || status->type() != fs::file_type::regular_file ||
        !(name.ends_with(kSuffix) || name.ends_with(".tmp")))
      continue;
    files.push_back(
        {status->getLastModificationTime(), status->getSize(), i->path()});
    total += status->getSize();
  }
  llvm::sort(files,
             [](const File &a, const File &b) { return a.used < b.used; });
  for (const File &file : files) {
    if (total <= bytes)
      break;
    if (!fs::remove(file.path))
      total -= file.size;
  }
}
