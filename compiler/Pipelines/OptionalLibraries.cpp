//===- OptionalLibraries.cpp - what few models need of the runtime --------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A new library is built and installed by runtime/CMakeLists.txt, and listed
// here.
//
//===----------------------------------------------------------------------===//
#include "compiler/Pipelines/OptionalLibraries.h"

using namespace llvm;
using namespace swage;

/// An executable carries RE2 and the C++ library with it. Debian's libre2.a is
/// no code for shared libraries.
static constexpr StringLiteral staticRE2[] = {"-Wl,-Bstatic", "-lre2",
                                              "-lstdc++", "-Wl,-Bdynamic"};
static constexpr StringLiteral sharedRE2[] = {"-lre2", "-lstdc++"};

/// Always the system's: decoders of images meet hostile bytes, and have to be
/// mended without a new artifact.
static constexpr StringLiteral imageFormats[] = {
    "-ljpeg", "-lpng", "-ltiff", "-lwebp", "-lwebpdemux", "-lopenjp2", "-lm"};

static constexpr OptionalLibrary libraries[] = {
    {"regex", "swage_rt_regex_", "has regular expressions", staticRE2,
     sharedRE2},
    {"image", "swage_rt_image_", "decodes images", imageFormats, imageFormats},
};

const OptionalLibrary *swage::findOptionalLibrary(StringRef callee) {
  for (const OptionalLibrary &library : libraries)
    if (callee.starts_with(library.prefix))
      return &library;
  return nullptr;
}
