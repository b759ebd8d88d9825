# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Writes a network of changes of layout and elements changed one by one."""

import sys

import onnx
from onnx import TensorProto, helper

nodes = [
    helper.make_node("Transpose", ["image"], ["pixels"], perm=[0, 2, 3, 1]),
    helper.make_node("Transpose", ["matrix"], ["turned"], perm=[1, 0]),
    helper.make_node("Mul", ["matrix", "factors"], ["scaled"]),
    helper.make_node("Tanh", ["scaled"], ["squashed"]),
]


def value(name: str, *shape: int) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


graph = helper.make_graph(
    nodes,
    "maps",
    [value("image", 1, 3, 30, 41), value("matrix", 200, 300), value("factors", 300)],
    [
        value("pixels", 1, 30, 41, 3),
        value("turned", 300, 200),
        value("squashed", 200, 300),
    ],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
onnx.save(model, sys.argv[1])
