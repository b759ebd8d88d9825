//===- ObjectLoader.cpp - objects become callable code --------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// ORC's session and object layer without its IR layers and platform: objects of
// Swage have no static constructors, thread-locals or exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/JIT/ObjectLoader.h"
#include "compiler/JIT/RuntimeSymbols.h"
#include "llvm/ExecutionEngine/Orc/AbsoluteSymbols.h"
#include "llvm/ExecutionEngine/Orc/ExecutionUtils.h"
#include "llvm/ExecutionEngine/Orc/MapperJITLinkMemoryManager.h"
#include "llvm/ExecutionEngine/Orc/MemoryMapper.h"
#include "llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h"
#include "llvm/ExecutionEngine/Orc/SelfExecutorProcessControl.h"

using namespace llvm;
using namespace swage;

/// Address space is reserved in pieces of this size, so that the objects of one
/// model lie within reach of each other's relative addresses.
static constexpr size_t reservation = 64 << 20;

/// The libraries that generated code may use beside the runtime. They are
/// opened by name: the process may have loaded Swage itself as a plugin, whose
/// own dependencies its global scope does not show.
static constexpr const char *systemLibraries[] = {"libc.so.6", "libm.so.6",
                                                  "libgcc_s.so.1"};

Expected<std::unique_ptr<ObjectLoader>> ObjectLoader::create() {
  auto control = orc::SelfExecutorProcessControl::Create();
  if (!control)
    return control.takeError();
  auto memory = orc::MapperJITLinkMemoryManager::CreateWithMapper<
      orc::InProcessMemoryMapper>(reservation);

  std::unique_ptr<ObjectLoader> loader(new ObjectLoader);
  loader->session =
      std::make_unique<orc::ExecutionSession>(std::move(*control));
  // A failed lookup returns its error as well; reporting it here would only
  // print it twice.
  loader->session->setErrorReporter(
      [](Error error) { consumeError(std::move(error)); });
  if (!memory)
    return memory.takeError();
  loader->linker = std::make_unique<orc::ObjectLinkingLayer>(
      *loader->session, std::move(*memory));
  loader->code = &loader->session->createBareJITDylib("model");

  orc::SymbolMap symbols;
  for (const RuntimeSymbol &symbol : getRuntimeSymbols())
    symbols[loader->session->intern(symbol.name)] = {
        orc::ExecutorAddr::fromPtr(symbol.address),
        JITSymbolFlags::Exported | JITSymbolFlags::Callable};
  if (Error error = loader->code->define(orc::absoluteSymbols(symbols)))
    return error;

  for (const char *library : systemLibraries) {
    auto generator = orc::DynamicLibrarySearchGenerator::Load(library, '\0');
    // A system without one of them (a libc that includes libm, say) is fine:
    // what is missing in the end is named by the lookup.
    if (!generator)
      consumeError(generator.takeError());
    else
      loader->code->addGenerator(std::move(*generator));
  }
  return loader;
}

ObjectLoader::~ObjectLoader() {
  if (!session)
    return;
  if (Error error = session->endSession())
    consumeError(std::move(error));
}

Error ObjectLoader::add(ArrayRef<char> object, StringRef name) {
  return linker->add(*code, MemoryBuffer::getMemBuffer(
                                StringRef(object.data(), object.size()), name,
                                /*RequiresNullTerminator=*/false));
}

Expected<void *> ObjectLoader::lookup(StringRef symbol) {
  Expected<orc::ExecutorSymbolDef> found = session->lookup({code}, symbol);
  if (!found)
    return found.takeError();
  return found->getAddress().toPtr<void *>();
}
