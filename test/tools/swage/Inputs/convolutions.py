# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Writes argv[1].onnx, a network of two 3x3 convolutions, and argv[1].npy."""

import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

random = numpy.random.RandomState(1)


def weights(name):
    array = random.standard_normal((64, 64, 3, 3)).astype(numpy.float32)
    return numpy_helper.from_array(array / 24, name)


graph = helper.make_graph(
    [helper.make_node("Conv", ["x", "w"], ["h"], pads=[1, 1, 1, 1]),
     helper.make_node("Relu", ["h"], ["r"]),
     helper.make_node("Conv", ["r", "v"], ["y"], pads=[1, 1, 1, 1])], "g",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 64, 56, 56])],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 64, 56, 56])],
    [weights("w"), weights("v")])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
model.ir_version = 7
onnx.save(model, sys.argv[1] + ".onnx")
x = random.standard_normal((1, 64, 56, 56)).astype(numpy.float32)
numpy.save(sys.argv[1] + ".npy", x)
