//===- TrainingHeader.cpp - the C header of a compiled training -----------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Artifacts/CNames.h"
#include "compiler/Driver/Artifacts/Header.h"
#include "compiler/Driver/Artifacts/InterfaceText.h"
#include "compiler/Driver/Artifacts/TrainingObject.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace swage;

namespace {

class TrainingHeaderWriter {
public:
  TrainingHeaderWriter(raw_ostream &os, const CompiledTraining &training)
      : os(os), training(training), name(training.name),
        macro(StringRef(name).upper()),
        parameters(getNames(getBatchSignature(training))) {}

  void write();

private:
  static std::vector<std::string> getNames(ModelSignature signature);
  ArrayRef<ValueSignature> getModelInputs() const {
    return ArrayRef(training.inputs).take_front(training.numModelInputs);
  }
  void writeTyped();
  void declareInputs(ArrayRef<ValueSignature> values);
  void declareOutputs();
  void writeAccess();

  raw_ostream &os;
  const CompiledTraining &training;
  std::string name, macro;
  std::vector<std::string> parameters; ///< inputs, then outputs
};

} // namespace

/// Names that are also distinct from those of our own parameters.
std::vector<std::string>
TrainingHeaderWriter::getNames(ModelSignature signature) {
  for (const char *own : {"rate", "loss"})
    signature.inputs.emplace(signature.inputs.begin())->name = own;
  std::vector<std::string> names = getParameterNames(signature);
  names.erase(names.begin(), names.begin() + 2);
  return names;
}

void TrainingHeaderWriter::declareInputs(ArrayRef<ValueSignature> values) {
  for (auto [value, parameter] : zip(values, parameters))
    os << "const " << getCType(value.dtype) << " *" << parameter << ",\n    ";
}

void TrainingHeaderWriter::declareOutputs() {
  ListSeparator separator(",\n    ");
  for (auto [value, parameter] :
       zip(training.outputs,
           ArrayRef(parameters).drop_front(training.inputs.size())))
    os << separator << getCType(value.dtype) << " *" << parameter;
  os << ");\n\n";
}

void TrainingHeaderWriter::writeTyped() {
  os << "/* The functions below share one training, which the first call of "
        "any "
        "of them\n   begins with the model's own parameters, on all "
        "processors; "
        "one thread may call\n   at a time. For several trainings, or other "
        "settings, see swage_trainee_create.\n   They return 0, or a "
        "swage_status other than SWAGE_OK; "
     << name
     << "_error() then\n   says why. Arrays are dense and row-major.\n\n";
  for (auto [value, parameter] : zip(training.inputs, parameters))
    writeParameterText(os, parameter, value);
  for (auto [value, parameter] :
       zip(training.outputs,
           ArrayRef(parameters).drop_front(training.inputs.size())))
    writeParameterText(os, parameter, value);
  os << R"(     rate  the learning rate
     loss  that of the batch, before the step; may be NULL */

/* Forward pass, loss, backward pass, and the step of the optimizer. */
)" << "int32_t "
     << name << "_train_step(";
  declareInputs(training.inputs);
  os << "double rate,\n    double *loss);\n\n"
     << "/* Loss and outputs, as outside of training. */\nint32_t " << name
     << "_evaluate(";
  declareInputs(training.inputs);
  os << "double *loss,\n    ";
  declareOutputs();
  os << "/* The outputs alone. */\nint32_t " << name << "_run(";
  declareInputs(getModelInputs());
  declareOutputs();
  writeAccess();
}

void TrainingHeaderWriter::writeAccess() {
  os << formatv(
      R"(/* Copies the tensor `name` of those above; `size` is its bytes. */
int32_t {0}_get(const char *name, void *data, size_t size);
int32_t {0}_set(const char *name, const void *data, size_t size);

/* Bytes of all parameters and states. */
uint64_t {0}_state_size(void);

/* Writes parameters and states to a file, and reads them back: training goes on
   bit by bit as if it had not been interrupted. `swage train` and other
   artifacts of the same training read the same files. */
int32_t {0}_save(const char *path);
int32_t {0}_load(const char *path);

/* Why the last call by this thread failed. */
const char *{0}_error(void);

/* Ends the training and releases what it holds. The next call begins another,
   with the model's own parameters. */
void {0}_unload(void);

)",
      name);
}

void TrainingHeaderWriter::write() {
  os << "/* " << name << ".h - the training of the model '" << name
     << "', compiled by Swage for " << training.step.model.target.triple
     << ".\n";
  writeValueList(os, "A batch", training.inputs);
  writeValueList(os, "Outputs", training.outputs);
  writeValueList(os, "What a step changes", training.slots);
  os << "\n   Generated: changes will be lost. */\n"
     << formatv("#ifndef SWAGE_MODEL_{0}_H\n#define SWAGE_MODEL_{0}_H\n\n",
                macro)
     << interfaceText << "\n"
     << trainingText
     << formatv(R"(
#ifdef __cplusplus
extern "C" {{
#endif

/* The training's facts, for swage_trainee_create. */
const swage_training *{0}_training(void);

)",
                name);
  if (hasTypedEntry(getBatchSignature(training)))
    writeTyped();
  os << "#ifdef __cplusplus\n}\n#endif\n"
     << formatv("#endif /* SWAGE_MODEL_{0}_H */\n", macro);
}

void swage::writeTrainingHeader(raw_ostream &os,
                                const CompiledTraining &training) {
  TrainingHeaderWriter(os, training).write();
}
