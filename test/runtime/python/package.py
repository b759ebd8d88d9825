# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Uses the Python package as programs do; each part prints one line."""

import os
import threading

import numpy
import onnx
import swage
from onnx import TensorProto, TypeProto, helper

# Small models.


def build(nodes, inputs, outputs):
    graph = helper.make_graph(
        nodes, "g",
        [helper.make_tensor_value_info(*value) for value in inputs],
        [helper.make_tensor_value_info(*value) for value in outputs])
    model = helper.make_model(
        graph, producer_name="test",
        opset_imports=[helper.make_opsetid("", 13), helper.make_opsetid("custom", 1)])
    model.ir_version = 7
    return model.SerializeToString()


FLOAT = TensorProto.FLOAT
pair = build(
    [helper.make_node("Add", ["a", "b"], ["sum"]),
     helper.make_node("Sub", ["a", "b"], ["difference"])],
    [("a", FLOAT, ["n", 2]), ("b", FLOAT, ["n", 2])],
    [("sum", FLOAT, ["n", 2]), ("difference", FLOAT, ["n", 2])])


def refused(kind, text, function):
    """Checks that `function` raises `kind` with `text` in its message."""
    try:
        function()
    except kind as problem:
        assert text in str(problem), str(problem)
        return
    raise AssertionError(f"not refused: {text}")


# Signature.
model = swage.compile(pair)
assert [value.name for value in model.inputs] == ["a", "b"]
assert [value.name for value in model.outputs] == ["sum", "difference"]
assert model.inputs[0].shape == ("n", 2) and model.inputs[0].dtype == "float32"
assert repr(model) == ("<swage.Module (a: float32[n,2], b: float32[n,2]) -> "
                       "(sum: float32[n,2], difference: float32[n,2])>")
assert model.facts["producer"] == "test" and model.facts["opsets"]["ai.onnx"] == 13
print("ok: signature")

# Calls: by position, by name, by dict; arrays of any layout; lists.
a = numpy.arange(6, dtype=numpy.float32).reshape(3, 2)
b = numpy.ones((3, 2), numpy.float32)
for total, difference in (model(a, b), model(b=b, a=a), model({"a": a, "b": b}),
                          model(a.tolist(), b.tolist()),
                          model(numpy.asfortranarray(a), numpy.ones((6, 4), "f")[::2, ::2])):
    assert (total == a + b).all() and (difference == a - b).all()
results = model.run({"a": a, "b": b})
assert list(results) == ["sum", "difference"] and (results["sum"] == a + b).all()
empty = numpy.zeros((0, 2), numpy.float32)
assert model(empty, empty)[0].shape == (0, 2)
total = model(a, b)[0]
del results, difference
total += 1  # outputs are the caller's own
print("ok: calls")

# Element types.
for code, dtype in ((TensorProto.DOUBLE, "float64"), (TensorProto.INT64, "int64"),
                    (TensorProto.INT32, "int32"), (TensorProto.FLOAT16, "float16")):
    other = swage.compile(build([helper.make_node("Add", ["x", "x"], ["y"])],
                                [("x", code, [3])], [("y", code, [3])]))
    x = numpy.array([1, 2, 3], dtype)
    assert other(x).dtype == x.dtype and (other(x) == 2 * x).all()
logic = swage.compile(build([helper.make_node("Not", ["x"], ["y"])],
                            [("x", TensorProto.BOOL, [2])], [("y", TensorProto.BOOL, [2])]))
assert logic([True, False]).tolist() == [False, True]
print("ok: dtypes")

# Refusals.
refused(TypeError, "input 'a' is float64[3,2], but the model takes float32; convert it "
        "with astype()", lambda: model(a.astype("float64"), b))
refused(ValueError, "input 'b' has shape [3,3], but the model takes [n,2]",
        lambda: model(a, numpy.zeros((3, 3), numpy.float32)))
refused(swage.Error, "'b'", lambda: model(a, b[:2]))
refused(TypeError, "there is no value for the input 'b'", lambda: model(a))
refused(TypeError, "the model takes 2 inputs, not 3", lambda: model(a, b, a))
refused(TypeError, "the model has no input 'c'; it has 'a', 'b'",
        lambda: model(a, b, c=a))
refused(TypeError, "there are two values for the input 'a'", lambda: model(a, a=a))
refused(swage.Error, "none.onnx: error: cannot be read", lambda: swage.compile("none.onnx"))
refused(swage.BadModel, "is not an ONNX model", lambda: swage.compile(b"\xff\xff"))
strange = build(
    [helper.make_node("Strange", ["x"], ["y"], name="here", domain="custom")],
    [("x", FLOAT, [1])], [("y", FLOAT, [1])])
refused(swage.Unsupported, "'here'", lambda: swage.compile(strange))
print("ok: refusals")

# Options.
bound = swage.compile(pair, dims={"n": 3}, threads=1, opt_level=1)
assert bound.inputs[0].shape == (3, 2) and (bound(a, b)[0] == a + b).all()
refused(ValueError, "there is no option 'speed'; there are dim, threads",
        lambda: swage.compile(pair, speed="high"))
refused(ValueError, "option opt-level=9: expected 0, 1, 2 or 3",
        lambda: swage.compile(pair, opt_level=9))
refused(ValueError, "option threads=-1: expected a number", lambda: swage.compile(pair, threads=-1))
refused(ValueError, "option name=a b: expected an identifier of C",
        lambda: swage.compile(pair, name="a b"))
refused(ValueError, "option bitcode=1: expected true or false",
        lambda: swage.compile(pair, bitcode=1))
refused(ValueError, "option backend=fast: expected auto, llvm or halide",
        lambda: swage.compile(pair, backend="fast"))
refused(ValueError, "option fp=loose: expected contract or strict",
        lambda: swage.compile(pair, fp="loose"))
halide = swage.compile(pair, backend="halide", fp="strict", kernel_cache="off")
assert (halide(a, b)[0] == a + b).all()
refused(swage.Error, "cannot read the schedules in 'none.txt'",
        lambda: swage.compile(pair, schedules="none.txt"))
refused(ValueError, "unknown target 'toaster'", lambda: swage.compile(pair, target="toaster"))
refused(ValueError, "expected NAME=N", lambda: swage.compile(pair, dims={"n": 0}))
refused(swage.Error, "has no dimension named 'm'; its dimensions are n",
        lambda: swage.compile(pair, dims={"m": 1}))
ranged = swage.compile(pair, dims={"n": (2, 3)})
assert ranged.inputs[0].shape == ("n", 2) and (ranged(a, b)[0] == a + b).all()
refused(ValueError, "is 1 in [1, 2]; the model was compiled for sizes from 2 to 3",
        lambda: ranged(a[:1], b[:1]))
foreign = swage.compile(pair, target="aarch64-linux-gnu")
refused(swage.Error, "cannot run code for 'aarch64", lambda: foreign(a, b))
print("ok: options")

# Threads share a module.
failures = []


def work(seed):
    mine = numpy.full((1000, 2), seed, numpy.float32)
    for _ in range(100):
        if not (model(mine, mine)[0] == 2 * seed).all():
            failures.append(seed)


threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert not failures
print("ok: threads")

# Artifacts.
bound.emit("libpair.so")
assert {"libpair.so", "model.h"} <= set(os.listdir("."))
refused(ValueError, "there is no kind 'paper'", lambda: bound.emit("x", kind="paper"))
refused(swage.Error, "has no LLVM code", lambda: bound.emit("x.ll", kind="llvm-ir"))
swage.compile(pair, bitcode=True, name="pair").emit("pair.ll", kind="llvm-ir")
assert "pair_model" in open("pair.ll").read()
print("ok: artifacts")

# Two models at once.
first, second = swage.compile(pair), swage.compile(pair, dims={"n": 3})
del model
assert (first(a, b)[0] == second(a, b)[0]).all()
print("ok: two models")

# Strings, sequences and optionals. A sequence is a list; arrays of one share its
# memory, which lives as long as one of them.


def build_values(nodes, inputs, outputs):
    graph = helper.make_graph(
        nodes, "values", [helper.make_value_info(*value) for value in inputs],
        [helper.make_value_info(*value) for value in outputs])
    result = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)])
    result.ir_version = 8
    return result.SerializeToString()


texts = helper.make_tensor_type_proto(TensorProto.STRING, ["n"])
texts_list = helper.make_sequence_type_proto(texts)
floats_list = helper.make_sequence_type_proto(helper.make_tensor_type_proto(FLOAT, None))
maybe = helper.make_optional_type_proto(helper.make_tensor_type_proto(FLOAT, [2]))
values = swage.compile(build_values(
    [helper.make_node("StringConcat", ["t", "t"], ["u"]),
     helper.make_node("SequenceConstruct", ["t", "u"], ["list"]),
     helper.make_node("SequenceErase", ["s"], ["shorter"]),
     helper.make_node("Identity", ["o"], ["p"])],
    [("t", texts), ("s", floats_list), ("o", maybe)],
    [("list", texts_list), ("shorter", floats_list), ("p", maybe)]))
assert repr(values.inputs) == (
    "[t: str[n], s: sequence(float32[...]), o: optional(float32[2])]"), values.inputs
assert values.inputs[1].element.shape is None
parts = [numpy.arange(3, dtype=numpy.float32), numpy.float32([[1], [2]])]
result, shorter, held = values(["a", "ß"], parts, None)
assert [each.tolist() for each in result] == [["a", "ß"], ["aa", "ßß"]]
assert len(shorter) == 1 and (shorter[0] == parts[0]).all() and held is None
first_part = shorter[0]
del shorter
held = values(numpy.array([], object), parts, numpy.float32([3, 4]))[2]
assert held.tolist() == [3, 4] and (first_part == parts[0]).all()
refused(TypeError, "input 's' is a ndarray, but the model takes a list of arrays",
        lambda: values(["a"], parts[0], None))
refused(ValueError, "input 'o' has shape [1], but the model takes [2]",
        lambda: values(["a"], parts, numpy.float32([1])))
refused(swage.Error, "position -1 is outside of a sequence of 0 tensors",
        lambda: values(["a"], [], None))
print("ok: values")

# A map is a dict.
by_text = TypeProto()
by_text.map_type.key_type = TensorProto.STRING
by_text.map_type.value_type.tensor_type.elem_type = TensorProto.INT64
mapped = swage.compile(build_values(
    [helper.make_node("Identity", ["m"], ["n"])], [("m", by_text)], [("n", by_text)]))
assert repr(mapped.inputs) == "[m: map(str,int64)]", mapped.inputs
assert mapped(m={"b": 1, "a": 2}) == {"a": 2, "b": 1} and mapped(m={}) == {}
refused(TypeError, "input 'm' is a list, but the model takes a dict", lambda: mapped([1]))
print("ok: maps")
