//===- Code.cpp - the code of a model as one piece ------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Artifacts/Code.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/Linker/Linker.h"
#include "llvm/ObjCopy/ConfigManager.h"
#include "llvm/ObjCopy/ObjCopy.h"
#include "llvm/Object/Archive.h"
#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace swage;

Expected<std::unique_ptr<Module>>
swage::linkBitcode(std::unique_ptr<Module> main,
                   ArrayRef<const CompiledModel *> models) {
  Linker linker(*main);
  std::vector<const ObjectCode *> parts;
  for (const CompiledModel *model : models)
    for (const ObjectCode &code : model->objects)
      parts.push_back(&code);
  for (const ObjectCode *part : parts) {
    const ObjectCode &code = *part;
    if (code.bitcode.empty())
      return createStringError(formatv(
          "the kernel '{0}' has no LLVM code: its backend makes machine "
          "code only; choose another --emit kind",
          code.symbol));
    Expected<std::unique_ptr<Module>> linked = parseBitcodeFile(
        MemoryBufferRef({code.bitcode.data(), code.bitcode.size()},
                        code.symbol),
        main->getContext());
    if (!linked)
      return linked.takeError();
    if (linker.linkInModule(std::move(*linked)))
      return createStringError(formatv(
          "the LLVM code of '{0}' does not link with the model", code.symbol));
  }
  return main;
}

Error swage::localizeSymbols(StringRef input, StringRef output,
                             ArrayRef<std::string> keep) {
  Expected<object::OwningBinary<object::ObjectFile>> file =
      object::ObjectFile::createObjectFile(input);
  if (!file)
    return file.takeError();
  objcopy::ConfigManager config;
  config.Common.InputFilename = input;
  config.Common.OutputFilename = output;
  for (const std::string &symbol : keep)
    if (Error error = config.Common.SymbolsToKeepGlobal.addMatcher(
            objcopy::NameOrPattern::create(symbol, objcopy::MatchStyle::Literal,
                                           [](Error error) { return error; })))
      return error;
  std::error_code code;
  raw_fd_ostream os(output, code);
  if (code)
    return createStringError(
        formatv("cannot write '{0}': {1}", output, code.message()));
  return objcopy::executeObjcopyOnBinary(config, *file->getBinary(), os);
}

/// Appends the members of the archive `library`.
static Error addMembers(const object::Archive &library,
                        std::vector<NewArchiveMember> &members) {
  Error error = Error::success();
  for (const object::Archive::Child &child : library.children(error)) {
    Expected<NewArchiveMember> member =
        NewArchiveMember::getOldMember(child, /*Deterministic=*/true);
    if (!member) {
      consumeError(std::move(error));
      return member.takeError();
    }
    members.push_back(std::move(*member));
  }
  return error;
}

Error swage::mergeArchive(StringRef output, ArrayRef<ArchiveMember> members,
                          StringRef library) {
  std::vector<NewArchiveMember> all;
  for (const ArchiveMember &file : members) {
    Expected<NewArchiveMember> member =
        NewArchiveMember::getFile(file.path, /*Deterministic=*/true);
    if (!member)
      return member.takeError();
    member->MemberName = file.name;
    all.push_back(std::move(*member));
  }
  object::OwningBinary<object::Binary> archive;
  if (!library.empty()) {
    Expected<object::OwningBinary<object::Binary>> file =
        object::createBinary(library);
    if (!file)
      return createFileError(library, file.takeError());
    archive = std::move(*file);
    if (!isa<object::Archive>(archive.getBinary()))
      return createStringError(formatv("'{0}' is not a library", library));
    if (Error error =
            addMembers(*cast<object::Archive>(archive.getBinary()), all))
      return error;
  }
  return writeArchive(output, all, SymtabWritingMode::NormalSymtab,
                      object::Archive::K_GNU, /*Deterministic=*/true,
                      /*Thin=*/false);
}
