//===- Elementwise.td - element by element -----------------*- tablegen -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Operators that work on each element by itself, with broadcasting.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_NN_ELEMENTWISE
#define SWAGE_NN_ELEMENTWISE

include "dialects/NN/NNDialect.td"

class NN_ElementwiseOp<string mnemonic, string meaning>
    : NN_Op<mnemonic, [DeclareOpInterfaceMethods<NN_Elementwise>,
                       DeclareOpInterfaceMethods<NN_LayoutFlexible>]> {
  let summary = meaning;
  let hasFolder = 1;
  /// The result's element type, as an expression on `operands`, `adaptor`.
  code resultElementType = "elementTypeOf(operands[0])";
  let extraClassDefinition = [{
    ::llvm::LogicalResult $cppClass::inferReturnTypes(
        ::mlir::MLIRContext *context, ::std::optional<::mlir::Location> location,
        ::mlir::ValueRange operands, ::mlir::DictionaryAttr attributes,
        ::mlir::OpaqueProperties properties, ::mlir::RegionRange regions,
        ::llvm::SmallVectorImpl<::mlir::Type> &results) {
      Adaptor adaptor(operands, attributes, properties, regions);
      (void)adaptor;
      return inferElementwise(location, operands, }] # resultElementType # [{, results);
    }
    ::mlir::OpFoldResult $cppClass::fold(FoldAdaptor adaptor) {
      return foldElementwise(*this, adaptor.getOperands());
    }
    ::llvm::FailureOr<::llvm::SmallVector<::mlir::Value>> $cppClass::permute(
        ::mlir::ValueRange operands, ::llvm::ArrayRef<int64_t> permutation,
        ::mlir::OpBuilder &builder) {
      return permuteElementwise(*this, operands, permutation, builder);
    }
  }];
}

//===----------------------------------------------------------------------===//
// One operand
//===----------------------------------------------------------------------===//

class NN_UnaryOp<string mnemonic, string meaning, Type operandType = NN_Tensor>
    : NN_ElementwiseOp<mnemonic, meaning> {
  let arguments = (ins operandType:$operand);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand) `->` type($result)";
}

def NN_AbsOp : NN_UnaryOp<"abs", "|x|">;
def NN_NegOp : NN_UnaryOp<"neg", "-x">;
def NN_SignOp : NN_UnaryOp<"sign", "-1, 0 or 1 as x is negative, zero or positive">;
def NN_CeilOp : NN_UnaryOp<"ceil", "the least integer not below x">;
def NN_FloorOp : NN_UnaryOp<"floor", "the greatest integer not above x">;
def NN_RoundOp : NN_UnaryOp<"round", "the nearest integer, halves to even">;
def NN_SqrtOp : NN_UnaryOp<"sqrt", "square root">;
def NN_RsqrtOp : NN_UnaryOp<"rsqrt", "1 / sqrt(x)">;
def NN_ReciprocalOp : NN_UnaryOp<"reciprocal", "1 / x">;
def NN_ExpOp : NN_UnaryOp<"exp", "e to the power of x">;
def NN_LogOp : NN_UnaryOp<"log", "natural logarithm">;
def NN_ErfOp : NN_UnaryOp<"erf", "error function">;
def NN_SinOp : NN_UnaryOp<"sin", "sine">;
def NN_CosOp : NN_UnaryOp<"cos", "cosine">;
def NN_TanOp : NN_UnaryOp<"tan", "tangent">;
def NN_AsinOp : NN_UnaryOp<"asin", "arc sine">;
def NN_AcosOp : NN_UnaryOp<"acos", "arc cosine">;
def NN_AtanOp : NN_UnaryOp<"atan", "arc tangent">;
def NN_SinhOp : NN_UnaryOp<"sinh", "hyperbolic sine">;
def NN_CoshOp : NN_UnaryOp<"cosh", "hyperbolic cosine">;
def NN_TanhOp : NN_UnaryOp<"tanh", "hyperbolic tangent">;
def NN_AsinhOp : NN_UnaryOp<"asinh", "inverse hyperbolic sine">;
def NN_AcoshOp : NN_UnaryOp<"acosh", "inverse hyperbolic cosine">;
def NN_AtanhOp : NN_UnaryOp<"atanh", "inverse hyperbolic tangent">;
def NN_SigmoidOp : NN_UnaryOp<"sigmoid", "1 / (1 + exp(-x))">;
def NN_ReluOp : NN_UnaryOp<"relu", "max(x, 0)">;
def NN_SoftplusOp : NN_UnaryOp<"softplus", "log(1 + exp(x))">;
def NN_SoftsignOp : NN_UnaryOp<"softsign", "x / (1 + |x|)">;
def NN_HardSwishOp : NN_UnaryOp<"hard_swish", "x * clamp(x / 6 + 1 / 2, 0, 1)">;
def NN_SiluOp : NN_UnaryOp<"silu", "x * sigmoid(x)">;
def NN_MishOp : NN_UnaryOp<"mish", "x * tanh(softplus(x))">;
def NN_NotOp : NN_UnaryOp<"not", "logical negation", NN_BoolTensor>;
def NN_BitwiseNotOp : NN_UnaryOp<"bitwise_not", "every bit flipped", NN_IntTensor>;
def NN_IsNaNOp : NN_UnaryOp<"is_nan", "whether x is not a number"> {
  let resultElementType = "::mlir::IntegerType::get(context, 1)";
}

def NN_IsInfOp : NN_UnaryOp<"is_inf", "whether x is infinite, with the signs asked for"> {
  let arguments = (ins NN_Tensor:$operand, DefaultValuedAttr<BoolAttr, "true">:$negative,
                       DefaultValuedAttr<BoolAttr, "true">:$positive);
  let resultElementType = "::mlir::IntegerType::get(context, 1)";
}
def NN_LeakyReluOp : NN_UnaryOp<"leaky_relu", "x, or alpha * x where x is negative"> {
  let arguments = (ins NN_Tensor:$operand, F64Attr:$alpha);
}
def NN_EluOp : NN_UnaryOp<"elu", "x, or alpha * (exp(x) - 1) where x is negative"> {
  let arguments = (ins NN_Tensor:$operand, F64Attr:$alpha);
}
def NN_CeluOp : NN_UnaryOp<"celu", "max(x, 0) + min(alpha * (exp(x / alpha) - 1), 0)"> {
  let arguments = (ins NN_Tensor:$operand, F64Attr:$alpha);
}
def NN_SeluOp : NN_UnaryOp<"selu", "gamma * (x, or alpha * (exp(x) - 1) where x is negative)"> {
  let arguments = (ins NN_Tensor:$operand, F64Attr:$alpha, F64Attr:$gamma);
}
def NN_HardSigmoidOp : NN_UnaryOp<"hard_sigmoid", "clamp(alpha * x + beta, 0, 1)"> {
  let arguments = (ins NN_Tensor:$operand, F64Attr:$alpha, F64Attr:$beta);
}
def NN_ThresholdedReluOp : NN_UnaryOp<"thresholded_relu", "x where x > alpha, else 0"> {
  let arguments = (ins NN_Tensor:$operand, F64Attr:$alpha);
}
def NN_ShrinkOp : NN_UnaryOp<"shrink", "x + bias below -lambd, x - bias above lambd, else 0"> {
  let arguments = (ins NN_Tensor:$operand, F64Attr:$lambd, F64Attr:$bias);
}
def NN_GeluOp : NN_UnaryOp<"gelu", "x times the normal distribution's CDF at x, or its tanh form"> {
  let arguments = (ins NN_Tensor:$operand, UnitAttr:$approximate);
}

def NN_PowerRounding : ConfinedAttr<StrAttr, [AttrConstraint<
    CPred<"::llvm::is_contained({\"up\", \"down\", \"nearest\"}, ::llvm::cast<::mlir::StringAttr>($_self).getValue())">,
    "which is 'up', 'down' or 'nearest'">]>;

def NN_CastOp : NN_ElementwiseOp<"cast", "the same value in another element type"> {
  let description = [{
    Floats to integers truncate towards zero; to booleans, what is not zero is
    true; narrower integers wrap around. Narrower floats round to nearest even;
    with `saturate` what does not fit a float of eight bits or fewer becomes its
    largest value. To `f8E8M0FNU`, which has powers of two only and no sign,
    numbers are rounded as `rounding` says.
  }];
  let resultElementType = "adaptor.getTo()";
  let arguments = (ins NN_Tensor:$operand, TypeAttr:$to, DefaultValuedAttr<BoolAttr, "true">:$saturate,
                       DefaultValuedStrAttr<NN_PowerRounding, "up">:$rounding);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand) `->` type($result)";
}

def NN_BitcastOp : NN_ElementwiseOp<"bitcast", "the same bits read as another element type"> {
  let description = [{
    1. (E1) The element types have the same number of bits, where a boolean
       has eight.
  }];
  let resultElementType = "adaptor.getTo()";
  let arguments = (ins NN_Tensor:$operand, TypeAttr:$to);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand) `->` type($result)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Two and three operands
//===----------------------------------------------------------------------===//

class NN_BinaryOp<string mnemonic, string meaning, Type operandType = NN_Tensor>
    : NN_ElementwiseOp<mnemonic, meaning> {
  let arguments = (ins operandType:$lhs, operandType:$rhs);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type($lhs) `,` type($rhs) `->` type($result)";
}

def NN_AddOp : NN_BinaryOp<"add", "a + b">;
def NN_SubOp : NN_BinaryOp<"sub", "a - b">;
def NN_MulOp : NN_BinaryOp<"mul", "a * b">;
def NN_DivOp : NN_BinaryOp<"div", "a / b; integers truncate towards zero">;
def NN_PowOp : NN_BinaryOp<"pow", "a to the power of b, in a's element type">;
def NN_MaxOp : NN_BinaryOp<"max", "the greater; NaN if either is">;
def NN_MinOp : NN_BinaryOp<"min", "the lesser; NaN if either is">;
def NN_ModOp : NN_BinaryOp<"mod", "remainder with the divisor's sign, or with `fmod` the dividend's"> {
  let arguments = (ins NN_Tensor:$lhs, NN_Tensor:$rhs, UnitAttr:$fmod);
}
def NN_AndOp : NN_BinaryOp<"and", "both", NN_BoolTensor>;
def NN_OrOp : NN_BinaryOp<"or", "either or both", NN_BoolTensor>;
def NN_XorOp : NN_BinaryOp<"xor", "exactly one", NN_BoolTensor>;
def NN_BitwiseAndOp : NN_BinaryOp<"bitwise_and", "bits set in both", NN_IntTensor>;
def NN_BitwiseOrOp : NN_BinaryOp<"bitwise_or", "bits set in either", NN_IntTensor>;
def NN_BitwiseXorOp : NN_BinaryOp<"bitwise_xor", "bits set in exactly one", NN_IntTensor>;
def NN_ShiftLeftOp : NN_BinaryOp<"shift_left", "a shifted left by b bits", NN_IntTensor>;
def NN_ShiftRightOp : NN_BinaryOp<"shift_right", "a shifted right by b bits, zeros moving in", NN_IntTensor>;
class NN_CompareOp<string mnemonic, string meaning> : NN_BinaryOp<mnemonic, meaning> {
  let resultElementType = "::mlir::IntegerType::get(context, 1)";
}
def NN_EqualOp : NN_CompareOp<"equal", "whether a = b">;
def NN_LessOp : NN_CompareOp<"less", "whether a < b">;
def NN_LessEqualOp : NN_CompareOp<"less_equal", "whether a <= b">;
def NN_GreaterOp : NN_CompareOp<"greater", "whether a > b">;
def NN_GreaterEqualOp : NN_CompareOp<"greater_equal", "whether a >= b">;

def NN_SelectOp : NN_ElementwiseOp<"select", "a where the condition holds, else b"> {
  let resultElementType = "elementTypeOf(operands[1])";
  let arguments = (ins NN_BoolTensor:$condition, NN_Tensor:$lhs, NN_Tensor:$rhs);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = [{
    $condition `,` $lhs `,` $rhs attr-dict `:` type($condition) `,` type($lhs) `,` type($rhs) `->` type($result)
  }];
}

#endif
