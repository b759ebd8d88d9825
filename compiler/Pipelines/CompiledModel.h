//===- CompiledModel.h - a model as machine code ----------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What the pipeline hands to the linker of artifacts and to the JIT: objects,
// constants and static facts. Both read the same bytes, so that a model behaves
// alike in an executable and in memory.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_PIPELINES_COMPILEDMODEL_H
#define SWAGE_COMPILER_PIPELINES_COMPILEDMODEL_H

#include "compiler/Backend/Target/TargetInfo.h"
#include "compiler/Pipelines/OptionalLibraries.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/JSON.h"
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace swage {

/// One relocatable object of a model: the main function or a kernel.
struct ObjectCode {
  std::string symbol;                 ///< the function that it defines
  llvm::SmallVector<char, 0> object;  ///< ELF, for the model's target
  llvm::SmallVector<char, 0> bitcode; ///< LLVM bitcode; empty when not kept
  std::string statements; ///< Halide's loops as text; empty when not kept
};

/// What can be known of a kernel without running it.
struct KernelFacts {
  std::string name;
  std::string backend;
  std::string schedule; ///< as the IR has it; empty where the backend chooses
  std::string origin;   ///< the operators of the model that it computes
  /// The costs of one call; -1 where only a run knows.
  int64_t flops = -1;
  int64_t functions = -1; ///< those of them that are exp, tanh and the like
  int64_t bytes = -1;     ///< read and written
};

/// The bytes of one constant, wherever they lie: in the mapped model file or in
/// a buffer that was computed at compile time.
struct ConstantBlob {
  const char *data = nullptr;
  uint64_t size = 0;
  std::shared_ptr<const void> owner; ///< keeps `data` alive
  /// A run reads all of it. It does not when it looks single elements up, as in
  /// a table of embeddings, or when it reads what was made from it at load.
  bool isReadWhole = false;

  llvm::ArrayRef<char> bytes() const { return {data, size_t(size)}; }
};

/// A constant that the loading program makes, and its place in the memory for
/// all such. There it is aligned to `constantAlignment` bytes.
struct PreparedConstant {
  uint64_t offset = 0;
  uint64_t size = 0;
};

/// One input or output. The data type is a swage_dtype of swage/tensor.h.
struct ValueSignature {
  std::string name;
  int32_t dtype = 0;
  llvm::SmallVector<int64_t, 4> dims; ///< -1 where only a run knows
  std::vector<std::string> dimNames;  ///< one a dimension, "" for unnamed ones;
                                      ///< may be empty when none has a name
  llvm::SmallVector<int64_t> dimRanges; ///< least and greatest size of each
                                        ///< dimension, -1 for none; may be
                                        ///< empty where nothing is known
  bool isRanked = true;               ///< without it, `dims` is empty
  std::vector<ValueSignature> element; ///< of a container, one: what it holds;
                                       ///< of a map two: keys and values
  std::string role;     ///< of an input in training: see training::role
  /// Of what training changes: dimension i in memory is dimension order[i] of
  /// the model's. Empty where both are the same. `dims` are those in memory,
  /// but the model's for a slot.
  std::vector<int32_t> order;
  ConstantBlob initial; ///< of an input: the value to begin with, if any
  int64_t updates = -1; ///< of an output: the input whose new value it is

  /// Of an output: the input whose elements it begins with. A run may give both
  /// the same memory; see CompileOptions::growCaches.
  std::optional<unsigned> growsFrom;

  bool isStatic() const;
  /// With `dims` as the model has them, and not the memory.
  ValueSignature inModelOrder() const;
};

/// What a model takes and gives.
struct ModelSignature {
  std::vector<ValueSignature> inputs;
  std::vector<ValueSignature> outputs;

  bool isStatic() const;
};

/// Of the buffers for intermediate results whose sizes only a run decides.
struct OpenSizes {
  int64_t bounded = 0; ///< with places in the workspace for the greatest sizes
  int64_t unbounded = 0; ///< without a limit: the runtime allocates them
  std::vector<std::string> dims; ///< a limit of these would be one for those
};

/// A compiled model. Moving is cheap; the bytes of constants are never copied.
struct CompiledModel {
  std::string name;
  ModelSignature signature;
  std::vector<ObjectCode> objects;
  /// In the order of the indices that the entry passes to swage_rt_call.
  std::vector<KernelFacts> kernels;
  /// The symbol of `int32_t entry(swage_exec *)` in one of the objects.
  std::string entry;
  /// In the order of swage_exec's `constants`. An artifact aligns each to
  /// `constantAlignment` bytes.
  std::vector<ConstantBlob> constants;
  /// These come behind them.
  std::vector<PreparedConstant> prepared;
  uint64_t preparedSize = 0;
  /// The symbol of `int32_t prepare(swage_exec *)`, which makes them; empty
  /// where there are none.
  std::string prepare;
  /// What it needs of the runtime beside that which every model does.
  llvm::SmallVector<const OptionalLibrary *, 2> optionalLibraries;
  uint64_t arenaSize = 0;      ///< bytes of workspace with lifetimes shared
  uint64_t naiveArenaSize = 0; ///< bytes were each buffer to have its own
  OpenSizes openSizes;
  /// Facts beside the signature: opset, producer, options, target, hash, ...
  llvm::json::Object metadata;
  TargetInfo target;
  /// Whatever else must live as long as the model.
  std::shared_ptr<void> keepAlive;
};

/// The alignment of constants in artifacts and in memory.
constexpr uint64_t constantAlignment = 64;

inline ValueSignature ValueSignature::inModelOrder() const {
  ValueSignature result = *this;
  for (size_t i = 0; i < order.size(); ++i)
    result.dims[order[i]] = dims[i];
  return result;
}

inline bool ValueSignature::isStatic() const {
  for (int64_t dim : dims)
    if (dim < 0)
      return false;
  return true;
}

inline bool ModelSignature::isStatic() const {
  for (const std::vector<ValueSignature> *values : {&inputs, &outputs})
    for (const ValueSignature &value : *values)
      if (!value.isStatic())
        return false;
  return true;
}

} // namespace swage

#endif // SWAGE_COMPILER_PIPELINES_COMPILEDMODEL_H
