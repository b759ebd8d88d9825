//===- NNDialect.td - the nn dialect -----------------------*- tablegen -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What a neural network means: the dialect, its types and operation classes.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_NN_DIALECT
#define SWAGE_NN_DIALECT

include "dialects/NN/NNInterfaces.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def NN_Dialect : Dialect {
  let name = "nn";
  let cppNamespace = "::swage::nn";
  let summary = "What a neural network means";
  let description = [{
    A curated set of operators with clear semantics, to which frontends
    normalise. Values are ranked tensors, or containers of tensors: sequences and
    optionals. Element types say how integers are to
    be read: `i32` is signed, `ui32` unsigned, `i1` boolean.

    Two-operand elementwise operators broadcast as NumPy does. Operators with a
    channel dimension take it second (`NCHW`) or, with `channels_last`, last
    (`NHWC`).
  }];
  let hasConstantMaterializer = 1;
  let useDefaultTypePrinterParser = 1;
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
    "::mlir::tensor::TensorDialect"
  ];
  let extraClassDeclaration = [{
    /// Registers the operations of each family; called by initialize().
    void registerOps();
    void registerTypes();
  }];
}

/// Any tensor of known rank.
def NN_Tensor : TensorOf<[AnyType]>;
def NN_FloatTensor : TensorOf<[AnyFloat]>;
def NN_BoolTensor : TensorOf<[I1]>;
def NN_IntTensor : TensorOf<[AnyInteger]>;
/// Shapes, axes and indices.
def NN_IndexTensor : TensorOf<[I32, I64]>;

/// Every operator: no side effects, results inferred from operands and
/// attributes, lowered to linalg through an interface.
class NN_Op<string mnemonic, list<Trait> traits = []>
    : Op<NN_Dialect, mnemonic,
         traits # [Pure, DeclareOpInterfaceMethods<InferTypeOpInterface>]> {
  let extraClassDeclaration = [{
    /// Inferred types give way to given ones that only know more dimensions.
    static bool isCompatibleReturnTypes(::mlir::TypeRange inferred, ::mlir::TypeRange given) {
      return ::swage::nn::areCompatibleTypes(inferred, given);
    }
  }];
}

#endif
