//===- Updates.h - results that replace arguments ---------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A result of @main with the attribute `nn.updates` is the new value of the
// argument with that number, and the caller may give both the same memory.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_ANALYSIS_UPDATES_H
#define SWAGE_COMPILER_ANALYSIS_UPDATES_H

#include "mlir/IR/Operation.h"
#include <optional>

namespace swage {

/// The attribute of an argument whose memory has an order of its own: dimension
/// i of it is dimension order[i] of the tensor that the caller knows.
inline constexpr llvm::StringLiteral kOrderAttr = "nn.order";

/// The number of the argument that result `index` of the function replaces.
std::optional<int64_t> getUpdatedArgument(mlir::Operation *func,
                                          unsigned index);

/// Whether `op` makes the new value of an argument. It then is computed place
/// by place over the argument's own elements, and nothing else is done with it.
bool isUpdate(mlir::Operation *op);

} // namespace swage

#endif // SWAGE_COMPILER_ANALYSIS_UPDATES_H
