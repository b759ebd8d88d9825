//===- Compare.cpp - tensors against expected ones ------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Compare.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>
#include <cstring>

using namespace llvm;
using namespace swage;

static bool isFloat(int32_t dtype) {
  switch (dtype) {
  case SWAGE_F16:
  case SWAGE_BF16:
  case SWAGE_F32:
  case SWAGE_F64:
  case SWAGE_F8E4M3FN:
  case SWAGE_F8E4M3FNUZ:
  case SWAGE_F8E5M2:
  case SWAGE_F8E5M2FNUZ:
  case SWAGE_F4E2M1:
  case SWAGE_F8E8M0:
    return true;
  default:
    return false;
  }
}

static bool isClose(double actual, double expected, Tolerance tolerance) {
  if (std::isnan(actual) || std::isnan(expected))
    return std::isnan(actual) && std::isnan(expected);
  if (std::isinf(actual) || std::isinf(expected))
    return actual == expected;
  return std::fabs(actual - expected) <=
         tolerance.absolute + tolerance.relative * std::fabs(expected);
}

/// Whether the two elements at `index` agree.
static bool agree(const swage_tensor &actual, const swage_tensor &expected,
                  int64_t index, Tolerance tolerance) {
  if (isFloat(actual.dtype))
    return isClose(swage_tensor_element(&actual, index),
                   swage_tensor_element(&expected, index), tolerance);
  if (actual.dtype == SWAGE_STRING) {
    auto text = [&](const swage_tensor &tensor) {
      const swage_string &element =
          static_cast<const swage_string *>(tensor.data)[index];
      return StringRef(element.data, element.size);
    };
    return text(actual) == text(expected);
  }
  size_t size = swage_dtype_size(actual.dtype);
  return std::memcmp(static_cast<const char *>(actual.data) + index * size,
                     static_cast<const char *>(expected.data) + index * size,
                     size) == 0;
}

/// The largest magnitude of the finite numbers in a tensor of floats.
static double getLargest(const swage_tensor &tensor) {
  double largest = 0;
  for (int64_t i = 0, e = swage_tensor_count(&tensor); i < e; ++i) {
    double magnitude = std::fabs(swage_tensor_element(&tensor, i));
    if (std::isfinite(magnitude))
      largest = std::max(largest, magnitude);
  }
  return largest;
}

/// One element in words.
static std::string getElementText(const swage_tensor &tensor, int64_t index) {
  if (tensor.dtype == SWAGE_STRING) {
    const swage_string &element =
        static_cast<const swage_string *>(tensor.data)[index];
    return formatv("'{0}'", StringRef(element.data, element.size));
  }
  // 64-bit integers may not be representable as double.
  if (tensor.dtype == SWAGE_I64)
    return std::to_string(static_cast<const int64_t *>(tensor.data)[index]);
  if (tensor.dtype == SWAGE_U64)
    return std::to_string(static_cast<const uint64_t *>(tensor.data)[index]);
  char text[32];
  std::snprintf(text, sizeof text, "%.9g",
                swage_tensor_element(&tensor, index));
  return text;
}

/// A position in the tensor: "[0,2,1]".
static std::string getPosition(const swage_tensor &tensor, int64_t index) {
  std::string text;
  for (int32_t i = tensor.rank; i-- > 0;) {
    text = std::to_string(index % tensor.dims[i]) + (text.empty() ? "" : ",") +
           text;
    index /= tensor.dims[i];
  }
  return "[" + text + "]";
}

/// Complex numbers are compared part by part.
static swage_tensor splitComplex(swage_tensor tensor) {
  if (tensor.dtype != SWAGE_C64 && tensor.dtype != SWAGE_C128)
    return tensor;
  tensor.dtype = tensor.dtype == SWAGE_C64 ? SWAGE_F32 : SWAGE_F64;
  // The innermost dimension gets the parts; a scalar becomes one of them.
  if (tensor.rank == 0)
    tensor.dims[tensor.rank++] = 1;
  tensor.dims[tensor.rank - 1] *= 2;
  return tensor;
}

/// What differs between two tensors of one type and shape.
using Comparison =
    function_ref<std::string(const swage_tensor &, const swage_tensor &)>;

static std::string compare(const swage_tensor &actual, swage_tensor &expected,
                           Comparison compareNumbers);

/// Containers must hold the same number of elements, each as expected.
static std::string compareContainers(const swage_tensor &actual,
                                     swage_tensor &expected,
                                     Comparison compareNumbers) {
  if (actual.dims[0] != expected.dims[0])
    return formatv("has {0} elements, expected {1}", actual.dims[0],
                   expected.dims[0]);
  auto *ours = static_cast<const swage_tensor *>(actual.data);
  auto *theirs = static_cast<swage_tensor *>(expected.data);
  for (int64_t i = 0; i < actual.dims[0]; ++i) {
    std::string difference = compare(ours[i], theirs[i], compareNumbers);
    if (!difference.empty())
      return formatv("has an element {0} that {1}", i, difference);
  }
  return "";
}

static std::string compare(const swage_tensor &actual, swage_tensor &expected,
                           Comparison compareNumbers) {
  swage_tensor_retype(&expected, actual.dtype);
  if (actual.dtype == expected.dtype && actual.dtype >= SWAGE_SEQUENCE)
    return compareContainers(actual, expected, compareNumbers);
  bool sameType =
      actual.dtype == expected.dtype && actual.rank == expected.rank &&
      std::equal(actual.dims, actual.dims + actual.rank, expected.dims);
  if (!sameType)
    return formatv("is {0}, expected {1}", describeTensor(actual),
                   describeTensor(expected));
  return compareNumbers(actual, expected);
}

/// All numbers must be as expected.
static std::string compareNumbers(const swage_tensor &actual,
                                  const swage_tensor &expected,
                                  Tolerance tolerance) {
  swage_tensor ours = splitComplex(actual);
  swage_tensor theirs = splitComplex(expected);
  if (isFloat(theirs.dtype) && tolerance.ofLargest > 0)
    tolerance.absolute += tolerance.ofLargest * getLargest(theirs);
  int64_t count = swage_tensor_count(&ours), wrong = 0, worst = 0;
  double worstError = -1;
  for (int64_t i = 0; i < count; ++i) {
    if (agree(ours, theirs, i, tolerance))
      continue;
    ++wrong;
    double error = 0;
    if (isFloat(ours.dtype)) {
      error = std::fabs(swage_tensor_element(&ours, i) -
                        swage_tensor_element(&theirs, i));
      if (std::isnan(error))
        error = INFINITY;
    }
    if (error > worstError) {
      worstError = error;
      worst = i;
    }
  }
  if (wrong == 0)
    return "";
  return formatv("has {0} of {1} elements wrong, the worst at {2}: {3}, "
                 "expected {4}",
                 wrong, count, getPosition(ours, worst),
                 getElementText(ours, worst), getElementText(theirs, worst));
}

std::string swage::compareTensors(const Tensor &actual, Tensor &expected,
                                  Tolerance tolerance) {
  return compare(actual.get(), expected.get(),
                 [&](const swage_tensor &ours, const swage_tensor &theirs) {
                   return compareNumbers(ours, theirs, tolerance);
                 });
}

/// All numbers must be within the bounds.
static std::string checkDraws(const swage_tensor &tensor,
                              const onnx::DrawnNumbers &bounds,
                              Tolerance tolerance) {
  // Neither truth values nor texts have any.
  if (tensor.dtype == SWAGE_BOOL || tensor.dtype == SWAGE_STRING ||
      tensor.dtype == SWAGE_C64 || tensor.dtype == SWAGE_C128)
    return "";
  if (!isFloat(tensor.dtype))
    tolerance = {0, 0, 0};
  for (int64_t i = 0, e = swage_tensor_count(&tensor); i < e; ++i) {
    double value = swage_tensor_element(&tensor, i);
    bool isInside =
        (value >= bounds.least || isClose(value, bounds.least, tolerance)) &&
        (value <= bounds.greatest ||
         isClose(value, bounds.greatest, tolerance));
    if (!isInside)
      return formatv("has {0} at {1}, drawn from {2} to {3}",
                     getElementText(tensor, i), getPosition(tensor, i),
                     bounds.least, bounds.greatest);
    if (bounds.areWhole && std::trunc(value) != value)
      return formatv("has {0} at {1}, drawn from whole numbers",
                     getElementText(tensor, i), getPosition(tensor, i));
  }
  return "";
}

std::string swage::compareDraws(const Tensor &actual, Tensor &expected,
                                const onnx::DrawnNumbers &bounds,
                                Tolerance tolerance) {
  return compare(actual.get(), expected.get(),
                 [&](const swage_tensor &ours, const swage_tensor &) {
                   return checkDraws(ours, bounds, tolerance);
                 });
}
