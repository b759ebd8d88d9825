//===- Containers.td - sequences, maps and optionals -------*- tablegen -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Containers are values: an operator that changes one gives a new one. A
// position is a tensor of one element and counts from the end when it is
// negative; one that is outside fails the run.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_NN_CONTAINERS
#define SWAGE_NN_CONTAINERS

include "dialects/NN/NNTypes.td"

def NN_Container : AnyTypeOf<[NN_SequenceType, NN_OptionalType]>;
def NN_Value : AnyTypeOf<[NN_Tensor, NN_SequenceType, NN_MapType, NN_OptionalType]>;
def NN_Element : AnyTypeOf<[NN_Tensor, NN_MapType]>;

def NN_SequenceOp : NN_Op<"sequence"> {
  let summary = "The sequence of its operands";
  let description = [{
    1. (Q1) The operands are tensors of the element type, or maps of it.

    Example: `%s = nn.sequence %a, %b of f32 : tensor<2xf32>, tensor<3xf32> -> <tensor<?xf32>>`
  }];
  let arguments = (ins Variadic<NN_Element>:$elements, TypeAttr:$element_type);
  let results = (outs NN_SequenceType:$result);
  let assemblyFormat = "($elements^)? `of` $element_type attr-dict (`:` type($elements)^)? `->` type($result)";
}

def NN_SequenceInsertOp : NN_Op<"sequence_insert"> {
  let summary = "The sequence with one more tensor or map before a position, or at the end";
  let description = [{
    1. (Q2) The tensor or map has the element type of the sequence.
    2. (Q3) A position has one element.
  }];
  let arguments = (ins NN_SequenceType:$sequence, NN_Element:$tensor, Optional<NN_IndexTensor>:$position);
  let results = (outs NN_SequenceType:$result);
  let assemblyFormat = [{
    $sequence `,` $tensor (`at` $position^)? attr-dict `:`
    type($sequence) `,` type($tensor) (`,` type($position)^)? `->` type($result)
  }];
}

def NN_SequenceEraseOp : NN_Op<"sequence_erase"> {
  let summary = "The sequence without the tensor at a position, or without the last";
  let arguments = (ins NN_SequenceType:$sequence, Optional<NN_IndexTensor>:$position);
  let results = (outs NN_SequenceType:$result);
  let assemblyFormat = "$sequence (`at` $position^)? attr-dict `:` type($sequence) (`,` type($position)^)? `->` type($result)";
}

def NN_SequenceAtOp : NN_Op<"sequence_at"> {
  let summary = "The tensor at a position";
  let description = [{
    1. (Q4) The number of dimensions of the elements is known.
  }];
  let arguments = (ins NN_SequenceType:$sequence, NN_IndexTensor:$position);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$sequence `at` $position attr-dict `:` type($sequence) `,` type($position) `->` type($result)";
}

def NN_SequenceLengthOp : NN_Op<"sequence_length"> {
  let summary = "The number of tensors, as a scalar of i64";
  let arguments = (ins NN_SequenceType:$sequence);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$sequence attr-dict `:` type($sequence) `->` type($result)";
  let hasFolder = 1;
}

def NN_SequenceConcatOp : NN_Op<"sequence_concat"> {
  let summary = "The elements joined along an axis, or stacked along a new one";
  let description = [{
    1. (Q4) The number of dimensions of the elements is known.
    2. (Q5) The axis is one of the result's.
  }];
  let arguments = (ins NN_SequenceType:$sequence, I64Attr:$axis, BoolAttr:$new_axis);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$sequence attr-dict `:` type($sequence) `->` type($result)";
}

def NN_SequenceSplitOp : NN_Op<"sequence_split"> {
  let summary = "A tensor cut along an axis";
  let description = [{
    `split` is the size of all pieces but the last, or a vector with the size of
    each. Without `keep_dims` every piece has size 1, and the axis is dropped.

    1. (Q5) The axis is one of the tensor's.
  }];
  let arguments = (ins NN_Tensor:$tensor, NN_IndexTensor:$split, I64Attr:$axis, BoolAttr:$keep_dims);
  let results = (outs NN_SequenceType:$result);
  let assemblyFormat = "$tensor `,` $split attr-dict `:` type($tensor) `,` type($split) `->` type($result)";
}

def NN_MapOp : NN_Op<"map"> {
  let summary = "The map from each of some keys to the value at the same place";
  let description = [{
    Of values for the same key the last one counts.

    1. (Q7) Keys and values are vectors of one length, the keys of `i64` or
       strings.
  }];
  let arguments = (ins NN_Tensor:$keys, NN_Tensor:$values);
  let results = (outs NN_MapType:$result);
  let assemblyFormat = "$keys `to` $values attr-dict `:` type($keys) `,` type($values) `->` type($result)";
}

def NN_MapKeysOp : NN_Op<"map_keys"> {
  let summary = "The keys of a map as a vector, in rising order";
  let arguments = (ins NN_MapType:$map);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$map attr-dict `:` type($map) `->` type($result)";
}

def NN_MapValuesOp : NN_Op<"map_values"> {
  let summary = "The values of a map as a vector, in the order of the keys";
  let arguments = (ins NN_MapType:$map);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$map attr-dict `:` type($map) `->` type($result)";
}

def NN_SomeOp : NN_Op<"some"> {
  let summary = "An optional that holds a tensor or a sequence";
  let arguments = (ins AnyTypeOf<[NN_Tensor, NN_SequenceType]>:$value);
  let results = (outs NN_OptionalType:$result);
  let assemblyFormat = "$value attr-dict `:` type($value) `->` type($result)";
}

def NN_NoneOp : NN_Op<"none"> {
  let summary = "An optional that holds nothing";
  let arguments = (ins TypeAttr:$element_type);
  let results = (outs NN_OptionalType:$result);
  let assemblyFormat = "`of` $element_type attr-dict `->` type($result)";
}

def NN_HasElementOp : NN_Op<"has_element"> {
  let summary = "Whether an optional holds something, as a scalar boolean";
  let arguments = (ins NN_OptionalType:$optional);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$optional attr-dict `:` type($optional) `->` type($result)";
  let hasFolder = 1;
}

def NN_GetElementOp : NN_Op<"get_element"> {
  let summary = "What an optional holds; fails the run when that is nothing";
  let description = [{
    1. (Q4) The number of dimensions of a tensor is known.
  }];
  let arguments = (ins NN_OptionalType:$optional);
  let results = (outs NN_Value:$result);
  let assemblyFormat = "$optional attr-dict `:` type($optional) `->` type($result)";
  let hasFolder = 1;
}

def NN_ContainerCastOp : Op<NN_Dialect, "container_cast", [Pure]> {
  let summary = "The same container with more or less known of its tensors";
  let description = [{
    What is claimed of a tensor is checked when it is taken out.

    1. (Q6) Both types agree in what both know.
  }];
  let arguments = (ins NN_Container:$container);
  let results = (outs NN_Container:$result);
  let assemblyFormat = "$container attr-dict `:` type($container) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

#endif
