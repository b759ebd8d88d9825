//===- Emitter.cpp - from KernelSpec to code ------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Runs Halide: on a thread with a large stack, since its passes recurse deeply,
// and with its exceptions caught.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/Halide/Emitter/Emitter.h"
#include "compiler/Backend/Halide/Emitter/BuildPipeline.h"
#include "compiler/Backend/Halide/Schedules/ScheduleTemplate.h"
#include <dlfcn.h>
#include <fstream>
#include <pthread.h>
#include <sstream>
#include <sys/mman.h>
#include <unistd.h>

namespace swage::halide {
namespace {

/// Enough for the deepest kernels; pages that are not used cost nothing.
constexpr size_t stackBytes = size_t(256) << 20;

/// A file that exists in memory only: Halide writes files by name.
class MemoryFile {
public:
  MemoryFile() : descriptor(memfd_create("halide", MFD_CLOEXEC)) {
    if (descriptor < 0)
      throw Halide::RuntimeError("no memory for a file of Halide's");
  }
  ~MemoryFile() { close(descriptor); }
  MemoryFile(const MemoryFile &) = delete;
  MemoryFile &operator=(const MemoryFile &) = delete;

  std::string path() const {
    return "/proc/self/fd/" + std::to_string(descriptor);
  }
  std::string read() const {
    std::ifstream file(path(), std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
  }

private:
  int descriptor;
};

/// One compilation.
struct Job {
  const KernelSpec &spec;
  const EmitOptions &options;
  Emitted result;

  void run() {
    try {
      compile();
    } catch (const Halide::Error &error) {
      result.error = error.what();
    } catch (const std::exception &error) {
      result.error = error.what();
    }
    while (!result.error.empty() && result.error.back() == '\n')
      result.error.pop_back();
  }

private:
  /// Halide warns on stderr of updates that have no schedule of their own,
  /// which some need not.
  static void silenceWarnings(Pipeline &pipeline) {
    for (StageFunc &stage : pipeline.stages)
      for (int i = 0; i < stage.func.num_update_definitions(); ++i)
        if (!stage.func.function().update(i).schedule().touched())
          stage.func.update(i).unscheduled();
  }

  void compile() {
    const ScheduleTemplate *form = findScheduleTemplate(options.schedule.form);
    if (!form) {
      result.error =
          "there is no schedule '" + options.schedule.form + "' for Halide";
      return;
    }
    Pipeline pipeline = buildPipeline(spec, options.target);
    result.error = form->apply(pipeline, options.schedule);
    if (!result.error.empty())
      return;
    silenceWarnings(pipeline);
    constrainBuffers(pipeline);
    std::vector<Halide::Argument> arguments(pipeline.sizes.begin(),
                                            pipeline.sizes.end());
    for (Halide::ImageParam &input : pipeline.inputs)
      if (input.defined())
        arguments.push_back(input);
    Halide::Module module =
        Halide::Pipeline(pipeline.outputs)
            .compile_to_module(arguments, entryName,
                               getTarget(options.target, options.checks));
    MemoryFile bitcode, statements;
    std::map<Halide::OutputFileType, std::string> files = {
        {Halide::OutputFileType::bitcode, bitcode.path()}};
    if (options.keepStatements)
      files[Halide::OutputFileType::stmt] = statements.path();
    module.compile(files);
    result.bitcode = bitcode.read();
    result.statements = statements.read();
  }
};

void *runJob(void *job) {
  static_cast<Job *>(job)->run();
  return nullptr;
}

} // namespace

Emitted emit(const KernelSpec &spec, const EmitOptions &options) {
  Job job{spec, options, {}};
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, stackBytes);
  pthread_t thread;
  if (pthread_create(&thread, &attributes, runJob, &job) == 0)
    pthread_join(thread, nullptr);
  else
    job.result.error = "cannot start a thread for Halide";
  pthread_attr_destroy(&attributes);
  return std::move(job.result);
}

std::string getLibraryFile() {
  Dl_info info;
  auto *address =
      reinterpret_cast<void *>(&Halide::Internal::check_introspection);
  return dladdr(address, &info) ? info.dli_fname : "";
}

} // namespace swage::halide
