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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* No row or column is longer: sizes and bytes of images stay far below the
   range of int64_t. */
enum { longest_side = 1 << 20 };

typedef struct {
  const char *name;
  size_t offset, length; /* where the bytes lie that tell the format */
  const char *magic;
  int (*read)(swage_image *image);
} image_format;

static const image_format formats[] = {
    {"BMP", 0, 2, "BM", swage_image_bmp},
    {"JPEG", 0, 3, "\xFF\xD8\xFF", swage_image_jpeg},
    {"JPEG 2000", 0, 12, "\0\0\0\x0CjP  \r\n\x87\n", swage_image_jpeg2000},
    {"JPEG 2000", 0, 4, "\xFF\x4F\xFF\x51", swage_image_jpeg2000},
    {"PNG", 0, 8, "\x89PNG\r\n\x1A\n", swage_image_png},
    {"TIFF", 0, 4, "II*\0", swage_image_tiff},
    {"TIFF", 0, 4, "MM\0*", swage_image_tiff},
    {"TIFF", 0, 4, "II+\0", swage_image_tiff},
    {"TIFF", 0, 4, "MM\0+", swage_image_tiff},
    {"WebP", 8, 4, "WEBP", swage_image_webp},
    {"PNM", 0, 2, "P1", swage_image_pnm},
    {"PNM", 0, 2, "P2", swage_image_pnm},
    {"PNM", 0, 2, "P3", swage_image_pnm},
    {"PNM", 0, 2, "P4", swage_image_pnm},
    {"PNM", 0, 2, "P5", swage_image_pnm},
    {"PNM", 0, 2, "P6", swage_image_pnm},
};

int swage_image_fail(swage_image *image, const char *reason) {
  snprintf(image->error, sizeof(image->error), "%s", reason);
  return 0;
}

int swage_image_set_size(swage_image *image, int64_t width, int64_t height) {
  if (width < 1 || height < 1 || width > longest_side || height > longest_side)
    return swage_image_fail(image, "its size is out of range");
  image->width = width;
  image->height = height;
  return 1;
}

/* Reads the size, or the pixels where there is room for them. Fails the run. */
static void read_image(swage_exec *exec, swage_image *image) {
  char message[240];
  for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); ++i) {
    const image_format *format = &formats[i];
    if (image->size < format->offset + format->length ||
        memcmp(image->data + format->offset, format->magic, format->length))
      continue;
    if (format->read(image))
      return;
    snprintf(message, sizeof(message), "the %s image cannot be decoded: %s",
             format->name, image->error);
    swage_rt_fail(exec, message);
  }
  snprintf(message, sizeof(message),
           "the %zu bytes are no image that can be decoded; formats are BMP, "
           "JPEG, JPEG 2000, PNG, PNM, TIFF and WebP",
           image->size);
  swage_rt_fail(exec, message);
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
