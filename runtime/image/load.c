/*===- load.c - images from memory
-----------------------------------------===*\
|*
|* Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
|*
|* For programs of the compiler that read images themselves.
|*
\*===----------------------------------------------------------------------===*/
#include "core/memory.h"
#include "core/message.h"
#include "image/image.h"
#include "swage/image.h"
#include <stdlib.h>

swage_status swage_image_parse(const void *bytes, size_t size,
                               swage_tensor *pixels, char **error) {
  swage_image image = {.data = bytes, .size = size};
  if (!swage_image_read(&image))
    return swage_error(error, SWAGE_BAD_MODEL, "%s", image.error);
  *pixels = (swage_tensor){
      .dtype = SWAGE_U8, .rank = 3, .dims = {image.height, image.width, 3}};
  int64_t count;
  if (swage_count_elements(3, pixels->dims, 1, &count))
    image.pixels = swage_allocate((size_t)count);
  if (!image.pixels)
    return swage_error(error, SWAGE_ERROR, "no memory for an image");
  if (!swage_image_read(&image)) {
    free(image.pixels);
    return swage_error(error, SWAGE_BAD_MODEL, "%s", image.error);
  }
  pixels->data = image.pixels;
  return SWAGE_OK;
}
