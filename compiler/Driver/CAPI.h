//===- CAPI.h - what the embedding interface hides --------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The objects behind the handles of swage/swage.h, and how its functions fail.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_CAPI_H
#define SWAGE_COMPILER_DRIVER_CAPI_H

#include "compiler/Driver/Commands.h"
#include "compiler/Driver/LoadedModel.h"
#include "swage/swage.h"
#include <cstring>

struct swage_compile_options {
  swage::ModelArguments arguments;
  std::string name;
  bool keepBitcode = false;
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

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_CAPI_H
