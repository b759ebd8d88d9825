//===- ImageLoader.h - images as examples ------------------------*- C++
//-*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Reads an image file as what a network takes: pixels of a given size, in grey
// or colours. Numbers are those of Pillow, which trainings elsewhere use.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_TRAINING_IMAGELOADER_H
#define SWAGE_COMPILER_DRIVER_TRAINING_IMAGELOADER_H

#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace swage {

/// How images become examples, as the user wrote it.
struct ImageOptions {
  std::string fit = "stretch"; ///< or "crop"
  /// Of values between 0 and 1, for all channels or for each.
  std::vector<double> mean, deviation;
  uint64_t cacheSize = uint64_t(1) << 30; ///< bytes of decoded images to keep
};

class ImageLoader {
public:
  ImageLoader(int64_t height, int64_t width, int64_t channels, bool crops)
      : height(height), width(width), channels(channels), crops(crops) {}

  /// Rows of pixels; the error names the file.
  llvm::Expected<std::vector<uint8_t>> load(const std::string &path) const;
  size_t getSize() const { return height * width * channels; }

private:
  int64_t height, width, channels;
  bool crops; ///< keeps proportions by cutting off what is too much
};

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_TRAINING_IMAGELOADER_H
