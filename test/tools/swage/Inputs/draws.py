# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Makes test cases with operators that draw at random in the folder argv[1]. What
they expect of numbers that are drawn, no generator draws."""

import pathlib
import shutil
import sys

import numpy
import onnx
from onnx import TensorProto, helper

root = pathlib.Path(sys.argv[1])
shutil.rmtree(root, ignore_errors=True)

FLOAT, BOOL, INT64 = TensorProto.FLOAT, TensorProto.BOOL, TensorProto.INT64
x = numpy.full(5, 0.5, numpy.float32)
draws = numpy.full(5, 7, numpy.float32)


def value(name, dtype=FLOAT, shape=(5,)):
    return helper.make_tensor_value_info(name, dtype, shape)


def case(name, nodes, expected, inputs=(), outputs=(value("y"),), functions=()):
    folder = root / name
    data = folder / "test_data_set_0"
    data.mkdir(parents=True)
    graph = helper.make_graph(
        nodes, name, [value("x"), *(value for value, _ in inputs)], outputs)
    imports = [helper.make_opsetid("", 15), helper.make_opsetid("own", 1)]
    made = helper.make_model(graph, opset_imports=imports, functions=functions)
    made.ir_version = 8
    onnx.save(made, folder / "model.onnx")
    for kind, arrays in ("input", [x, *(array for _, array in inputs)]), ("output", expected):
        for index, array in enumerate(arrays):
            numpy.save(data / f"{kind}_{index}.npy", array)


coin = helper.make_node("Bernoulli", ["x"], ["y"], name="coin")
case("coin", [coin], [draws])
case("coin_shape", [coin], [draws[:4]])
case("coin_type", [coin], [draws.astype(numpy.float64)])
case("compared",
     [helper.make_node("RandomUniformLike", ["x"], ["u"], high=3.0, low=2.0),
      helper.make_node("Greater", ["u", "x"], ["g"]),
      helper.make_node("Cast", ["g"], ["y"], to=FLOAT)], [draws])
case("shape",
     [helper.make_node("RandomNormalLike", ["x"], ["u"]),
      helper.make_node("Shape", ["u"], ["y"])],
     [numpy.array([4])], outputs=[value("y", INT64, (1,))])
case("partly", [coin, helper.make_node("Add", ["x", "x"], ["z"])], [draws, draws],
     outputs=[value("y"), value("z")])

body = helper.make_graph([helper.make_node("RandomNormalLike", ["x"], ["b"])], "body",
                         [], [value("b")])
other = helper.make_graph([helper.make_node("Identity", ["x"], ["c"])], "other",
                          [], [value("c")])
case("branch", [helper.make_node("If", ["c0"], ["y"], then_branch=body, else_branch=other)],
     [draws], [(value("c0", BOOL, ()), numpy.array(True))])

toss = helper.make_function(
    "own", "Toss", ["p"], ["t"], [helper.make_node("Bernoulli", ["p"], ["t"])],
    [helper.make_opsetid("", 15)])
case("function", [helper.make_node("Toss", ["x"], ["y"], domain="own")], [draws],
     functions=[toss])


def dropout(name, trains, ratio, **attributes):
    case(name, [helper.make_node("Dropout", ["x", "r", "t"], ["y"], **attributes)], [draws],
         [(value("r", FLOAT, ()), numpy.array(ratio, numpy.float32)),
          (value("t", BOOL, ()), numpy.array(trains))])


dropout("dropout", True, 0.5)
dropout("dropout_seed", True, 0.5, seed=3)
dropout("dropout_idle", False, 0.5)
dropout("dropout_nothing", True, 0.0)
