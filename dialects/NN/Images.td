//===- Images.td - operators on encoded images -------------*- tablegen -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What is computed with the libraries of the formats of images.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_NN_IMAGES
#define SWAGE_NN_IMAGES

include "dialects/NN/NNTypes.td"

def NN_DecodeImageOp : NN_Op<"decode_image"> {
  let summary = "The pixels of an encoded image, by row, column and channel";
  let description = [{
    The bytes are a file in one of the formats BMP, JPEG, JPEG 2000, PNG, PNM,
    TIFF and WebP, which they tell themselves. `order` is `rgb`, `bgr` or `gray`,
    the brightness by ITU-R BT.601. Whatever the file holds becomes a byte a
    channel; transparency is dropped. Bytes that cannot be decoded fail the run.

    1. (I1) The input is a vector of bytes.
    2. (I2) The order is one of those named.

    Example: `%p = nn.decode_image %x {order = "rgb"} : tensor<?xui8> -> tensor<?x?x3xui8>`
  }];
  let arguments = (ins NN_Tensor:$input, StrAttr:$order);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

#endif
