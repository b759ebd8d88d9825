//===- KernelRunner.cpp - one kernel, run on buffers of the host ----------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A kernel needs what every run has: a context with threads, scratch memory and
// a way to fail. So it runs as the entry of a model whose one input is a record
// that says which kernel to call with what.
//
//===----------------------------------------------------------------------===//
#include "compiler/JIT/KernelRunner.h"

using namespace llvm;
using namespace swage;

namespace {
/// The bytes of the one input.
struct KernelCall {
  swage_kernel kernel;
  void *const *buffers;
  const int64_t *dims;
};
} // namespace

static int32_t callKernel(swage_exec *exec) {
  auto *call = static_cast<const KernelCall *>(exec->inputs[0].data);
  call->kernel(exec, call->buffers, call->dims);
  return SWAGE_OK;
}

/// The facts of that model; they are the same for every kernel.
static const swage_model *getCallModel() {
  static const int64_t dims[] = {sizeof(KernelCall)};
  static const swage_value_info input = {"call",  SWAGE_U8, 1,      dims,
                                         nullptr, nullptr,  nullptr};
  static const swage_model model = [] {
    swage_model model = {};
    model.abi_version = SWAGE_ABI_VERSION;
    model.num_inputs = 1;
    model.name = "kernel";
    model.metadata = "{}";
    model.inputs = &input;
    model.entry = callKernel;
    return model;
  }();
  return &model;
}

/// The runtime's message as an error.
static Error takeMessage(char *message) {
  Error error = createStringError(message ? message : "out of memory");
  swage_free(message);
  return error;
}

Expected<std::unique_ptr<KernelRunner>>
KernelRunner::load(ArrayRef<char> object, StringRef symbol, unsigned threads) {
  Expected<std::unique_ptr<ObjectLoader>> loader = ObjectLoader::create();
  if (!loader)
    return loader.takeError();
  if (Error error = (*loader)->add(object, symbol))
    return error;
  Expected<void *> address = (*loader)->lookup(symbol);
  if (!address)
    return address.takeError();

  std::unique_ptr<KernelRunner> runner(new KernelRunner);
  runner->loader = std::move(*loader);
  runner->kernel = reinterpret_cast<swage_kernel>(*address);
  swage_session_options options = {};
  options.num_threads = static_cast<int32_t>(threads);
  char *message = nullptr;
  if (swage_session_create(getCallModel(), &options, &runner->session,
                           &message) != SWAGE_OK)
    return takeMessage(message);
  return runner;
}

KernelRunner::~KernelRunner() { swage_session_destroy(session); }

Error KernelRunner::run(void *const *buffers, const int64_t *dims) const {
  KernelCall call = {kernel, buffers, dims};
  swage_tensor input = {};
  input.data = &call;
  input.dtype = SWAGE_U8;
  input.rank = 1;
  input.dims[0] = sizeof call;
  char *message = nullptr;
  if (swage_session_run(session, &input, nullptr, nullptr, &message) !=
      SWAGE_OK)
    return takeMessage(message);
  return Error::success();
}
