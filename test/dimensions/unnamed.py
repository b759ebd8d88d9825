# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Makes a model with dimensions that have no name, as the file argv[1]."""

import sys

import onnx
from onnx import TensorProto, helper

graph = helper.make_graph(
    [helper.make_node("Relu", ["x"], ["y"])],
    "g",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 3, None])],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, 3, None])],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
model.ir_version = 7
onnx.save(model, sys.argv[1])
