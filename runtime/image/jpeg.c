/*===- jpeg.c - JPEG
--------------------------------------------------------===*\
|*
|* Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
|*
|* By libjpeg(-turbo) as it comes: slow but exact cosine transforms, and smooth
|* upsampling of colours, which is what the ONNX standard describes.
|*
\*===----------------------------------------------------------------------===*/
#include "image/image.h"
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include <jerror.h>

typedef struct {
  struct jpeg_decompress_struct decoder;
  struct jpeg_error_mgr errors;
  jmp_buf failed;
  swage_image *image;
} reader;

static void fail(j_common_ptr decoder) {
  reader *r = decoder->client_data;
  char message[JMSG_LENGTH_MAX];
  r->errors.format_message(decoder, message);
  swage_image_fail(r->image, message);
  longjmp(r->failed, 1);
}

/* Of what libjpeg would go on after, only a picture that ends early is none. */
static void warn(j_common_ptr decoder, int level) {
  reader *r = decoder->client_data;
  if (level < 0 && r->errors.msg_code == JWRN_JPEG_EOF)
    fail(decoder);
}

/* Ink to light. Adobe's programs store ink inverted. */
static void convert_cmyk(unsigned char *row, int64_t width, int inverted,
                         const unsigned char *ink) {
  for (int64_t x = 0; x < width; ++x)
    for (int c = 0; c < 3; ++c) {
      int tone = ink[4 * x + c], black = ink[4 * x + 3];
      if (!inverted) {
        tone = 255 - tone;
        black = 255 - black;
      }
      row[3 * x + c] = (unsigned char)((tone * black + 127) / 255);
    }
}

static void read_rows(reader *r) {
  swage_image *image = r->image;
  struct jpeg_decompress_struct *decoder = &r->decoder;
  int is_ink = decoder->jpeg_color_space == JCS_CMYK ||
               decoder->jpeg_color_space == JCS_YCCK;
  decoder->out_color_space = is_ink ? JCS_CMYK : JCS_RGB;
  jpeg_start_decompress(decoder);
  JSAMPARRAY ink = NULL;
  if (is_ink)
    ink = decoder->mem->alloc_sarray((j_common_ptr)decoder, JPOOL_IMAGE,
                                     decoder->output_width * 4, 1);
  for (int64_t y = 0; y < image->height; ++y) {
    JSAMPROW row = image->pixels + 3 * y * image->width;
    jpeg_read_scanlines(decoder, is_ink ? ink : &row, 1);
    if (is_ink)
      convert_cmyk(row, image->width, decoder->saw_Adobe_marker, *ink);
  }
}

int swage_image_jpeg(swage_image *image) {
  reader r;
  r.image = image;
  r.decoder.err = jpeg_std_error(&r.errors);
  r.decoder.client_data = &r;
  r.errors.error_exit = fail;
  r.errors.emit_message = warn;
  if (setjmp(r.failed)) {
    jpeg_destroy_decompress(&r.decoder);
    return 0;
  }
  jpeg_create_decompress(&r.decoder);
  jpeg_mem_src(&r.decoder, image->data, (unsigned long)image->size);
  jpeg_read_header(&r.decoder, TRUE);
  int ok = swage_image_set_size(image, r.decoder.image_width,
                                r.decoder.image_height);
  if (ok && image->pixels)
    read_rows(&r);
  jpeg_destroy_decompress(&r.decoder);
  return ok;
}
