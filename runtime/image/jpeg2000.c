/*===- jpeg2000.c - JPEG 2000
-----------------------------------------------===*\
|*
|* Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
|*
|* By OpenJPEG, from files and from bare code streams. It gives planes of any
|* number of bits, of which colours may have fewer places than brightness.
|*
\*===----------------------------------------------------------------------===*/
#include "image/image.h"
#include <openjpeg.h>
#include <string.h>

typedef struct {
  swage_image *image;
  size_t at;
} reader;

static OPJ_SIZE_T read_bytes(void *bytes, OPJ_SIZE_T count, void *user) {
  reader *r = user;
  size_t left = r->image->size - r->at;
  if (!left)
    return (OPJ_SIZE_T)-1;
  if (count > left)
    count = left;
  memcpy(bytes, r->image->data + r->at, count);
  r->at += count;
  return count;
}

static OPJ_OFF_T skip(OPJ_OFF_T count, void *user) {
  reader *r = user;
  if (count < 0 || (uint64_t)count > r->image->size - r->at)
    return -1;
  r->at += (size_t)count;
  return count;
}

static OPJ_BOOL seek(OPJ_OFF_T offset, void *user) {
  reader *r = user;
  if (offset < 0 || (uint64_t)offset > r->image->size)
    return OPJ_FALSE;
  r->at = (size_t)offset;
  return OPJ_TRUE;
}

/* The first fault is the cause. Messages end with a new line. */
static void record(const char *message, void *user) {
  swage_image *image = user;
  if (*image->error)
    return;
  swage_image_fail(image, message);
  image->error[strcspn(image->error, "\n")] = 0;
}

/* One sample as a byte. */
static int sample(const opj_image_comp_t *plane, int64_t x, int64_t y) {
  int64_t column = x / plane->dx, row = y / plane->dy;
  column = column < plane->w ? column : plane->w - 1;
  row = row < plane->h ? row : plane->h - 1;
  int64_t value = plane->data[row * plane->w + column];
  if (plane->sgnd)
    value += (int64_t)1 << (plane->prec - 1);
  if (plane->prec > 8)
    value = (value + ((int64_t)1 << (plane->prec - 9))) >> (plane->prec - 8);
  else
    value <<= 8 - plane->prec;
  return value < 0 ? 0 : value > 255 ? 255 : (int)value;
}

static unsigned char clamp(double value) {
  return value <= 0 ? 0 : value >= 255 ? 255 : (unsigned char)(value + 0.5);
}

/* Brightness and differences of colour, as JPEG has them, to colours. */
static void convert_ycc(unsigned char *pixel) {
  double y = pixel[0], cb = pixel[1] - 128.0, cr = pixel[2] - 128.0;
  pixel[0] = clamp(y + 1.402 * cr);
  pixel[1] = clamp(y - 0.344136 * cb - 0.714136 * cr);
  pixel[2] = clamp(y + 1.772 * cb);
}

static int read_pixels(const opj_image_t *planes, swage_image *image) {
  unsigned colours = planes->numcomps >= 3 ? 3 : 1;
  for (unsigned c = 0; c < colours; ++c) {
    const opj_image_comp_t *plane = &planes->comps[c];
    if (!plane->data || !plane->w || !plane->h || !plane->dx || !plane->dy ||
        plane->prec < 1 || plane->prec > 31)
      return swage_image_fail(image, "its planes are damaged");
  }
  int is_ycc = colours == 3 && planes->color_space == OPJ_CLRSPC_SYCC;
  for (int64_t y = 0; y < image->height; ++y)
    for (int64_t x = 0; x < image->width; ++x) {
      unsigned char *pixel = image->pixels + 3 * (y * image->width + x);
      for (unsigned c = 0; c < 3; ++c)
        pixel[c] = (unsigned char)sample(&planes->comps[c % colours], x, y);
      if (is_ycc)
        convert_ycc(pixel);
    }
  return 1;
}

static int read_all(opj_codec_t *codec, opj_stream_t *stream,
                    opj_image_t **planes, swage_image *image) {
  opj_dparameters_t parameters;
  opj_set_default_decoder_parameters(&parameters);
  if (!opj_setup_decoder(codec, &parameters) ||
      !opj_read_header(stream, codec, planes))
    return 0;
  if (!swage_image_set_size(image, (int64_t)(*planes)->x1 - (*planes)->x0,
                            (int64_t)(*planes)->y1 - (*planes)->y0))
    return 0;
  if (!image->pixels)
    return 1;
  return opj_decode(codec, stream, *planes) &&
         opj_end_decompress(codec, stream) && read_pixels(*planes, image);
}

int swage_image_jpeg2000(swage_image *image) {
  reader r = {image, 0};
  opj_image_t *planes = NULL;
  opj_stream_t *stream = opj_stream_create(1 << 16, OPJ_TRUE);
  /* A bare code stream begins with a marker, a file with a box. */
  opj_codec_t *codec = opj_create_decompress(
      image->data[0] == 0xFF ? OPJ_CODEC_J2K : OPJ_CODEC_JP2);
  int ok = 0;
  if (stream && codec) {
    opj_set_error_handler(codec, record, image);
    opj_stream_set_read_function(stream, read_bytes);
    opj_stream_set_skip_function(stream, skip);
    opj_stream_set_seek_function(stream, seek);
    opj_stream_set_user_data(stream, &r, NULL);
    opj_stream_set_user_data_length(stream, image->size);
    ok = read_all(codec, stream, &planes, image);
  }
  opj_image_destroy(planes);
  if (codec)
    opj_destroy_codec(codec);
  if (stream)
    opj_stream_destroy(stream);
  return ok || *image->error ? ok : swage_image_fail(image, "it is damaged");
}
