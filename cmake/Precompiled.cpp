//===- Precompiled.cpp - the home of the precompiled header -----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
// Anchors the shared precompiled header.
