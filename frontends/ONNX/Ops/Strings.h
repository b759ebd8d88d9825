//===- Strings.h - strings among other operators ----------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_FRONTENDS_ONNX_OPS_STRINGS_H
#define SWAGE_FRONTENDS_ONNX_OPS_STRINGS_H

#include "frontends/ONNX/NodeContext.h"

namespace swage::onnx {

/// Whether a tensor holds strings; false for none.
bool holdsStrings(NodeContext &node, mlir::Value value);

/// Strings as an attribute, and as a tensor.
mlir::ArrayAttr stringArray(NodeContext &node,
                            llvm::ArrayRef<std::string> strings);
mlir::Value stringVector(NodeContext &node,
                         llvm::ArrayRef<std::string> strings);

/// Numbers as strings, and strings as numbers of type `to`.
mlir::Value castToString(NodeContext &node, mlir::Value value);
mlir::Value castFromString(NodeContext &node, mlir::Value value, mlir::Type to);

/// Whether strings are the same, after broadcasting.
mlir::Value equalStrings(NodeContext &node, mlir::Value left,
                         mlir::Value right);

} // namespace swage::onnx

#endif // SWAGE_FRONTENDS_ONNX_OPS_STRINGS_H
