//===- Header.cpp - the C header of a compiled model ----------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Artifacts/Header.h"
#include "compiler/Driver/Artifacts/CNames.h"
#include "compiler/Driver/Artifacts/InterfaceText.h"
#include "compiler/Pipelines/ModelFacts.h"
#include "swage/artifact.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace swage;

std::string swage::getCommentText(StringRef text) {
  std::string result;
  for (char c : text) {
    // No character may end the comment, begin another or continue the line.
    bool isHarmless = isPrint(c) && c != '\\' &&
                      !((c == '/' || c == '*') && !result.empty() &&
                        (result.back() == '*' || result.back() == '/'));
    result += isHarmless ? c : '_';
  }
  return result;
}

void swage::writeValueList(raw_ostream &os, StringRef title,
                           ArrayRef<ValueSignature> values) {
  os << "\n   " << title << ":\n";
  for (const ValueSignature &value : values)
    os << "     " << getCommentText(value.name) << "  "
       << getCommentText(describeType(value)) << "\n";
  if (values.empty())
    os << "     none\n";
}

void swage::writeParameterText(raw_ostream &os, StringRef parameter,
                               const ValueSignature &value) {
  os << "     " << parameter << "  " << describeType(value);
  int64_t count = 1;
  for (int64_t dim : value.dims)
    count *= dim;
  bool isComplex = value.dtype == SWAGE_C64 || value.dtype == SWAGE_C128;
  os << ", " << count * (isComplex ? 2 : 1) << " elements";
  if (isComplex)
    os << " (real and imaginary parts alternate)";
  else if (value.dtype == SWAGE_F16 || value.dtype == SWAGE_BF16 ||
           (value.dtype >= SWAGE_F8E4M3FN && value.dtype <= SWAGE_F8E5M2FNUZ))
    os << " (the bits of each)";
  os << "\n";
}

namespace {

class HeaderWriter {
public:
  HeaderWriter(raw_ostream &os, const CompiledModel &model)
      : os(os), model(model), name(model.name), macro(name) {
    macro = StringRef(name).upper();
  }

  void write();

private:
  void writeTyped();

  raw_ostream &os;
  const CompiledModel &model;
  std::string name, macro;
};

} // namespace

void HeaderWriter::writeTyped() {
  std::vector<std::string> parameters = getParameterNames(model.signature);
  os << "/* Runs the model on dense row-major arrays that do not overlap.\n\n";
  size_t next = 0;
  for (const auto *values : {&model.signature.inputs, &model.signature.outputs})
    for (const ValueSignature &value : *values)
      writeParameterText(os, parameters[next++], value);
  os << formatv(
      R"(     workspace  {0}_WORKSPACE_SIZE bytes aligned to 64, used by one call
                at a time; NULL takes memory that the model keeps

   Any number of threads may call this at once. Returns 0, or a swage_status
   other than SWAGE_OK; {1}_error() then says why. The first call loads the
   model to run on all processors; for other settings see swage_session_create. */
int32_t {1}_run()",
      macro, name);
  next = 0;
  for (const ValueSignature &value : model.signature.inputs)
    os << "const " << getCType(value.dtype) << " *" << parameters[next++]
       << ",\n    ";
  for (const ValueSignature &value : model.signature.outputs)
    os << getCType(value.dtype) << " *" << parameters[next++] << ",\n    ";
  os << "void *workspace);\n\n";
  os << formatv(R"(/* Why the last {0}_run of this thread failed. */
const char *{0}_error(void);

/* Releases what {0}_run keeps: threads and memory. No call may be running; the
   next call loads the model again. */
void {0}_unload(void);

)",
                name);
}

void HeaderWriter::write() {
  os << "/* " << name << ".h - the model '" << name
     << "', compiled by Swage for " << model.target.triple << ".\n";
  writeValueList(os, "Inputs", model.signature.inputs);
  writeValueList(os, "Outputs", model.signature.outputs);
  os << "\n   Generated: changes will be lost. */\n"
     << formatv("#ifndef SWAGE_MODEL_{0}_H\n#define SWAGE_MODEL_{0}_H\n\n",
                macro)
     << interfaceText
     << formatv(R"(
#ifdef __cplusplus
extern "C" {{
#endif

/* Bytes of workspace that one run needs. */
#define {0}_WORKSPACE_SIZE ((size_t){1}u)

/* The model's facts, for swage_session_create: the generic interface, which
   takes tensors of any shape that the signature allows. */
const swage_model *{2}_model(void);

)",
                macro, model.arenaSize, name);
  if (hasTypedEntry(model.signature))
    writeTyped();
  os << "#ifdef __cplusplus\n}\n#endif\n"
     << formatv("#endif /* SWAGE_MODEL_{0}_H */\n", macro);
}

void swage::writeHeader(raw_ostream &os, const CompiledModel &model) {
  HeaderWriter(os, model).write();
}
