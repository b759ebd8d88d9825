//===- Tensor.h - tensors with an owner -------------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_TENSOR_H
#define SWAGE_COMPILER_DRIVER_TENSOR_H

#include "compiler/Pipelines/CompiledModel.h"
#include "swage/io.h"

namespace swage {

/// A tensor or container whose data came from the runtime and go back to it.
class Tensor {
public:
  Tensor() = default;
  Tensor(Tensor &&other) : tensor(other.tensor) { other.tensor = {}; }
  Tensor &operator=(Tensor &&other) {
    std::swap(tensor, other.tensor);
    return *this;
  }
  ~Tensor() { swage_free(tensor.data); }

  /// Reads a .npy or .pb file that holds a tensor.
  static llvm::Expected<Tensor> load(llvm::StringRef path);
  /// Reads a .npy or .pb file that holds what `info` says.
  static llvm::Expected<Tensor> load(llvm::StringRef path,
                                     const swage_value_info &info);

  /// "float32[1,3]".
  std::string getType() const;

  swage_tensor *operator->() { return &tensor; }
  const swage_tensor *operator->() const { return &tensor; }
  swage_tensor &get() { return tensor; }
  const swage_tensor &get() const { return tensor; }
  int64_t getCount() const { return swage_tensor_count(&tensor); }

private:
  swage_tensor tensor = {};
};

/// The type of a tensor, or of a container with what it holds.
std::string describeTensor(const swage_tensor &tensor);

/// The error with a message of the runtime, which is released.
llvm::Error takeMessage(char *message);

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_TENSOR_H
