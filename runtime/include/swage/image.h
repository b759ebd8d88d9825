/*===- image.h - encoded images ---------------------------------*- C -*-===*\
|*
|* Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
|*
|* Images in files as tensors. This is in a library of its own, because it
|* brings those of the formats along.
|*
\*===----------------------------------------------------------------------===*/
#ifndef SWAGE_IMAGE_LOADING_H
#define SWAGE_IMAGE_LOADING_H

#include "swage/artifact.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Reads an image (BMP, JPEG, JPEG 2000, PNG, PNM, TIFF or WebP) as a tensor of
   uint8: rows, columns, and red, green and blue. Its data are released with
   swage_free, as is the message; `error` may be NULL. */
SWAGE_API swage_status swage_image_parse(const void *bytes, size_t size,
                                         swage_tensor *pixels, char **error);

#ifdef __cplusplus
}
#endif
#endif /* SWAGE_IMAGE_LOADING_H */
