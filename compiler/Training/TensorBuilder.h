//===- TensorBuilder.h - short names for nn operators -----------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Writes compositions of nn operators nearly as their formulas read. Shapes
// are known, which the differentiation has checked, so that building does not
// fail; what is constant is folded at once.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_TRAINING_TENSORBUILDER_H
#define SWAGE_COMPILER_TRAINING_TENSORBUILDER_H

#include "dialects/NN/NN.h"

namespace swage::training {

class TensorBuilder {
public:
  using Value = mlir::Value;
  using Sizes = llvm::ArrayRef<int64_t>;

  TensorBuilder(mlir::OpBuilder &builder, mlir::Location loc)
      : builder(builder), loc(loc) {}

  // ---- Constants ----

  /// A constant of rank 0.
  Value scalar(mlir::Type elementType, double value) const;
  /// The same in the element type of `like`.
  Value scalarLike(Value like, double value) const;
  /// A tensor of `shape` that is the same everywhere.
  Value splat(mlir::Type elementType, Sizes shape, double value) const;
  Value zerosLike(Value like) const;
  /// A constant of i64.
  Value indices(Sizes values, Sizes shape) const;
  Value index(int64_t value) const {
    return scalar(builder.getI64Type(), double(value));
  }
  Value indices(Sizes values) const {
    return indices(values, {int64_t(values.size())});
  }

  // ---- Elementwise, with broadcasting ----

  Value add(Value a, Value b) const { return make<nn::AddOp>(a, b); }
  Value sub(Value a, Value b) const { return make<nn::SubOp>(a, b); }
  Value mul(Value a, Value b) const { return make<nn::MulOp>(a, b); }
  Value div(Value a, Value b) const { return make<nn::DivOp>(a, b); }
  Value pow(Value a, Value b) const { return make<nn::PowOp>(a, b); }
  Value max(Value a, Value b) const { return make<nn::MaxOp>(a, b); }
  Value min(Value a, Value b) const { return make<nn::MinOp>(a, b); }
  Value neg(Value a) const { return make<nn::NegOp>(a); }
  Value exp(Value a) const { return make<nn::ExpOp>(a); }
  Value log(Value a) const { return make<nn::LogOp>(a); }
  Value sqrt(Value a) const { return make<nn::SqrtOp>(a); }
  Value rsqrt(Value a) const { return make<nn::RsqrtOp>(a); }
  Value tanh(Value a) const { return make<nn::TanhOp>(a); }
  Value sigmoid(Value a) const { return make<nn::SigmoidOp>(a); }
  Value abs(Value a) const { return make<nn::AbsOp>(a); }
  Value sign(Value a) const { return make<nn::SignOp>(a); }
  Value square(Value a) const { return mul(a, a); }
  Value equal(Value a, Value b) const { return make<nn::EqualOp>(a, b); }
  Value less(Value a, Value b) const { return make<nn::LessOp>(a, b); }
  Value lessEqual(Value a, Value b) const {
    return make<nn::LessEqualOp>(a, b);
  }
  Value logicalNot(Value a) const { return make<nn::NotOp>(a); }
  Value select(Value condition, Value a, Value b) const {
    return make<nn::SelectOp>(condition, a, b);
  }
  /// `a` where the condition holds, zero elsewhere.
  Value keepIf(Value condition, Value a) const {
    return select(condition, a, scalarLike(a, 0));
  }
  Value cast(Value a, mlir::Type elementType) const;
  // With a number for the second operand.
  Value add(Value a, double b) const { return add(a, scalarLike(a, b)); }
  Value sub(Value a, double b) const { return sub(a, scalarLike(a, b)); }
  Value mul(Value a, double b) const { return mul(a, scalarLike(a, b)); }
  Value div(Value a, double b) const { return div(a, scalarLike(a, b)); }
  Value pow(Value a, double b) const { return pow(a, scalarLike(a, b)); }

  // ---- Reductions and products ----

  Value sum(Value a, Sizes axes, bool keepDims) const;
  Value mean(Value a, Sizes axes, bool keepDims) const;
  Value sumAll(Value a) const;
  /// What would be transposed twice is taken as it was.
  Value matmul(Value a, Value b, bool transposeA = false,
               bool transposeB = false) const;
  Value conv(Value input, Value filter, Sizes strides, Sizes pads,
             Sizes dilations, int64_t group) const {
    return make<nn::ConvOp>(input, filter, Value(), strides, pads, dilations,
                            group, /*channels_last=*/false);
  }

  // ---- Shapes ----

  Value reshape(Value a, Sizes shape) const;
  Value reshapeLike(Value a, Value like) const;
  Value expand(Value a, Sizes shape) const;
  Value transpose(Value a, Sizes permutation) const;
  /// With the last two dimensions exchanged.
  Value transposeMatrix(Value a) const;
  Value slice(Value a, int64_t axis, int64_t start, int64_t end,
              int64_t step = 1) const;
  /// Zeros before and after every dimension; negative counts remove elements.
  Value pad(Value a, Sizes before, Sizes after) const;
  Value concat(llvm::ArrayRef<Value> values, int64_t axis) const;
  Value gather(Value data, Value indices, int64_t axis) const {
    return make<nn::GatherOp>(data, indices, axis);
  }
  /// The elements in reverse order along each of `axes`.
  Value flip(Value a, Sizes axes) const;

  /// `a`, broadcast from `shape`, summed back to it.
  Value sumTo(Value a, Sizes shape) const;

  /// Any operator with one result.
  template <typename OpTy, typename... Args>
  Value make(Args &&...arguments) const {
    return *nn::createFolded<OpTy>(builder, loc,
                                   std::forward<Args>(arguments)...);
  }

  static Sizes shapeOf(Value value) {
    return mlir::cast<mlir::RankedTensorType>(value.getType()).getShape();
  }
  static int64_t rankOf(Value value) { return shapeOf(value).size(); }
  static mlir::Type elementTypeOf(Value value) {
    return mlir::cast<mlir::RankedTensorType>(value.getType()).getElementType();
  }
  static int64_t countOf(Value value) {
    return mlir::cast<mlir::RankedTensorType>(value.getType()).getNumElements();
  }

  mlir::OpBuilder &builder;
  mlir::Location loc;
};

} // namespace swage::training

#endif // SWAGE_COMPILER_TRAINING_TENSORBUILDER_H
