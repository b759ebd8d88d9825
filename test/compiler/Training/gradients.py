# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Compares the gradient of every operator with differences of its values.

usage: gradients.py [--coverage] [NAME...]

Each case is a model of one node, or a few, in float64, whose operands are
parameters. The loss is the mean of the output times constant weights; parameters
are moved a little in both directions, one element at a time. With --coverage,
tells instead which operators of `nn` with a gradient no case has.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import swage

STEP, TOLERANCE, ELEMENTS = 1e-5, 1e-6, 6


class Case:
    """Nodes on the parameters p0, p1, ... that make y."""

    def __init__(self, name, nodes, parameters, constants=None, opset=18):
        self.name, self.nodes = name, nodes
        self.parameters, self.constants = parameters, constants or {}
        self.opset = opset


def normal(*shape, seed=0):
    """Values away from each other, and from zero, where functions have kinks."""
    generator = np.random.default_rng(seed + sum(shape))
    count = int(np.prod(shape))
    values = np.linspace(-1.7, 1.9, count) + 0.013
    return generator.permutation(values).reshape(shape)


def positive(*shape, seed=0):
    return np.abs(normal(*shape, seed=seed)) + 0.3


def inside(*shape, seed=0):
    return normal(*shape, seed=seed) * 0.45


def node(op, inputs, outputs=("y",), **attributes):
    return helper.make_node(op, list(inputs), list(outputs), **attributes)


def unary(op, make=normal, name=None, **attributes):
    return Case(name or op, [node(op, ["p0"], **attributes)], [make(3, 5)],
                opset=20 if op == "Gelu" else 18)


def binary(op, make=normal):
    return [Case(op, [node(op, ["p0", "p1"])], [make(3, 5), make(3, 5, seed=3)]),
            Case(op + "-broadcast", [node(op, ["p0", "p1"])],
                 [make(2, 1, 5), make(4, 1, seed=3)])]


def cases():
    for op in ("Abs", "Neg", "Exp", "Sin", "Cos", "Sinh", "Cosh", "Tanh", "Erf",
               "Sigmoid", "Relu", "Softplus", "Softsign", "HardSwish", "Mish",
               "LeakyRelu", "Elu", "Selu", "Celu", "Asinh", "Atan", "Gelu",
               "HardSigmoid"):
        yield unary(op)
    yield unary("Gelu", name="Gelu-tanh", approximate="tanh")
    yield unary("ThresholdedRelu", alpha=0.5)
    yield unary("Shrink", lambd=0.4, bias=0.1)
    for op in ("Log", "Sqrt", "Reciprocal"):
        yield unary(op, positive)
    yield unary("Acosh", lambda *shape: positive(*shape) + 1)
    for op in ("Asin", "Acos", "Atanh", "Tan"):
        yield unary(op, inside)
    for op in ("Add", "Sub", "Mul", "Max", "Min"):
        yield from binary(op)
    yield from binary("Div", positive)
    yield from binary("Pow", positive)
    yield Case("Pow-constant", [node("Pow", ["p0", "two"])], [normal(3, 5)],
               {"two": np.array(2.0)})
    yield Case("PRelu", [node("PRelu", ["p0", "p1"])], [normal(2, 3, 4), positive(3, 1)])
    yield Case("Clip", [node("Clip", ["p0", "low", "high"])], [normal(3, 5)],
               {"low": np.array(-0.9), "high": np.array(1.1)})
    yield Case("Where", [node("Where", ["c", "p0", "p1"])],
               [normal(3, 5), normal(5, seed=2)],
               {"c": np.arange(15).reshape(3, 5) % 2 == 0})
    yield Case("Cast", [node("Cast", ["p0"], ["t"], to=TensorProto.FLOAT),
                        node("Cast", ["t"], to=TensorProto.DOUBLE)], [normal(3, 5)])
    # Steps are flat; what they are multiplied with is not.
    for op in ("Sign", "Ceil", "Floor", "Round"):
        yield Case(op, [node(op, ["p0"], ["s"]), node("Mul", ["s", "p0"])], [normal(3, 5)])
    yield Case("Mod", [node("Mod", ["p0", "p1"], fmod=1)],
               [normal(3, 5) * 3, positive(3, 5, seed=3)])
    yield Case("Mod-negative", [node("Mod", ["p0", "p1"], fmod=1)],
               [normal(3, 5) * 3, -positive(5, seed=3)])
    yield Case("Swish", [node("Swish", ["p0"], alpha=1.0)], [normal(3, 5)], opset=24)
    yield Case("Swish-alpha", [node("Swish", ["p0"], alpha=0.7)], [normal(3, 5)], opset=24)
    # A value that is used often.
    yield Case("shared", [node("Mul", ["p0", "p0"], ["a"]), node("Exp", ["p0"], ["b"]),
                          node("Add", ["a", "b"], ["c"]), node("Mul", ["c", "p0"])],
               [normal(3, 5)])

    for name, left, right in (
            ("", (3, 4), (4, 5)), ("-batch", (2, 3, 4), (2, 4, 5)),
            ("-rows", (2, 3, 4), (4, 5)), ("-broadcast", (2, 1, 3, 4), (3, 4, 5)),
            ("-row", (4,), (4, 5)), ("-column", (3, 4), (4,)),
            ("-dot", (4,), (4,)), ("-batch-column", (2, 3, 4), (4,)),
            ("-row-batch", (4,), (2, 4, 5))):
        yield Case("MatMul" + name, [node("MatMul", ["p0", "p1"])],
                   [normal(*left), normal(*right, seed=1)])
    for a in (0, 1):
        for b in (0, 1):
            yield Case(f"Gemm-{a}{b}",
                       [node("Gemm", ["p0", "p1", "p2"], transA=a, transB=b,
                             alpha=0.7, beta=1.3)],
                       [normal(*((4, 3) if a else (3, 4))),
                        normal(*((5, 4) if b else (4, 5)), seed=1), normal(5)])

    for op in ("ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd",
               "ReduceL1", "ReduceL2", "ReduceLogSumExp", "ReduceSumSquare"):
        yield Case(op, [node(op, ["p0", "axes"], keepdims=0)], [normal(2, 3, 4)],
                   {"axes": np.array([0, 2])})
    yield Case("ReduceProd-zero", [node("ReduceProd", ["p0", "axes"])],
               [np.array([[0.0, 2, 3], [1, 0, 0], [1, 2, 3]])], {"axes": np.array([1])})
    for axis in (0, 1, 2):
        yield Case(f"Softmax-{axis}", [node("Softmax", ["p0"], axis=axis)], [normal(2, 3, 4)])
        yield Case(f"LogSoftmax-{axis}", [node("LogSoftmax", ["p0"], axis=axis)],
                   [normal(2, 3, 4)])
    yield Case("Reshape", [node("Reshape", ["p0", "s"])], [normal(2, 6)],
               {"s": np.array([3, 4])})

    def conv(name, image, kernel, **attributes):
        return Case("Conv-" + name, [node("Conv", ["p0", "p1", "p2"], **attributes)],
                    [normal(*image), normal(*kernel, seed=1), normal(kernel[0])])
    yield conv("plain", (2, 3, 6, 5), (4, 3, 3, 2))
    yield conv("pads", (2, 3, 6, 5), (4, 3, 3, 3), pads=[1, 2, 0, 1])
    yield conv("strides", (2, 3, 8, 7), (4, 3, 3, 3), strides=[2, 3], pads=[1, 1, 1, 1])
    yield conv("left-over", (1, 2, 8, 8), (3, 2, 3, 3), strides=[2, 2])
    yield conv("long-steps", (2, 2, 8, 7), (3, 2, 2, 3), strides=[3, 4], pads=[1, 0, 2, 2])
    yield conv("steps-beyond", (1, 2, 2, 5), (3, 2, 2, 2), strides=[3, 2], pads=[2, 3, 1, 4])
    yield conv("dilations", (2, 3, 8, 7), (4, 3, 3, 2), dilations=[2, 3], pads=[2, 0, 1, 1])
    yield conv("all", (2, 4, 9, 9), (6, 2, 3, 3), dilations=[2, 2], strides=[2, 2],
               pads=[3, 1, 2, 0], group=2)
    yield conv("wide-pads", (1, 2, 4, 4), (3, 2, 2, 2), pads=[2, 3, 2, 1])
    yield conv("pointwise", (2, 3, 5, 5), (4, 3, 1, 1))
    yield conv("pointwise-strides", (2, 3, 6, 5), (4, 3, 1, 1), strides=[2, 2])
    yield conv("pointwise-pads", (1, 3, 4, 4), (2, 3, 1, 1), pads=[1, 0, 0, 2], strides=[2, 1])
    yield conv("depthwise", (2, 4, 6, 6), (4, 1, 3, 3), group=4, pads=[1, 1, 1, 1])
    yield conv("depthwise-twice", (2, 3, 6, 6), (6, 1, 3, 3), group=3, strides=[2, 2])
    yield conv("one-dimension", (2, 3, 9), (4, 3, 3), strides=[2], pads=[1, 1])
    yield conv("three-dimensions", (1, 2, 4, 5, 4), (3, 2, 2, 3, 2), pads=[1, 0, 0, 0, 1, 1])
    yield Case("ConvTranspose", [node("ConvTranspose", ["p0", "p1", "p2"], strides=[2, 2],
                                      pads=[1, 0, 0, 1])],
               [normal(2, 3, 4, 4), normal(3, 2, 3, 3, seed=1), normal(2)])

    def pool(op, name, image, **attributes):
        return Case(f"{op}-{name}", [node(op, ["p0"], **attributes)], [normal(*image)])
    for op in ("MaxPool", "AveragePool"):
        yield pool(op, "plain", (2, 3, 6, 4), kernel_shape=[2, 2], strides=[2, 2])
        yield pool(op, "overlap", (1, 2, 7, 7), kernel_shape=[3, 3], strides=[2, 2],
                   pads=[1, 1, 1, 1])
        yield pool(op, "dense", (1, 2, 5, 6), kernel_shape=[3, 2])
        yield pool(op, "gaps", (1, 2, 8, 8), kernel_shape=[2, 2], strides=[3, 3])
        yield pool(op, "ceil", (1, 2, 7, 7), kernel_shape=[3, 3], strides=[2, 2],
                   pads=[0, 0, 1, 1], ceil_mode=1)
        yield pool(op, "one-dimension", (2, 3, 8), kernel_shape=[3], strides=[2])
    yield pool("MaxPool", "dilations", (1, 2, 8, 7), kernel_shape=[2, 3], dilations=[3, 2],
               strides=[2, 1])
    yield pool("AveragePool", "count", (1, 2, 6, 6), kernel_shape=[3, 3], strides=[2, 2],
               pads=[1, 1, 1, 1], count_include_pad=1)
    yield pool("GlobalAveragePool", "all", (2, 3, 4, 5))
    yield pool("GlobalMaxPool", "all", (2, 3, 4, 5))
    yield pool("LpPool", "sums", (1, 2, 6, 6), kernel_shape=[3, 2], strides=[2, 2], p=2)
    yield pool("LpPool", "magnitudes", (1, 2, 6, 6), kernel_shape=[2, 2], p=1)
    yield pool("GlobalLpPool", "all", (2, 3, 4, 5), p=2)
    yield pool("LRN", "all", (1, 5, 3, 3), size=3)
    yield Case("MaxPool-ties", [node("Relu", ["p0"], ["r"]),
                                node("MaxPool", ["r"], kernel_shape=[2, 2], strides=[2, 2])],
               [normal(1, 2, 6, 6)])

    yield Case("LayerNormalization", [node("LayerNormalization", ["p0", "p1", "p2"])],
               [normal(3, 4, 5), positive(5), normal(5)])
    yield Case("LayerNormalization-axis",
               [node("LayerNormalization", ["p0", "p1", "p2"], axis=1)],
               [normal(3, 4, 5), positive(4, 5), normal(4, 5)])
    yield Case("RMSNormalization", [node("RMSNormalization", ["p0", "p1"])],
               [normal(3, 4, 5), positive(5)], opset=23)
    yield Case("GroupNormalization",
               [node("GroupNormalization", ["p0", "p1", "p2"], num_groups=2)],
               [normal(2, 4, 3, 3), positive(4), normal(4)], opset=21)
    yield Case("InstanceNormalization", [node("InstanceNormalization", ["p0", "p1", "p2"])],
               [normal(2, 3, 4, 4), positive(3), normal(3)])
    yield Case("LpNormalization", [node("LpNormalization", ["p0"], axis=1)], [normal(3, 5)])
    yield Case("BatchNormalization",
               [node("BatchNormalization", ["p0", "p1", "p2", "mean", "variance"])],
               [normal(3, 2, 3, 3), positive(2), normal(2)],
               {"mean": np.zeros(2), "variance": np.ones(2)})

    yield Case("Transpose", [node("Transpose", ["p0"], perm=[2, 0, 1])], [normal(2, 3, 4)])
    yield Case("Concat", [node("Concat", ["p0", "p1", "p0"], axis=1)],
               [normal(2, 3), normal(2, 4)])
    yield Case("Split", [node("Split", ["p0", "sizes"], ["a", "b"], axis=1),
                         node("Mul", ["b", "a"])], [normal(3, 4)],
               {"sizes": np.array([2, 2])})
    for name, starts, ends, axes, steps in (
            ("", [1], [4], [1], [1]), ("-steps", [0, 1], [3, 5], [0, 1], [2, 3]),
            ("-backwards", [4], [-10], [1], [-2]), ("-negative", [-3], [-1], [1], [1])):
        yield Case("Slice" + name, [node("Slice", ["p0", "s", "e", "a", "t"])], [normal(3, 6)],
                   {"s": np.array(starts), "e": np.array(ends), "a": np.array(axes),
                    "t": np.array(steps)})
    for mode in ("constant", "edge", "reflect", "wrap"):
        yield Case("Pad-" + mode, [node("Pad", ["p0", "pads"], mode=mode)], [normal(3, 4)],
                   {"pads": np.array([1, 2, 2, 1])}, opset=19)
    yield Case("Pad-crop", [node("Pad", ["p0", "pads"])], [normal(3, 4)],
               {"pads": np.array([-1, 2, 0, -1])})
    yield Case("Expand", [node("Expand", ["p0", "s"])], [normal(3, 1)],
               {"s": np.array([2, 3, 4])})
    yield Case("Tile", [node("Tile", ["p0", "r"])], [normal(2, 3)], {"r": np.array([2, 3])})
    yield Case("DepthToSpace", [node("DepthToSpace", ["p0"], blocksize=2)],
               [normal(1, 8, 2, 3)])
    for axis in (0, 1, 2):
        yield Case(f"Gather-{axis}", [node("Gather", ["p0", "i"], axis=axis)],
                   [normal(4, 3, 5)], {"i": np.array([[0, 2], [2, -1]])})
    yield Case("GatherElements", [node("GatherElements", ["p0", "i"], axis=1)],
               [normal(3, 4)], {"i": np.array([[0, 0], [3, -1], [2, 2]])})
    yield Case("GatherND", [node("GatherND", ["p0", "i"])], [normal(3, 4, 2)],
               {"i": np.array([[0, 1], [2, 3], [0, 1]])})
    yield Case("GatherND-batch", [node("GatherND", ["p0", "i"], batch_dims=1)],
               [normal(2, 3, 4)], {"i": np.array([[[0], [2], [0]], [[1], [-1], [2]]])})
    yield Case("GatherND-batches", [node("GatherND", ["p0", "i"], batch_dims=2)],
               [normal(2, 2, 3, 4)], {"i": np.array([[[0, 1], [2, 3]], [[1, 1], [-1, 2]]])})
    for largest in (0, 1):
        yield Case(f"TopK-{largest}", [node("TopK", ["p0", "k"], ["y", "i"], axis=1,
                                            largest=largest)],
                   [normal(3, 6)], {"k": np.array([3])})
    for exclusive in (0, 1):
        for reverse in (0, 1):
            yield Case(f"CumSum-{exclusive}{reverse}",
                       [node("CumSum", ["p0", "axis"], exclusive=exclusive, reverse=reverse)],
                       [normal(3, 4)], {"axis": np.array(1)})
            yield Case(f"CumProd-{exclusive}{reverse}",
                       [node("CumProd", ["p0", "axis"], exclusive=exclusive, reverse=reverse)],
                       [np.array([[1.0, 2, 3, -4], [3, 0, -2, 5], [2, 0, 0, 3]])],
                       {"axis": np.array(1)}, opset=26)
    yield Case("ScatterElements", [node("ScatterElements", ["p0", "i", "p1"], axis=1)],
               [normal(3, 4), normal(3, 2)], {"i": np.array([[0, 1], [3, 2], [2, 0]])})
    yield Case("ScatterND", [node("ScatterND", ["p0", "i", "p1"], reduction="add")],
               [normal(3, 4), normal(3, 4, seed=5)], {"i": np.array([[0], [2], [0]])})

    for reduction in ("mul", "max", "min"):
        yield Case(f"ScatterElements-{reduction}",
                   [node("ScatterElements", ["p0", "i", "p1"], axis=1, reduction=reduction)],
                   [normal(3, 4), normal(3, 3, seed=5)],
                   {"i": np.array([[0, 1, 1], [3, 3, 3], [2, 0, 1]])}, opset=18)
        yield Case(f"ScatterND-{reduction}",
                   [node("ScatterND", ["p0", "i", "p1"], reduction=reduction)],
                   [normal(3, 4), normal(3, 4, seed=5)], {"i": np.array([[0], [2], [0]])},
                   opset=18)
    yield Case("ScatterElements-zeros",
               [node("ScatterElements", ["p0", "i", "p1"], reduction="mul")],
               [np.array([2.0, 0, 3, 4, 5]), np.array([3.0, 2, 0, 5, 0, 0, 2])],
               {"i": np.array([0, 1, 2, 2, 3, 3, 3])}, opset=18)
    for mode in ("nearest", "linear", "cubic"):
        yield Case(f"Resize-{mode}", [node("Resize", ["p0", "", "", "sizes"], mode=mode)],
                   [normal(1, 2, 3, 4)], {"sizes": np.array([1, 2, 5, 7])})
    yield Case("Resize-smaller", [node("Resize", ["p0", "", "", "sizes"], mode="linear",
                                       antialias=1)],
               [normal(1, 2, 7, 6)], {"sizes": np.array([1, 2, 3, 4])})
    yield Case("GridSample-nearest", [node("GridSample", ["p0", "grid"], mode="nearest")],
               [normal(1, 2, 4, 5)], {"grid": inside(1, 3, 3, 2)}, opset=16)
    for mode in ("bilinear", "bicubic"):
        yield Case(f"GridSample-{mode}", [node("GridSample", ["p0", "p1"], mode=mode)],
                   [normal(1, 2, 4, 5), inside(1, 3, 3, 2)], opset=16)
    yield Case("GridSample-border", [node("GridSample", ["p0", "p1"], padding_mode="border")],
               [normal(1, 2, 4, 5), normal(1, 3, 3, 2)], opset=16)
    yield Case("AffineGrid", [node("AffineGrid", ["p0", "sizes"])], [normal(2, 2, 3)],
               {"sizes": np.array([2, 1, 3, 4])}, opset=20)
    for mode in ("avg", "max"):
        yield Case(f"RoiAlign-{mode}",
                   [node("RoiAlign", ["p0", "rois", "b"], output_height=2, output_width=2,
                         sampling_ratio=2, mode=mode)],
                   [normal(1, 2, 6, 6)],
                   {"rois": np.array([[0.3, 0.4, 4.2, 3.7], [1.1, 0.7, 5.3, 5.2]]),
                    "b": np.array([0, 0])})
    yield Case("DeformConv", [node("DeformConv", ["p0", "p1", "p2"], kernel_shape=[2, 2])],
               [normal(1, 2, 4, 4), normal(3, 2, 2, 2, seed=1), inside(1, 8, 3, 3)],
               opset=19)
    yield Case("Einsum", [node("Einsum", ["p0", "p1"], equation="bij,bkj->ik")],
               [normal(2, 3, 4), normal(2, 5, 4, seed=2)])
    yield Case("Col2Im", [node("Col2Im", ["p0", "image", "block"])], [normal(1, 8, 4)],
               {"image": np.array([3, 3]), "block": np.array([2, 2])})
    for size in (1, 2, 4):
        yield Case(f"Det-{size}", [node("Det", ["p0"])], [normal(2, size, size)])
    yield Case("Det-singular", [node("Det", ["p0"])],
               [np.array([[1.0, 2, 3], [2, 4, 6], [0, 1, 5]])])

    for direction in ("forward", "reverse", "bidirectional"):
        count = 2 if direction == "bidirectional" else 1
        for op, gates in (("RNN", 1), ("LSTM", 4), ("GRU", 3)):
            yield Case(f"{op}-{direction}",
                       [node(op, ["p0", "p1", "p2", "p3"], hidden_size=3, direction=direction)],
                       [normal(4, 2, 5), inside(count, gates * 3, 5),
                        inside(count, gates * 3, 3), inside(count, gates * 6)])
    yield Case("GRU-reset-after",
               [node("GRU", ["p0", "p1", "p2", "p3"], hidden_size=3, linear_before_reset=1)],
               [normal(4, 2, 5), inside(1, 9, 5), inside(1, 9, 3), inside(1, 18)])
    yield Case("LSTM-states",
               [node("LSTM", ["p0", "p1", "p2", "p3", "lengths", "p4", "p5", "p6"],
                     ["all", "h", "c"], hidden_size=3, input_forget=1, clip=0.9),
                node("Mul", ["h", "c"])],
               [normal(4, 2, 5), inside(1, 12, 5), inside(1, 12, 3), inside(1, 24),
                inside(1, 2, 3), inside(1, 2, 3, seed=4), inside(1, 9)],
               {"lengths": np.array([4, 2], np.int32)})
    yield Case("RNN-activations",
               [node("RNN", ["p0", "p1", "p2"], hidden_size=3, activations=["Softsign"])],
               [normal(3, 2, 5), inside(1, 3, 5), inside(1, 3, 3)])
    yield Case("Attention", [node("Attention", ["p0", "p1", "p2"], is_causal=1)],
               [normal(2, 2, 4, 3), normal(2, 2, 4, 3, seed=1), normal(2, 2, 4, 3, seed=2)],
               opset=23)


def build(case):
    """The model, with the output weighted so that no gradient is trivial."""
    initializers = [numpy_helper.from_array(value, f"p{i}")
                    for i, value in enumerate(case.parameters)]
    nodes = [helper.make_node("Constant", [], [name], value=numpy_helper.from_array(
        np.asarray(value))) for name, value in case.constants.items()]
    last = [onnx.NodeProto() for _ in case.nodes]
    for copy, original in zip(last, case.nodes):
        copy.CopyFrom(original)
    # weights = cos(0, 1, 2, ...) in the shape of y
    nodes += last + [
        helper.make_node("Shape", ["y"], ["shape"]),
        helper.make_node("Size", ["y"], ["size"]),
        helper.make_node("Constant", [], ["zero"], value=numpy_helper.from_array(np.array(0))),
        helper.make_node("Constant", [], ["one"], value=numpy_helper.from_array(np.array(1))),
        helper.make_node("Range", ["zero", "size", "one"], ["numbers"]),
        helper.make_node("Reshape", ["numbers", "shape"], ["places"]),
        helper.make_node("Cast", ["places"], ["angles"], to=TensorProto.DOUBLE),
        helper.make_node("Cos", ["angles"], ["weights"]),
        helper.make_node("Mul", ["y", "weights"], ["weighted"])]
    graph = helper.make_graph(
        nodes, case.name, [],
        [helper.make_tensor_value_info("weighted", TensorProto.DOUBLE, None)], initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", case.opset)],
                              ir_version=8)
    return model.SerializeToString()


def check(case):
    """The largest error of a gradient, relative to the largest gradient."""
    step = swage.compile_train(build(case), loss="output", optimizer="none", threads=1,
                               opt_level=1)
    tensors = step.tensors
    step()
    worst = 0
    generator = np.random.default_rng(1)
    scale = max(np.abs(tensors[f"gradient.p{i}"]).max() for i in range(len(case.parameters)))
    gradients = {i: tensors[f"gradient.p{i}"].copy() for i in range(len(case.parameters))}
    for i in range(len(case.parameters)):
        parameter = tensors[f"p{i}"].reshape(-1)
        count = min(ELEMENTS, parameter.size)
        delta = 1e-2 if case.name == "Cast" else STEP
        for place in generator.choice(parameter.size, count, replace=False):
            before = parameter[place]
            parameter[place] = before + delta
            high = step()
            parameter[place] = before - delta
            low = step()
            parameter[place] = before
            expected = (high - low) / (2 * delta)
            worst = max(worst, abs(gradients[i].reshape(-1)[place] - expected) / scale)
    return worst


# Elementwise operators whose results are no floats.
NO_FLOATS = {"not", "bitwise_not", "is_nan", "is_inf", "and", "or", "xor", "bitwise_and",
             "bitwise_or", "bitwise_xor", "shift_left", "shift_right", "equal", "less",
             "less_equal", "greater", "greater_equal", "bitcast"}


def operators():
    """The operators of `nn` that have a gradient, as the sources declare them."""
    root = pathlib.Path(__file__).resolve().parents[3]
    mnemonics, elementwise = {}, set()
    for file in (root / "dialects/NN").glob("*.td"):
        for name, base, mnemonic in re.findall(
                r'^def NN_(\w+Op)\s*: NN_(\w+)<"(\w+)"', file.read_text(), re.MULTILINE):
            mnemonics[name] = mnemonic
            if file.name == "Elementwise.td":
                elementwise.add(mnemonic)
    attached = set()
    for file in (root / "compiler/Training/Gradients").glob("*.cpp"):
        attached |= {mnemonics[name] for name in re.findall(
            r"nn::(\w+Op)::attachInterface", file.read_text())}
    assert len(elementwise) > 60 and len(attached) > 20
    return elementwise - NO_FLOATS | attached


def coverage():
    covered = set()
    for case in cases():
        with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
            file.write(build(case))
            file.flush()
            text = subprocess.run(
                ["swage", "compile", file.name, "--train", "--loss", "output", "--optimizer",
                 "none", "--emit=mlir", "--stop-after=import", "-o", "-"],
                stdout=subprocess.PIPE, check=True).stdout.decode()
        covered |= set(re.findall(r"\bnn\.(\w+)", text.replace("nn.name", "")))
    missing = operators() - covered
    print(f"{len(operators())} operators with gradients, not in a case: "
          + (" ".join(sorted(missing)) or "none"))
    sys.exit(bool(missing))


def main(all_cases):
    chosen, failures, count = sys.argv[1:], [], 0
    for case in all_cases:
        if chosen and not any(case.name.startswith(name) for name in chosen):
            continue
        count += 1
        try:
            error = check(case)
        except swage.Error as problem:
            failures.append(f"{case.name}: {problem}")
            continue
        tolerance = 1e-3 if case.name == "Cast" else TOLERANCE
        if not error < tolerance:
            failures.append(f"{case.name}: differs by {error:.2g}")
    for failure in failures:
        print(failure)
    print(f"{count - len(failures)} of {count} gradients agree")
    sys.exit(bool(failures) or not count)


if __name__ == "__main__":
    if sys.argv[1:] == ["--coverage"]:
        coverage()
    main(cases())
