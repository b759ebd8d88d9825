//===- BuildPipeline.cpp - Funcs of a kernel ------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A stage becomes a Func: its parallel loops are Vars, its reduction loops an
// RDom, its values Exprs.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/Halide/Emitter/BuildPipeline.h"
#include "compiler/Backend/Halide/Emitter/Dimensions.h"

using Halide::Expr;

namespace swage::halide {
namespace {

class Builder {
public:
  explicit Builder(Pipeline &pipeline)
      : pipeline(pipeline), spec(pipeline.spec) {}

  void run() {
    for (unsigned i = 0; i < spec.numSizes; ++i)
      pipeline.sizes.emplace_back("n" + std::to_string(i));
    for (size_t i = 0; i < spec.operands.size(); ++i) {
      const Operand &operand = spec.operands[i];
      pipeline.inputs.push_back(
          operand.tensor < 0
              ? Halide::ImageParam()
              : Halide::ImageParam(memoryTypeOf(operand.element),
                                   static_cast<int>(operand.shape.size()),
                                   "x" + std::to_string(i)));
    }
    for (size_t i = 0; i < spec.stages.size(); ++i) {
      pipeline.stages.push_back(
          {Halide::Func(spec.stages[i].name), makeVars(spec.stages[i]), {}});
      define(static_cast<int>(i));
    }
    for (const Output &output : spec.outputs)
      pipeline.outputs.push_back(makeOutput(output));
  }

private:
  static std::vector<Halide::Var> makeVars(const Stage &stage) {
    std::vector<Halide::Var> vars;
    for (unsigned loop = 0; loop < stage.numParallel; ++loop)
      vars.emplace_back("i" + std::to_string(loop));
    return vars;
  }

  void define(int index) {
    const Stage &stage = spec.stages[index];
    StageFunc &own = pipeline.stages[index];
    std::vector<Halide::Var> place = toHalideOrder(own.vars);
    std::vector<Expr> loops(own.vars.begin(), own.vars.end());
    own.func(place) =
        evaluate(stage.isReduction() ? stage.inits : stage.values, loops, {});
    if (!stage.isReduction())
      return;
    std::vector<Halide::Range> ranges;
    for (ExprId size : stage.reductions)
      ranges.push_back({0, pipeline.expression(size, loops)});
    Halide::RDom domain(toHalideOrder(ranges), stage.name + "_r");
    int rank = static_cast<int>(ranges.size());
    for (int loop = 0; loop < rank; ++loop) {
      own.reductions.push_back(domain[halideDim(rank, loop)]);
      loops.push_back(own.reductions.back());
    }
    std::vector<Expr> here(own.vars.begin(), own.vars.end()), accumulators;
    for (TensorId result : stage.results)
      accumulators.push_back(pipeline.read(result, here));
    own.func(place) = evaluate(stage.values, loops, accumulators);
  }

  Halide::Tuple evaluate(const std::vector<ExprId> &values,
                         const std::vector<Expr> &loops,
                         const std::vector<Expr> &accumulators) {
    std::vector<Expr> results;
    for (ExprId value : values)
      results.push_back(
          stored(pipeline.expression(value, loops, accumulators)));
    return Halide::Tuple(results);
  }

  /// The Func that is stored. One of several results goes through a copy, as
  /// does a tensor that goes to two places.
  Halide::Func makeOutput(const Output &output) {
    const Tensor &tensor = spec.tensors[output.tensor];
    if (tensor.stage >= 0 && spec.stages[tensor.stage].results.size() == 1 &&
        taken.insert(tensor.stage).second)
      return pipeline.stages[tensor.stage].func;
    Halide::Func copy("out" + std::to_string(output.operand));
    std::vector<Halide::Var> vars;
    for (size_t dim = 0; dim < tensor.rank(); ++dim)
      vars.emplace_back("i" + std::to_string(dim));
    std::vector<Expr> place(vars.begin(), vars.end());
    copy(toHalideOrder(vars)) = stored(pipeline.read(output.tensor, place));
    return copy;
  }

  Pipeline &pipeline;
  const KernelSpec &spec;
  std::set<int> taken;
};

/// Describes one buffer; `param` is an ImageParam or an OutputImageParam.
template <typename Param>
void constrain(Pipeline &pipeline, const Operand &operand, Param param) {
  int rank = static_cast<int>(operand.shape.size());
  Expr dense = 1;
  for (int dim = rank - 1; dim >= 0; --dim) {
    Expr size = pipeline.expression(operand.shape[dim], std::vector<Expr>());
    Expr stride =
        operand.strides.empty()
            ? dense
            : pipeline.expression(operand.strides[dim], std::vector<Expr>());
    param.dim(halideDim(rank, dim)).set_bounds(0, size).set_stride(stride);
    dense = Halide::Internal::simplify(dense * size);
  }
}

} // namespace

Expr stored(Expr value) {
  return value.type().is_bool() ? Halide::cast<uint8_t>(value) : value;
}

Pipeline buildPipeline(const KernelSpec &spec, const TargetFacts &target) {
  Pipeline pipeline{spec, target, {}, {}, {}, {}, {}};
  Builder(pipeline).run();
  return pipeline;
}

void constrainBuffers(Pipeline &pipeline) {
  const KernelSpec &spec = pipeline.spec;
  for (size_t i = 0; i < spec.operands.size(); ++i)
    if (pipeline.inputs[i].defined())
      constrain(pipeline, spec.operands[i], pipeline.inputs[i]);
  for (size_t i = 0; i < spec.outputs.size(); ++i)
    constrain(pipeline, spec.operands[spec.outputs[i].operand],
              pipeline.outputs[i].output_buffer());
}

Halide::Target getTarget(const TargetFacts &target, bool checks) {
  using Halide::Target;
  const std::string &triple = target.triple;
  bool isArm = triple.rfind("aarch64", 0) == 0;
  bool isX86 = triple.rfind("x86_64", 0) == 0;
  if (!isArm && !isX86)
    throw Halide::CompileError("Halide makes code for x86-64 and AArch64, not "
                               "for '" +
                               triple + "'");
  Target result(Target::Linux, isArm ? Target::ARM : Target::X86, 64);
  std::vector<Target::Feature> features = {
      Target::NoRuntime, Target::StrictFloat, Target::UserContext};
  if (!checks)
    features.insert(features.end(), {Target::NoAsserts, Target::NoBoundsQuery});
  // The code generator that follows knows the processor. Halide needs to know
  // what there is to choose vectors and instructions.
  if (isX86 && target.vectorBits >= 128)
    features.push_back(Target::SSE41);
  if (isX86 && target.vectorBits >= 256)
    features.push_back(Target::AVX);
  if (isX86 && target.hasFMA && target.vectorBits >= 256)
    features.insert(features.end(), {Target::FMA, Target::AVX2, Target::F16C});
  if (isX86 && target.vectorBits >= 512)
    features.insert(features.end(), {Target::AVX512, Target::AVX512_Skylake});
  for (Target::Feature feature : features)
    result.set_feature(feature);
  return result;
}

} // namespace swage::halide
