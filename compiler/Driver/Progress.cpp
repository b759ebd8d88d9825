//===- Progress.cpp - what long work is doing -----------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Progress.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace swage;

Progress::Progress()
    : enabled(sys::Process::StandardErrIsDisplayed() &&
              sys::Process::StandardErrColumns() > 0) {}

void Progress::show(const Twine &text) {
  if (!enabled)
    return;
  clear();
  std::string line = text.str();
  // A line that wraps could not be removed again.
  line.resize(
      std::min<size_t>(line.size(), sys::Process::StandardErrColumns() - 1));
  errs() << line;
  errs().flush();
  shown = true;
}

void Progress::clear() {
  if (!shown)
    return;
  errs() << "\r\033[K";
  errs().flush();
  shown = false;
}

void Progress::follow(CompileOptions &options, StringRef model) {
  options.onBegin = [this, model](Phase phase) {
    show("compiling " + model + ": " + getPhaseName(phase));
  };
  // Dumps must not follow a half line.
  if (auto dump = options.onEnd)
    options.onEnd = [this, dump](Phase phase, mlir::ModuleOp module) {
      clear();
      dump(phase, module);
    };
}
