# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Writes a model of one 3x3 convolution of 64 channels to argv[1]."""

import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

weights = numpy.random.RandomState(1).standard_normal((64, 64, 3, 3)).astype(numpy.float32)
graph = helper.make_graph(
    [helper.make_node("Conv", ["x", "w"], ["y"], pads=[1, 1, 1, 1])], "g",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 64, 56, 56])],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 64, 56, 56])],
    [numpy_helper.from_array(weights, "w")])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
model.ir_version = 7
onnx.save(model, sys.argv[1])
