//===- CAPISupport.h - what the embedding interface shares ------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The objects behind the handles of swage/swage.h, and how its functions fail.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_CAPISUPPORT_H
#define SWAGE_COMPILER_DRIVER_CAPISUPPORT_H

#include "compiler/Driver/Commands.h"
#include "compiler/Driver/Compiler.h"
#include "compiler/Driver/LoadedModel.h"
#include "swage/swage.h"
#include <cstring>
#include <mutex>

struct swage_compile_options {
  swage::ModelArguments arguments;
  std::string name;
  bool keepBitcode = false;
  bool growAtLoad = true;
  // For swage_train_*.
  swage::training::TrainingOptions training;
  std::vector<std::string> freeze, trainOnly;
};

struct swage_module {
  std::unique_ptr<swage::LoadedModel> loaded;
  /// In place of `loaded` where the code is for another machine.
  swage::CompiledModel foreign;
  swage::ValueTable values;
  std::string facts;
  unsigned optLevel = 3;

  const swage::CompiledModel &getCompiled() const {
    return loaded ? loaded->getCompiled() : foreign;
  }
};

namespace swage {

/// Stores the message and passes the status on.
inline swage_status fail(char **error, swage_status status,
                         const llvm::Twine &text) {
  if (error)
    *error = strdup(text.str().c_str());
  return status;
}

inline swage_status fail(char **error, swage_status status,
                         llvm::Error problem) {
  return fail(error, status, llvm::toString(std::move(problem)));
}

/// The failure of a run of code for another machine.
inline swage_status failForeign(char **error, const swage_module &module) {
  return fail(error, SWAGE_ERROR,
              "cannot run code for '" + module.foreign.target.triple +
                  "' on this machine");
}

/// All messages of a compilation as one text.
class MessageText {
public:
  Messages getMessages() {
    return Messages([this](llvm::StringRef line) {
      std::lock_guard<std::mutex> guard(lock);
      text += (text.empty() ? "" : "\n") + line.str();
    });
  }
  std::string text;

private:
  std::mutex lock;
};

/// The options of a compilation as the pipeline takes them.
llvm::Expected<CompileOptions>
getCompileOptions(const swage_compile_options &options,
                  const ModelSource &source);

/// A model in memory.
inline ModelSource getSource(const void *bytes, size_t size) {
  ModelSource source;
  source.path = "model";
  source.bytes = {static_cast<const char *>(bytes), size};
  source.inMemory = true;
  return source;
}

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_CAPISUPPORT_H
