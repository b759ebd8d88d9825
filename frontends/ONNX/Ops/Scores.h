//===- Scores.h - what classical models make of their sums ------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Linear models, support vector machines and trees of the domain ai.onnx.ml end
// alike: scores are transformed, and the best one names a class.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_FRONTENDS_ONNX_OPS_SCORES_H
#define SWAGE_FRONTENDS_ONNX_OPS_SCORES_H

#include "frontends/ONNX/NodeContext.h"

namespace swage::onnx {

constexpr llvm::StringLiteral kClassicalDomain = "ai.onnx.ml";

enum class PostTransform { None, Softmax, Logistic, SoftmaxZero, Probit };

/// The attribute 'post_transform'.
PostTransform readPostTransform(NodeContext &node);

/// Transforms scores of the shape [rows, classes].
mlir::Value transformScores(NodeContext &node, PostTransform transform,
                            mlir::Value scores);

/// How the one score of a model of two classes becomes two. Transforms apply to
/// the score and its negative, whichever it is.
enum class SecondClass {
  Complement, ///< 1 - s and s
  Negative    ///< -s and s
};
mlir::Value addSecondClass(NodeContext &node, PostTransform transform,
                           SecondClass kind, mlir::Value scores);

/// The labels of a classifier, a vector of i64 or of strings, and how many
/// there are; fails when there are none.
struct Labels {
  mlir::Value vector;
  int64_t count = 0;
};
Labels readLabels(NodeContext &node, llvm::StringRef integers,
                  llvm::StringRef strings);

/// The label of the best of each row's scores.
mlir::Value bestLabel(NodeContext &node, mlir::Value scores,
                      const Labels &labels);
/// The second label where the condition, a matrix of one column, holds.
mlir::Value chooseLabel(NodeContext &node, mlir::Value condition,
                        const Labels &labels);

/// Rows of features as floats; a vector is one row.
mlir::Value featureRows(NodeContext &node, mlir::Value value,
                        mlir::Type elementType);

} // namespace swage::onnx

#endif // SWAGE_FRONTENDS_ONNX_OPS_SCORES_H
