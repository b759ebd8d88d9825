#!/usr/bin/python3
# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Writes the definition and the test of a new operator of the nn dialect.

usage: new-op.py FAMILY NAME MEANING [--root DIR]

FAMILY is the name of a file dialects/NN/FAMILY.td, NAME the operator's, as in
log_sum, MEANING its summary. In the family Elementwise the operator takes one
operand and begins as the identity, to be given its formula; in others it takes
one tensor, has that tensor's type, and is left to be lowered.
"""

import sys

import scaffold

ELEMENTWISE = 'def NN_{camel}Op : NN_UnaryOp<"{name}", "{meaning}">;\n'

OTHER = '''def NN_{camel}Op : NN_Op<"{name}"> {{
  let summary = "{meaning}";
  let arguments = (ins NN_Tensor:$input);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}}

'''

INFERENCE = '''LogicalResult
{camel}Op::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                    ValueRange operands, DictionaryAttr attributes,
                    OpaqueProperties properties, RegionRange regions,
                    SmallVectorImpl<Type> &types) {{
  types.push_back(operands[0].getType());
  return success();
}}

'''

TEST = '''// RUN: swage-opt %s --verify-roundtrip | FileCheck %s

// {meaning}.
// CHECK-LABEL: func.func @{name}
func.func @{name}(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {{
  // CHECK: nn.{name} %{{{{.*}}}} : tensor<2x3xf32> -> tensor<2x3xf32>
  %0 = nn.{name} %x : tensor<2x3xf32> -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}}
'''


def before(mark, addition):
    """A change that puts `addition` in front of the last `mark`."""

    def change(text):
        at = text.rfind(mark)
        return None if at < 0 else text[:at] + addition + text[at:]

    return change


def after_last(start, addition):
    """A change that puts `addition` behind the last line with this start."""

    def change(text):
        lines = text.split("\n")
        places = [i for i, line in enumerate(lines) if line.startswith(start)]
        if not places:
            return None
        lines.insert(places[-1] + 1, addition.rstrip("\n"))
        return "\n".join(lines)

    return change


def main():
    arguments = sys.argv[1:]
    root = scaffold.root_from(arguments)
    if len(arguments) != 3:
        sys.exit(__doc__)
    family, words = arguments[0], scaffold.words_of(arguments[1])
    names = {
        "camel": scaffold.camel(words),
        "name": "_".join(words),
        "meaning": arguments[2].rstrip("."),
    }
    folder = root / "dialects/NN"
    if not (folder / f"{family}.td").exists():
        known = ", ".join(sorted(p.stem for p in folder.glob("*.td") if not p.stem.startswith("NN")))
        sys.exit(f"error: no family {family}; there are {known}")
    test = root / f"test/dialects/NN/{'-'.join(words)}.mlir"
    scaffold.create(test, TEST.format(**names))
    if family == "Elementwise":
        scaffold.edit(
            folder / "Elementwise.td",
            after_last("def NN_MishOp", ELEMENTWISE.format(**names)),
        )
        scaffold.edit(
            folder / "ElementwiseScalars.cpp",
            after_last("UNARY(MishOp", f"UNARY({names['camel']}Op, x)"),
        )
        print("next: its formula in ElementwiseScalars.cpp")
    else:
        scaffold.edit(folder / f"{family}.td", before("#endif", OTHER.format(**names)))
        scaffold.edit(
            folder / f"{family}.cpp", before("} // namespace swage::nn", INFERENCE.format(**names))
        )
        print(f"next: constraints in {family}.td and {family}.cpp, the lowering in "
              f"compiler/Conversion/NNToLinalg/{family}.cpp")
    print("then: the importer's entry in frontends/ONNX/Ops, tests, ./dev docs")


if __name__ == "__main__":
    main()
