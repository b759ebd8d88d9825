//===- Numbers.cpp - arithmetic on tables of places -----------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/Numbers.h"
#include "frontends/ONNX/Ops/Common.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

Numbers::Numbers(NodeContext &node, Value value) : node(&node) {
  if (node.failed() || !value) {
    known = SmallVector<double, 1>{0};
    rows = columns = 1;
    return;
  }
  rows = node.rank(value) == 0 ? 1 : node.shape(value)[0];
  columns = 1;
  if (auto floats = node.constantFloats(value)) {
    known.emplace(floats->begin(), floats->end());
  } else if (auto ints = nn::getConstantElements(value)) {
    known.emplace(ints->begin(), ints->end());
  } else {
    this->value = node.reshape(node.cast(value, wide()), {-1, 1});
  }
}

Numbers Numbers::ofValue(Value value) const {
  Numbers result;
  result.node = node;
  result.value = value;
  if (value && !node->failed()) {
    result.rows = node->shape(value)[0];
    result.columns = node->shape(value)[1];
  }
  return result;
}

Numbers Numbers::count(const Numbers &size) {
  NodeContext &node = *size.node;
  if (std::optional<double> known = size.scalar()) {
    SmallVector<double> numbers;
    for (int64_t i = 0; i < int64_t(*known); ++i)
      numbers.push_back(double(i));
    return Numbers(node, ArrayRef<double>(numbers));
  }
  Value numbers = countTo(node, size.scalarValue(node.builder().getI64Type()));
  return size.ofValue(node.unsqueeze(
      node.failed() ? Value() : node.cast(numbers, size.wide()), {1}));
}

Numbers Numbers::row() const {
  if (!known)
    return ofValue(node->transpose(value, {1, 0}));
  Numbers result = *this;
  std::swap(result.rows, result.columns);
  return result;
}

std::optional<double> Numbers::scalar() const {
  if (known && known->size() == 1)
    return known->front();
  return std::nullopt;
}

template <typename OpTy>
Numbers Numbers::combine(const Numbers &other,
                         function_ref<double(double, double)> evaluate) const {
  if (!known || !other.known)
    return ofValue(node->create<OpTy>(real(), other.real()));
  Numbers result;
  result.node = node;
  result.rows = rows == 1 ? other.rows : rows;
  result.columns = columns == 1 ? other.columns : columns;
  result.known.emplace();
  for (int64_t i = 0; i < result.rows; ++i)
    for (int64_t j = 0; j < result.columns; ++j)
      result.known->push_back(evaluate(at(i, j), other.at(i, j)));
  return result;
}

template <typename OpTy>
Numbers Numbers::change(function_ref<double(double)> evaluate) const {
  if (!known)
    return ofValue(node->create<OpTy>(value));
  Numbers result = *this;
  for (double &number : *result.known)
    number = evaluate(number);
  return result;
}

Numbers Numbers::operator+(const Numbers &other) const {
  return combine<nn::AddOp>(other, [](double a, double b) { return a + b; });
}
Numbers Numbers::operator-(const Numbers &other) const {
  return combine<nn::SubOp>(other, [](double a, double b) { return a - b; });
}
Numbers Numbers::operator*(const Numbers &other) const {
  return combine<nn::MulOp>(other, [](double a, double b) { return a * b; });
}
Numbers Numbers::operator/(const Numbers &other) const {
  return combine<nn::DivOp>(other, [](double a, double b) { return a / b; });
}
Numbers Numbers::max(const Numbers &other) const {
  return combine<nn::MaxOp>(other,
                            [](double a, double b) { return std::max(a, b); });
}
Numbers Numbers::min(const Numbers &other) const {
  return combine<nn::MinOp>(other,
                            [](double a, double b) { return std::min(a, b); });
}

/// Comparisons become numbers again.
static Value toReal(NodeContext &node, Value boolean) {
  return node.failed() ? Value()
                       : node.cast(boolean, node.builder().getF64Type());
}

Numbers Numbers::operator<(const Numbers &other) const {
  if (!known || !other.known)
    return ofValue(
        toReal(*node, node->create<nn::LessOp>(real(), other.real())));
  return combine<nn::SubOp>(other,
                            [](double a, double b) { return double(a < b); });
}
Numbers Numbers::operator==(const Numbers &other) const {
  if (!known || !other.known)
    return ofValue(
        toReal(*node, node->create<nn::EqualOp>(real(), other.real())));
  return combine<nn::SubOp>(other,
                            [](double a, double b) { return double(a == b); });
}

Numbers Numbers::abs() const {
  return change<nn::AbsOp>([](double x) { return std::fabs(x); });
}
Numbers Numbers::floor() const {
  return change<nn::FloorOp>([](double x) { return std::floor(x); });
}
Numbers Numbers::ceil() const {
  return change<nn::CeilOp>([](double x) { return std::ceil(x); });
}

Numbers Numbers::rounded() const {
  if (!known && !node->failed())
    return ofValue(
        node->cast(node->cast(value, node->builder().getF32Type()), wide()));
  return change<nn::AbsOp>([](double x) { return double(float(x)); });
}

Numbers Numbers::choose(const Numbers &a, const Numbers &b) const {
  if (std::optional<double> all = scalar())
    return *all != 0 ? a : b;
  if (!known || !a.known || !b.known) {
    Value condition =
        node->create<nn::GreaterOp>(real(), node->scalar(wide(), 0.5));
    return ofValue(node->create<nn::SelectOp>(condition, a.real(), b.real()));
  }
  // Only known numbers are left, so that nothing infinite is multiplied.
  Numbers first =
      combine<nn::MulOp>(a, [](double c, double x) { return c != 0 ? x : 0; });
  Numbers second =
      combine<nn::MulOp>(b, [](double c, double x) { return c != 0 ? 0 : x; });
  return first + second;
}

Numbers Numbers::sumRows() const {
  if (!known)
    return ofValue(node->create<nn::ReduceSumOp>(value, ArrayRef<int64_t>{1},
                                                 /*keep_dims=*/true));
  Numbers result;
  result.node = node;
  result.rows = rows;
  result.columns = 1;
  result.known.emplace();
  for (int64_t i = 0; i < rows; ++i) {
    double sum = 0;
    for (int64_t j = 0; j < columns; ++j)
      sum += at(i, j);
    result.known->push_back(sum);
  }
  return result;
}

Value Numbers::matrix(Type elementType) const {
  if (node->failed())
    return {};
  if (known)
    return node->floatTensor(elementType, {rows, columns}, *known);
  return node->cast(value, elementType);
}

Value Numbers::vector(Type elementType) const {
  return node->reshape(matrix(elementType), {rows < 0 ? -1 : rows * columns});
}

Value Numbers::scalarValue(Type elementType) const {
  return node->reshape(matrix(elementType), {});
}
