# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Writes a convolution of images so small that much of its window lies on the
borders. Its filter is an input, so that it is not packed."""

import sys

import onnx
from onnx import TensorProto, helper


def value(name: str, *shape: int) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


graph = helper.make_graph(
    [helper.make_node("Conv", ["x", "taps"], ["y"], pads=[1, 1, 1, 1])],
    "small",
    [value("x", 16, 64, 2, 2), value("taps", 64, 64, 3, 3)],
    [value("y", 16, 64, 2, 2)],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
onnx.save(model, sys.argv[1])
