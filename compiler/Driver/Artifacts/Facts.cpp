//===- Facts.cpp - what an artifact says of itself ------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Artifacts/Facts.h"
#include "compiler/Driver/Artifacts/FactsBuilder.h"
#include "llvm/BinaryFormat/Magic.h"
#include "llvm/Object/Archive.h"
#include "llvm/Object/ObjectFile.h"

using namespace llvm;
using namespace swage;
using Facts = std::optional<json::Object>;

static Expected<Facts> readObject(const object::ObjectFile &object) {
  for (const object::SectionRef &section : object.sections()) {
    Expected<StringRef> name = section.getName();
    if (!name)
      return name.takeError();
    if (*name != factsSection)
      continue;
    Expected<StringRef> contents = section.getContents();
    if (!contents)
      return contents.takeError();
    Expected<json::Value> value = json::parse(contents->rtrim('\0'));
    if (!value)
      return value.takeError();
    if (json::Object *facts = value->getAsObject())
      return std::move(*facts);
  }
  return std::nullopt;
}

/// The first object of a library that has facts. A library of several models
/// does not come from Swage.
static Expected<Facts> readArchive(const object::Archive &archive) {
  Error error = Error::success();
  for (const object::Archive::Child &child : archive.children(error)) {
    Expected<std::unique_ptr<object::Binary>> member = child.getAsBinary();
    if (!member) {
      // Archives may hold other files than objects.
      consumeError(member.takeError());
      continue;
    }
    auto *object = dyn_cast<object::ObjectFile>(member->get());
    if (!object)
      continue;
    Expected<Facts> facts = readObject(*object);
    if (facts && !*facts)
      continue;
    consumeError(std::move(error));
    return facts;
  }
  if (error)
    return error;
  return std::nullopt;
}

Expected<Facts> swage::readFacts(StringRef path) {
  Expected<object::OwningBinary<object::Binary>> file =
      object::createBinary(path);
  if (!file)
    return createFileError(path, file.takeError());
  Expected<Facts> facts = std::nullopt;
  if (auto *archive = dyn_cast<object::Archive>(file->getBinary()))
    facts = readArchive(*archive);
  else if (auto *object = dyn_cast<object::ObjectFile>(file->getBinary()))
    facts = readObject(*object);
  if (!facts)
    return createFileError(path, facts.takeError());
  return facts;
}

bool swage::looksLikeArtifact(StringRef path) {
  file_magic magic;
  if (identify_magic(path, magic))
    return false;
  return magic == file_magic::archive ||
         (magic >= file_magic::elf && magic <= file_magic::elf_core);
}
