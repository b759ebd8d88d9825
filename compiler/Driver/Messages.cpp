//===- Messages.cpp - what the compiler says to its user ------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Messages.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Location.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace swage;

Messages::Messages()
    : sink([](StringRef text) { llvm::errs() << text << '\n'; }) {}

void Messages::error(const llvm::Twine &text) const {
  sink(("error: " + text).str());
}

void Messages::note(const llvm::Twine &text) const {
  sink(("note: " + text).str());
}

void Messages::remark(const llvm::Twine &text) const {
  sink(("remark: " + text).str());
}

void Messages::error(llvm::Error error) const {
  llvm::handleAllErrors(std::move(error), [&](const llvm::ErrorInfoBase &info) {
    this->error(info.message());
  });
}

static StringRef getSeverity(DiagnosticSeverity severity) {
  switch (severity) {
  case DiagnosticSeverity::Note:
    return "note";
  case DiagnosticSeverity::Warning:
    return "warning";
  case DiagnosticSeverity::Remark:
    return "remark";
  case DiagnosticSeverity::Error:
    return "error";
  }
  llvm_unreachable("all severities are known");
}

/// The file and the names of operations in a location, which may be fused from
/// those of several nodes.
static void collect(Location location, FileLineColLoc &file,
                    SmallVectorImpl<StringRef> &names) {
  location->walk([&](Location inner) {
    if (auto name = dyn_cast<NameLoc>(inner))
      names.push_back(name.getName());
    else if (auto found = dyn_cast<FileLineColLoc>(inner))
      file = file ? file : found;
    return WalkResult::advance();
  });
}

static void print(const Diagnostic &diagnostic, llvm::raw_ostream &os) {
  FileLineColLoc file;
  SmallVector<StringRef> names;
  collect(diagnostic.getLocation(), file, names);
  if (file) {
    os << file.getFilename().getValue();
    if (file.getLine())
      os << ':' << file.getLine() << ':' << file.getColumn();
    os << ": ";
  }
  std::string text = diagnostic.str();
  os << getSeverity(diagnostic.getSeverity()) << ": ";
  if (!names.empty() && StringRef(text).find(names.front()) == StringRef::npos)
    os << "at '" << names.front() << "': ";
  os << text;
}

void Messages::report(const Diagnostic &diagnostic) const {
  std::string text;
  llvm::raw_string_ostream os(text);
  print(diagnostic, os);
  for (const Diagnostic &note : diagnostic.getNotes()) {
    os << '\n';
    print(note, os);
  }
  sink(text);
}
