/*===- bmp.c - BMP
----------------------------------------------------------===*\
|*
|* Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
|*
|* All that Windows and OS/2 have written: palettes of 1, 4 and 8 bits, plain or
|* in runs, and colours of 16, 24 and 32 bits in any arrangement.
|*
\*===----------------------------------------------------------------------===*/
#include "image/image.h"
#include <stdlib.h>
#include <string.h>

enum { no_compression, runs_of_8, runs_of_4, masks, masks_with_alpha = 6 };

typedef struct {
  swage_image *image;
  const unsigned char *palette, *bytes; /* `bytes`: where the pixels begin */
  size_t left;                          /* bytes from there */
  size_t colours, colour_size;          /* of the palette */
  unsigned bits, compression;
  int from_top;
  uint32_t mask[3];
} reader;

static uint32_t get16(const unsigned char *bytes) {
  return bytes[0] | (uint32_t)bytes[1] << 8;
}

static uint32_t get32(const unsigned char *bytes) {
  return get16(bytes) | get16(bytes + 2) << 16;
}

/* Where row `y` of those stored goes. */
static unsigned char *get_row(const reader *r, int64_t y) {
  swage_image *image = r->image;
  int64_t row = r->from_top ? y : image->height - 1 - y;
  return image->pixels + 3 * row * image->width;
}

/* A place in the palette as a colour. Beyond its end all is black. */
static void put_index(const reader *r, unsigned char *pixel, size_t index) {
  if (index >= r->colours) {
    memset(pixel, 0, 3);
    return;
  }
  const unsigned char *colour = r->palette + index * r->colour_size;
  pixel[0] = colour[2];
  pixel[1] = colour[1];
  pixel[2] = colour[0];
}

/* The bits of `value` below `mask`, spread over a byte. */
static unsigned char get_masked(uint32_t value, uint32_t mask) {
  if (!mask)
    return 0;
  while (!(mask & 1)) {
    mask >>= 1;
    value >>= 1;
  }
  return (unsigned char)((uint64_t)(value & mask) * 255 / mask);
}

static int read_plain(const reader *r) {
  int64_t width = r->image->width, height = r->image->height;
  size_t stride = ((size_t)width * r->bits + 31) / 32 * 4;
  if (r->left / stride < (size_t)height)
    return swage_image_fail(r->image, "it ends early");
  for (int64_t y = 0; y < height; ++y) {
    const unsigned char *bytes = r->bytes + (size_t)y * stride;
    unsigned char *row = get_row(r, y);
    for (int64_t x = 0; x < width; ++x, row += 3) {
      if (r->bits <= 8) {
        unsigned shift = 8 - r->bits - (unsigned)(x * r->bits % 8);
        put_index(r, row,
                  bytes[x * r->bits / 8] >> shift & ((1u << r->bits) - 1));
        continue;
      }
      const unsigned char *pixel = bytes + x * (r->bits / 8);
      uint32_t value = r->bits == 16 ? get16(pixel)
                       : r->bits == 32
                           ? get32(pixel)
                           : get16(pixel) | (uint32_t)pixel[2] << 16;
      for (int c = 0; c < 3; ++c)
        row[c] = get_masked(value, r->mask[c]);
    }
  }
  return 1;
}

/* Runs of one place in the palette (or two in turn), and stretches of others.
   What is left out has the first colour. */
static int read_runs(const reader *r) {
  int64_t width = r->image->width, height = r->image->height, x = 0, y = 0;
  int is_half = r->compression == runs_of_4;
  for (int64_t i = 0; i < width * height; ++i)
    put_index(r, r->image->pixels + 3 * i, 0);
  size_t at = 0;
  while (y < height) {
    if (r->left - at < 2)
      return swage_image_fail(r->image, "it ends early");
    unsigned count = r->bytes[at], value = r->bytes[at + 1];
    at += 2;
    int is_run = count > 0;
    if (!is_run && value < 3) {
      if (value == 0) {
        x = 0;
        ++y;
      } else if (value == 1) {
        return 1;
      } else {
        if (r->left - at < 2)
          return swage_image_fail(r->image, "it ends early");
        x += r->bytes[at];
        y += r->bytes[at + 1];
        at += 2;
      }
      continue;
    }
    if (!is_run)
      count = value;
    size_t stored = is_run ? 0 : is_half ? (count + 1) / 2 : count;
    if (r->left - at < stored)
      return swage_image_fail(r->image, "it ends early");
    for (unsigned i = 0; i < count; ++i, ++x) {
      unsigned byte = is_run    ? value
                      : is_half ? r->bytes[at + i / 2]
                                : r->bytes[at + i];
      if (x < width)
        put_index(r, get_row(r, y) + 3 * x,
                  is_half ? (i % 2 ? byte & 15 : byte >> 4) : byte);
    }
    at += stored + (stored & 1); /* stretches fill words */
    if (at > r->left)
      at = r->left;
  }
  return 1;
}

static int has_masks(const reader *r) {
  return r->compression == masks || r->compression == masks_with_alpha;
}

/* The masks of the colours: those of the header, or the usual ones. */
static void read_masks(reader *r, const unsigned char *header) {
  static const uint32_t usual[2][3] = {{0x7C00, 0x3E0, 0x1F},
                                       {0xFF0000, 0xFF00, 0xFF}};
  for (int c = 0; c < 3; ++c)
    r->mask[c] =
        has_masks(r) ? get32(header + 40 + 4 * c) : usual[r->bits != 16][c];
}

static int read_header(reader *r) {
  const unsigned char *file = r->image->data, *header = file + 14;
  size_t size = r->image->size;
  if (size < 18)
    return swage_image_fail(r->image, "it ends early");
  size_t start = get32(file + 10), header_size = get32(header);
  int is_core = header_size == 12;
  if (!is_core && (header_size < 40 || header_size > 256))
    return swage_image_fail(r->image, "its header is of an unknown kind");
  if (size < 14 + header_size)
    return swage_image_fail(r->image, "it ends early");
  int64_t width = (int32_t)get32(header + 4),
          height = (int32_t)get32(header + 8);
  if (is_core) {
    width = get16(header + 4);
    height = get16(header + 6);
  }
  r->from_top = height < 0;
  if (!swage_image_set_size(r->image, width, height < 0 ? -height : height))
    return 0;
  r->bits = get16(header + (is_core ? 10 : 14));
  r->compression = is_core ? no_compression : get32(header + 16);
  size_t palette = 14 + header_size;
  /* Masks follow a header that is too short for them. */
  if (has_masks(r) && header_size < 52)
    palette = 14 + 40 + (r->compression == masks ? 12 : 16);
  if (start > size || palette > size)
    return swage_image_fail(r->image, "it ends early");
  r->palette = file + palette;
  r->colour_size = is_core ? 3 : 4;
  r->colours = r->bits <= 8 ? (size_t)1 << r->bits : 0;
  if (!is_core && get32(header + 32) && get32(header + 32) < r->colours)
    r->colours = get32(header + 32);
  if ((size - palette) / r->colour_size < r->colours)
    r->colours = (size - palette) / r->colour_size;
  r->bytes = file + start;
  r->left = size - start;
  read_masks(r, header);
  return 1;
}

int swage_image_bmp(swage_image *image) {
  reader r = {.image = image};
  if (!read_header(&r))
    return 0;
  int is_plain = r.compression == no_compression &&
                 (r.bits == 1 || r.bits == 4 || r.bits == 8 || r.bits == 16 ||
                  r.bits == 24 || r.bits == 32);
  int is_masked = has_masks(&r) && (r.bits == 16 || r.bits == 32);
  int is_runs = (r.compression == runs_of_8 && r.bits == 8) ||
                (r.compression == runs_of_4 && r.bits == 4);
  if (!is_plain && !is_masked && !is_runs)
    return swage_image_fail(image, "its bits or compression are unknown");
  if (!image->pixels)
    return 1;
  return is_runs ? read_runs(&r) : read_plain(&r);
}
