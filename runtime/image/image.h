/*===- image.h - encoded images ---------------------------------*- C -*-===*\
|*
|* Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
|*
|* One function a format, which reads the size of an image or all its pixels.
|* Images come from outside: whatever their bytes are, a function gives pixels
or
|* a reason why not. It leaves nothing allocated.
|*
\*===----------------------------------------------------------------------===*/
#ifndef SWAGE_IMAGE_H
#define SWAGE_IMAGE_H

#include <stddef.h>
#include <stdint.h>

typedef struct swage_image {
  const unsigned char *data;
  size_t size;
  int64_t width, height;
  /* Rows of red, green and blue, as many as `width` and `height` say. NULL:
     only these two are wanted. */
  unsigned char *pixels;
  char error[240]; /* why there are none */
} swage_image;

/* These return whether it went well. */
int swage_image_bmp(swage_image *image);
int swage_image_jpeg(swage_image *image);
int swage_image_jpeg2000(swage_image *image);
int swage_image_png(swage_image *image);
int swage_image_pnm(swage_image *image);
int swage_image_tiff(swage_image *image);
int swage_image_webp(swage_image *image);

/* The same for an image of any of these formats; its bytes say which. */
int swage_image_read(swage_image *image);

/* Records a reason; 0. */
int swage_image_fail(swage_image *image, const char *reason);
/* Records the size that the image says it has; 0 if it is empty or larger than
   anything that can be meant. */
int swage_image_set_size(swage_image *image, int64_t width, int64_t height);

#endif /* SWAGE_IMAGE_H */
