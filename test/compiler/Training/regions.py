# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Compares gradients through branches and loops with differences of values.

usage: regions.py [NAME...]

Cases as in gradients.py. Loops of few iterations are spelled out by the
compiler; those of many, or of a number that only a run knows, go backwards as
loops.
"""

import sys

import numpy as np
from onnx import TensorProto, helper

import gradients
from gradients import Case, inside, node, normal

DOUBLE = TensorProto.DOUBLE


def value(name, kind=DOUBLE, shape=None):
    return helper.make_tensor_value_info(name, kind, shape)


def graph(nodes, inputs, outputs):
    return helper.make_graph(nodes, "body", inputs, outputs)


def branches():
    """Either arm, chosen by a sum; captured values, one of them as it is."""
    for name, limit in (("then", -100.0), ("else", 100.0)):
        then = graph([node("Mul", ["p0", "p1"], ["a"]), node("Tanh", ["p0"], ["b"])], [],
                     [value("a"), value("b")])
        otherwise = graph([node("Exp", ["p1"], ["c"]), node("Identity", ["p0"], ["d"])], [],
                          [value("c"), value("d")])
        yield Case("If-" + name, [
            node("ReduceSum", ["p0"], ["sum"], keepdims=0),
            node("Greater", ["sum", "limit"], ["condition"]),
            node("If", ["condition"], ["first", "second"], then_branch=then,
                 else_branch=otherwise),
            node("Mul", ["first", "second"])],
            [normal(3, 4), inside(3, 4, seed=1)], {"limit": np.array(limit)})


def cell():
    """h' = tanh(x U + h V), as the body of a Scan."""
    return graph([
        node("MatMul", ["x", "p2"], ["xu"]), node("MatMul", ["h", "p3"], ["hv"]),
        node("Add", ["xu", "hv"], ["sum"]), node("Tanh", ["sum"], ["next"]),
        node("Identity", ["next"], ["out"])],
        [value("h", shape=[2, 3]), value("x", shape=[2, 4])],
        [value("next", shape=[2, 3]), value("out", shape=[2, 3])])


def scans():
    for steps in (5, 150):
        for axis in (0, 1):
            for backward in (0, 1):
                shape = (steps, 2, 4) if axis == 0 else (2, steps, 4)
                yield Case(f"Scan-{steps}-{axis}-{backward}", [
                    node("Scan", ["p0", "p1"], ["last", "all"], body=cell(), num_scan_inputs=1,
                         scan_input_axes=[axis], scan_input_directions=[backward]),
                    node("ReduceSum", ["all", "steps"], ["sum"], keepdims=0),
                    node("Mul", ["sum", "last"])],
                    [inside(2, 3), normal(*shape), inside(4, 3) * 0.5, inside(3, 3) * 0.5],
                    {"steps": np.array([0])})


def loops():
    # A matrix that is used in each iteration, and the number of the iteration.
    body = graph([
        node("MatMul", ["v", "p1"], ["product"]), node("Sin", ["product"], ["next"]),
        node("Cast", ["i"], ["number"], to=DOUBLE), node("Add", ["next", "number"], ["moved"]),
        node("Identity", ["go"], ["on"])],
        [value("i", TensorProto.INT64, []), value("go", TensorProto.BOOL, []),
         value("v", shape=[2, 3])],
        [value("on", TensorProto.BOOL, []), value("next", shape=[2, 3]),
         value("moved", shape=[2, 3])])
    for count in (4, 140):
        yield Case(f"Loop-{count}", [
            node("Loop", ["count", "", "p0"], ["last", "moved"], body=body),
            node("ReduceMean", ["moved", "axes"], ["mean"], keepdims=0),
            node("Add", ["last", "mean"])],
            [normal(2, 3), inside(3, 3)],
            {"count": np.array(count), "axes": np.array([0])})
    # As many iterations as it takes: only a run knows.
    while_body = graph([
        node("MatMul", ["v", "p1"], ["product"]), node("Tanh", ["product"], ["next"]),
        node("ReduceSumSquare", ["next"], ["norm"], keepdims=0),
        node("Greater", ["norm", "limit"], ["on"])],
        [value("i", TensorProto.INT64, []), value("go", TensorProto.BOOL, []),
         value("v", shape=[2, 3])],
        [value("on", TensorProto.BOOL, []), value("next", shape=[2, 3])])
    for name, limit in (("once", 1e9), ("often", 0.05)):
        yield Case("While-" + name, [
            node("Loop", ["", "true", "p0"], ["y"], body=while_body)],
            [normal(2, 3), inside(3, 3) * 0.5],
            {"true": np.array(True), "limit": np.array(limit)})
    # A branch in a loop, and a loop in a loop.
    then = graph([node("Sin", ["v"], ["a"])], [], [value("a", shape=[2, 3])])
    otherwise = graph([node("Mul", ["v", "p1"], ["b"])], [], [value("b", shape=[2, 3])])
    branching = graph([
        node("Mod", ["i", "two"], ["odd"]), node("Cast", ["odd"], ["flag"], to=TensorProto.BOOL),
        node("If", ["flag"], ["next"], then_branch=then, else_branch=otherwise),
        node("Identity", ["go"], ["on"])],
        [value("i", TensorProto.INT64, []), value("go", TensorProto.BOOL, []),
         value("v", shape=[2, 3])],
        [value("on", TensorProto.BOOL, []), value("next", shape=[2, 3])])
    for count in (5, 131):
        yield Case(f"Loop-If-{count}", [node("Loop", ["count", "", "p0"], ["y"], body=branching)],
                   [normal(2, 3), inside(2, 3, seed=2) * 0.1 + 1],
                   {"count": np.array(count), "two": np.array(2)})
    inner = graph([
        node("Mul", ["w", "p1"], ["x"]), node("Sin", ["x"], ["z"]), node("Identity", ["go2"], ["on2"])],
        [value("j", TensorProto.INT64, []), value("go2", TensorProto.BOOL, []),
         value("w", shape=[2, 3])],
        [value("on2", TensorProto.BOOL, []), value("z", shape=[2, 3])])
    outer = graph([
        node("Loop", ["inner", "", "v"], ["deep"], body=inner), node("Add", ["deep", "p0"], ["next"]),
        node("Identity", ["go"], ["on"])],
        [value("i", TensorProto.INT64, []), value("go", TensorProto.BOOL, []),
         value("v", shape=[2, 3])],
        [value("on", TensorProto.BOOL, []), value("next", shape=[2, 3])])
    for counts in ((3, 2), (130, 3), (2, 130)):
        yield Case("Loop-Loop-%d-%d" % counts, [node("Loop", ["outer", "", "p0"], ["y"], body=outer)],
                   [normal(2, 3) * 0.3, inside(2, 3, seed=2)],
                   {"outer": np.array(counts[0]), "inner": np.array(counts[1])})


def cases():
    yield from branches()
    yield from scans()
    yield from loops()


if __name__ == "__main__":
    gradients.main(cases())
