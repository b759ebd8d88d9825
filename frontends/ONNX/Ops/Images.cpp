//===- Images.cpp - encoded images ----------------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "frontends/ONNX/Ops/Common.h"
#include "frontends/ONNX/Registry.h"

using namespace mlir;
using namespace swage;
using namespace swage::onnx;

static Results importImageDecoder(NodeContext &node) {
  std::string format = node.stringAttr("pixel_format", "RGB");
  Value bytes = node.input(0);
  if (node.failed())
    return {};
  StringRef order = format == "RGB"         ? "rgb"
                    : format == "BGR"       ? "bgr"
                    : format == "Grayscale" ? "gray"
                                            : "";
  if (order.empty())
    return node.bad("its pixel_format '" + printable(format) +
                    "' is none of RGB, BGR and Grayscale");
  return node.create<nn::DecodeImageOp>(bytes, order);
}

void swage::onnx::registerImageOps(Registry &registry) {
  registry.add("ImageDecoder", 20, {1, 1}, importImageDecoder);
}
