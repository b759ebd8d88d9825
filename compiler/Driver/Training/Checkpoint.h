//===- Checkpoint.h - training on disk ---------------------------*- C++
//-*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What a step changes, in a file from which training goes on bit by bit as if
// it had not been interrupted; and the trained model as ONNX. Files appear
// under their names when they are complete and on the disk, never before.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_TRAINING_CHECKPOINT_H
#define SWAGE_COMPILER_DRIVER_TRAINING_CHECKPOINT_H

#include "compiler/Driver/Training/Trainer.h"
#include "llvm/Support/JSON.h"

namespace swage {

/// Writes all kept tensors and what else is to be known, `facts`.
llvm::Error saveCheckpoint(llvm::StringRef path, const Trainer &trainer,
                           llvm::json::Object facts);

/// Reads them back; fails, and changes nothing, when they are not those of this
/// training. Returns the facts.
llvm::Expected<llvm::json::Object> loadCheckpoint(llvm::StringRef path,
                                                  Trainer &trainer);

/// Writes the model with the trained parameters in place of its own.
llvm::Error exportModel(llvm::StringRef path, const Trainer &trainer);

/// Writes `contents` to `path`: to another name first, then onto the disk, then
/// to its name.
llvm::Error writeDurably(llvm::StringRef path, llvm::StringRef contents);

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_TRAINING_CHECKPOINT_H
