//===- LinearModels.cpp - linear models and support vectors ---------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Scores that are products of the features with coefficients, or with support
// vectors under a kernel function.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Loops.h"
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Ops/Scores.h"
#include "frontends/ONNX/Registry.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

/// An attribute of numbers as a matrix of `rows` rows.
static Value matrixOf(NodeContext &node, ArrayRef<double> numbers,
                      int64_t rows) {
  if (rows < 1 || numbers.empty() || numbers.size() % rows) {
    node.bad("its coefficients do not make up a matrix");
    return {};
  }
  return node.floatTensor(node.builder().getF32Type(),
                          {rows, int64_t(numbers.size()) / rows}, numbers);
}

static Value vectorOf(NodeContext &node, ArrayRef<double> numbers) {
  return node.floatTensor(node.builder().getF32Type(),
                          {int64_t(numbers.size())}, numbers);
}

static Value multiply(NodeContext &node, Value lhs, Value rhs, bool transpose) {
  return node.create<nn::MatMulOp>(lhs, rhs, /*transpose_lhs=*/false,
                                   transpose);
}

//===----------------------------------------------------------------------===//
// Linear models
//===----------------------------------------------------------------------===//

/// [rows, targets]
static Value linearScores(NodeContext &node, int64_t targets) {
  SmallVector<double> intercepts = node.floatsAttr("intercepts");
  Value rows = featureRows(node, node.input(0), node.builder().getF32Type());
  Value factors = matrixOf(node, node.floatsAttr("coefficients"), targets);
  Value scores = multiply(node, rows, factors, /*transpose=*/true);
  if (intercepts.empty())
    return scores;
  return node.create<nn::AddOp>(scores, vectorOf(node, intercepts));
}

static Results importLinearRegressor(NodeContext &node) {
  PostTransform transform = readPostTransform(node);
  Value scores = linearScores(node, node.intAttr("targets", 1));
  return transformScores(node, transform, scores);
}

static Results importLinearClassifier(NodeContext &node) {
  node.ignoreAttr("multi_class");
  PostTransform transform = readPostTransform(node);
  Labels labels = readLabels(node, "classlabels_ints", "classlabels_strings");
  if (node.failed())
    return {};
  int64_t targets = std::max<int64_t>(1, node.floatsAttr("intercepts").size());
  if (node.floatsAttr("intercepts").empty())
    targets = labels.count;
  Value scores = linearScores(node, targets);
  if (node.failed())
    return {};
  if (targets > 1)
    return {bestLabel(node, scores, labels),
            transformScores(node, transform, scores)};
  Value positive =
      node.create<nn::GreaterOp>(scores, node.scalarLike(scores, 0));
  Value label = chooseLabel(node, positive, labels);
  if (labels.count != 2)
    return {label, transformScores(node, transform, scores)};
  return {label,
          addSecondClass(node, transform, SecondClass::Complement, scores)};
}

//===----------------------------------------------------------------------===//
// Support vectors
//===----------------------------------------------------------------------===//

/// The kernel function of each row with each support vector.
static Value kernelMatrix(NodeContext &node, Value rows, Value vectors) {
  std::string kind = node.stringAttr("kernel_type", "LINEAR");
  SmallVector<double> params = node.floatsAttr("kernel_params");
  params.resize(3, 0);
  if (node.failed())
    return {};
  auto number = [&](double value) { return node.scalarLike(rows, value); };
  Value dot = multiply(node, rows, vectors, /*transpose=*/true);
  if (kind == "LINEAR")
    return dot;
  if (kind == "RBF") {
    // |x - y|^2 by the differences themselves: the usual expansion loses
    // what little is left of numbers that are close.
    Value differences =
        node.create<nn::SubOp>(node.unsqueeze(rows, {1}), vectors);
    Value squares = node.create<nn::ReduceSumOp>(
        node.create<nn::MulOp>(differences, differences), ArrayRef<int64_t>{2},
        /*keep_dims=*/false);
    return node.create<nn::ExpOp>(
        node.create<nn::MulOp>(squares, number(-params[0])));
  }
  Value moved = node.create<nn::AddOp>(
      node.create<nn::MulOp>(dot, number(params[0])), number(params[1]));
  if (kind == "POLY")
    return node.create<nn::PowOp>(moved, number(params[2]));
  if (kind == "SIGMOID")
    return node.create<nn::TanhOp>(moved);
  node.bad("its attribute 'kernel_type' must be LINEAR, POLY, RBF or SIGMOID");
  return {};
}

static Results importSVMRegressor(NodeContext &node) {
  PostTransform transform = readPostTransform(node);
  bool oneClass = node.intAttr("one_class", 0) != 0;
  int64_t supports = node.intAttr("n_supports", 0);
  SmallVector<double> rho = node.floatsAttr("rho");
  Value rows = featureRows(node, node.input(0), node.builder().getF32Type());
  if (node.failed())
    return {};
  Value kernel = rows;
  if (supports > 0)
    kernel = kernelMatrix(
        node, rows,
        matrixOf(node, node.floatsAttr("support_vectors"), supports));
  else
    node.ignoreAttr("support_vectors");
  for (StringRef name : {"kernel_type", "kernel_params"})
    node.ignoreAttr(name);
  Value factors = matrixOf(node, node.floatsAttr("coefficients"), 1);
  Value scores = multiply(node, kernel, factors, /*transpose=*/true);
  if (!rho.empty())
    scores = node.create<nn::AddOp>(scores, node.scalarLike(rows, rho[0]));
  if (oneClass)
    return node.create<nn::SelectOp>(
        node.create<nn::GreaterOp>(scores, node.scalarLike(rows, 0)),
        node.scalarLike(rows, 1), node.scalarLike(rows, -1));
  return transformScores(node, transform, scores);
}

namespace {

/// A machine of one decision for each pair of classes.
struct PairwiseMachine {
  NodeContext &node;
  int64_t classes;
  SmallVector<int64_t> perClass;
  SmallVector<double> coefficients, rho, slopes, offsets;

  int64_t supports() const {
    int64_t sum = 0;
    for (int64_t count : perClass)
      sum += count;
    return sum;
  }

  /// What support vectors of both classes of each pair weigh, as a matrix of
  /// pairs by support vectors.
  Value pairFactors() {
    int64_t count = supports();
    if (int64_t(coefficients.size()) < (classes - 1) * count) {
      node.bad("its coefficients are too few for its classes");
      return {};
    }
    SmallVector<int64_t> starts{0};
    for (int64_t size : perClass)
      starts.push_back(starts.back() + size);
    SmallVector<double> factors;
    for (int64_t i = 0; i < classes; ++i)
      for (int64_t j = i + 1; j < classes; ++j) {
        SmallVector<double> row(count, 0);
        for (int64_t k = starts[i]; k < starts[i + 1]; ++k)
          row[k] = coefficients[(j - 1) * count + k];
        for (int64_t k = starts[j]; k < starts[j + 1]; ++k)
          row[k] = coefficients[i * count + k];
        llvm::append_range(factors, row);
      }
    return matrixOf(node, factors, classes * (classes - 1) / 2);
  }

  /// How many pairs each class wins.
  Value votes(Value scores) {
    SmallVector<double> won, lost;
    for (int64_t i = 0; i < classes; ++i)
      for (int64_t j = i + 1; j < classes; ++j)
        for (int64_t c = 0; c < classes; ++c) {
          won.push_back(c == i);
          lost.push_back(c == j);
        }
    int64_t pairs = classes * (classes - 1) / 2;
    Value positive =
        node.create<nn::GreaterOp>(scores, node.scalarLike(scores, 0));
    Value first = node.cast(positive, node.elementType(scores));
    Value second = node.create<nn::SubOp>(node.scalarLike(scores, 1), first);
    return node.create<nn::AddOp>(
        multiply(node, first, matrixOf(node, won, pairs), false),
        multiply(node, second, matrixOf(node, lost, pairs), false));
  }

  /// The probabilities of the classes that fit those of the pairs best (Wu, Lin
  /// and Weng's second method), found step by step as LIBSVM does.
  Value probabilities(Value scores) {
    Value slope = vectorOf(node, slopes), offset = vectorOf(node, offsets);
    Value arguments =
        node.create<nn::AddOp>(node.create<nn::MulOp>(scores, slope), offset);
    Value first = node.create<nn::SigmoidOp>(node.create<nn::NegOp>(arguments));
    first = node.create<nn::MaxOp>(first, node.scalarLike(scores, 1e-7));
    first = node.create<nn::MinOp>(first, node.scalarLike(scores, 1 - 1e-7));
    Value second = node.create<nn::SubOp>(node.scalarLike(scores, 1), first);
    return couple(first, second);
  }

  Value couple(Value first, Value second) {
    // [rows, i, j]: how probable i is among i and j.
    SmallVector<int64_t> places(classes * classes, 0);
    int64_t pairs = classes * (classes - 1) / 2, next = 0;
    for (int64_t i = 0; i < classes; ++i)
      for (int64_t j = i + 1; j < classes; ++j, ++next) {
        places[i * classes + j] = next;
        places[j * classes + i] = pairs + next;
      }
    Value table = node.create<nn::GatherOp>(node.concat({first, second}, 1),
                                            node.ints(places), 1);
    Value r = node.reshape(table, {-1, classes, classes});
    SmallVector<double> identity(classes * classes, 0);
    for (int64_t i = 0; i < classes; ++i)
      identity[i * (classes + 1)] = 1;
    Type type = node.elementType(first);
    Value eye = node.floatTensor(type, {classes, classes}, identity);
    Value off = node.create<nn::SubOp>(node.scalar(type, 1), eye);
    Value others = node.create<nn::MulOp>(r, off);
    Value mirrored = node.transpose(others, {0, 2, 1});
    // Q[i, i] = sum of r[j, i]^2, Q[i, j] = -r[j, i] r[i, j].
    Value diagonal = node.create<nn::ReduceSumOp>(
        node.create<nn::MulOp>(mirrored, mirrored), ArrayRef<int64_t>{2},
        /*keep_dims=*/true);
    Value q = node.create<nn::SubOp>(node.create<nn::MulOp>(diagonal, eye),
                                     node.create<nn::MulOp>(mirrored, others));
    Value p = fill(
        node, node.scalar(type, 1.0 / classes),
        node.concat(
            {node.create<nn::ShapeOp>(r, 0, 1), node.ints({classes, 1})}, 0));
    if (node.failed())
      return {};
    auto body = [&](Value, Value,
                    ArrayRef<Value> carried) -> std::optional<Iteration> {
      Value p = carried[0], first = p;
      // A row that is solved well enough stays as it is.
      Value products = multiply(node, q, p, false);
      Value total = node.create<nn::MatMulOp>(p, products,
                                              /*transpose_lhs=*/true,
                                              /*transpose_rhs=*/false);
      Value error = node.create<nn::ReduceMaxOp>(
          node.create<nn::AbsOp>(node.create<nn::SubOp>(products, total)),
          ArrayRef<int64_t>{1}, /*keep_dims=*/true);
      Value solved =
          node.create<nn::LessOp>(error, node.scalar(type, 0.005 / classes));
      for (int64_t t = 0; t < classes; ++t) {
        Value row = node.slice(q, 1, t, t + 1);
        Value own = node.slice(row, 2, t, t + 1);
        Value products = multiply(node, q, p, false);
        Value total = node.create<nn::MatMulOp>(p, products,
                                                /*transpose_lhs=*/true,
                                                /*transpose_rhs=*/false);
        Value change = node.create<nn::DivOp>(
            node.create<nn::SubOp>(total, node.slice(products, 1, t, t + 1)),
            own);
        SmallVector<double> unit(classes, 0);
        unit[t] = 1;
        Value raised = node.create<nn::AddOp>(
            p, node.create<nn::MulOp>(
                   change, node.floatTensor(type, {classes, 1}, unit)));
        p = node.create<nn::DivOp>(
            raised, node.create<nn::AddOp>(change, node.scalar(type, 1)));
      }
      if (node.failed())
        return std::nullopt;
      Iteration iteration;
      iteration.carried.push_back(node.create<nn::SelectOp>(solved, first, p));
      return iteration;
    };
    Value count =
        arith::ConstantIndexOp::create(node.builder(), node.loc(), 100);
    SmallVector<Value> results =
        buildLoop(node, LoopBounds{count, {}}, {p}, body);
    return node.failed() ? Value() : node.squeeze(results[0], {2});
  }
};

} // namespace

static Results importSVMClassifier(NodeContext &node) {
  PostTransform transform = readPostTransform(node);
  Labels labels = readLabels(node, "classlabels_ints", "classlabels_strings");
  PairwiseMachine machine{
      node,
      int64_t(labels.count),
      node.intsAttr("vectors_per_class").value_or(SmallVector<int64_t>()),
      node.floatsAttr("coefficients"),
      node.floatsAttr("rho"),
      node.floatsAttr("prob_a"),
      node.floatsAttr("prob_b")};
  Value rows = featureRows(node, node.input(0), node.builder().getF32Type());
  if (node.failed())
    return {};
  int64_t supports = machine.supports(), pairs = 0;
  Value scores, votes;
  if (supports > 0) {
    if (int64_t(machine.perClass.size()) != machine.classes)
      return node.bad("its attribute 'vectors_per_class' needs an entry for "
                      "each class");
    pairs = machine.classes * (machine.classes - 1) / 2;
    if (int64_t(machine.rho.size()) < pairs)
      return node.bad("its attribute 'rho' needs an entry for each pair of "
                      "classes");
    Value kernel = kernelMatrix(
        node, rows,
        matrixOf(node, node.floatsAttr("support_vectors"), supports));
    scores = multiply(node, kernel, machine.pairFactors(), true);
    scores = node.create<nn::AddOp>(
        scores, vectorOf(node, ArrayRef(machine.rho).take_front(pairs)));
    if (node.failed())
      return {};
    votes = machine.votes(scores);
  } else {
    // One plane for each class.
    node.ignoreAttr("support_vectors");
    scores = kernelMatrix(
        node, rows, matrixOf(node, machine.coefficients, machine.classes));
    if (!machine.rho.empty())
      scores =
          node.create<nn::AddOp>(scores, node.scalarLike(rows, machine.rho[0]));
  }
  if (node.failed())
    return {};
  bool isProbable = supports > 0 && !machine.slopes.empty();
  if (isProbable) {
    if (int64_t(machine.slopes.size()) != pairs ||
        int64_t(machine.offsets.size()) != pairs)
      return node.bad("its attributes 'prob_a' and 'prob_b' need an entry for "
                      "each pair of classes");
    // The label stays that of the votes.
    scores = machine.probabilities(scores);
    return {bestLabel(node, votes, labels),
            transformScores(node, transform, scores)};
  }
  Value label = bestLabel(node, votes ? votes : scores, labels);
  if (pairs == 1)
    return {label,
            addSecondClass(node, transform, SecondClass::Negative, scores)};
  return {label, transformScores(node, transform, scores)};
}

void swage::onnx::registerLinearModelsOps(Registry &registry) {
  registry.add("LinearRegressor", 1, {1, 1}, importLinearRegressor,
               kClassicalDomain);
  registry.add("LinearClassifier", 1, {1, 1}, importLinearClassifier,
               kClassicalDomain);
  registry.add("SVMRegressor", 1, {1, 1}, importSVMRegressor, kClassicalDomain);
  registry.add("SVMClassifier", 1, {1, 1}, importSVMClassifier,
               kClassicalDomain);
}
