//===- BuildPipeline.h - Funcs of a kernel ----------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_HALIDE_EMITTER_BUILDPIPELINE_H
#define SWAGE_COMPILER_BACKEND_HALIDE_EMITTER_BUILDPIPELINE_H

#include "compiler/Backend/Halide/Emitter/Pipeline.h"

namespace swage::halide {

/// Defines a Func for each stage of `spec`, unscheduled.
Pipeline buildPipeline(const KernelSpec &spec, const TargetFacts &target);

/// Tells Halide the sizes and strides of the inputs and outputs, once the
/// outputs are final.
void constrainBuffers(Pipeline &pipeline);

/// Halide's name for the processor.
Halide::Target getTarget(const TargetFacts &target, bool checks);

} // namespace swage::halide

#endif // SWAGE_COMPILER_BACKEND_HALIDE_EMITTER_BUILDPIPELINE_H
