//===- Operands.cpp - buffers for trying kernels --------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See Operands.h.
//
//===----------------------------------------------------------------------===//
#include "Operands.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>
#include <cstring>
#include <random>

using namespace mlir;
using namespace swage;

llvm::Expected<Operand> Operand::create(MemRefType type,
                                        ArrayRef<int64_t> &sizes,
                                        std::vector<int64_t> &dims) {
  Operand operand;
  operand.type = type.getElementType();
  auto take = [&](int64_t fixed) -> std::optional<int64_t> {
    if (!ShapedType::isDynamic(fixed))
      return fixed;
    if (sizes.empty())
      return std::nullopt;
    dims.push_back(sizes.front());
    sizes = sizes.drop_front();
    return dims.back();
  };
  auto missing = [&] {
    std::string text;
    llvm::raw_string_ostream(text) << type;
    return llvm::createStringError("no size left for a dimension of " + text +
                                   ": give one --size for each");
  };
  for (int64_t size : type.getShape()) {
    std::optional<int64_t> taken = take(size);
    if (!taken)
      return missing();
    operand.shape.push_back(*taken);
  }
  operand.strides.assign(operand.shape.size(), 1);
  if (type.getLayout().isIdentity()) {
    for (int64_t dim = operand.shape.size() - 1; dim > 0; --dim)
      operand.strides[dim - 1] = operand.strides[dim] * operand.shape[dim];
  } else {
    auto [strides, offset] = type.getStridesAndOffset();
    for (auto [dim, stride] : llvm::enumerate(strides)) {
      std::optional<int64_t> taken = take(stride);
      if (!taken)
        return missing();
      operand.strides[dim] = *taken;
    }
  }
  operand.elements = 1;
  for (auto [size, stride] : llvm::zip(operand.shape, operand.strides))
    operand.elements =
        size ? operand.elements + (size - 1) * stride : 0 * operand.elements;
  if (llvm::is_contained(operand.shape, 0))
    operand.elements = 0;
  unsigned bits = operand.type.isIndex() ? 64
                                         : operand.type.getIntOrFloatBitWidth();
  operand.elementBytes = (bits + 7) / 8;
  operand.lines.resize((operand.numBytes() + 63) / 64 + 2 * kGuard / 64);
  operand.poison();
  return operand;
}

void Operand::poison() { std::memset(bytes(), 0x5a, allBytes()); }

template <typename T>
static void store(void *data, int64_t index, T value) {
  std::memcpy(static_cast<char *>(data) + index * sizeof(T), &value, sizeof(T));
}

void Operand::randomize(const OperandOptions &options, unsigned index) {
  std::mt19937_64 random(options.seed * 1000003 + index);
  std::uniform_real_distribution<double> uniform(-1, 1);
  auto floating = [&]() -> double {
    if (options.special && random() % 16 == 0) {
      const double values[] = {NAN, INFINITY, -INFINITY, 0.0, -0.0, 1e15, 1e-40};
      return values[random() % 7];
    }
    return uniform(random);
  };
  for (int64_t i = 0; i < elements; ++i) {
    if (auto floatType = dyn_cast<FloatType>(type)) {
      llvm::APFloat value(floating());
      bool lost;
      value.convert(floatType.getFloatSemantics(),
                    llvm::APFloat::rmNearestTiesToEven, &lost);
      uint64_t image = value.bitcastToAPInt().getZExtValue();
      std::memcpy(bytes() + kGuard + i * elementBytes, &image,
                  elementBytes);
    } else if (type.isInteger(1)) {
      store<uint8_t>(data(), i, random() & 1);
    } else {
      uint64_t image = random() % 8;
      std::memcpy(bytes() + kGuard + i * elementBytes, &image,
                  elementBytes);
    }
  }
}

double Operand::at(int64_t index) const {
  uint64_t image = 0;
  std::memcpy(&image, bytes() + kGuard + index * elementBytes,
              elementBytes);
  auto floatType = dyn_cast<FloatType>(type);
  if (!floatType)
    return static_cast<double>(
        static_cast<int64_t>(image << (64 - 8 * elementBytes)) >>
        (64 - 8 * elementBytes));
  llvm::APFloat value(floatType.getFloatSemantics(),
                      llvm::APInt(floatType.getWidth(), image));
  bool lost;
  value.convert(llvm::APFloat::IEEEdouble(),
                llvm::APFloat::rmNearestTiesToEven, &lost);
  return value.convertToDouble();
}

bool Operand::inside(int64_t index) const {
  for (auto [size, stride] : llvm::zip(shape, strides)) {
    if (index / stride >= size)
      return false;
    index %= stride;
  }
  return index == 0;
}

llvm::Expected<double> Operand::compare(const Operand &expected,
                                        double tolerance) const {
  for (int64_t i = 0; i < kGuard; ++i)
    if (bytes()[i] != 0x5a || bytes()[allBytes() - 1 - i] != 0x5a)
      return llvm::createStringError("memory next to the buffer was written");
  double largest = 1e-30;
  for (int64_t i = 0; i < elements; ++i)
    if (std::isfinite(expected.at(i)) && inside(i))
      largest = std::max(largest, std::fabs(expected.at(i)));
  bool exact = !isa<FloatType>(type);
  // Numbers of 16 bits cannot be as close as others.
  if (auto floatType = dyn_cast<FloatType>(type))
    tolerance = std::max(
        tolerance, 8 * std::ldexp(1.0, -int(floatType.getFPMantissaWidth())));
  double worst = 0;
  for (int64_t i = 0; i < elements; ++i) {
    double want = expected.at(i), got = at(i);
    bool same = want == got || (std::isnan(want) && std::isnan(got));
    if (same)
      continue;
    if (!inside(i))
      return llvm::createStringError(
          llvm::formatv("element {0} lies between the rows and was written", i)
              .str());
    double error = std::fabs(want - got) / largest;
    if (exact || !std::isfinite(error) || error > tolerance)
      return llvm::createStringError(
          llvm::formatv("element {0} is {1}, expected {2}", i, got, want)
              .str());
    worst = std::max(worst, error);
  }
  return worst;
}
