//===- NNTypes.td - values that are no numbers -------------*- tablegen -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Strings as elements of tensors, and containers of tensors.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_NN_TYPES
#define SWAGE_NN_TYPES

include "dialects/NN/NNDialect.td"
include "mlir/IR/AttrTypeBase.td"

class NN_Type<string name, string mnemonicName> : TypeDef<NN_Dialect, name> {
  let mnemonic = mnemonicName;
}

def NN_StringType : NN_Type<"String", "string"> {
  let summary = "A text, as an element of tensors";
  let description = [{
    UTF-8 of any length, which is never changed. Operators that move elements
    move strings as they move numbers.
  }];
}

def NN_SequenceType : NN_Type<"Sequence", "sequence"> {
  let summary = "A list of tensors of one element type, or of maps";
  let description = [{
    The parameter is what is known of every element: `tensor<2x?xf32>`, or
    `tensor<*xf32>` where not even the number of dimensions is. A sequence that
    is known to be empty has an element type only, as in `!nn.sequence<f32>`,
    and so fits wherever a sequence of that type is expected.
  }];
  let parameters = (ins "::mlir::Type":$element);
  let assemblyFormat = "`<` $element `>`";
  let genVerifyDecl = 1;
}

def NN_MapType : NN_Type<"Map", "map"> {
  let summary = "A dictionary from integers or strings to single elements";
  let description = [{
    The parameters are the element types of the keys, `i64` or `!nn.string`, and
    of the values: `!nn.map<i64, f32>`. No key is there twice.
  }];
  let parameters = (ins "::mlir::Type":$key, "::mlir::Type":$value);
  let assemblyFormat = "`<` $key `,` $value `>`";
  let genVerifyDecl = 1;
}

def NN_OptionalType : NN_Type<"Optional", "optional"> {
  let summary = "A tensor, a sequence, or nothing";
  let parameters = (ins "::mlir::Type":$element);
  let assemblyFormat = "`<` $element `>`";
  let genVerifyDecl = 1;
}

#endif
