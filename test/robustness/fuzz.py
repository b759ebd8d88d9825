#!/usr/bin/env python3
# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Feeds damaged models to swage, which must refuse or run them, never crash.

From models made here (and, with --models, from any others) makes variants with
bytes cut off, flipped, repeated and removed, and variants that are well-formed
files with senseless contents: strange sizes, attributes, types, edges. All of
them go through `swage check`, which survives and reports crashes. The seed is
fixed: a run can be repeated, and a variant that crashes is kept.
"""
import argparse
import collections
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

# How `swage check` begins the reason of a case whose process did not end well.
CRASHES = ("crashed", "ended early", "did not end")

SIZES = (0, 1, 2, 3, -1, -7, 255, 2**20, 2**31, 2**40, 2**62, 2**63 - 1, -(2**63))


def node(operator, inputs, outputs, **attributes):
    return helper.make_node(operator, inputs.split(), outputs.split(), **attributes)


def model(nodes, inputs, outputs, constants=()):
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes,
        "g",
        [value(name, kind, shape) for name, kind, shape in inputs],
        [value(name, kind, shape) for name, kind, shape in outputs],
        [numpy_helper.from_array(array, name) for name, array in constants],
    )
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8
    )


def originals():
    """Small models of all families, by name."""
    f32, i64 = TensorProto.FLOAT, TensorProto.INT64
    rng = numpy.random.default_rng(0)

    def weight(*shape):
        return rng.standard_normal(shape).astype(numpy.float32)

    def vector(*numbers):
        return numpy.array(numbers, numpy.int64)

    yield "mlp", model(
        [
            node("Gemm", "x w b", "h", transB=1),
            node("Relu", "h", "r"),
            node("MatMul", "r v", "y"),
        ],
        [("x", f32, ["batch", 4])],
        [("y", f32, ["batch", 3])],
        [("w", weight(5, 4)), ("b", weight(5)), ("v", weight(5, 3))],
    )
    yield "convolution", model(
        [
            node("Conv", "x w b", "c", pads=[1, 1, 1, 1], strides=[2, 2], group=1),
            node("BatchNormalization", "c s s s s", "n"),
            node("MaxPool", "n", "p", kernel_shape=[2, 2]),
            node("GlobalAveragePool", "p", "g"),
            node("Flatten", "g", "y"),
        ],
        [("x", f32, [1, 2, 8, 8])],
        [("y", f32, [1, 3])],
        [("w", weight(3, 2, 3, 3)), ("b", weight(3)), ("s", abs(weight(3)))],
    )
    yield "shapes", model(
        [
            node("Shape", "x", "s"),
            node("Gather", "s zero", "n", axis=0),
            node("Concat", "n minus", "t", axis=0),
            node("Reshape", "x t", "r"),
            node("Transpose", "r", "p", perm=[1, 0]),
            node("Slice", "p zero two zero", "l"),
            node("Unsqueeze", "l zero", "u"),
            node("Expand", "u big", "e"),
            node("Pad", "e pads", "d"),
            node("Split", "d", "a c", axis=1),
            node("ReduceMean", "a", "m", axes=[2], keepdims=1),
            node("Softmax", "m", "y", axis=-1),
        ],
        [("x", f32, [2, 3, 4])],
        [("y", f32, None)],
        [
            ("zero", vector(0)),
            ("two", vector(2)),
            ("minus", vector(-1)),
            ("big", vector(3, 1, 1)),
            ("pads", vector(0, 0, 1, 0, 0, 1)),
        ],
    )
    body = helper.make_graph(
        [
            node("Add", "acc x0", "next"),
            node("Identity", "next", "out"),
            node("Identity", "go", "more"),
        ],
        "body",
        [
            helper.make_tensor_value_info("i", i64, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
            helper.make_tensor_value_info("acc", f32, [2]),
        ],
        [
            helper.make_tensor_value_info("more", TensorProto.BOOL, []),
            helper.make_tensor_value_info("next", f32, [2]),
            helper.make_tensor_value_info("out", f32, [2]),
        ],
    )
    yield "loop", model(
        [
            node("Identity", "x", "x0"),
            node("Loop", "trips yes x", "y all", body=body),
        ],
        [("x", f32, [2])],
        [("y", f32, [2]), ("all", f32, None)],
        [("trips", numpy.array(3)), ("yes", numpy.array(True))],
    )
    yield "sequence", model(
        [
            node("Gather", "table x", "e", axis=0),
            node("LSTM", "e w r", "o h c", hidden_size=4),
            node("Squeeze", "o axis", "q"),
            node("Cast", "q", "y", to=TensorProto.FLOAT16),
        ],
        [("x", i64, [3, 1])],
        [("y", TensorProto.FLOAT16, None)],
        [
            ("table", weight(7, 5)),
            ("w", weight(1, 16, 5)),
            ("r", weight(1, 16, 4)),
            ("axis", vector(1)),
        ],
    )


# ---- Damage to the file -----------------------------------------------------


def damage_bytes(data, rng):
    data = bytearray(data)
    place = rng.randrange(len(data))
    kind = rng.randrange(5)
    if kind == 0:
        return bytes(data[:place])
    if kind == 1:
        for _ in range(rng.randrange(1, 9)):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    elif kind == 2:
        del data[place : place + rng.randrange(1, 9)]
    elif kind == 3:
        data[place:place] = data[place : place + rng.randrange(1, 40)]
    else:
        data[place] = rng.choice((0, 0x7F, 0x80, 0xFF))
    return bytes(data)


# ---- Damage to the meaning --------------------------------------------------


def nodes_of(graph):
    """All nodes, those of inner graphs too."""
    for each in graph.node:
        yield each
        for attribute in each.attribute:
            yield from nodes_of(attribute.g)


def change_attribute(graph, rng):
    attributes = [a for n in nodes_of(graph) for a in n.attribute]
    if not attributes:
        return
    attribute = rng.choice(attributes)
    kind = rng.randrange(12)
    if kind == 0:
        attribute.name = rng.choice(attributes).name
    elif kind == 1:
        attribute.type = rng.randrange(16)
    elif kind == 2:
        attribute.ints.append(rng.choice(SIZES))
    elif attribute.ints:
        attribute.ints[rng.randrange(len(attribute.ints))] = rng.choice(SIZES)
    elif attribute.type == onnx.AttributeProto.INT:
        attribute.i = rng.choice(SIZES)
    elif attribute.type == onnx.AttributeProto.FLOAT:
        attribute.f = rng.choice((0, -1, 1e38, float("inf"), float("nan")))
    elif attribute.type == onnx.AttributeProto.STRING:
        attribute.s = rng.choice((b"", b"nearest", b"SAME_UPPER", b"bilinear", b"\xff"))
    elif attribute.type == onnx.AttributeProto.TENSOR:
        damage_tensor(attribute.t, rng)


def change_edge(graph, rng):
    names = [name for n in nodes_of(graph) for name in [*n.input, *n.output]]
    target = rng.choice(list(nodes_of(graph)))
    edges = rng.choice((target.input, target.output))
    kind = rng.randrange(4)
    if kind == 0 and edges:
        del edges[rng.randrange(len(edges))]
    elif kind == 1:
        edges.append(rng.choice(names))
    elif edges:
        edges[rng.randrange(len(edges))] = rng.choice(names + ["", "nowhere"])


def change_operator(graph, rng):
    nodes = list(nodes_of(graph))
    others = [n.op_type for n in nodes] + ["Add", "If", "Resize", "Einsum", "TopK"]
    rng.choice(nodes).op_type = rng.choice(others)


def change_shape(graph, rng):
    values = [v for v in [*graph.input, *graph.output] if v.type.HasField("tensor_type")]
    if not values:
        return
    tensor = rng.choice(values).type.tensor_type
    kind = rng.randrange(5)
    if kind == 0:
        tensor.elem_type = rng.randrange(30)
    elif kind == 1:
        tensor.ClearField("shape")
    elif kind == 2:
        for _ in range(rng.choice((1, 20))):
            tensor.shape.dim.add().dim_value = rng.choice(SIZES)
    elif tensor.shape.dim:
        dim = rng.choice(tensor.shape.dim)
        if kind == 3:
            dim.dim_param = rng.choice(("", "batch", "other"))
        else:
            dim.dim_value = rng.choice(SIZES)


def damage_tensor(constant, rng):
    kind = rng.randrange(10)
    if kind == 0:
        constant.data_type = rng.randrange(30)
    elif kind == 1:
        constant.dims.append(rng.choice(SIZES))
    elif kind == 2 and constant.dims:
        constant.dims[rng.randrange(len(constant.dims))] = rng.choice(SIZES)
    elif kind == 3:
        constant.raw_data = constant.raw_data[: rng.randrange(len(constant.raw_data) + 1)]
    elif constant.data_type == TensorProto.INT64:
        array = numpy_helper.to_array(constant).copy()
        if array.size:
            array.flat[rng.randrange(array.size)] = rng.choice(SIZES)
        constant.CopyFrom(numpy_helper.from_array(array, constant.name))


def change_constant(graph, rng):
    if graph.initializer:
        damage_tensor(rng.choice(graph.initializer), rng)


# What merely changes values gets further than what breaks the graph.
CHANGES = {
    change_attribute: 4,
    change_constant: 4,
    change_shape: 4,
    change_edge: 1,
    change_operator: 1,
}


def damage_meaning(data, rng):
    proto = onnx.ModelProto.FromString(data)
    if not proto.graph.node:
        return data
    for _ in range(rng.randrange(1, 4)):
        (change,) = rng.choices(list(CHANGES), CHANGES.values())
        change(proto.graph, rng)
    if rng.randrange(10) == 0 and proto.opset_import:
        proto.opset_import[0].version = rng.choice((-1, 0, 1, 6, 7, 9, 11, 23, 2**40))
    return proto.SerializeToString()


# ---- The run ----------------------------------------------------------------


def write_inputs(proto, folder, rng):
    """A data set for the model as it was, so that what still compiles is run."""
    folder.mkdir(parents=True)
    for index, value in enumerate(proto.graph.input):
        tensor = value.type.tensor_type
        shape = [dim.dim_value or 2 for dim in tensor.shape.dim]
        if tensor.elem_type == TensorProto.FLOAT:
            array = numpy.array(
                [rng.uniform(-1, 1) for _ in range(int(numpy.prod(shape)))],
                numpy.float32,
            ).reshape(shape)
        else:
            array = numpy.ones(
                shape, onnx.mapping.TENSOR_TYPE_TO_NP_TYPE[tensor.elem_type]
            )
        path = folder / f"input_{index}.pb"
        path.write_bytes(numpy_helper.from_array(array).SerializeToString())


def make_cases(folder, sources, count, rng):
    for name, data, inputs in sources:
        for index in range(count):
            damage = damage_bytes if index % 3 == 0 else damage_meaning
            case = folder / f"{name}-{index}"
            case.mkdir()
            (case / "model.onnx").write_bytes(damage(data, rng))
            shutil.copytree(inputs, case / "test_data_set_0")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=40, help="variants of each model")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--swage", default="swage", help="the program to test")
    parser.add_argument("--models", nargs="*", default=[], help="test cases to damage")
    parser.add_argument("--keep", help="a folder for the variants that crash")
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)

    with tempfile.TemporaryDirectory() as temporary:
        work = pathlib.Path(temporary)
        sources = []
        for name, proto in originals():
            inputs = work / "inputs" / name
            write_inputs(proto, inputs, rng)
            sources.append((name, proto.SerializeToString(), inputs))
        for path in map(pathlib.Path, arguments.models):
            data = (path / "model.onnx").read_bytes()
            sources.append((path.name, data, path / "test_data_set_0"))

        cases = work / "cases"
        cases.mkdir()
        for name, data, inputs in sources:  # undamaged, they are worth a look too
            (cases / name).mkdir()
            (cases / name / "model.onnx").write_bytes(data)
            shutil.copytree(inputs, cases / name / "test_data_set_0")
        make_cases(cases, sources, arguments.count, rng)

        report = work / "report.json"
        subprocess.run(
            [arguments.swage, "check", cases, "--json", report, "--threads", "1"]
            + ["--jobs", str(arguments.jobs), "--timeout", "60"],
            stdout=subprocess.DEVNULL,
            check=False,
        )
        if not report.exists():
            sys.exit("error: swage check wrote no report")
        results = json.loads(report.read_text())["cases"]
        crashed = [case for case in results if case["reason"].startswith(CRASHES)]
        for case in crashed:
            print(f"{case['name']}: {case['reason']}")
            if arguments.keep:
                target = pathlib.Path(arguments.keep) / case["name"]
                shutil.rmtree(target, ignore_errors=True)
                shutil.copytree(cases / case["name"], target)
    counts = collections.Counter(case["status"] for case in results)
    print(f"{len(results)} models ({dict(counts)}), {len(crashed)} crashed")
    sys.exit(bool(crashed))


if __name__ == "__main__":
    main()
