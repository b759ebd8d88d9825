//===- Arithmetic.h - elementary functions as arithmetic --------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The operations that expansions of elementary functions are written in, and
// those expansions. They are good to the units in the last place (ULP) that
// stand beside them, over all floats.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_LLVM_CPU_ARITHMETIC_H
#define SWAGE_COMPILER_BACKEND_LLVM_CPU_ARITHMETIC_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"

namespace swage {

/// Arithmetic on values of one type: f32 or vectors of it.
class Arithmetic {
public:
  /// `ldexp` is for targets that have it for vectors, of 4, 8 and 16 elements.
  Arithmetic(mlir::OpBuilder &builder, mlir::Location loc, mlir::Type type,
             bool ldexp = false)
      : builder(builder), loc(loc), type(type), ldexp(ldexp),
        flags(mlir::arith::FastMathFlagsAttr::get(
            builder.getContext(), mlir::arith::FastMathFlags::contract)) {
    integers = builder.getI32Type();
    if (auto vector = llvm::dyn_cast<mlir::VectorType>(type))
      integers = mlir::VectorType::get(vector.getShape(), integers);
  }

  mlir::Value constant(double value) {
    return constant(builder.getF32FloatAttr(value), type);
  }
  mlir::Value integer(int32_t value) {
    return constant(builder.getI32IntegerAttr(value), integers);
  }
  mlir::Value add(mlir::Value a, mlir::Value b) {
    return mlir::arith::AddFOp::create(builder, loc, a, b, flags);
  }
  mlir::Value sub(mlir::Value a, mlir::Value b) {
    return mlir::arith::SubFOp::create(builder, loc, a, b, flags);
  }
  mlir::Value mul(mlir::Value a, mlir::Value b) {
    return mlir::arith::MulFOp::create(builder, loc, a, b, flags);
  }
  mlir::Value div(mlir::Value a, mlir::Value b) {
    return mlir::arith::DivFOp::create(builder, loc, a, b);
  }
  mlir::Value sqrt(mlir::Value a) {
    return mlir::math::SqrtOp::create(builder, loc, a);
  }
  mlir::Value mulAdd(mlir::Value a, mlir::Value b, mlir::Value c) {
    return add(mul(a, b), c);
  }
  mlir::Value abs(mlir::Value a) {
    return mlir::math::AbsFOp::create(builder, loc, a);
  }
  mlir::Value copySign(mlir::Value a, mlir::Value sign) {
    return mlir::math::CopySignOp::create(builder, loc, a, sign);
  }
  mlir::Value compare(mlir::arith::CmpFPredicate predicate, mlir::Value a,
                      mlir::Value b) {
    return mlir::arith::CmpFOp::create(builder, loc, predicate, a, b);
  }
  mlir::Value select(mlir::Value condition, mlir::Value a, mlir::Value b) {
    return mlir::arith::SelectOp::create(builder, loc, condition, a, b);
  }
  /// Within [low, high]; NaN becomes `low`.
  mlir::Value clamp(mlir::Value a, double low, double high) {
    a = mlir::arith::MaxNumFOp::create(builder, loc, a, constant(low));
    return mlir::arith::MinNumFOp::create(builder, loc, a, constant(high));
  }
  /// c[0] + c[1] x + c[2] x^2 ...
  mlir::Value polynomial(mlir::Value x, llvm::ArrayRef<double> c) {
    mlir::Value sum = constant(c.back());
    for (double coefficient : llvm::reverse(c.drop_back()))
      sum = mulAdd(sum, x, constant(coefficient));
    return sum;
  }
  /// The same as two sums, of even and of odd powers, which take half as long
  /// where nothing else is to be done meanwhile.
  mlir::Value splitPolynomial(mlir::Value x, llvm::ArrayRef<double> c) {
    llvm::SmallVector<double> half[2];
    for (size_t i = 0; i < c.size(); ++i)
      half[i % 2].push_back(c[i]);
    mlir::Value square = mul(x, x);
    return mulAdd(polynomial(square, half[1]), x, polynomial(square, half[0]));
  }
  /// a where it is NaN, b elsewhere.
  mlir::Value keepNaN(mlir::Value a, mlir::Value b) {
    return select(compare(mlir::arith::CmpFPredicate::UNO, a, a), a, b);
  }
  /// 2^n for integers n in [-126, 127], given as integers.
  mlir::Value powerOfTwo(mlir::Value n) {
    mlir::Value biased =
        mlir::arith::AddIOp::create(builder, loc, n, integer(127));
    mlir::Value bits =
        mlir::arith::ShLIOp::create(builder, loc, biased, integer(23));
    return mlir::arith::BitcastOp::create(builder, loc, type, bits);
  }
  /// a * 2^n for integral n in [-252, 254], given as floats.
  mlir::Value scale(mlir::Value a, mlir::Value n) {
    mlir::Value whole =
        mlir::arith::FPToSIOp::create(builder, loc, integers, n);
    auto vector = llvm::dyn_cast<mlir::VectorType>(type);
    if (ldexp && vector && vector.getRank() == 1 &&
        llvm::is_contained({4, 8, 16}, vector.getNumElements()))
      return mlir::LLVM::CallIntrinsicOp::create(
                 builder, loc, type, builder.getStringAttr("llvm.ldexp"),
                 mlir::ValueRange{a, whole})
          .getResults();
    mlir::Value half =
        mlir::arith::ShRSIOp::create(builder, loc, whole, integer(1));
    mlir::Value rest = mlir::arith::SubIOp::create(builder, loc, whole, half);
    return mul(mul(a, powerOfTwo(half)), powerOfTwo(rest));
  }
  mlir::Value round(mlir::Value a) {
    return mlir::math::RoundEvenOp::create(builder, loc, a);
  }
  mlir::Value bits(mlir::Value a) {
    return mlir::arith::BitcastOp::create(builder, loc, integers, a);
  }

  mlir::OpBuilder &builder;
  mlir::Location loc;
  mlir::Type type, integers;

private:
  bool ldexp;

  mlir::Value constant(mlir::TypedAttr value, mlir::Type of) {
    if (auto vector = llvm::dyn_cast<mlir::VectorType>(of))
      value = mlir::DenseElementsAttr::get(vector, mlir::Attribute(value));
    return mlir::arith::ConstantOp::create(builder, loc, value);
  }

  mlir::arith::FastMathFlagsAttr flags;
};

inline constexpr double kLog2E = 1.44269504088896340736;
/// ln 2 in two parts; products of the first with small integers are exact.
inline constexpr double kLn2High = 0.693359375,
                        kLn2Low = -2.12194440054690581e-4;

/// e^r - 1 for |r| <= ln(2)/2.
mlir::Value expM1Near(Arithmetic &a, mlir::Value r);

/// e^x for x in [-104, 89].
mlir::Value expInRange(Arithmetic &a, mlir::Value x);

mlir::Value expandExp(Arithmetic &a, mlir::Value x);
mlir::Value expandExp2(Arithmetic &a, mlir::Value x);
mlir::Value expandExpM1(Arithmetic &a, mlir::Value x);
mlir::Value expandTanh(Arithmetic &a, mlir::Value x);
mlir::Value expandErf(Arithmetic &a, mlir::Value x);
mlir::Value expandLog(Arithmetic &a, mlir::Value x);
mlir::Value expandLog2(Arithmetic &a, mlir::Value x);
mlir::Value expandLog10(Arithmetic &a, mlir::Value x);
mlir::Value expandLog1p(Arithmetic &a, mlir::Value x);
mlir::Value expandAsinh(Arithmetic &a, mlir::Value x);
mlir::Value expandAcosh(Arithmetic &a, mlir::Value x);
mlir::Value expandAtanh(Arithmetic &a, mlir::Value x);

} // namespace swage

#endif // SWAGE_COMPILER_BACKEND_LLVM_CPU_ARITHMETIC_H
