//===- Einsum.cpp - sums of products by equation --------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Operands are joined from left to right. What two have in common and nobody
// needs any more is contracted by a matrix product, with the rest of their
// dimensions brought into its batch, rows and columns.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Registry.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

namespace {

/// Letters; the dimensions that an ellipsis stands for are numbered backwards
/// from the last, as -1, -2, ...
using Labels = SmallVector<int>;

struct Operand {
  Value value;
  Labels labels;
};

class Equation {
public:
  explicit Equation(NodeContext &node) : node(node) {}

  Value build();

private:
  bool parse();
  bool parseTerm(StringRef text, int ellipsis, Labels &labels);
  void takeDiagonals(Operand &operand);
  void sumUnneeded(Operand &operand, ArrayRef<Operand> others);
  void dropRepeated(Operand &operand, const Operand &other);
  Operand join(Operand lhs, Operand rhs, ArrayRef<Operand> others);
  Value arrange(const Operand &operand, ArrayRef<Labels> groups);
  Value sizesOf(const Labels &labels);
  bool isNeeded(int label, ArrayRef<Operand> others);

  NodeContext &node;
  SmallVector<Operand> operands;
  Labels output;
  /// The size of each label as a vector of one i64.
  llvm::SmallMapVector<int, Value, 8> sizes;
};

} // namespace

bool Equation::parseTerm(StringRef text, int ellipsis, Labels &labels) {
  while (!text.empty()) {
    if (text.consume_front("...")) {
      for (int i = ellipsis; i > 0; --i)
        labels.push_back(-i);
      continue;
    }
    if (!llvm::isAlpha(text.front())) {
      node.bad("its equation has the character '" +
               printable(text.take_front()) + "'");
      return false;
    }
    labels.push_back(text.front());
    text = text.drop_front();
  }
  return true;
}

/// Reads the equation, and finds the dimensions of the output where it leaves
/// them out: all letters that occur once, in order.
bool Equation::parse() {
  std::string text = node.stringAttr("equation", "");
  llvm::erase(text, ' ');
  auto [inputs, result] = StringRef(text).split("->");
  bool isExplicit = StringRef(text).contains("->");
  SmallVector<StringRef> terms;
  inputs.split(terms, ',');
  SmallVector<Value> values = node.tensorInputs();
  if (node.failed() || !node.requireSameType(values))
    return false;
  if (terms.size() != values.size()) {
    node.bad("its equation is for " + llvm::Twine(terms.size()) +
             " operands, but it has " + llvm::Twine(values.size()));
    return false;
  }
  int widest = 0;
  std::map<int, int> counts;
  for (auto [term, value] : llvm::zip(terms, values)) {
    int rank = node.rank(value), ellipsis = 0;
    if (term.contains("..."))
      ellipsis = rank - int(term.size() - 3);
    widest = std::max(widest, ellipsis);
    Operand operand{value, {}};
    if (ellipsis < 0 || !parseTerm(term, ellipsis, operand.labels) ||
        int(operand.labels.size()) != rank) {
      node.bad("the term '" + printable(term) +
               "' of its equation does not fit an operand of " +
               llvm::Twine(rank) + " dimensions");
      return false;
    }
    for (int label : operand.labels)
      ++counts[label];
    operands.push_back(operand);
  }
  if (isExplicit)
    return parseTerm(result, widest, output);
  for (int i = widest; i > 0; --i)
    output.push_back(-i);
  for (auto [label, count] : counts)
    if (label > 0 && count == 1)
      output.push_back(label);
  return true;
}

bool Equation::isNeeded(int label, ArrayRef<Operand> others) {
  return llvm::is_contained(output, label) ||
         llvm::any_of(others, [&](const Operand &operand) {
           return llvm::is_contained(operand.labels, label);
         });
}

/// Keeps the elements whose places along dimensions of one label are the same.
void Equation::takeDiagonals(Operand &operand) {
  for (size_t i = 0; i < operand.labels.size() && !node.failed(); ++i) {
    auto rest = ArrayRef(operand.labels).drop_front(i + 1);
    auto found = llvm::find(rest, operand.labels[i]);
    if (found == rest.end())
      continue;
    int64_t other = i + 1 + (found - rest.begin());
    int64_t rank = operand.labels.size();
    // Both go to the end and become one, in which every n + 1-th is wanted.
    SmallVector<int64_t> order;
    Labels labels;
    for (int64_t d = 0; d < rank; ++d)
      if (d != int64_t(i) && d != other) {
        order.push_back(d);
        labels.push_back(operand.labels[d]);
      }
    labels.push_back(operand.labels[i]);
    order.append({int64_t(i), other});
    Value value = node.transpose(operand.value, order);
    Value size = node.create<nn::ShapeOp>(value, rank - 1, rank);
    Value all = node.create<nn::MulOp>(size, size);
    value = reshapeBy(node, value,
                      {node.create<nn::ShapeOp>(value, 0, rank - 2), all});
    Value step = node.create<nn::AddOp>(size, node.ints({1}));
    operand.value = node.create<nn::SliceOp>(value, node.ints({0}), all, step,
                                             ArrayRef<int64_t>{rank - 2});
    operand.labels = labels;
    i = -1;
  }
}

/// Sums over the dimensions that only this operand has.
void Equation::sumUnneeded(Operand &operand, ArrayRef<Operand> others) {
  SmallVector<int64_t> axes;
  Labels labels;
  for (auto [i, label] : llvm::enumerate(operand.labels)) {
    if (isNeeded(label, others))
      labels.push_back(label);
    else
      axes.push_back(i);
  }
  if (!axes.empty())
    operand.value = node.create<nn::ReduceSumOp>(operand.value, axes,
                                                 /*keep_dims=*/false);
  operand.labels = labels;
}

/// Leaves out dimensions of size 1 that the other operand has in full.
void Equation::dropRepeated(Operand &operand, const Operand &other) {
  if (node.failed())
    return;
  SmallVector<int64_t> axes;
  Labels labels;
  for (auto [i, label] : llvm::enumerate(operand.labels)) {
    auto place = llvm::find(other.labels, label);
    bool repeated = place != other.labels.end() &&
                    node.shape(operand.value)[i] == 1 &&
                    node.shape(other.value)[place - other.labels.begin()] != 1;
    if (repeated)
      axes.push_back(i);
    else
      labels.push_back(label);
  }
  if (!axes.empty())
    operand.value = node.squeeze(operand.value, axes);
  operand.labels = labels;
}

/// The product of some sizes as a vector of one.
Value Equation::sizesOf(const Labels &labels) {
  if (labels.empty())
    return node.ints({1});
  SmallVector<Value> parts;
  for (int label : labels)
    parts.push_back(sizes[label]);
  return node.create<nn::ReduceProdOp>(node.concat(parts, 0),
                                       ArrayRef<int64_t>{0},
                                       /*keep_dims=*/true);
}

/// The operand with one dimension for each group of labels.
Value Equation::arrange(const Operand &operand, ArrayRef<Labels> groups) {
  SmallVector<int64_t> order;
  for (const Labels &group : groups)
    for (int label : group)
      order.push_back(llvm::find(operand.labels, label) -
                      operand.labels.begin());
  Value value = node.transpose(operand.value, order);
  auto isOne = [](const Labels &group) { return group.size() == 1; };
  if (node.failed() || llvm::all_of(groups, isOne))
    return value;
  SmallVector<Value> parts;
  for (const Labels &group : groups)
    parts.push_back(sizesOf(group));
  return reshapeBy(node, value, parts);
}

Operand Equation::join(Operand lhs, Operand rhs, ArrayRef<Operand> others) {
  dropRepeated(lhs, rhs);
  dropRepeated(rhs, lhs);
  if (node.failed())
    return lhs;
  for (const Operand *operand : {&lhs, &rhs})
    for (auto [i, label] : llvm::enumerate(operand->labels))
      sizes[label] = node.create<nn::ShapeOp>(operand->value, i, i + 1);
  Labels batch, rows, columns, contracted;
  for (int label : lhs.labels) {
    if (!llvm::is_contained(rhs.labels, label))
      rows.push_back(label);
    else if (isNeeded(label, others))
      batch.push_back(label);
    else
      contracted.push_back(label);
  }
  for (int label : rhs.labels)
    if (!llvm::is_contained(lhs.labels, label))
      columns.push_back(label);
  // What is in both is left apart: reshapes would keep attention from being
  // recognised.
  SmallVector<Labels> shared;
  for (int label : batch)
    shared.push_back({label});
  auto grouped = [&](const Labels &first, const Labels &second) {
    SmallVector<Labels> groups = shared;
    groups.append({first, second});
    return groups;
  };
  Value left = arrange(lhs, grouped(rows, contracted));
  Value right = arrange(rhs, grouped(contracted, columns));
  int64_t last = batch.size() + 1;
  // Without a sum, or rows and columns, elements are multiplied in place.
  Value product;
  if (contracted.empty()) {
    product = node.create<nn::MulOp>(left, right);
  } else if (rows.empty() && columns.empty()) {
    Value other = arrange(rhs, grouped(columns, contracted));
    product = node.create<nn::ReduceSumOp>(node.create<nn::MulOp>(left, other),
                                           ArrayRef<int64_t>{last},
                                           /*keep_dims=*/false);
  } else {
    product = node.create<nn::MatMulOp>(left, right, /*transpose_lhs=*/false,
                                        /*transpose_rhs=*/false);
  }
  Operand result;
  SmallVector<Value> parts;
  for (const Labels *group : {&batch, &rows, &columns})
    for (int label : *group) {
      result.labels.push_back(label);
      parts.push_back(sizes[label]);
    }
  if (rows.size() == 1 && columns.size() == 1)
    result.value = product;
  else
    result.value = parts.empty() ? node.reshape(product, {})
                                 : reshapeBy(node, product, parts);
  return result;
}

Value Equation::build() {
  if (!parse())
    return {};
  for (size_t i = 0; i < output.size(); ++i)
    if (llvm::is_contained(ArrayRef(output).drop_front(i + 1), output[i]) ||
        llvm::none_of(operands, [&](const Operand &operand) {
          return llvm::is_contained(operand.labels, output[i]);
        })) {
      node.bad("the result of its equation has a dimension twice, or one that "
               "no operand has");
      return {};
    }
  for (Operand &operand : operands)
    takeDiagonals(operand);
  if (node.failed())
    return {};
  auto rest = ArrayRef(operands).drop_front();
  Operand result = operands.front();
  sumUnneeded(result, rest);
  while (!rest.empty()) {
    Operand next = rest.front();
    rest = rest.drop_front();
    SmallVector<Operand> others(rest);
    others.push_back(result);
    sumUnneeded(next, others);
    result = join(result, next, rest);
    if (node.failed())
      return {};
    sumUnneeded(result, rest);
  }
  SmallVector<int64_t> order;
  for (int label : output)
    order.push_back(llvm::find(result.labels, label) - result.labels.begin());
  return node.transpose(result.value, order);
}

static Results importEinsum(NodeContext &node) {
  return Equation(node).build();
}

void swage::onnx::registerEinsumOps(Registry &registry) {
  registry.add("Einsum", 12, {1, kVariadic}, importEinsum);
}
