# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Makes test cases whose sizes are all left open, in the folder argv[1].

Each model is compiled once and run on several sets of inputs, in which sizes
of 1 meet larger ones on either side. numpy computes what is expected.
"""

import itertools
import pathlib
import shutil
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

root = pathlib.Path(sys.argv[1])
shutil.rmtree(root, ignore_errors=True)
random = np.random.default_rng(0)


def fill(shape, dtype=np.float32):
    if dtype == np.bool_:
        return random.integers(0, 2, shape).astype(np.bool_)
    if np.issubdtype(dtype, np.integer):
        return random.integers(1, 5, shape).astype(dtype)
    return random.standard_normal(shape).astype(dtype)


def save(path, array):
    path.write_bytes(numpy_helper.from_array(np.asarray(array)).SerializeToString())


def case(name, nodes, sets, expect, opset=13, names=None):
    """`sets` are lists of input arrays; `expect` gives the outputs of one."""
    nodes = nodes if isinstance(nodes, list) else [nodes]
    folder = root / name
    folder.mkdir(parents=True)
    inputs, first = [], sets[0]
    for number, array in enumerate(first):
        dims = [f"{name}.{number}.{axis}" for axis in range(array.ndim)]
        if names:
            dims = names[number]
        dtype = helper.np_dtype_to_tensor_dtype(array.dtype) if hasattr(
            helper, "np_dtype_to_tensor_dtype"
        ) else onnx.mapping.NP_TYPE_TO_TENSOR_TYPE[array.dtype]
        inputs.append(helper.make_tensor_value_info(f"x{number}", dtype, dims))
    outputs = expect(*first)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    results = []
    for number, array in enumerate(outputs):
        dtype = onnx.mapping.NP_TYPE_TO_TENSOR_TYPE[np.asarray(array).dtype]
        results.append(
            helper.make_tensor_value_info(f"y{number}", dtype, [None] * array.ndim)
        )
    graph = helper.make_graph(nodes, name, inputs, results)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    made.ir_version = 8
    onnx.save(made, folder / "model.onnx")
    for number, arrays in enumerate(sets):
        data = folder / f"test_data_set_{number}"
        data.mkdir()
        outputs = expect(*arrays)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        for place, array in enumerate(arrays):
            save(data / f"input_{place}.pb", array)
        for place, array in enumerate(outputs):
            save(data / f"output_{place}.pb", array)


def node(operator, count, **attributes):
    return helper.make_node(
        operator, [f"x{i}" for i in range(count)], ["y0"], name="n", **attributes
    )


def meetings(rank_left, rank_right, sizes=(3, 4, 5)):
    """Pairs of shapes that broadcast: each dimension is 1 on the left, on the
    right, on both sides or on neither."""
    rank = max(rank_left, rank_right)
    for choice in itertools.product("=<>1", repeat=rank):
        left, right = [], []
        for size, kind in zip(sizes[-rank:], choice):
            left.append(1 if kind in "<1" else size)
            right.append(1 if kind in ">1" else size)
        yield left[rank - rank_left :], right[rank - rank_right :]


def pairs(rank_left, rank_right, dtypes=(np.float32, np.float32)):
    return [
        [fill(left, dtypes[0]), fill(right, dtypes[1])]
        for left, right in meetings(rank_left, rank_right)
    ]


# ---- Elementwise operators ----
case("add", node("Add", 2), pairs(2, 2), np.add)
case("add_rank", node("Sub", 2), pairs(1, 3), np.subtract)
case("power", node("Pow", 2), pairs(2, 1, (np.float32, np.int32)),
     lambda x, y: np.power(x, y).astype(np.float32))
case("equal", node("Equal", 2), pairs(2, 2, (np.int64, np.int64)), np.equal)
case("and", node("And", 2), pairs(2, 2, (np.bool_, np.bool_)), np.logical_and)
case("shift", node("BitShift", 2, direction="LEFT"),
     pairs(2, 2, (np.uint8, np.uint8)), np.left_shift)
case("mod", node("Mod", 2), pairs(2, 2, (np.int32, np.int32)), np.mod)
case("max", node("Max", 3),
     [[x, y, fill(x.shape)] for x, y in pairs(2, 2)],
     lambda x, y, z: np.maximum(np.maximum(x, y), z))
case("mean", node("Mean", 2), pairs(2, 2), lambda x, y: (x + y) / np.float32(2))
case("prelu", node("PRelu", 2),
     [[x, y] for x, y in pairs(3, 1) if np.broadcast_shapes(x.shape, y.shape) == x.shape],
     lambda x, y: np.where(x < 0, x * y, x), opset=16)
case("where", node("Where", 3),
     [[fill(x.shape, np.bool_), x, y] for x, y in pairs(2, 2)]
     + [[fill(y.shape, np.bool_), x, y] for x, y in pairs(2, 2)]
     + [[fill([1, 1], np.bool_), x, y] for x, y in pairs(2, 2)], np.where)
case("chain", [
    helper.make_node("Mul", ["x0", "x1"], ["t"]),
    helper.make_node("Relu", ["t"], ["u"]),
    helper.make_node("Add", ["u", "x0"], ["v"]),
    helper.make_node("Sub", ["v", "x1"], ["y0"]),
], pairs(2, 2), lambda x, y: np.maximum(x * y, 0) + x - y)

# ---- Shapes ----
case("expand", node("Expand", 2),
     [[fill(left), np.array(right, np.int64)] for left, right in meetings(2, 2)],
     lambda x, shape: x * np.ones(shape, np.float32),
     names=[["a", "b"], [2]])
case("expand_rank", node("Expand", 2),
     [[fill(left), np.array(right, np.int64)] for left, right in meetings(1, 3)],
     lambda x, shape: x * np.ones(shape, np.float32), names=[["a"], [3]])

# ---- Products ----
def with_matrix(batches, left, right):
    return [[fill(x + left), fill(y + right)] for x, y in batches]


case("matmul", node("MatMul", 2),
     with_matrix(meetings(2, 2), [2, 3], [3, 4]), np.matmul)
case("matmul_rank", node("MatMul", 2),
     with_matrix(meetings(1, 2), [2, 3], [3, 1]), np.matmul)
case("matmul_row", node("MatMul", 2),
     [[fill([3]), fill(x + [3, 2])] for x in ([1], [4])], np.matmul)
case("gemm", node("Gemm", 3, alpha=0.5, beta=2.0, transB=1),
     [[fill([m, 3]), fill([n, 3]), fill([i, j])]
      for m in (1, 2) for n in (1, 4) for i in {1, m} for j in {1, n}],
     lambda a, b, c: np.float32(0.5) * (a @ b.T) + np.float32(2) * c)
case("gemm_row", node("Gemm", 3),
     [[fill([2, 3]), fill([3, n]), fill([j])] for n in (1, 4) for j in {1, n}],
     lambda a, b, c: a @ b + c)

# ---- Normalisation, softmax with a mask ----
def layer_norm(x, scale, bias):
    mean = x.mean(-1, keepdims=True)
    variance = ((x - mean) ** 2).mean(-1, keepdims=True)
    return ((x - mean) / np.sqrt(variance + 1e-5) * scale + bias).astype(np.float32)


case("layer_norm", node("LayerNormalization", 3),
     [[fill([b, 3, 4]), fill([i]), fill([j])]
      for b in (1, 2) for i in (1, 4) for j in (1, 4)], layer_norm, opset=17)


def masked(x, mask):
    y = x + mask
    y = np.exp(y - y.max(-1, keepdims=True))
    return (y / y.sum(-1, keepdims=True)).astype(np.float32)


case("masked_softmax", [
    helper.make_node("Add", ["x0", "x1"], ["t"]),
    helper.make_node("Softmax", ["t"], ["y0"], axis=-1),
], [[fill([2, 2, 3, 3]), fill(mask)] for mask in
    itertools.product((1, 2), (1, 2), (1, 3), (1, 3))], masked)
# Rows in wider numbers: several loops of one kernel, whose sizes are one.
case("masked_softmax_wide", [
    helper.make_node("Add", ["x0", "x1"], ["t"]),
    helper.make_node("Cast", ["t"], ["w"], to=TensorProto.FLOAT),
    helper.make_node("Softmax", ["w"], ["y0"], axis=-1),
], [[fill([1, 2, 2, 2], np.float16), fill(mask, np.float16)]
    for mask in itertools.product((1, 2), (1, 2))],
    lambda x, mask: masked((x + mask).astype(np.float32), np.float32(0)))
case("residual", [
    helper.make_node("MatMul", ["x0", "x1"], ["t"]),
    helper.make_node("Add", ["t", "x2"], ["y0"]),
], [[fill([2, m, 3]), fill([3, 4]), fill(rest)]
    for m in (1, 3) for rest in itertools.product((1, 2), {1, m}, (1, 4))],
    lambda x, w, y: x @ w + y)

# ---- Empty and shared sizes ----
case("empty", node("Add", 2),
     [[fill([0, 3]), fill([1, 3])], [fill([1, 3]), fill([0, 3])],
      [fill([0, 1]), fill([0, 3])]], np.add)
case("shared", node("Add", 2),
     [[fill([n, 3]), fill([n, m])] for n in (0, 1, 4) for m in (1, 3)], np.add,
     names=[["n", "m"], ["n", "k"]])
