//===- NNInterfaces.td - what every operator can do --------*- tablegen -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The interfaces through which passes treat operators without knowing them.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_NN_INTERFACES
#define SWAGE_NN_INTERFACES

include "mlir/IR/OpBase.td"

def NN_LowerToLinalg : OpInterface<"LowerToLinalgInterface"> {
  let cppNamespace = "::swage::nn";
  let description = [{
    Gives an operator's meaning as linalg, tensor, scf and arith operations on
    tensors. Implemented by external models in compiler/Conversion/NNToLinalg.
  }];
  let methods = [
    InterfaceMethod<[{
        Builds the operator's results from `operands`, which are its operands
        with storage element types: signless integers, and bytes for booleans.
        The results have storage types too. The operator itself still has the
        original types, which tell signed from unsigned. On failure the reason
        has been emitted.
      }],
      "::llvm::FailureOr<::llvm::SmallVector<::mlir::Value>>", "lowerToLinalg",
      (ins "::mlir::ValueRange":$operands, "::mlir::OpBuilder &":$builder)>
  ];
}

def NN_Elementwise : OpInterface<"ElementwiseInterface"> {
  let cppNamespace = "::swage::nn";
  let description = [{
    An operator that computes each element of its result from the elements of
    its broadcast operands at the same place. The scalar computation serves
    lowering, constant folding and fusion alike.
  }];
  let methods = [
    InterfaceMethod<[{
        Builds the computation of one element in arith and math operations.
        Scalars are signless; booleans are `i1`; floats narrower than f32 come
        as f32 from memory, and those of eight bits and fewer always. A result
        of such a type is an f32, or its code as an `i8`.
      }],
      "::mlir::Value", "buildScalar",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc, "::mlir::ValueRange":$scalars)>
  ];
}

def NN_Differentiable : OpInterface<"DifferentiableInterface"> {
  let cppNamespace = "::swage::nn";
  let description = [{
    The vector-Jacobian product of an operator, built from nn operators.
  }];
  let methods = [
    InterfaceMethod<[{
        Builds the gradients of the operands from those of the results. A null
        value stands for a gradient that is zero or that nobody asked for:
        `cotangents` may contain such, and so may the returned list, which has
        one entry per operand.
      }],
      "::llvm::FailureOr<::llvm::SmallVector<::mlir::Value>>", "buildVJP",
      (ins "::mlir::ValueRange":$cotangents, "::mlir::OpBuilder &":$builder)>
  ];
}

def NN_LayoutFlexible : OpInterface<"LayoutInterface"> {
  let cppNamespace = "::swage::nn";
  let description = [{
    An operator that means the same with its dimensions in another order, so
    that a transposition can move from its operands to its results.
  }];
  let methods = [
    InterfaceMethod<[{
        Rebuilds the operator on operands whose dimensions are permuted:
        dimension `i` of the new operand is dimension `permutation[i]` of the
        old one. Operands with another number of dimensions, such as lists of
        pads, are passed as they are. Returns the results in the permuted order,
        or failure when the operator cannot work so.
      }],
      "::llvm::FailureOr<::llvm::SmallVector<::mlir::Value>>", "permute",
      (ins "::mlir::ValueRange":$operands, "::llvm::ArrayRef<int64_t>":$permutation,
           "::mlir::OpBuilder &":$builder)>
  ];
}

#endif
