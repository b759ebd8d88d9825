/*===- webp.c - WebP
--------------------------------------------------------===*\
|*
|* Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
|*
|* By libwebp. Transparency is dropped; of an animation, the first frame counts.
|*
\*===----------------------------------------------------------------------===*/
#include "image/image.h"
#include <string.h>
#include <webp/decode.h>
#include <webp/demux.h>

/* The first frame, which may cover only a part of the canvas. */
static int read_frame(swage_image *image) {
  WebPData file = {image->data, image->size};
  WebPDemuxer *demuxer = WebPDemux(&file);
  WebPIterator frame;
  int ok = 0;
  if (demuxer && WebPDemuxGetFrame(demuxer, 1, &frame)) {
    ok = frame.x_offset >= 0 && frame.y_offset >= 0 &&
         frame.x_offset + (int64_t)frame.width <= image->width &&
         frame.y_offset + (int64_t)frame.height <= image->height;
    if (ok) {
      memset(image->pixels, 0, (size_t)(3 * image->width * image->height));
      int64_t stride = 3 * image->width;
      int64_t start = frame.y_offset * stride + 3 * (int64_t)frame.x_offset;
      ok = WebPDecodeRGBInto(
               frame.fragment.bytes, frame.fragment.size, image->pixels + start,
               (size_t)(image->height * stride - start), (int)stride) != NULL;
    }
    WebPDemuxReleaseIterator(&frame);
  }
  WebPDemuxDelete(demuxer);
  return ok;
}

int swage_image_webp(swage_image *image) {
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(image->data, image->size, &features) != VP8_STATUS_OK)
    return swage_image_fail(image, "its header is damaged");
  if (!swage_image_set_size(image, features.width, features.height))
    return 0;
  if (!image->pixels)
    return 1;
  int ok = features.has_animation
               ? read_frame(image)
               : WebPDecodeRGBInto(image->data, image->size, image->pixels,
                                   (size_t)(3 * image->width * image->height),
                                   (int)(3 * image->width)) != NULL;
  return ok || swage_image_fail(image, "it is damaged or ends early");
}
