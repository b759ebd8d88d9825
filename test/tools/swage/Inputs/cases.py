# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Makes test cases in the form of the ONNX suites in the folder argv[1]: some that
pass, fail, crash the worker or cannot be compiled."""

import pathlib
import shutil
import sys

import numpy
import onnx
from onnx import TensorProto, helper

root = pathlib.Path(sys.argv[1])
shutil.rmtree(root, ignore_errors=True)


def model(nodes, dtype=TensorProto.FLOAT, shape=("n",)):
    graph = helper.make_graph(
        nodes, "g",
        [helper.make_tensor_value_info("x", dtype, shape)],
        [helper.make_tensor_value_info("y", dtype, shape)])
    made = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 13),
                              helper.make_opsetid("custom", 1)])
    made.ir_version = 7
    return made


def case(name, made, given, expected):
    folder = root / name
    data = folder / "test_data_set_0"
    data.mkdir(parents=True)
    onnx.save(made, folder / "model.onnx")
    if given is not None:
        numpy.save(data / "input_0.npy", given)
        numpy.save(data / "output_0.npy", expected)


double = model([helper.make_node("Add", ["x", "x"], ["y"], name="double")])
x = numpy.array([1, 2, numpy.nan], numpy.float32)

case("good", double, x, 2 * x)
case("close", double, x, 2 * x * numpy.float32(1.0005))
case("wrong", double, x, 3 * x)
# Wrong by half of itself, and by next to nothing of what it may be a sum of.
case("near_zero", double, numpy.array([1000, 0.01], numpy.float32),
     numpy.array([2000, 0.03], numpy.float32))
case("dtype", double, x, (2 * x).astype(numpy.float64))
case("shape", double, x, (2 * x)[:2])
case("missing", double, None, None)
case("input", double, x.astype(numpy.int64), 2 * x)
case("integers",
     model([helper.make_node("Add", ["x", "x"], ["y"])], TensorProto.INT64),
     numpy.array([2, 3], numpy.int64), numpy.array([4, 7], numpy.int64))
case("foreign",
     model([helper.make_node("Strange", ["x"], ["t"], name="one", domain="custom"),
            helper.make_node("Strange", ["t"], ["y"], name="two", domain="custom")]),
     x, x)
(root / "broken").mkdir()
(root / "broken" / "model.onnx").write_bytes(b"\xff\xff\xff")
(root / "broken" / "test_data_set_0").mkdir()
