/*===- png.c - PNG
----------------------------------------------------------===*\
|*
|* Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
|*
|* By libpng. Transparency is dropped, not blended with a background.
|*
\*===----------------------------------------------------------------------===*/
#include "image/image.h"
#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  swage_image *image;
  size_t at;
} reader;

static void fail(png_structp png, png_const_charp message) {
  reader *r = png_get_error_ptr(png);
  swage_image_fail(r->image, message);
  longjmp(png_jmpbuf(png), 1);
}

static void ignore(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static void read_bytes(png_structp png, png_bytep bytes, size_t count) {
  reader *r = png_get_io_ptr(png);
  if (count > r->image->size - r->at)
    png_error(png, "it ends early");
  memcpy(bytes, r->image->data + r->at, count);
  r->at += count;
}

static void read_rows(png_structp png, png_infop info, swage_image *image) {
  png_set_expand(png); /* palettes, few bits, transparent colours */
  png_set_strip_16(png);
  png_set_strip_alpha(png);
  png_set_gray_to_rgb(png);
  int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  if (png_get_rowbytes(png, info) != 3 * (size_t)image->width)
    png_error(png, "its pixels are of an unknown kind");
  for (int pass = 0; pass < passes; ++pass)
    for (int64_t y = 0; y < image->height; ++y)
      png_read_row(png, image->pixels + 3 * y * image->width, NULL);
}

int swage_image_png(swage_image *image) {
  reader r = {image, 0};
  png_structp png =
      png_create_read_struct(PNG_LIBPNG_VER_STRING, &r, fail, ignore);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (!info) {
    png_destroy_read_struct(&png, NULL, NULL);
    return swage_image_fail(image, "there is no memory for it");
  }
  if (setjmp(png_jmpbuf(png))) {
    png_destroy_read_struct(&png, &info, NULL);
    return 0;
  }
  png_set_read_fn(png, &r, read_bytes);
  png_read_info(png, info);
  int ok = swage_image_set_size(image, png_get_image_width(png, info),
                                png_get_image_height(png, info));
  if (ok && image->pixels)
    read_rows(png, info, image);
  png_destroy_read_struct(&png, &info, NULL);
  return ok;
}
