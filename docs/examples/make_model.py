"""Makes tiny.onnx, the model of the examples: class scores of four numbers.

    /usr/bin/python3 make_model.py tiny.onnx
"""

import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

weights = numpy.array(
    [[0.5, -1.0, 0.25], [1.0, 0.5, -0.5], [-0.25, 0.75, 1.0], [0.125, -0.5, 0.5]],
    numpy.float32)
bias = numpy.array([0.1, 0.2, -0.3], numpy.float32)

graph = helper.make_graph(
    [
        helper.make_node("MatMul", ["x", "weights"], ["product"], name="dense"),
        helper.make_node("Add", ["product", "bias"], ["sum"], name="bias"),
        helper.make_node("Softmax", ["sum"], ["scores"], name="softmax", axis=-1),
    ],
    "tiny",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 4])],
    [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", 3])],
    [numpy_helper.from_array(weights, "weights"),
     numpy_helper.from_array(bias, "bias")])
model = helper.make_model(
    graph, producer_name="swage-examples",
    opset_imports=[helper.make_opsetid("", 13)])
model.ir_version = 7
onnx.save(model, sys.argv[1])
