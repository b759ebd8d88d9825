# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Models with ranges of sizes, run at sizes within them in a workspace of as many
bytes as the compiler says, with marks around it."""

import ctypes
import itertools

import numpy
import onnx.numpy_helper
import onnx.parser

import swage
from swage import _arrays
from swage._library import Tensor, call

MARKS = 4096
random = numpy.random.default_rng(0)
w = random.standard_normal((8, 24)).astype(numpy.float32)


class Workspace:
    """Memory of exactly that size, aligned to 64 bytes, between marks."""

    def __init__(self, size):
        self.memory = numpy.full(size + 2 * MARKS + 64, 0xA5, numpy.uint8)
        place = self.memory.ctypes.data + MARKS
        self.begin = MARKS + -place % 64
        self.end = self.begin + size

    def run(self, module, arrays):
        keep = []
        inputs = swage._module.describe_inputs(module.inputs, arrays, keep)
        outputs = (Tensor * len(module.outputs))()
        address = ctypes.c_void_p(self.memory.ctypes.data + self.begin)
        call("swage_module_run", module._handle, inputs, outputs, address)
        marks = (self.memory[: self.begin], self.memory[self.end :])
        assert all((mark == 0xA5).all() for mark in marks), "written outside"
        return _arrays.from_tensor(outputs[0])


def softmax(x, axis):
    powers = numpy.exp(x - x.max(axis, keepdims=True))
    return powers / powers.sum(axis, keepdims=True)


def pool(x, width, step):
    count = (x.shape[-1] - width) // step + 1
    return numpy.stack([x[..., i * step : i * step + width].max(-1) for i in range(count)], -1)


def attend(a, b):
    wide, high = a @ w, b @ w
    back = softmax(wide @ high.T, -1) @ high
    return softmax(numpy.concatenate([back, high]), 0)


# The name, inputs, the graph, its output, what NumPy makes of them, and ranges.
CASES = [
    ("products and sums", "float[n,8] a, float[m,8] b", """
        wide = MatMul(a, w) high = MatMul(b, w) turned = Transpose<perm = [1, 0]>(high)
        scores = MatMul(wide, turned) shares = Softmax<axis = -1>(scores)
        back = MatMul(shares, high) both = Concat<axis = 0>(back, high)
        y = Softmax<axis = 0>(both)""",
     "float[nm,24] y", attend, {"n": (1, 40), "m": (1, 90)}),
    ("quotients", "float[1,k,l] x", """
        one = MaxPool<kernel_shape = [3], strides = [2]>(x)
        two = MaxPool<kernel_shape = [2], strides = [3]>(one)
        y = Softmax<axis = -1>(two)""",
     "float[1,k,p] y", lambda x: softmax(pool(pool(x, 3, 2), 2, 3), -1),
     {"k": (1, 5), "l": (9, 200)}),
    ("the lesser of two", "float[n,8] a", """
        few = Slice(a, zero, sixteen, zero) wide = MatMul(few, w)
        shares = Softmax<axis = 0>(wide) turned = Transpose<perm = [1, 0]>(shares)
        y = MatMul(turned, few)""",
     "float[24,8] y", lambda a: softmax(a[:16] @ w, 0).T @ a[:16], {"n": (1, 100)}),
]


def build(inputs, text, output):
    graph = onnx.parser.parse_graph(f"g ({inputs}) => ({output}) {{ {text} }}")
    constants = {"w": w, "zero": numpy.array([0]), "sixteen": numpy.array([16])}
    graph.initializer.extend(onnx.numpy_helper.from_array(value, name)
                             for name, value in constants.items() if name in text)
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)])
    model.ir_version = 8
    return model.SerializeToString()


for name, inputs, text, output, expected, ranges in CASES:
    model = build(inputs, text, output)
    module = swage.compile(model, dims=ranges)
    facts = module.facts
    assert "unbounded_buffers" not in facts, facts
    workspace = Workspace(facts["arena_bytes"])
    few = [sorted({low, low + 1, (low + high) // 2, high - 1, high})
           for low, high in ranges.values()]
    for sizes in itertools.product(*few):
        given = dict(zip(ranges, sizes))
        arrays = [random.standard_normal([given.get(size, size) for size in value.shape])
                  .astype(numpy.float32) for value in module.inputs]
        error = abs(workspace.run(module, arrays) - expected(*arrays)).max()
        assert error < 1e-5, (name, given, error)
    # No more than what a model of the greatest sizes alone takes, but for what the
    # compiler does otherwise where it knows a size.
    greatest = swage.compile(model, dims={dim: high for dim, (_, high) in ranges.items()})
    most = greatest.facts["arena_bytes"]
    assert facts["arena_bytes"] <= 1.5 * most + 4096, (facts["arena_bytes"], most)
    print(f"ok: {name}", flush=True)

try:
    module(numpy.zeros((101, 8), numpy.float32))
except swage.Error as error:
    print(f"refused: {error}")
