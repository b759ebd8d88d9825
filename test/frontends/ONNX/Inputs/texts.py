# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Makes ONNX models of the graphs that a test spells out.

usage: texts.py TEST FOLDER

A line `# MODEL name opset: graph` of TEST, with the graph in ONNX's own textual
form, becomes FOLDER/<number>-<name>.onnx; they are numbered in order.
"""

import pathlib
import re
import shutil
import sys

import onnx
import onnx.parser
from onnx import helper

test, folder = map(pathlib.Path, sys.argv[1:])
shutil.rmtree(folder, ignore_errors=True)
folder.mkdir(parents=True)
found = re.findall(r"^# MODEL (\w+) (\d+): (.*)$", test.read_text(), re.MULTILINE)
for number, (name, opset, text) in enumerate(found):
    graph = onnx.parser.parse_graph(text)
    imports = [helper.make_opsetid("", int(opset))]
    if "com.microsoft" in text:
        imports.append(helper.make_opsetid("com.microsoft", 1))
    model = helper.make_model(graph, opset_imports=imports)
    model.ir_version = 8
    onnx.save(model, str(folder / f"{number:02}-{name}.onnx"))
