# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Writes a model whose one weight is larger than 4 GB: a table of zeros, but for
its first and last rows. The file has holes where the zeros are.

usage: large.py FOLDER
"""

import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper

ROWS, WIDTH = 1_200_000, 1024
FOLDER = pathlib.Path(sys.argv[1])

with open(FOLDER / "table.bin", "wb") as data:
    data.write(np.full(WIDTH, 1, np.float32).tobytes())
    data.seek((ROWS - 1) * WIDTH * 4)
    data.write(np.full(WIDTH, 2, np.float32).tobytes())

table = onnx.TensorProto(name="table", data_type=T.FLOAT, dims=[ROWS, WIDTH])
table.data_location = onnx.TensorProto.EXTERNAL
for key, value in {"location": "table.bin", "offset": "0", "length": str(ROWS * WIDTH * 4)}.items():
    table.external_data.add(key=key, value=value)
graph = helper.make_graph(
    [helper.make_node("Gather", ["table", "rows"], ["taken"]),
     helper.make_node("ReduceSum", ["taken", "axis"], ["y"], keepdims=0)],
    "large",
    [helper.make_tensor_value_info("rows", T.INT64, [3])],
    [helper.make_tensor_value_info("y", T.FLOAT, [3])],
    [table, helper.make_tensor("axis", T.INT64, [1], [1])],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
model.ir_version = 8
(FOLDER / "large.onnx").write_bytes(model.SerializeToString())
np.save(FOLDER / "rows.npy", np.array([0, ROWS - 1, 5]))
