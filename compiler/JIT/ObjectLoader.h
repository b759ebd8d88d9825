//===- ObjectLoader.h - objects become callable code ------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A thin layer over ORC: takes relocatable objects, binds them to each other,
// to the runtime and to libc and libm, and gives addresses. It compiles
// nothing, so artifacts and the JIT run the same bytes.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_JIT_OBJECTLOADER_H
#define SWAGE_COMPILER_JIT_OBJECTLOADER_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <memory>

namespace llvm::orc {
class ExecutionSession;
class JITDylib;
class ObjectLinkingLayer;
} // namespace llvm::orc

namespace swage {

/// A set of objects that are linked with each other in memory. The code lives
/// as long as the loader. Adding is not thread-safe.
class ObjectLoader {
public:
  static llvm::Expected<std::unique_ptr<ObjectLoader>> create();
  ~ObjectLoader();

  /// Adds an object, whose bytes must stay until its symbols were looked up.
  llvm::Error add(llvm::ArrayRef<char> object, llvm::StringRef name);

  /// Links what `symbol` needs and gives its address.
  llvm::Expected<void *> lookup(llvm::StringRef symbol);

private:
  ObjectLoader() = default;

  std::unique_ptr<llvm::orc::ExecutionSession> session;
  std::unique_ptr<llvm::orc::ObjectLinkingLayer> linker;
  llvm::orc::JITDylib *code = nullptr;
};

} // namespace swage

#endif // SWAGE_COMPILER_JIT_OBJECTLOADER_H
