#!/usr/bin/python3
# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Writes the files of a new pass on functions in compiler/Transforms.

usage: new-pass.py NAME SUMMARY [--root DIR]

NAME is fuse-attention or FuseAttention, SUMMARY what the pass does, without a
full stop. What it writes builds, and its test passes: the pass changes nothing.
"""

import sys

import scaffold

DEFINITION = '''
def {camel}Pass : Pass<"swage-{kebab}", "::mlir::func::FuncOp"> {{
  let summary = "{summary}";
  let description = [{{
    Leaves every function as it is.
  }}];
}}
'''

SOURCE = '''{banner}
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// {summary}.
//
//===----------------------------------------------------------------------===//
#include "compiler/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace swage {{
#define GEN_PASS_DEF_{upper}PASS
#include "compiler/Transforms/Passes.h.inc"
}} // namespace swage

using namespace mlir;

namespace {{

struct {camel} : swage::impl::{camel}PassBase<{camel}> {{
  void runOnOperation() override {{
    RewritePatternSet patterns(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }}
}};

}} // namespace
'''

TEST = '''// RUN: swage-opt %s -swage-{kebab} | FileCheck %s

// CHECK-LABEL: func.func @unchanged
// CHECK-SAME: %[[X:.*]]: tensor<4xf32>
func.func @unchanged(%x: tensor<4xf32>) -> tensor<4xf32> {{
  // CHECK: nn.relu %[[X]]
  %0 = nn.relu %x : tensor<4xf32> -> tensor<4xf32>
  return %0 : tensor<4xf32>
}}
'''


def main():
    arguments = sys.argv[1:]
    root = scaffold.root_from(arguments)
    if len(arguments) != 2:
        sys.exit(__doc__)
    words, summary = scaffold.words_of(arguments[0]), arguments[1].rstrip(".")
    folder = root / "compiler/Transforms"
    names = {
        "camel": scaffold.camel(words),
        "kebab": "-".join(words),
        "upper": "".join(words).upper(),
        "summary": summary,
    }
    source = folder / f"{names['camel']}.cpp"
    names["banner"] = scaffold.banner(source, summary[0].lower() + summary[1:])
    test = root / f"test/compiler/Transforms/{names['kebab']}.mlir"
    scaffold.create(source, SOURCE.format(**names))
    scaffold.create(test, TEST.format(**names))

    def define(text):
        end = text.rfind("\n#endif")
        return None if end < 0 else text[:end] + DEFINITION.format(**names) + text[end:]

    scaffold.edit(folder / "Passes.td", define)
    scaffold.edit(
        folder / "CMakeLists.txt",
        scaffold.insert_sorted(r"  \w+\.cpp$", f"  {names['camel']}.cpp"),
    )
    print("next: say in Passes.td what it does, add it to compiler/Pipelines/Pipeline.cpp, ./dev docs")


if __name__ == "__main__":
    main()
