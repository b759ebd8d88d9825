//===- Strings.td - operators on strings -------------------*- tablegen -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What looks into strings. Operators that only move elements take them like any
// other tensor.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_NN_STRINGS
#define SWAGE_NN_STRINGS

include "dialects/NN/NNTypes.td"

def NN_StringTensor : TensorOf<[NN_StringType]>;

def NN_StringConstantOp : NN_Op<"string_constant"> {
  let summary = "A tensor of strings that the model holds";
  let description = [{
    1. (T1) There are as many strings as the shape has elements.

    Example: `%s = nn.string_constant ["a", "b"] [2] -> tensor<2x!nn.string>`
  }];
  let arguments = (ins StrArrayAttr:$values, DenseI64ArrayAttr:$shape);
  let results = (outs NN_StringTensor:$result);
  let assemblyFormat = "$values $shape attr-dict `->` type($result)";
}

class NN_StringPairOp<string mnemonic, string meaning> : NN_Op<mnemonic> {
  let summary = meaning;
  let description = [{
    1. (T2) The operands have the same shape.
  }];
  let arguments = (ins NN_StringTensor:$lhs, NN_StringTensor:$rhs);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type($lhs) `,` type($rhs) `->` type($result)";
}

def NN_StringConcatOp : NN_StringPairOp<"string_concat", "Each pair of strings joined">;
def NN_StringEqualOp : NN_StringPairOp<"string_equal", "Whether each pair has the same bytes">;

def NN_StringSplitOp : NN_Op<"string_split"> {
  let summary = "Each string cut into substrings, along a new last axis";
  let description = [{
    Cuts at each occurrence of the delimiter, from the left; an empty delimiter
    stands for runs of white space, of which those at the ends are dropped. At
    most `max_split` cuts are made, unless that is negative. Rows are filled up
    with empty strings; the second result has the numbers of substrings.
  }];
  let arguments = (ins NN_StringTensor:$input, StrAttr:$delimiter, I64Attr:$max_split);
  let results = (outs NN_StringTensor:$substrings, NN_Tensor:$counts);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($substrings) `,` type($counts)";
}

def NN_StringNormalizeOp : NN_Op<"string_normalize"> {
  let summary = "Strings without stop words, in upper or lower case";
  let description = [{
    Drops the strings of a vector, or of a matrix of one row, that are among the
    stop words. Where none is left the result is one empty string. `change_case`
    is `none`, `lower` or `upper`; without `case_sensitive` strings are compared
    in that case, or in lower case. Case is that of single characters by the
    Unicode standard, whatever the locale.

    1. (T3) The input is a vector, or a matrix of one row.
    2. (T4) The change of case is one of those named.
  }];
  let arguments = (ins NN_StringTensor:$input, StrArrayAttr:$stop_words,
                       StrAttr:$change_case, BoolAttr:$case_sensitive);
  let results = (outs NN_StringTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

def NN_StringMatchOp : NN_Op<"string_match"> {
  let summary = "Whether a regular expression of RE2's syntax matches the whole string";
  let arguments = (ins NN_StringTensor:$input, StrAttr:$pattern);
  let results = (outs NN_BoolTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

def NN_StringFindOp : NN_Op<"string_find"> {
  let summary = "The place of each string among the keys; -1 if it is none";
  let description = [{
    Of equal keys the last one counts.
  }];
  let arguments = (ins NN_StringTensor:$input, StrArrayAttr:$keys);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

def NN_StringRankOp : NN_Op<"string_rank"> {
  let summary = "How many strings of the tensor come before each, in the order of bytes";
  let arguments = (ins NN_StringTensor:$input);
  let results = (outs NN_IndexTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

def NN_ParseNumberOp : NN_Op<"parse_number"> {
  let summary = "The number that each string spells: f64, or a 64-bit integer";
  let description = [{
    Plain and scientific notation, `INF`, `+INF`, `-INF` and `NaN` in any case.
    A string that is no number fails the run. An integer is the number rounded
    towards zero.
  }];
  let arguments = (ins NN_StringTensor:$input, TypeAttr:$to);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

def NN_FormatNumberOp : NN_Op<"format_number"> {
  let summary = "Each number as a string";
  let description = [{
    Floats with the fewest digits that give the same number of their type back.
  }];
  let arguments = (ins NN_Tensor:$input);
  let results = (outs NN_StringTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

#endif
