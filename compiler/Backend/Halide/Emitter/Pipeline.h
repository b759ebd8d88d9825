//===- Pipeline.h - a kernel in Halide --------------------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What schedule templates work on: the Funcs of a kernel's stages with their
// loops by name. Included behind the wall only.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_HALIDE_EMITTER_PIPELINE_H
#define SWAGE_COMPILER_BACKEND_HALIDE_EMITTER_PIPELINE_H

#include "compiler/Backend/Halide/KernelSpec.h"
#include <Halide.h>

namespace swage::halide {

/// A stage as a Func. A pure stage has one definition; a reduction has the
/// initial value and update 0.
struct StageFunc {
  Halide::Func func;
  /// The variables of loops 0 to numParallel - 1, in the kernel's order. The
  /// Func's own arguments are these in reverse: vars.back() is innermost.
  std::vector<Halide::Var> vars;
  /// The variables of the reduction loops, in the kernel's order; the last one
  /// runs innermost.
  std::vector<Halide::RVar> reductions;
};

struct Pipeline {
  const KernelSpec &spec;
  TargetFacts target;
  /// By operand; undefined for destinations and for what is never read.
  std::vector<Halide::ImageParam> inputs;
  /// By Size number.
  std::vector<Halide::Param<int32_t>> sizes;
  /// By stage.
  std::vector<StageFunc> stages;
  /// By output, in the order of spec.outputs: the Func that is stored in the
  /// operand. The stage's own, or a copy of it where the stage has several
  /// results. Templates may replace it.
  std::vector<Halide::Func> outputs;

  /// The expression `id` inside `stage`, with loops as the stage's variables.
  Halide::Expr expression(ExprId id, int stage);
  /// The same with loop l as loops[l], accumulators, and expressions within as
  /// given.
  Halide::Expr expression(ExprId id, const std::vector<Halide::Expr> &loops,
                          const std::vector<Halide::Expr> &accumulators = {},
                          const std::map<ExprId, Halide::Expr> &given = {});
  /// Element of `tensor` at `indices`, in the kernel's order.
  Halide::Expr read(TensorId tensor, const std::vector<Halide::Expr> &indices);

  /// Whether a stage's tensor is an output.
  bool isOutput(int stage) const;
  /// The stages that read a result of `stage`.
  std::vector<int> consumers(int stage) const;

  /// Tensors contained in the kernel, by TensorId; filled on first use.
  std::map<TensorId, Halide::Buffer<>> literals;
};

/// The Halide type of an element as computed with, and as stored in memory.
Halide::Type typeOf(Element element);
Halide::Type memoryTypeOf(Element element);

/// The value as it is stored: a truth value takes a byte.
Halide::Expr stored(Halide::Expr value);

} // namespace swage::halide

#endif // SWAGE_COMPILER_BACKEND_HALIDE_EMITTER_PIPELINE_H
