//===- ScheduleFile.cpp - schedules that people write ---------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See ChooseBackends.h for what such a file looks like.
//
//===----------------------------------------------------------------------===//
#include "compiler/Pipelines/ScheduleFile.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/GlobPattern.h"
#include "llvm/Support/LineIterator.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace mlir;

namespace swage {

bool ScheduleEntry::fits(StringRef kernel) const {
  // Made here because it refers to the text, which must stay where it is.
  return llvm::cantFail(llvm::GlobPattern::create(kernels)).match(kernel);
}

/// The first word of `text`, which is left with the rest.
static StringRef takeWord(StringRef &text) {
  StringRef word =
      text.take_until([](char c) { return c == ' ' || c == '\t'; });
  text = text.drop_front(word.size()).ltrim();
  return word;
}

static FailureOr<ScheduleEntry> parseLine(StringRef text, Location loc) {
  StringRef pattern = takeWord(text), backend = takeWord(text);
  if (backend.empty())
    return emitError(loc, "expected a kernel's name and a backend, as in "
                          "'contraction_1x56x56x64_f32_* halide "
                          "#kernel.schedule<plain>'");
  if (backend != "llvm" && backend != "halide")
    return emitError(loc) << "there is no backend '" << backend
                          << "'; there are llvm and halide";
  auto glob = llvm::GlobPattern::create(pattern);
  if (!glob)
    return emitError(loc) << "'" << pattern << "' names no kernels: "
                          << llvm::toString(glob.takeError());
  ScheduleEntry entry = {pattern.str(), backend.str(), nullptr, loc};
  if (text.empty())
    return entry;
  std::string problem;
  {
    ScopedDiagnosticHandler handler(loc.getContext(), [&](Diagnostic &inner) {
      problem = inner.str();
      return success();
    });
    Attribute attribute = parseAttribute(text, loc.getContext());
    entry.schedule = dyn_cast_or_null<kernel::ScheduleAttr>(attribute);
  }
  if (!entry.schedule)
    return emitError(loc) << "'" << text << "' is no schedule"
                          << (problem.empty() ? "" : ": ") << problem
                          << "; write #kernel.schedule<form {parameters}>";
  return entry;
}

FailureOr<std::vector<ScheduleEntry>> readScheduleFile(StringRef path,
                                                       MLIRContext *context) {
  auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!file)
    return emitError(UnknownLoc::get(context))
           << "cannot read the schedules in '" << path
           << "': " << file.getError().message();
  std::vector<ScheduleEntry> entries;
  for (llvm::line_iterator line(**file); !line.is_at_end(); ++line) {
    StringRef text = line->split("//").first.trim();
    if (text.empty())
      continue;
    FailureOr<ScheduleEntry> entry = parseLine(
        text, FileLineColLoc::get(context, path, line.line_number(), 1));
    if (failed(entry))
      return failure();
    entries.push_back(std::move(*entry));
  }
  return entries;
}

} // namespace swage
