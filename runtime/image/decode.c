/*===- decode.c - images of any format
-------------------------------------===*\
|*
|* Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
|*
|* What generated code calls. The library is linked only with models that decode
|* images, because it brings those of the formats along.
|*
\*===----------------------------------------------------------------------===*/
#include "image/image.h"
#include "swage/values.h"

/* Reads the size, or the pixels where there is room for them. Fails the run. */
static void read_image(swage_exec *exec, swage_image *image) {
  if (!swage_image_read(image))
    swage_rt_fail(exec, image->error);
}

void swage_rt_image_size(swage_exec *exec, void *const *buffers,
                         const int64_t *dims) {
  swage_image image = {.data = buffers[0], .size = (size_t)dims[0]};
  read_image(exec, &image);
  int64_t *size = buffers[1];
  size[0] = image.height;
  size[1] = image.width;
}

enum { order_rgb, order_bgr, order_gray };

void swage_rt_image_decode(swage_exec *exec, void *const *buffers,
                           const int64_t *dims) {
  swage_image image = {.data = buffers[0], .size = (size_t)dims[0]};
  int64_t order = *(const int64_t *)buffers[1];
  unsigned char *result = buffers[2];
  int64_t count = dims[2] * dims[3];
  image.height = dims[2];
  image.width = dims[3];
  image.pixels = order == order_gray ? swage_rt_alloc(exec, 3 * count) : result;
  read_image(exec, &image);
  if (order == order_bgr) {
    for (int64_t i = 0; i < count; ++i) {
      unsigned char red = result[3 * i];
      result[3 * i] = result[3 * i + 2];
      result[3 * i + 2] = red;
    }
  } else if (order == order_gray) {
    /* The brightness of ITU-R BT.601, 299 : 587 : 114, in 16 bits. */
    for (int64_t i = 0; i < count; ++i) {
      const unsigned char *pixel = image.pixels + 3 * i;
      result[i] = (unsigned char)((19595u * pixel[0] + 38470u * pixel[1] +
                                   7471u * pixel[2] + 0x8000u) >>
                                  16);
    }
    swage_rt_free(exec, image.pixels);
  }
}
