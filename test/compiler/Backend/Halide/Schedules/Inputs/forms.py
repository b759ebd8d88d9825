# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Writes a network with one kernel for each of Halide's schedules for sums."""

import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

random = numpy.random.default_rng(1)


def weight(name: str, *shape: int) -> onnx.TensorProto:
    values = random.standard_normal(shape).astype(numpy.float32)
    return numpy_helper.from_array(values, name)


weights = [
    weight("stem", 32, 3, 5, 5),
    weight("taps", 32, 1, 3, 3),
    weight("point", 48, 32, 1, 1),
]
nodes = [
    helper.make_node("Conv", ["x", "stem"], ["a"], strides=[2, 2], pads=[2, 2, 2, 2]),
    helper.make_node("Conv", ["a", "taps"], ["b"], group=32, pads=[1, 1, 1, 1]),
    helper.make_node("MaxPool", ["b"], ["c"], kernel_shape=[3, 3], strides=[2, 2]),
    helper.make_node("Conv", ["c", "point"], ["y"]),
]
graph = helper.make_graph(
    nodes,
    "forms",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 30, 30])],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 48, 7, 7])],
    weights,
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
onnx.save(model, sys.argv[1])
