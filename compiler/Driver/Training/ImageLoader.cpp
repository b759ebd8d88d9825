//===- ImageLoader.cpp - images as examples -------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Training/ImageLoader.h"
#include "compiler/Driver/Tensor.h"
#include "compiler/Driver/Training/Resample.h"
#include "swage/image.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace llvm;
using namespace swage;

/// The brightness of ITU-R BT.601, 299 : 587 : 114, in 16 bits.
static std::vector<uint8_t> makeGrey(const uint8_t *pixels, int64_t count) {
  std::vector<uint8_t> grey(count);
  for (int64_t i = 0; i < count; ++i, pixels += 3)
    grey[i] = (19595u * pixels[0] + 38470u * pixels[1] + 7471u * pixels[2] +
               0x8000u) >>
              16;
  return grey;
}

/// The part of an image that is taken: all of it, or as much around its centre
/// as has the proportions of the result.
static ImageBox getBox(double imageHeight, double imageWidth, double height,
                       double width, bool crops) {
  double ratio = width / height;
  double partHeight = imageHeight, partWidth = imageWidth;
  if (crops && imageWidth / imageHeight >= ratio)
    partWidth = ratio * imageHeight;
  else if (crops)
    partHeight = imageWidth / ratio;
  double left = (imageWidth - partWidth) * 0.5;
  double top = (imageHeight - partHeight) * 0.5;
  return {float(top), float(left), float(top + partHeight),
          float(left + partWidth)};
}

Expected<std::vector<uint8_t>>
ImageLoader::load(const std::string &path) const {
  auto file = MemoryBuffer::getFile(path, /*IsText=*/false,
                                    /*RequiresNullTerminator=*/false);
  if (!file)
    return createStringError(path +
                             ": cannot be read: " + file.getError().message());
  Tensor image;
  char *message = nullptr;
  if (swage_image_parse((*file)->getBufferStart(), (*file)->getBufferSize(),
                        &image.get(), &message) != SWAGE_OK) {
    image.get() = {};
    return createStringError(path + ": " + toString(takeMessage(message)));
  }
  int64_t imageHeight = image->dims[0], imageWidth = image->dims[1];
  const auto *pixels = static_cast<const uint8_t *>(image->data);
  std::vector<uint8_t> grey;
  if (channels == 1) {
    grey = makeGrey(pixels, imageHeight * imageWidth);
    pixels = grey.data();
  }
  return resample({pixels, imageHeight, imageWidth, channels},
                  getBox(imageHeight, imageWidth, height, width, crops), height,
                  width);
}
