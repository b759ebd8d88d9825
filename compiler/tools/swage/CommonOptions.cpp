//===- CommonOptions.cpp - options that commands share -------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/tools/swage/Commands.h"

using namespace swage;

void tool::addModel(CLI::App &command, ModelArguments &arguments) {
  command.add_option("MODEL", arguments.model, "an ONNX model")->required();
}

void tool::addModelOptions(CLI::App &command, ModelArguments &arguments) {
  command
      .add_option("--target", arguments.target,
                  "the machine to compile for: native, a triple "
                  "(aarch64-linux-gnu), a level (x86-64-v3) or a processor "
                  "(znver3)")
      ->type_name("TARGET");
  command.add_option("-O", arguments.optLevel, "optimisation, 0 to 3")
      ->check(CLI::Range(0, 3))
      ->type_name("LEVEL")
      ->capture_default_str();
  command
      .add_option("--dim", arguments.dims,
                  "give a symbolic dimension a size, batch=4, or the least and "
                  "the greatest that runs give it, seq=1..2048")
      ->type_name("NAME=N")
      ->allow_extra_args(false);
  command
      .add_option("--backend", arguments.backend,
                  "who compiles kernels: auto (by cost), llvm, or halide "
                  "(whatever it can)")
      ->type_name("NAME")
      ->capture_default_str();
  command
      .add_option("--schedules", arguments.schedules,
                  "override backends and schedules by kernel, from a file")
      ->type_name("FILE");
  command
      .add_option("--fp", arguments.fp,
                  "contract: products may be added without rounding between; "
                  "strict: every operation as the model has it")
      ->type_name("MODE")
      ->capture_default_str();
  command
      .add_option("--weights-type", arguments.weightsType,
                  "how f32 weights of products and lookups are stored: f32, or "
                  "f16 or bf16 at half the size; sums stay f32")
      ->type_name("TYPE")
      ->capture_default_str();
  command
      .add_option("--kernel-cache", arguments.kernelCache,
                  "where compiled kernels are kept: a folder, or off; the "
                  "user's cache folder otherwise")
      ->type_name("DIR");
  command
      .add_option("--dump-after", arguments.dumpAfter,
                  "print the module after a phase to stderr")
      ->type_name("PHASE")
      ->allow_extra_args(false);
}

void tool::addThreads(CLI::App &command, ModelArguments &arguments) {
  command
      .add_option("--threads", arguments.threads,
                  "threads to run on; all processors otherwise")
      ->check(CLI::Range(1, 4096))
      ->type_name("N");
}

void tool::addInputOptions(CLI::App &command, InputArguments &arguments) {
  addThreads(command, arguments);
  command
      .add_option("--input", arguments.inputs,
                  "data of an input: .npy, or ONNX tensor (.pb); of the only "
                  "input just FILE")
      ->type_name("NAME=FILE")
      ->allow_extra_args(false);
  // A flag, so that it never takes the next argument for its seed.
  command.add_flag("--random-inputs{0}", arguments.seed,
                   "random data for inputs that are not given; "
                   "--random-inputs=SEED chooses them");
}
