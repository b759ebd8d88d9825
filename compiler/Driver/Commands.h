//===- Commands.h - what `swage` does ---------------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The commands of the tool as functions of plain options, so that reading the
// command line is all that is left to the tool itself. Each returns the exit
// code: 0, or a Status.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_COMMANDS_H
#define SWAGE_COMPILER_DRIVER_COMMANDS_H

#include "compiler/Driver/Compare.h"
#include "compiler/Driver/Training/ImageLoader.h"
#include "compiler/Pipelines/Pipeline.h"
#include <string>
#include <vector>

namespace swage {

/// The options that all commands on a model share, as the user wrote them.
struct ModelArguments {
  std::string model;
  std::vector<std::string> dims; ///< NAME=N or NAME=LOW..HIGH
  std::string target = "native";
  std::string backend = "auto";
  std::string fp = "contract";
  std::string schedules;   ///< a file
  std::string kernelCache; ///< a folder, "off", or "" for the user's
  unsigned optLevel = 3;
  unsigned threads = 0;
  std::vector<std::string> dumpAfter; ///< phases
  std::string weightsType = "f32";    ///< f32, f16 or bf16
  bool growCaches = false; ///< see CompileOptions
};

/// How a model is trained.
struct TrainingArguments {
  std::string loss = "cross-entropy", optimizer = "adam";
  double clipNorm = 0, clipValue = 0;
  unsigned accumulate = 1; ///< steps for each change of the parameters
  std::string activationsType = "f32"; ///< f32, f16 or bf16
  uint64_t memoryBudget = 0;           ///< bytes of a step; 0 for no limit
  std::vector<std::string> freeze, trainOnly; ///< patterns of names
  std::string lora;        ///< adapters: "rank=8,targets=PATTERN"
  std::string replaceHead; ///< the weights of the layer to make anew
  unsigned classes = 0;    ///< that the new layer tells apart
  unsigned batch = 0;      ///< 0 for the model's own, or 32 where it is open
  uint64_t seed = 0;       ///< of the new layer, and of the order of examples
};

struct CompileArguments : ModelArguments {
  std::string output;
  std::string emit = "exe";
  std::string stopAfter;
  std::string weights = "embed"; ///< or "file"
  std::string weightsAtLoad = "auto"; ///< or "never"; see CompileOptions
  bool train = false;       ///< the training of the model instead of the model
  TrainingArguments training;
};
int runCompile(const CompileArguments &arguments);

/// Options of commands that run a model once or often.
struct InputArguments : ModelArguments {
  std::vector<std::string> inputs; ///< NAME=FILE
  std::string seed; ///< of random inputs; empty when none are wanted
};

struct RunArguments : InputArguments {
  bool profile = false;
  std::string outputDir;
};
int runRun(const RunArguments &arguments);

struct CheckArguments : ModelArguments {
  std::vector<std::string> paths;
  unsigned jobs = 1;
  unsigned timeout = 600; ///< seconds for one case
  Tolerance tolerance;
  std::string json;
  bool dynamic = false;        ///< leave every dimension of the inputs open
  bool constantInputs = false; ///< compile the inputs' data in
};
int runCheck(const CheckArguments &arguments);

struct BenchArguments : InputArguments {
  bool kernels = false;
  double seconds = 2;
  std::string json;
};
int runBench(const BenchArguments &arguments);

/// How a language model continues a text.
struct GenerateArguments : ModelArguments {
  std::string promptIds; ///< "15496,11,995"; or "@FILE", an .npy or .pb tensor
  uint64_t maxTokens = 64;
  std::vector<int64_t> stopTokens;
  double temperature = 0;
  uint64_t topK = 0;
  double topP = 1;
  uint64_t seed = 0;
  bool stats = false;
};
int runGenerate(const GenerateArguments &arguments);

struct InspectArguments : ModelArguments {
  bool json = false;
  bool train = false; ///< what training the model takes
  TrainingArguments training;
};
int runInspect(const InspectArguments &arguments);

struct TrainArguments : ModelArguments {
  TrainingArguments training;
  std::string data, validation; ///< .npz files or folders
  ImageOptions images;
  std::string output; ///< the trained model
  double rate = 1e-3;
  std::string schedule = "constant";
  unsigned epochs = 10;
  unsigned patience = 0; ///< epochs without progress before it ends; 0 never
  std::string checkpoint, metrics, picture; ///< files to write after epochs
  bool resume = false;
};
int runTrain(const TrainArguments &arguments);

int runDoctor();

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_COMMANDS_H
