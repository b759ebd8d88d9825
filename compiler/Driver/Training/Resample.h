//===- Resample.h - images of another size -----------------------*- C++
//-*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_DRIVER_TRAINING_RESAMPLE_H
#define SWAGE_COMPILER_DRIVER_TRAINING_RESAMPLE_H

#include <cstdint>
#include <vector>

namespace swage {

/// Rows of pixels, each with its channels.
struct ImageView {
  const uint8_t *pixels;
  int64_t height, width, channels;
};

/// A part of an image; edges may lie within pixels. They are f32 for Pillow's.
struct ImageBox {
  float top, left, bottom, right;
};

/// The box of the image in another size, bilinear with antialiasing: where it
/// shrinks, a pixel is the mean, weighted by a triangle, of all that it covers.
/// Rows are resampled first, then columns, each in fixed point and rounded, as
/// Pillow does it; its BILINEAR gives the same bytes.
std::vector<uint8_t> resample(ImageView image, ImageBox box, int64_t height,
                              int64_t width);

} // namespace swage

#endif // SWAGE_COMPILER_DRIVER_TRAINING_RESAMPLE_H
