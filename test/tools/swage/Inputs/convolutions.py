# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Writes argv[1].onnx, a network of two 3x3 convolutions, and argv[1].npy.

argv[2] is the number of channels, argv[3] the height and width; else 64 and 56.
"""

import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

random = numpy.random.RandomState(1)
channels, size = map(int, sys.argv[2:4] or (64, 56))
image = [1, channels, size, size]


def weights(name):
    array = random.standard_normal((channels, channels, 3, 3)).astype(numpy.float32)
    return numpy_helper.from_array(array / (3 * channels**0.5), name)


graph = helper.make_graph(
    [helper.make_node("Conv", ["x", "w"], ["h"], pads=[1, 1, 1, 1]),
     helper.make_node("Relu", ["h"], ["r"]),
     helper.make_node("Conv", ["r", "v"], ["y"], pads=[1, 1, 1, 1])], "g",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, image)],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, image)],
    [weights("w"), weights("v")])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
model.ir_version = 7
onnx.save(model, sys.argv[1] + ".onnx")
x = random.standard_normal(image).astype(numpy.float32)
numpy.save(sys.argv[1] + ".npy", x)
