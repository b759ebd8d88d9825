#!/usr/bin/env python3
# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Runs models that are valid but absurd: huge, empty, deep, out of range.

Each ends as the list says: it runs, or one line says what is wrong.
"""
import pathlib
import resource
import subprocess
import sys

import numpy
from onnx import TensorProto, helper, numpy_helper

FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL
MEMORY = 8 << 30  # bytes of address space; what wants more is to say so


def vector(*numbers):
    return numpy.array(numbers, numpy.int64)


def node(operator, inputs, outputs, **attributes):
    return helper.make_node(operator, inputs.split(" "), outputs.split(), **attributes)


def model(nodes, inputs, constants=(), output=None, outputs=("y",)):
    """A model of f32 inputs, given as `x=2,3`, and int64 constants."""
    graph = helper.make_graph(
        nodes,
        "g",
        [
            helper.make_tensor_value_info(
                name, FLOAT, [int(d) for d in shape.split(",") if d]
            )
            for name, shape in (entry.split("=") for entry in inputs.split())
        ],
        [helper.make_tensor_value_info(name, FLOAT, output) for name in outputs],
        [numpy_helper.from_array(array, name) for name, array in constants],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])


def unary(operator, shape, *constants, **attributes):
    """One operator on x and int64 constants."""
    names = [f"c{i}" for i in range(len(constants))]
    return model(
        [node(operator, " ".join(["x", *names]), "y", **attributes)],
        f"x={shape}",
        [(name, vector(*numbers)) for name, numbers in zip(names, constants)],
    )


def reduced(operator, *constants):
    """The same, and the sum of what it gives."""
    proto = unary(operator, "1", *constants)
    proto.graph.node[0].output[0] = "large"
    proto.graph.node.append(node("ReduceSum", "large", "y", keepdims=0))
    return proto


def convolution(shape, filter_shape, **attributes):
    weights = numpy.ones(filter_shape, numpy.float32)
    return model([node("Conv", "x w", "y", **attributes)], f"x={shape}", [("w", weights)])


def filled(size):
    """A constant of one number, which the compiler is not to hold."""
    return model(
        [node("ConstantOfShape", "s", "c"), node("Add", "c x", "y")],
        "x=1",
        [("s", vector(size))],
    )


def chain(length):
    names = ["x", *(f"h{i}" for i in range(1, length)), "y"]
    return model([node("Neg", a, b) for a, b in zip(names, names[1:])], "x=4")


def nested(depth):
    """Branches within branches."""

    def value(name, kind):
        return helper.make_tensor_value_info(name, kind, [1])

    def branch(level):
        name = f"o{level}"
        inner = node("Neg", "x", name)
        if level > 0:
            inner = node(
                "If", "c", name, then_branch=branch(level - 1), else_branch=branch(0)
            )
        return helper.make_graph([inner], f"g{level}", [], [value(name, FLOAT)])

    graph = branch(depth)
    graph.input.extend([value("x", FLOAT), value("c", BOOL)])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])


HUGE = 2**40

# Name, model, and a part of the message, or nothing where it runs.
CASES = [
    ("input", unary("Relu", f"{HUGE}"), "no memory for input 'x'"),
    ("input_overflow", unary("Relu", f"{HUGE},{HUGE}"), "impossible shape"),
    ("rank", unary("Relu", ",".join(["1"] * 20)), "has 20 dimensions"),
    ("rank_of_output", unary("Unsqueeze", "1", range(1, 17)), "has 17 dimensions"),
    ("between", reduced("Expand", [HUGE]), "no memory"),
    ("overflow", reduced("Expand", [HUGE, HUGE]), "more elements than"),
    ("constant", filled(HUGE), "no memory"),
    ("pad", unary("Pad", "4", [HUGE, HUGE]), "no memory"),
    ("pad_all_away", unary("Pad", "4", [-5, -5]), "pads remove more than all"),
    ("tile", unary("Tile", "4", [HUGE]), "no memory"),
    ("tile_negative", unary("Tile", "4", [-1]), "negative"),
    ("slice_back", unary("Slice", "4", [2**62], [-(2**63)], [0], [-(2**63)]), None),
    ("slice_far", unary("Slice", "4", [0], [2**63 - 1], [0], [2**62]), None),
    ("slice_step_zero", unary("Slice", "4", [0], [2], [0], [0]), "step"),
    ("gather_outside", unary("Gather", "4", [100]), None),
    ("filter_too_large", convolution("1,1,2,2", (1, 1, 3, 3)), "does not fit"),
    ("no_batch", convolution("0,1,4,4", (1, 1, 3, 3)), None),
    ("no_channels", convolution("1,0,4,4", (1, 0, 3, 3)), None),
    ("stride_zero", convolution("1,1,4,4", (1, 1, 3, 3), strides=[0, 1]), "strides"),
    ("groups_zero", convolution("1,1,4,4", (1, 1, 3, 3), group=0), "group"),
    ("far_pads", convolution("1,1,4,4", (1, 1, 3, 3), pads=[HUGE, 0, 0, 0]), "pads"),
    ("pads_beyond", unary("MaxPool", "1,1,4,4", kernel_shape=[2, 2], pads=[5] * 4), None),
    ("empty_product", model([node("MatMul", "x z", "y")], "x=3,0 z=0,4"), None),
    ("empty_maximum", unary("ReduceMax", "0,3", axes=[0]), None),
    ("empty_mean", unary("ReduceMean", "0,3", axes=[0]), None),
    ("empty_softmax", unary("Softmax", "3,0"), None),
    ("empty_reshape", unary("Reshape", "0,3", [3, -1]), None),
    ("blocks", unary("DepthToSpace", "1,4,2,2", blocksize=2**32), "blocksize"),
    ("chain", chain(3000), None),
    ("nested", nested(60), "too deep"),
]


def run(path):
    """The exit code, negative after a crash, and what was printed."""
    limit = (MEMORY, MEMORY)
    process = subprocess.run(
        ["swage", "run", path, "--random-inputs", "--output-dir", path.parent / "out"],
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, limit),
        check=False,
    )
    return process.returncode, process.stdout + process.stderr


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    failures = 0
    for name, proto, message in CASES:
        path = folder / f"{name}.onnx"
        path.write_bytes(proto.SerializeToString())
        code, output = run(path)
        expected = code == 0 if message is None else code in (1, 2, 3)
        if not expected or (message or "") not in " ".join(output.split()):
            failures += 1
            print(f"{name}: exit code {code}, expected {message or 'to run'}: {output}")
    print(f"{len(CASES)} models, {failures} wrong")
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
