//===- Archive.h - .npz files ------------------------------------*- C++
//-*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_TRAINING_ARCHIVE_H
#define SWAGE_COMPILER_DRIVER_TRAINING_ARCHIVE_H

#include "compiler/Driver/Tensor.h"
#include "llvm/Support/Error.h"

namespace swage {

/// The arrays of a .npz file, as numpy.savez and savez_compressed write them:
/// names and tensors in the file's order.
llvm::Expected<std::vector<std::pair<std::string, Tensor>>>
loadArchive(llvm::StringRef path);

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_TRAINING_ARCHIVE_H
