/*===- tiff.c - TIFF
--------------------------------------------------------===*\
|*
|* Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
|*
|* By libtiff's conversion of whole images to red, green, blue and alpha,
upright
|* as the file says. Only the first image of a file counts.
|*
\*===----------------------------------------------------------------------===*/
#include "image/image.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

typedef struct {
  swage_image *image;
  toff_t at;
} reader;

static tmsize_t read_bytes(thandle_t handle, void *bytes, tmsize_t count) {
  reader *r = handle;
  if (count < 0 || r->at >= r->image->size)
    return 0;
  if ((toff_t)count > r->image->size - r->at)
    count = (tmsize_t)(r->image->size - r->at);
  memcpy(bytes, r->image->data + r->at, (size_t)count);
  r->at += (toff_t)count;
  return count;
}

static tmsize_t write_bytes(thandle_t handle, void *bytes, tmsize_t count) {
  (void)handle;
  (void)bytes;
  (void)count;
  return 0;
}

static toff_t seek(thandle_t handle, toff_t offset, int whence) {
  reader *r = handle;
  r->at = whence == SEEK_SET   ? offset
          : whence == SEEK_CUR ? r->at + offset
                               : r->image->size + offset;
  return r->at;
}

static int close_nothing(thandle_t handle) {
  (void)handle;
  return 0;
}

static toff_t get_size(thandle_t handle) {
  return ((reader *)handle)->image->size;
}

/* Libtiff says several things about one fault; the first is the cause. */
static int record(TIFF *tiff, void *image, const char *module,
                  const char *format, va_list arguments) {
  (void)tiff;
  (void)module;
  swage_image *target = image;
  if (!*target->error)
    vsnprintf(target->error, sizeof(target->error), format, arguments);
  return 1;
}

static int ignore(TIFF *tiff, void *image, const char *module,
                  const char *format, va_list arguments) {
  (void)tiff;
  (void)image;
  (void)module;
  (void)format;
  (void)arguments;
  return 1;
}

/* Colours beside an alpha are taken as they are, not multiplied by it. */
static void keep_colours(TIFF *tiff) {
  uint16_t count = 0, *kinds = NULL;
  if (!TIFFGetField(tiff, TIFFTAG_EXTRASAMPLES, &count, &kinds) || !count ||
      kinds[0] != EXTRASAMPLE_UNASSALPHA)
    return;
  uint16_t kept[4] = {EXTRASAMPLE_ASSOCALPHA};
  if (count <= 4)
    TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, count, kept);
}

static int read_pixels(TIFF *tiff, swage_image *image) {
  size_t count = (size_t)image->width * (size_t)image->height;
  uint32_t *raster = malloc(count * sizeof(*raster));
  if (!raster)
    return swage_image_fail(image, "there is no memory for it");
  keep_colours(tiff);
  int ok = TIFFReadRGBAImageOriented(tiff, (uint32_t)image->width,
                                     (uint32_t)image->height, raster,
                                     ORIENTATION_TOPLEFT, /*stopOnError=*/1);
  for (size_t i = 0; ok && i < count; ++i) {
    image->pixels[3 * i] = (unsigned char)TIFFGetR(raster[i]);
    image->pixels[3 * i + 1] = (unsigned char)TIFFGetG(raster[i]);
    image->pixels[3 * i + 2] = (unsigned char)TIFFGetB(raster[i]);
  }
  free(raster);
  return ok;
}

int swage_image_tiff(swage_image *image) {
  reader r = {image, 0};
  TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
  TIFF *tiff = NULL;
  if (options) {
    TIFFOpenOptionsSetErrorHandlerExtR(options, record, image);
    TIFFOpenOptionsSetWarningHandlerExtR(options, ignore, NULL);
    tiff = TIFFClientOpenExt("image", "rm", &r, read_bytes, write_bytes, seek,
                             close_nothing, get_size, NULL, NULL, options);
    TIFFOpenOptionsFree(options);
  }
  uint32_t width = 0, height = 0;
  int ok = tiff != NULL;
  if (ok) {
    TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width);
    TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height);
    ok = swage_image_set_size(image, width, height);
    if (ok && image->pixels)
      ok = read_pixels(tiff, image);
    TIFFClose(tiff);
  }
  return ok || *image->error ? ok : swage_image_fail(image, "it is damaged");
}
