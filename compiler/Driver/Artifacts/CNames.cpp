//===- CNames.cpp - names of models and values in C -----------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Artifacts/CNames.h"
#include "swage/artifact.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace swage;

/// Words that are no identifiers in C11 or C++17, macros of the standard
/// headers that the generated one includes among them.
static bool isReserved(StringRef word) {
  static constexpr StringLiteral words[] = {
      "alignas",
      "alignof",
      "and",
      "and_eq",
      "asm",
      "auto",
      "bitand",
      "bitor",
      "bool",
      "break",
      "case",
      "catch",
      "char",
      "char16_t",
      "char32_t",
      "class",
      "compl",
      "const",
      "const_cast",
      "constexpr",
      "continue",
      "decltype",
      "default",
      "delete",
      "do",
      "double",
      "dynamic_cast",
      "else",
      "enum",
      "explicit",
      "export",
      "extern",
      "false",
      "float",
      "for",
      "friend",
      "goto",
      "if",
      "inline",
      "int",
      "linux",
      "long",
      "mutable",
      "namespace",
      "new",
      "noexcept",
      "not",
      "not_eq",
      "nullptr",
      "operator",
      "or",
      "or_eq",
      "private",
      "protected",
      "public",
      "register",
      "reinterpret_cast",
      "restrict",
      "return",
      "short",
      "signed",
      "sizeof",
      "static",
      "static_assert",
      "static_cast",
      "struct",
      "switch",
      "template",
      "this",
      "thread_local",
      "throw",
      "true",
      "try",
      "typedef",
      "typeid",
      "typename",
      "typeof",
      "union",
      "unix",
      "unsigned",
      "using",
      "virtual",
      "void",
      "volatile",
      "wchar_t",
      "while",
      "workspace",
      "xor",
      "xor_eq",
      "NULL",
      "offsetof",
  };
  return is_contained(words, word);
}

std::string swage::getCIdentifier(StringRef text) {
  std::string name;
  for (char c : text)
    name += isAlnum(c) ? c : '_';
  if (name.empty())
    return "value";
  // Names that begin with '_' belong to the implementation of C.
  if (isDigit(name[0]) || name[0] == '_')
    name = "x" + name;
  if (isReserved(name))
    name += '_';
  return name;
}

std::string swage::getModelName(StringRef path) {
  StringRef file = sys::path::filename(path);
  StringRef stem = file.take_until([](char c) { return c == '.'; });
  StringRef extension = file.drop_front(stem.size());
  if (extension.starts_with(".so") || extension == ".a")
    stem.consume_front("lib");
  return stem.empty() ? "model" : getCIdentifier(stem);
}

StringRef swage::getCType(int32_t dtype) {
  switch (dtype) {
  case SWAGE_F32:
  case SWAGE_C64:
    return "float";
  case SWAGE_F64:
  case SWAGE_C128:
    return "double";
  case SWAGE_I8:
  case SWAGE_I4:
  case SWAGE_I2:
    return "int8_t";
  case SWAGE_I16:
    return "int16_t";
  case SWAGE_I32:
    return "int32_t";
  case SWAGE_I64:
    return "int64_t";
  case SWAGE_U8:
  case SWAGE_BOOL:
  case SWAGE_F8E4M3FN:
  case SWAGE_F8E4M3FNUZ:
  case SWAGE_F8E5M2:
  case SWAGE_F8E5M2FNUZ:
  case SWAGE_F8E8M0:
  case SWAGE_F4E2M1:
  case SWAGE_U4:
  case SWAGE_U2:
    return "uint8_t";
  case SWAGE_U16:
  case SWAGE_F16:
  case SWAGE_BF16:
    return "uint16_t";
  case SWAGE_U32:
    return "uint32_t";
  case SWAGE_U64:
    return "uint64_t";
  default:
    return "";
  }
}

bool swage::hasTypedEntry(const ModelSignature &signature) {
  auto isTyped = [](const ValueSignature &value) {
    return value.isStatic() && !getCType(value.dtype).empty();
  };
  return all_of(signature.inputs, isTyped) &&
         all_of(signature.outputs, isTyped);
}

std::vector<std::string>
swage::getParameterNames(const ModelSignature &signature) {
  std::vector<std::string> names;
  StringSet<> used;
  for (const auto *values : {&signature.inputs, &signature.outputs})
    for (const ValueSignature &value : *values) {
      std::string base = getCIdentifier(value.name), name = base;
      for (unsigned i = 2; !used.insert(name).second; ++i)
        name = base + "_" + std::to_string(i);
      names.push_back(std::move(name));
    }
  return names;
}
