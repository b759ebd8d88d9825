//===- Scores.cpp - what classical models make of their sums --------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/Scores.h"
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Ops/Strings.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

PostTransform swage::onnx::readPostTransform(NodeContext &node) {
  std::string name = node.stringAttr("post_transform", "NONE");
  auto kind = llvm::StringSwitch<std::optional<PostTransform>>(name)
                  .Case("NONE", PostTransform::None)
                  .Case("SOFTMAX", PostTransform::Softmax)
                  .Case("LOGISTIC", PostTransform::Logistic)
                  .Case("SOFTMAX_ZERO", PostTransform::SoftmaxZero)
                  .Case("PROBIT", PostTransform::Probit)
                  .Default(std::nullopt);
  if (!kind)
    node.bad("its attribute 'post_transform' is none that the standard has");
  return kind.value_or(PostTransform::None);
}

/// The quantile of the normal distribution, as the standard's implementations
/// approximate it (Winitzki's inverse of the error function).
static Value probit(NodeContext &node, Value x) {
  auto number = [&](double value) { return node.scalarLike(x, value); };
  auto add = [&](Value a, Value b) { return node.create<nn::AddOp>(a, b); };
  auto sub = [&](Value a, Value b) { return node.create<nn::SubOp>(a, b); };
  auto mul = [&](Value a, Value b) { return node.create<nn::MulOp>(a, b); };
  constexpr double a = 0.147, pi = 3.14159265358979323846;
  Value y = sub(mul(x, number(2)), number(1));
  Value logarithm =
      node.create<nn::LogOp>(mul(sub(number(1), y), add(number(1), y)));
  Value first = add(mul(logarithm, number(0.5)), number(2 / (pi * a)));
  Value second = mul(logarithm, number(1 / a));
  Value root = node.create<nn::SqrtOp>(sub(mul(first, first), second));
  Value size = node.create<nn::SqrtOp>(sub(root, first));
  Value negative = node.create<nn::LessOp>(y, number(0));
  Value inverse =
      node.create<nn::SelectOp>(negative, node.create<nn::NegOp>(size), size);
  return mul(inverse, number(1.41421356));
}

/// A softmax in which scores of 0 stay 0 and do not count.
static Value softmaxZero(NodeContext &node, Value scores) {
  constexpr int64_t last[] = {1};
  Value zero = node.scalarLike(scores, 0);
  Value none = node.create<nn::LessEqualOp>(node.create<nn::AbsOp>(scores),
                                            node.scalarLike(scores, 1e-7));
  Value most = node.create<nn::ReduceMaxOp>(scores, last, /*keep_dims=*/true);
  Value powers = node.create<nn::ExpOp>(node.create<nn::SubOp>(scores, most));
  powers = node.create<nn::SelectOp>(none, zero, powers);
  Value sum = node.create<nn::ReduceSumOp>(powers, last, /*keep_dims=*/true);
  Value nothing = node.create<nn::EqualOp>(sum, zero);
  sum = node.create<nn::SelectOp>(nothing, node.scalarLike(scores, 1), sum);
  return node.create<nn::DivOp>(powers, sum);
}

Value swage::onnx::transformScores(NodeContext &node, PostTransform transform,
                                   Value scores) {
  if (node.failed())
    return {};
  switch (transform) {
  case PostTransform::None:
    return scores;
  case PostTransform::Softmax:
    return node.create<nn::SoftmaxOp>(scores, 1, /*logarithm=*/false);
  case PostTransform::Logistic:
    return node.create<nn::SigmoidOp>(scores);
  case PostTransform::SoftmaxZero:
    return softmaxZero(node, scores);
  case PostTransform::Probit:
    return probit(node, scores);
  }
  llvm_unreachable("all transforms are handled");
}

Value swage::onnx::addSecondClass(NodeContext &node, PostTransform transform,
                                  SecondClass kind, Value scores) {
  if (node.failed())
    return {};
  if (transform == PostTransform::None && kind == SecondClass::Complement) {
    Value one = node.scalarLike(scores, 1);
    return node.concat({node.create<nn::SubOp>(one, scores), scores}, 1);
  }
  // The quantile of the complement is the negative of the quantile.
  if (transform == PostTransform::Probit) {
    scores = probit(node, scores);
    transform = PostTransform::None;
  }
  if (node.failed())
    return {};
  Value both = node.concat({node.create<nn::NegOp>(scores), scores}, 1);
  return transformScores(node, transform, both);
}

Labels swage::onnx::readLabels(NodeContext &node, StringRef integers,
                               StringRef strings) {
  SmallVector<std::string> texts = node.stringsAttr(strings);
  if (!texts.empty())
    return {stringVector(node, texts), int64_t(texts.size())};
  auto labels = node.intsAttr(integers);
  if (!labels || labels->empty()) {
    node.bad("its attribute '" + integers + "' is missing");
    return {};
  }
  return {node.ints(*labels), int64_t(labels->size())};
}

Value swage::onnx::bestLabel(NodeContext &node, Value scores,
                             const Labels &labels) {
  Value best = node.create<nn::ArgMaxOp>(scores, 1, /*keep_dims=*/false,
                                         /*select_last=*/false);
  return node.create<nn::GatherOp>(labels.vector, best, 0);
}

Value swage::onnx::chooseLabel(NodeContext &node, Value condition,
                               const Labels &labels) {
  if (node.failed())
    return {};
  Value vector = labels.vector;
  if (labels.count == 1) {
    if (holdsStrings(node, vector)) {
      node.unsupported(
          "with strings, it needs a label for each of two classes");
      return {};
    }
    vector = node.ints({0, 1});
  }
  Value place =
      node.cast(node.squeeze(condition, {1}), node.builder().getI64Type());
  return node.create<nn::GatherOp>(vector, place, 0);
}

Value swage::onnx::featureRows(NodeContext &node, Value value,
                               Type elementType) {
  if (node.failed())
    return {};
  value = node.cast(value, elementType);
  if (node.failed())
    return {};
  if (node.rank(value) == 1)
    return node.unsqueeze(value, {0});
  if (node.rank(value) != 2)
    node.bad("its input must be a matrix of rows by features");
  return value;
}
