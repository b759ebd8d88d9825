//===- ExpandMath.cpp - elementary functions as arithmetic ----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Expands exp, log, tanh, erf and their relatives on f32, scalars and vectors
// alike, into polynomials. The library's functions take one element at a time;
// these take a vector.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/LLVM/CPU/ExpandMath.h"
#include "compiler/Backend/LLVM/CPU/Arithmetic.h"
#include "compiler/Backend/LLVM/CPU/Passes.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace swage {
#define GEN_PASS_DEF_EXPANDMATHPASS
#include "compiler/Backend/LLVM/CPU/Passes.h.inc"
} // namespace swage

using namespace mlir;

namespace swage {
namespace {

Value expandRsqrt(Arithmetic &a, Value x) {
  return a.div(a.constant(1), a.sqrt(x));
}

using Expansion = Value (*)(Arithmetic &, Value);

template <typename OpTy, Expansion expand>
struct Expand : OpRewritePattern<OpTy> {
  Expand(MLIRContext *context, bool ldexp)
      : OpRewritePattern<OpTy>(context), ldexp(ldexp) {}

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    Value x = op.getOperand();
    if (!getElementTypeOrSelf(x.getType()).isF32())
      return rewriter.notifyMatchFailure(op, "not on f32");
    Arithmetic arithmetic(rewriter, op.getLoc(), x.getType(), ldexp);
    rewriter.replaceOp(op, expand(arithmetic, x));
    return success();
  }

  bool ldexp;
};

struct ExpandMath : impl::ExpandMathPassBase<ExpandMath> {
  using ExpandMathPassBase::ExpandMathPassBase;

  void runOnOperation() override {
    expandActivations(getOperation());
    RewritePatternSet patterns(&getContext());
    populateExpandMathPatterns(patterns, ldexp);
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};

} // namespace

void populateExpandMathPatterns(RewritePatternSet &patterns, bool ldexp) {
  patterns.add<
      Expand<math::ExpOp, expandExp>, Expand<math::Exp2Op, expandExp2>,
      Expand<math::ExpM1Op, expandExpM1>, Expand<math::LogOp, expandLog>,
      Expand<math::Log2Op, expandLog2>, Expand<math::Log10Op, expandLog10>,
      Expand<math::Log1pOp, expandLog1p>, Expand<math::AsinhOp, expandAsinh>,
      Expand<math::AcoshOp, expandAcosh>, Expand<math::AtanhOp, expandAtanh>,
      Expand<math::TanhOp, expandTanh>, Expand<math::ErfOp, expandErf>,
      Expand<math::RsqrtOp, expandRsqrt>>(patterns.getContext(), ldexp);
}

} // namespace swage
