# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Writes a network with two expansions with depthwise convolutions: a large one,
and one that a cache holds."""

import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper


def block(number: int, source: str, result: str, **attributes) -> list:
    return [
        helper.make_node("Conv", [source, f"wide{number}"], [f"e{number}"]),
        helper.make_node("Relu", [f"e{number}"], [f"a{number}"]),
        helper.make_node(
            "Conv", [f"a{number}", "taps"], [result], group=64, pads=[1, 1, 1, 1], **attributes
        ),
    ]


def weight(name: str, *shape: int) -> onnx.TensorProto:
    return numpy_helper.from_array(numpy.ones(shape, numpy.float32), name)


graph = helper.make_graph(
    block(0, "x", "small", strides=[6, 6]) + block(1, "small", "y"),
    "expansions",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 16, 96, 96])],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 64, 16, 16])],
    [weight("wide0", 64, 16, 1, 1), weight("wide1", 64, 64, 1, 1), weight("taps", 64, 1, 3, 3)],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
onnx.save(model, sys.argv[1])
