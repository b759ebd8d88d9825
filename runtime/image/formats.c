/*===- formats.c - the formats of images
-----------------------------------===*\
|*
|* Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
|*
|* Finds the decoder of an image by its first bytes.
|*
\*===----------------------------------------------------------------------===*/
#include "image/image.h"
#include <stdio.h>
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

int swage_image_read(swage_image *image) {
  for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); ++i) {
    const image_format *format = &formats[i];
    if (image->size < format->offset + format->length ||
        memcmp(image->data + format->offset, format->magic, format->length))
      continue;
    if (format->read(image))
      return 1;
    char reason[sizeof(image->error)];
    memcpy(reason, image->error, sizeof(reason));
    snprintf(image->error, sizeof(image->error),
             "the %s image cannot be decoded: %.160s", format->name, reason);
    return 0;
  }
  snprintf(image->error, sizeof(image->error),
           "the %zu bytes are no image that can be decoded; formats are BMP, "
           "JPEG, JPEG 2000, PNG, PNM, TIFF and WebP",
           image->size);
  return 0;
}
