//===- Resample.cpp - images of another size ------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Training/Resample.h"
#include <algorithm>
#include <cmath>

using namespace swage;

namespace {

/// The weights of the places along one axis that one result is made of.
struct Weights {
  int64_t begin;
  std::vector<int32_t> values; ///< in units of 2^-fixedBits
};

} // namespace

/// Leaves room for 8 bits of a pixel and two of overshoot.
static constexpr int fixedBits = 22;

/// The weights of `count` results over the places from `first` to `last`, of
/// `size` that there are.
static std::vector<Weights> getWeights(int64_t size, float first, float last,
                                       int64_t count) {
  double scale = double(last - first) / count, support = std::max(scale, 1.0);
  std::vector<Weights> all(count);
  for (int64_t i = 0; i < count; ++i) {
    double centre = first + (i + 0.5) * scale, sum = 0;
    int64_t begin = std::max<int64_t>(0, int64_t(centre - support + 0.5));
    int64_t end = std::min<int64_t>(size, int64_t(centre + support + 0.5));
    std::vector<double> shares;
    for (int64_t place = begin; place < end; ++place) {
      double distance = std::abs((place - centre + 0.5) / support);
      shares.push_back(std::max(0.0, 1 - distance));
      sum += shares.back();
    }
    all[i].begin = begin;
    for (double share : shares)
      all[i].values.push_back(
          int32_t((sum != 0 ? share / sum : share) * (1 << fixedBits) + 0.5));
  }
  return all;
}

static uint8_t roundPixel(int32_t sum) {
  return std::clamp((sum + (1 << (fixedBits - 1))) >> fixedBits, 0, 255);
}

/// Makes rows of another length.
static std::vector<uint8_t> resampleRows(ImageView image, float first,
                                         float last, int64_t width) {
  std::vector<Weights> weights = getWeights(image.width, first, last, width);
  std::vector<uint8_t> result;
  result.reserve(image.height * width * image.channels);
  for (int64_t y = 0; y < image.height; ++y) {
    const uint8_t *row = image.pixels + y * image.width * image.channels;
    for (const Weights &own : weights)
      for (int64_t channel = 0; channel < image.channels; ++channel) {
        const uint8_t *from = row + own.begin * image.channels + channel;
        int32_t sum = 0;
        for (size_t i = 0; i < own.values.size(); ++i)
          sum += own.values[i] * from[i * image.channels];
        result.push_back(roundPixel(sum));
      }
  }
  return result;
}

/// Makes columns of another length.
static std::vector<uint8_t> resampleColumns(ImageView image, float first,
                                            float last, int64_t height) {
  std::vector<Weights> weights = getWeights(image.height, first, last, height);
  int64_t stride = image.width * image.channels;
  std::vector<uint8_t> result(height * stride);
  std::vector<int32_t> sums(stride);
  for (int64_t y = 0; y < height; ++y) {
    const Weights &own = weights[y];
    std::fill(sums.begin(), sums.end(), 0);
    for (size_t i = 0; i < own.values.size(); ++i) {
      const uint8_t *row = image.pixels + (own.begin + i) * stride;
      for (int64_t x = 0; x < stride; ++x)
        sums[x] += own.values[i] * row[x];
    }
    std::transform(sums.begin(), sums.end(), result.begin() + y * stride,
                   roundPixel);
  }
  return result;
}

std::vector<uint8_t> swage::resample(ImageView image, ImageBox box,
                                     int64_t height, int64_t width) {
  std::vector<uint8_t> wide = resampleRows(image, box.left, box.right, width);
  return resampleColumns({wide.data(), image.height, width, image.channels},
                         box.top, box.bottom, height);
}
