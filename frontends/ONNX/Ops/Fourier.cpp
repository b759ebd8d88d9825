//===- Fourier.cpp - Fourier transforms -----------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A length n1 * n2 is split as Cooley and Tukey did: with elements at
// n2 * j1 + j2 and frequencies at k1 + n1 * k2, the transform is one of length
// n1 over j1, a rotation by j2 * k1 / n turns, and one of length n2 over j2.
// A length with a large prime factor is a convolution with a chirp (Bluestein).
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/Fourier.h"
#include "frontends/ONNX/Ops/Common.h"
#include <complex>

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

using Number = std::complex<double>;

static constexpr double kTwoPi = 6.283185307179586476925286766559;
/// Up to these lengths a transform is one product with a matrix.
static constexpr int64_t kDirect = 32, kDirectPrime = 256;

/// exp(2 pi i * turns / length), precise also where turns are many.
static Number rotation(int64_t turns, int64_t length) {
  double angle = kTwoPi * double(turns % length) / double(length);
  return {std::cos(angle), std::sin(angle)};
}

/// The transform of a table at compile time, whose length is a power of two.
static void transformTable(SmallVectorImpl<Number> &table, int sign) {
  int64_t n = table.size();
  for (int64_t i = 1, j = 0; i < n; ++i) {
    int64_t bit = n >> 1;
    for (; j & bit; bit >>= 1)
      j ^= bit;
    j ^= bit;
    if (i < j)
      std::swap(table[i], table[j]);
  }
  for (int64_t size = 2; size <= n; size *= 2)
    for (int64_t start = 0; start < n; start += size)
      for (int64_t i = 0; i < size / 2; ++i) {
        Number turned = table[start + i + size / 2] *
                        rotation(sign < 0 ? size - i : i, size);
        table[start + i + size / 2] = table[start + i] - turned;
        table[start + i] += turned;
      }
}

namespace {

/// Builds the steps of a transform. The sign is that of the exponent.
class Steps {
public:
  Steps(NodeContext &node, Type type, int sign)
      : node(node), type(type), sign(sign) {}

  /// All frequencies of a signal of `n` elements.
  Complex transform(Complex x, int64_t n) {
    if (node.failed() || n == 1)
      return x;
    if (n <= kDirect)
      return direct(x, n);
    int64_t factor = 0;
    for (int64_t i = 2; i <= kDirect; ++i)
      if (n % i == 0)
        factor = i;
    for (int64_t i = kDirect; !factor && i * i <= n && i <= kDirectPrime; ++i)
      if (n % i == 0)
        factor = i;
    if (factor)
      return split(x, factor, n / factor);
    return n <= kDirectPrime ? direct(x, n) : chirp(x, n);
  }

private:
  Value add(Value a, Value b) { return node.create<nn::AddOp>(a, b); }
  Value sub(Value a, Value b) { return node.create<nn::SubOp>(a, b); }
  Value mul(Value a, Value b) { return node.create<nn::MulOp>(a, b); }

  Complex table(ArrayRef<int64_t> shape, ArrayRef<Number> numbers) {
    SmallVector<double> real, imaginary;
    for (Number number : numbers) {
      real.push_back(number.real());
      imaginary.push_back(number.imag());
    }
    return {node.floatTensor(type, shape, real),
            node.floatTensor(type, shape, imaginary)};
  }
  /// rotation(i * j / n) at [i, j].
  Complex rotations(int64_t rows, int64_t columns, int64_t n) {
    SmallVector<Number> numbers;
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = 0; j < columns; ++j) {
        Number number = rotation(i * j, n);
        numbers.push_back(sign < 0 ? std::conj(number) : number);
      }
    return table({rows, columns}, numbers);
  }

  /// A bilinear function on complex numbers.
  Complex combine(const Complex &a, const Complex &b,
                  function_ref<Value(Value, Value)> product) {
    if (node.failed())
      return {};
    Complex result{product(a.real, b.real), {}};
    if (a.imaginary && b.imaginary)
      result.real = sub(result.real, product(a.imaginary, b.imaginary));
    Value first = b.imaginary ? product(a.real, b.imaginary) : Value();
    Value second = a.imaginary ? product(a.imaginary, b.real) : Value();
    result.imaginary = first && second ? add(first, second)
                       : first         ? first
                                       : second;
    return result;
  }
  Complex scale(const Complex &a, const Complex &b) {
    return combine(a, b, [&](Value x, Value y) { return mul(x, y); });
  }
  Complex multiply(const Complex &a, const Complex &b) {
    return combine(a, b, [&](Value x, Value y) {
      return node.create<nn::MatMulOp>(x, y, /*transpose_lhs=*/false,
                                       /*transpose_rhs=*/false);
    });
  }
  Complex change(const Complex &x, function_ref<Value(Value)> function) {
    return {function(x.real), x.imaginary ? function(x.imaginary) : Value()};
  }
  /// The last `count` dimensions of `x` replaced by others.
  Complex reshapeLast(const Complex &x, int64_t count,
                      ArrayRef<int64_t> sizes) {
    return change(x, [&](Value value) -> Value {
      if (node.failed())
        return {};
      return reshapeBy(
          node, value,
          {node.create<nn::ShapeOp>(value, 0, node.rank(value) - count),
           node.ints(sizes)});
    });
  }

  Complex direct(const Complex &x, int64_t n) {
    // A vector as a row: products want matrices.
    return multiply(x, rotations(n, n, n));
  }

  Complex split(const Complex &x, int64_t n1, int64_t n2) {
    Complex parts = reshapeLast(x, 1, {n1, n2});
    Complex outer = multiply(rotations(n1, n1, n1), parts);
    Complex turned = scale(outer, rotations(n1, n2, n1 * n2));
    Complex inner = transform(turned, n2);
    Complex ordered = change(inner, [&](Value value) -> Value {
      if (node.failed())
        return {};
      int64_t rank = node.rank(value);
      auto order = llvm::to_vector(llvm::seq<int64_t>(0, rank));
      std::swap(order[rank - 1], order[rank - 2]);
      return node.transpose(value, order);
    });
    return reshapeLast(ordered, 2, {n1 * n2});
  }

  /// As 2 j k = j^2 + k^2 - (k - j)^2, the transform is a convolution with the
  /// rotations by half the squares, between two scalings by them.
  Complex chirp(const Complex &x, int64_t n) {
    int64_t padded = llvm::PowerOf2Ceil(2 * n - 1);
    SmallVector<Number> squares, kernel(padded, Number(0));
    for (int64_t i = 0; i < n; ++i) {
      Number number = rotation(i * i, 2 * n);
      squares.push_back(sign < 0 ? std::conj(number) : number);
      kernel[i] = kernel[i ? padded - i : 0] = std::conj(squares.back());
    }
    transformTable(kernel, sign);
    for (Number &number : kernel)
      number /= double(padded);
    Complex turned = scale(x, table({n}, squares));
    Complex wide = change(turned, [&](Value value) -> Value {
      if (node.failed())
        return {};
      SmallVector<int64_t> pads(2 * node.rank(value), 0);
      pads.back() = padded - n;
      return node.create<nn::PadOp>(value, node.ints(pads),
                                    node.scalarLike(value, 0), "constant");
    });
    Complex spectrum = scale(transform(wide, padded), table({padded}, kernel));
    Complex back = Steps(node, type, -sign).transform(spectrum, padded);
    Complex cut = change(back, [&](Value value) -> Value {
      if (node.failed())
        return {};
      return node.slice(value, node.rank(value) - 1, 0, n);
    });
    return scale(cut, table({n}, squares));
  }

  NodeContext &node;
  Type type;
  int sign;
};

} // namespace

Type swage::onnx::fourierType(NodeContext &node, Type type) {
  if (type.isF32())
    return node.builder().getF64Type();
  return accumulator(type);
}

static std::optional<int64_t> constantOf(Value scalar) {
  auto elements = nn::getConstantElements(scalar);
  if (!elements || elements->size() != 1)
    return std::nullopt;
  return elements->front();
}

/// Brings the last dimension to `length` elements, with zeros after its end.
static Value fit(NodeContext &node, Value value, int64_t length) {
  if (!value || node.failed())
    return value;
  int64_t rank = node.rank(value);
  if (node.shape(value).back() == length)
    return value;
  value = node.slice(value, rank - 1, 0, length);
  if (node.failed() || node.shape(value).back() == length)
    return value;
  Value missing = node.create<nn::SubOp>(
      node.ints({length}), node.create<nn::ShapeOp>(value, rank - 1, rank));
  Value pads = node.concat(
      {node.ints(SmallVector<int64_t>(2 * rank - 1, 0)), missing}, 0);
  value = node.create<nn::PadOp>(value, pads, node.scalarLike(value, 0),
                                 "constant");
  return reshapeBy(
      node, value,
      {node.create<nn::ShapeOp>(value, 0, rank - 1), node.ints({length})});
}

/// A length that is not known at compile time.
static Complex transformByMatrix(NodeContext &node, const Complex &signal,
                                 Value length, Value count, bool inverse) {
  Type type = node.elementType(signal.real);
  int64_t last = node.rank(signal.real) - 1;
  Value size = node.create<nn::ShapeOp>(signal.real, last, last + 1);
  // Full turns are taken off while the numbers are integers. Beyond its end a
  // signal is zero, which adds nothing.
  Value turns = node.create<nn::MulOp>(node.unsqueeze(countTo(node, size), {1}),
                                       countTo(node, count));
  turns = node.create<nn::ModOp>(turns, length, /*fmod=*/false);
  if (node.failed())
    return {};
  Value angle = node.create<nn::DivOp>(
      node.create<nn::MulOp>(node.cast(turns, type), node.scalar(type, kTwoPi)),
      node.cast(length, type));
  Value cosine = node.create<nn::CosOp>(angle);
  Value sine = node.create<nn::SinOp>(angle);
  if (!inverse)
    sine = node.create<nn::NegOp>(sine);
  auto product = [&](Value lhs, Value rhs) {
    return node.create<nn::MatMulOp>(lhs, rhs, /*transpose_lhs=*/false,
                                     /*transpose_rhs=*/false);
  };
  Complex result{product(signal.real, cosine), product(signal.real, sine)};
  if (signal.imaginary) {
    result.real =
        node.create<nn::SubOp>(result.real, product(signal.imaginary, sine));
    result.imaginary = node.create<nn::AddOp>(
        result.imaginary, product(signal.imaginary, cosine));
  }
  return result;
}

Complex swage::onnx::fourierTransform(NodeContext &node, const Complex &signal,
                                      Value length, Value count, bool inverse) {
  if (node.failed())
    return {};
  Type type = node.elementType(signal.real);
  std::optional<int64_t> size = constantOf(length), kept = constantOf(count);
  Complex result;
  if (size && kept && *size >= 1) {
    Complex fitted{fit(node, signal.real, *size),
                   fit(node, signal.imaginary, *size)};
    result = Steps(node, type, inverse ? 1 : -1).transform(fitted, *size);
    if (node.failed())
      return {};
    if (!result.imaginary)
      result.imaginary =
          fill(node, node.scalar(type, 0), node.shapeOf(result.real));
    if (*kept < *size)
      for (Value *part : {&result.real, &result.imaginary})
        *part = node.slice(*part, node.rank(*part) - 1, 0, *kept);
  } else {
    result = transformByMatrix(node, signal, length, count, inverse);
  }
  if (node.failed())
    return {};
  if (inverse)
    for (Value *part : {&result.real, &result.imaginary})
      *part = node.create<nn::DivOp>(*part, node.cast(length, type));
  return result;
}
