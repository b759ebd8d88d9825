# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Writes models whose costs can be counted by hand.

usage: costs.py FOLDER
"""

import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper, numpy_helper


def save(name, nodes, inputs, output, weights):
    tensors = [
        numpy_helper.from_array(np.full(shape, 0.5, np.float32), key)
        for key, shape in weights.items()
    ]
    values = [helper.make_tensor_value_info(key, *spec) for key, spec in inputs.items()]
    graph = helper.make_graph(
        nodes, name, values, [helper.make_tensor_value_info("y", T.FLOAT, output)], tensors
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.save(model, str(FOLDER / f"{name}.onnx"))


FOLDER = pathlib.Path(sys.argv[1])
save(
    "conv",
    [helper.make_node("Conv", ["x", "w"], ["y"], pads=[1, 1, 1, 1])],
    {"x": (T.FLOAT, [1, 8, 10, 12])},
    [1, 16, 10, 12],
    {"w": (16, 8, 3, 3)},
)
save(
    "matmul",
    [helper.make_node("MatMul", ["x", "w"], ["y"])],
    {"x": (T.FLOAT, ["n", 32])},
    ["n", 192],
    {"w": (32, 192)},
)
save(
    "tanh",
    [helper.make_node("Tanh", ["x"], ["y"])],
    {"x": (T.FLOAT, [100])},
    [100],
    {},
)
save(
    "embedding",
    [helper.make_node("Gather", ["w", "i"], ["y"])],
    {"i": (T.INT64, [5])},
    [5, 16],
    {"w": (1000, 16)},
)
