# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Makes test cases in the folder argv[1] that pass in one mode of `swage check`
only: one whose data has another size than the model says, and one whose shapes
follow from its data."""

import pathlib
import shutil
import sys

import numpy
import onnx
from onnx import TensorProto, helper

root = pathlib.Path(sys.argv[1])
shutil.rmtree(root, ignore_errors=True)


def case(name, node, inputs, rank, sets):
    folder = root / name
    folder.mkdir(parents=True)
    shape = None if rank is None else [None] * rank
    graph = helper.make_graph(
        [node], name, inputs,
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    made.ir_version = 7
    onnx.save(made, folder / "model.onnx")
    for number, (given, expected) in enumerate(sets):
        data = folder / f"test_data_set_{number}"
        data.mkdir()
        for place, array in enumerate(given):
            numpy.save(data / f"input_{place}.npy", array)
        numpy.save(data / "output_0.npy", expected)


def value(name, dtype, shape):
    return helper.make_tensor_value_info(name, dtype, shape)


x = numpy.arange(6, dtype=numpy.float32)
case("size", helper.make_node("Add", ["x", "x"], ["y"]),
     [value("x", TensorProto.FLOAT, [4])], 1, [([x], 2 * x), ([x[:2]], 2 * x[:2])])
case("values", helper.make_node("Reshape", ["x", "shape"], ["y"]),
     [value("x", TensorProto.FLOAT, [6]), value("shape", TensorProto.INT64, ["rank"])],
     None, [([x, numpy.array(shape)], x.reshape(shape)) for shape in ([2, 3], [1, 3, 2])])
