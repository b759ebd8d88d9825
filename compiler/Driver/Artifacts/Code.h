//===- Code.h - the code of a model as one piece ----------------*- C++ -*-===//
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

/// Links `main` with the bitcode of all parts of the models.
llvm::Expected<std::unique_ptr<llvm::Module>>
linkBitcode(std::unique_ptr<llvm::Module> main,
            llvm::ArrayRef<const CompiledModel *> models);

/// Copies an object file, with every symbol that it defines made local but
/// those in `keep`.
llvm::Error localizeSymbols(llvm::StringRef input, llvm::StringRef output,
                            llvm::ArrayRef<std::string> keep);

/// A file and the name that it gets in an archive.
struct ArchiveMember {
  std::string path;
  std::string name;
};

/// Writes an archive of `members`, followed by those of the archive `library`
/// unless that is empty.
llvm::Error mergeArchive(llvm::StringRef output,
                         llvm::ArrayRef<ArchiveMember> members,
                         llvm::StringRef library);

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_ARTIFACTS_CODE_H
