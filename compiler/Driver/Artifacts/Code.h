//===- Code.h - the code of a model as one piece -----------------*- C++
//-*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Puts the separately compiled parts of a model together: as one LLVM module,
// where people want to read it, or as one object whose inner symbols are local,
// so that several models link into one program.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_ARTIFACTS_CODE_H
#define SWAGE_COMPILER_DRIVER_ARTIFACTS_CODE_H

#include "compiler/Pipelines/CompiledModel.h"
#include "llvm/IR/Module.h"

namespace swage {

/// Links `main` with the bitcode of all parts of `model`.
llvm::Expected<std::unique_ptr<llvm::Module>>
linkBitcode(std::unique_ptr<llvm::Module> main, const CompiledModel &model);

/// Copies an object file, with every symbol that it defines made local but
/// those in `keep`.
llvm::Error localizeSymbols(llvm::StringRef input, llvm::StringRef output,
                            llvm::ArrayRef<std::string> keep);

/// Adds the members of the archive `library` to the objects `members` and
/// writes them as a new archive. All are paths of files.
llvm::Error mergeArchive(llvm::StringRef output,
                         llvm::ArrayRef<std::string> members,
                         llvm::StringRef library);

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_ARTIFACTS_CODE_H
