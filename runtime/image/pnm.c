/*===- pnm.c - portable bitmaps, graymaps and pixmaps
-----------------------===*\
|*
|* Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
|*
|* P1 to P6: bits, gray tones or colours, each as text or as bytes.
|*
\*===----------------------------------------------------------------------===*/
#include "image/image.h"
#include <math.h>
#include <string.h>

typedef struct {
  const unsigned char *data;
  size_t size, at;
} reader;

static int is_space(int c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* Past white space and comments. */
static void skip_space(reader *r) {
  while (r->at < r->size) {
    if (r->data[r->at] == '#')
      while (r->at < r->size && r->data[r->at] != '\n')
        ++r->at;
    else if (!is_space(r->data[r->at]))
      return;
    else
      ++r->at;
  }
}

/* The next number of at most `digits` digits; -1 where there is none. */
static int64_t read_number(reader *r, int digits) {
  skip_space(r);
  int64_t value = -1;
  for (; digits && r->at < r->size; ++r->at, --digits) {
    int digit = r->data[r->at] - '0';
    if (digit < 0 || digit > 9)
      break;
    value = (value < 0 ? 0 : value) * 10 + digit;
  }
  return value;
}

/* One sample of text or of bytes, as a byte; -1 where it is none. */
static int read_sample(reader *r, int is_text, int64_t most) {
  int64_t value = -1;
  if (is_text) {
    value = read_number(r, most == 1 ? 1 : 9);
  } else if (most < 256 && r->at < r->size) {
    value = r->data[r->at++];
  } else if (most >= 256 && r->size - r->at >= 2) {
    value = r->data[r->at] << 8 | r->data[r->at + 1];
    r->at += 2;
  }
  if (value < 0)
    return -1;
  if (value > most)
    value = most;
  return (int)nearbyint((double)value / (double)most * 255.0);
}

/* Rows of bits, where 1 is black, begin at whole bytes. */
static int read_bits(reader *r, swage_image *image) {
  size_t stride = ((size_t)image->width + 7) / 8;
  if ((r->size - r->at) / stride < (size_t)image->height)
    return swage_image_fail(image, "it ends early");
  for (int64_t y = 0; y < image->height; ++y, r->at += stride)
    for (int64_t x = 0; x < image->width; ++x)
      memset(image->pixels + 3 * (y * image->width + x),
             r->data[r->at + (size_t)x / 8] >> (7 - x % 8) & 1 ? 0 : 255, 3);
  return 1;
}

int swage_image_pnm(swage_image *image) {
  reader r = {image->data, image->size, 2};
  int kind = image->data[1] - '0';
  int is_text = kind <= 3;
  int is_bits = kind == 1 || kind == 4, is_colour = kind == 3 || kind == 6;
  int64_t width = read_number(&r, 9), height = read_number(&r, 9);
  int64_t most = is_bits ? 1 : read_number(&r, 9);
  if (!swage_image_set_size(image, width, height))
    return 0;
  if (most < 1 || most > 65535)
    return swage_image_fail(image, "its greatest sample is out of range");
  if (!image->pixels)
    return 1;
  if (!is_text && (r.at >= r.size || !is_space(r.data[r.at++])))
    return swage_image_fail(image, "no space follows its header");
  if (kind == 4)
    return read_bits(&r, image);
  for (int64_t i = 0, n = image->width * image->height; i < n; ++i)
    for (int c = 0; c < 3; ++c) {
      unsigned char *target = image->pixels + 3 * i + c;
      int value = c && !is_colour ? target[-1] : read_sample(&r, is_text, most);
      if (value < 0)
        return swage_image_fail(image, "it ends early");
      *target = (unsigned char)(kind == 1 && !c ? 255 - value : value);
    }
  return 1;
}
