//===- NNOps.td - all operators of the nn dialect ----------*- tablegen -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Includes every family; this is what TableGen is pointed at.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_NN_OPS
#define SWAGE_NN_OPS

include "dialects/NN/Checks.td"
include "dialects/NN/Containers.td"
include "dialects/NN/Convolution.td"
include "dialects/NN/Elementwise.td"
include "dialects/NN/Gradient.td"
include "dialects/NN/Images.td"
include "dialects/NN/Indexing.td"
include "dialects/NN/Linear.td"
include "dialects/NN/Normalization.td"
include "dialects/NN/Pooling.td"
include "dialects/NN/Recurrent.td"
include "dialects/NN/Search.td"
include "dialects/NN/Shape.td"
include "dialects/NN/Strings.td"
include "dialects/NN/Trees.td"

#endif
