//===- JITModel.cpp - a compiled model, loaded into this process ----------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/JIT/JITModel.h"
#include "compiler/Pipelines/ModelFacts.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Alignment.h"
#include "llvm/Support/FormatVariadic.h"
#include <cstring>

using namespace llvm;
using namespace swage;

/// Moves a constant to where generated code may load whole vectors from it. The
/// raw data of an ONNX file lie at any address.
static void alignConstant(ConstantBlob &blob) {
  if (blob.size == 0 || isAddrAligned(Align(constantAlignment), blob.data))
    return;
  std::shared_ptr<void> memory(
      std::aligned_alloc(constantAlignment,
                         alignTo(blob.size, constantAlignment)),
      std::free);
  if (!memory)
    report_bad_alloc_error("no memory for the constants of a model");
  std::memcpy(memory.get(), blob.data, blob.size);
  blob.data = static_cast<const char *>(memory.get());
  blob.owner = std::move(memory);
}

/// The runtime takes constants as offsets from one address. Here they lie in
/// several allocations, so that address is the lowest of all.
void JITModel::placeConstants() {
  uintptr_t lowest = UINTPTR_MAX, end = 0;
  for (ConstantBlob &blob : compiled.constants) {
    alignConstant(blob);
    if (blob.size == 0)
      continue;
    lowest = std::min(lowest, reinterpret_cast<uintptr_t>(blob.data));
    end = std::max(end, reinterpret_cast<uintptr_t>(blob.data) + blob.size);
  }
  if (end == 0) {
    // Constants without elements still have an address.
    alignas(64) static const unsigned char nothing[64] = {};
    lowest = end = reinterpret_cast<uintptr_t>(nothing);
  }
  for (const ConstantBlob &blob : compiled.constants)
    offsets.push_back(
        blob.size ? reinterpret_cast<uintptr_t>(blob.data) - lowest : 0);
  for (const PreparedConstant &constant : compiled.prepared)
    offsets.push_back(constant.offset);
  facts.num_constants = offsets.size();
  facts.constant_offsets = offsets.data();
  facts.weights = reinterpret_cast<const unsigned char *>(lowest);
  facts.weights_size = end - lowest;
}

Expected<std::unique_ptr<JITModel>> JITModel::load(CompiledModel compiled) {
  std::unique_ptr<JITModel> model(new JITModel(std::move(compiled)));
  const CompiledModel &source = model->compiled;
  Expected<std::unique_ptr<ObjectLoader>> loader = ObjectLoader::create();
  if (!loader)
    return loader.takeError();
  model->loader = std::move(*loader);
  for (const ObjectCode &code : source.objects)
    if (Error error = model->loader->add(code.object, code.symbol))
      return error;
  Expected<void *> entry = model->loader->lookup(source.entry);
  if (!entry)
    return createStringError(formatv(
        "cannot load the compiled model '{0}' for '{1}': {2}", source.name,
        source.target.triple, toString(entry.takeError())));

  swage_model &facts = model->facts;
  facts.abi_version = SWAGE_ABI_VERSION;
  facts.name = source.name.c_str();
  raw_string_ostream(model->metadata) << json::Value(describeModel(source));
  facts.metadata = model->metadata.c_str();
  facts.arena_size = source.arenaSize;
  facts.entry = reinterpret_cast<int32_t (*)(swage_exec *)>(*entry);
  if (!source.prepare.empty()) {
    Expected<void *> prepare = model->loader->lookup(source.prepare);
    if (!prepare)
      return prepare.takeError();
    facts.prepare = reinterpret_cast<int32_t (*)(swage_exec *)>(*prepare);
    facts.num_prepared = source.prepared.size();
    facts.prepared_size = source.preparedSize;
  }
  model->placeConstants();
  facts.num_inputs = model->values.getInputs().size();
  facts.inputs = model->values.getInputs().data();
  facts.num_outputs = model->values.getOutputs().size();
  facts.outputs = model->values.getOutputs().data();
  for (const KernelFacts &kernel : source.kernels)
    model->kernels.push_back({kernel.name.c_str(), kernel.flops, kernel.bytes});
  facts.num_kernels = model->kernels.size();
  facts.kernels = model->kernels.data();
  return model;
}
