# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Runs models whose sizes are open on inputs with sizes that do not fit each
other, and prints the exit code and the message of each: of `swage run`, and of
an executable for those named in argv[2:]. argv[1] is a folder to work in."""

import pathlib
import subprocess
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper

root = pathlib.Path(sys.argv[1])
root.mkdir(parents=True, exist_ok=True)


def make(name, node, arrays, dims=None, rank=None, opset=13):
    inputs = []
    for number, array in enumerate(arrays):
        array = np.asarray(array)
        np.save(root / f"{name}.{number}.npy", array)
        own = dims[number] if dims else [f"{number}.{i}" for i in range(array.ndim)]
        inputs.append(
            helper.make_tensor_value_info(
                f"x{number}", onnx.mapping.NP_TYPE_TO_TENSOR_TYPE[array.dtype], own
            )
        )
    output = helper.make_tensor_value_info(
        "y", TensorProto.FLOAT, [None] * rank if rank is not None else None
    )
    graph = helper.make_graph([node], name, inputs, [output])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    model.ir_version = 7
    onnx.save(model, root / f"{name}.onnx")
    given = [
        f"--input=x{number}={root}/{name}.{number}.npy" for number in range(len(arrays))
    ]
    report(name, ["swage", "run", f"{root}/{name}.onnx"] + given)
    if name in sys.argv[2:]:
        program = root / name
        subprocess.run(["swage", "compile", f"{program}.onnx", "-o", program], check=True)
        report(f"{name} as an executable", [program] + given)


def report(what, command):
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False,
                          stdout=subprocess.DEVNULL)
    # Remarks may come before.
    print(f"{what}: {done.returncode}: {done.stderr.strip().splitlines()[-1]}")


def node(operator, count, name="n", **attributes):
    return helper.make_node(
        operator, [f"x{i}" for i in range(count)], ["y"], name=name, **attributes
    )


def ones(*shape):
    return np.ones(shape, np.float32)


def ints(*values):
    return np.array(values, np.int64)


make("add", node("Add", 2, "sum"), [ones(2, 3), ones(4, 3)])
make("where", node("Where", 3), [ones(2) > 0, ones(2), ones(3)])
make("known", node("Add", 2), [ones(2), ones(3)], [["n"], [3]])
make("matmul", node("MatMul", 2), [ones(2, 3), ones(4, 5)])
make("batch", node("MatMul", 2), [ones(2, 2, 3), ones(3, 3, 5)])
make("gemm", node("Gemm", 3), [ones(2, 3), ones(3, 4), ones(3)])
make("norm", node("LayerNormalization", 2), [ones(2, 3), ones(2)], opset=17)
make("concat", node("Concat", 2, axis=0), [ones(2, 3), ones(2, 4)])
make("expand", node("Expand", 2), [ones(2, 3), ints(2, 4)], rank=2)
make("reshape", node("Reshape", 2), [ones(2, 3), ints(4, 2)], rank=2)
make("flat", node("Reshape", 2), [ones(2, 3), ints(5)], rank=1)
make("fixed", node("Reshape", 2), [ones(2, 3), ints(4, 2)], [["a", "b"], [2]])
make("negative", node("Reshape", 2), [ones(2, 3), ints(-2, -3)], rank=2)
make("length", node("Reshape", 2), [ones(2, 3), ints(1, 2, 3)], rank=2)
make("squeeze", node("Squeeze", 2), [ones(2, 3), ints(0)], rank=1)
make("step", node("Slice", 5), [ones(4), ints(0), ints(4), ints(0), ints(0)])
make("conv", node("Conv", 2, kernel_shape=[1, 1]), [ones(1, 2, 3, 3), ones(4, 3, 1, 1)])
make("groups", node("Conv", 2, kernel_shape=[1, 1], group=2),
     [ones(1, 3, 3, 3), ones(4, 1, 1, 1)])
make("window", node("MaxPool", 1, kernel_shape=[4]), [ones(1, 1, 2)])
make("gather", node("GatherElements", 2, axis=0), [ones(1, 2), np.zeros((1, 3), np.int64)])
make("gathernd", node("GatherND", 2, batch_dims=1),
     [ones(2, 3), np.zeros((3, 1), np.int64)], [["a", "b"], ["c", 1]])
make("scatter", node("ScatterElements", 3, axis=0),
     [ones(2, 2), np.zeros((2, 2), np.int64), ones(1, 2)])
make("scatternd", node("ScatterND", 3),
     [ones(4, 2), np.zeros((2, 1), np.int64), ones(3, 2)], [["a", "b"], ["c", 1], ["d", "e"]])
make("shared", node("Add", 2), [ones(2), ones(3)], [["n"], ["n"]])
make("given", node("Relu", 1), [ones(2)], [[3]])
