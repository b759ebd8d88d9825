# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Models that bring their own training (TrainingInfoProto), beside the same
training made by Swage.

usage: own_training.py
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import swage

TRAINING = "ai.onnx.preview.training"
random = np.random.default_rng(0)
WEIGHT = random.normal(size=(5, 3)).astype(np.float32)
BIAS = np.zeros(3, np.float32)


def value(name, shape, dtype=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, dtype, shape)


def initialize(path, source, outputs, bindings, initializers=()):
    """The model with a graph that computes initial values."""
    nodes = [helper.make_node("RandomNormal", [], ["w"], shape=[5, 3], mean=1.0, scale=0.5, seed=7.0),
             helper.make_node("Constant", [], ["half"], value_float=0.5),
             helper.make_node("ConstantOfShape", ["three"], ["ones"],
                              value=helper.make_tensor("one", 1, [1], [1.0])),
             helper.make_node("Mul", ["ones", "half"], ["halves"]),
             helper.make_node("Constant", [], ["zero"], value=helper.make_tensor("z", 7, [], [0]))]
    graph = helper.make_graph(nodes, "initialization", [], outputs,
                              [numpy_helper.from_array(np.array([3]), "three"), *initializers])
    model = onnx.load(source)
    info = model.training_info[0]
    info.initialization.CopyFrom(graph)
    for key, output in bindings.items():
        entry = info.initialization_binding.add()
        entry.key, entry.value = key, output
    onnx.save(model, path)
    alone = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    onnx.save(alone, "initialization.onnx")


def make(nodes, states, updates, path, inputs=("R",)):
    """y = tanh(x W + b), with an algorithm of the mean squared error and `nodes`."""
    graph = helper.make_graph(
        [helper.make_node("Gemm", ["x", "W", "b"], ["h"]), helper.make_node("Tanh", ["h"], ["y"])],
        "net", [value("x", [8, 5])], [value("y", [8, 3])],
        [numpy_helper.from_array(WEIGHT, "W"), numpy_helper.from_array(BIAS, "b")])
    loss = [helper.make_node("Sub", ["y", "target"], ["d"]),
            helper.make_node("Mul", ["d", "d"], ["q"]),
            helper.make_node("ReduceMean", ["q"], ["loss"], keepdims=0),
            helper.make_node("Gradient", ["W", "b"], ["dW", "db"], domain=TRAINING,
                             xs=["W", "b"], y="loss")]
    shapes = {"W": [5, 3], "b": [3]}
    outputs = [value("loss", [])]
    for state, new in updates.items():
        initial = states.get(state)
        shape = shapes.get(state) if initial is None else list(initial.shape)
        dtype = TensorProto.INT64 if initial is not None and initial.dtype == np.int64 else 1
        outputs.append(value(new, shape, dtype))
    algorithm = helper.make_graph(
        loss + nodes, "training",
        [value("target", [8, 3])] + [value(name, []) for name in inputs], outputs,
        [numpy_helper.from_array(array, name) for name, array in states.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13),
                                                    helper.make_opsetid(TRAINING, 1)])
    info = model.training_info.add()
    info.algorithm.CopyFrom(algorithm)
    for key, new in updates.items():
        entry = info.update_binding.add()
        entry.key, entry.value = key, new
    onnx.save(model, path)


def compare(name, path, optimizer, steps=6, **inputs):
    own = swage.compile_train(path, optimizer="model", threads=1)
    other = swage.compile_train(path, loss="mse", optimizer=optimizer, threads=1)
    for step in range(steps):
        x = random.normal(size=(8, 5)).astype(np.float32)
        target = random.normal(size=(8, 3)).astype(np.float32)
        losses = own(x, target, lr=0.05, **inputs), other(x, target, lr=0.05)
        assert abs(losses[0] - losses[1]) < 1e-6, (name, step, losses)
    for tensor in ("W", "b"):
        assert np.allclose(own.tensors[tensor], other.tensors[tensor], atol=1e-6), (name, tensor)
    loss, outputs = own.evaluate(x, target, **inputs)
    expected, outputs2 = other.evaluate(x, target)
    assert abs(loss - expected) < 1e-6 and np.allclose(outputs[0], outputs2[0], atol=1e-6), name
    print(f"ok: {name}")
    return own


sgd = [helper.make_node("Mul", ["R", "dW"], ["sW"]), helper.make_node("Sub", ["W", "sW"], ["W2"]),
       helper.make_node("Mul", ["R", "db"], ["sb"]), helper.make_node("Sub", ["b", "sb"], ["b2"])]
momentum = [helper.make_node("Momentum", ["R", "T", "W", "b", "dW", "db", "mW", "mb"],
                             ["W2", "b2", "mW2", "mb2"], domain=TRAINING, alpha=0.9, beta=1.0,
                             norm_coefficient=0.0, mode="standard"),
            helper.make_node("Constant", [], ["one"], value_int=1),
            helper.make_node("Add", ["T", "one"], ["T2"])]
states = {"T": np.array(0, np.int64), "mW": 0 * WEIGHT, "mb": 0 * BIAS}
updates = {"W": "W2", "b": "b2", "mW": "mW2", "mb": "mb2", "T": "T2"}
make(sgd, {}, {"W": "W2", "b": "b2"}, "sgd.onnx")
# No optimizer takes the rate here, so that it is an input as any other.
compare("sgd", "sgd.onnx", "sgd", R=np.float32(0.05))
make(momentum, states, updates, "momentum.onnx")
own = compare("momentum", "momentum.onnx", "momentum")
assert own.tensors["T"] == 6 and set(own.tensors) == set(updates)

# A state that is written comes back, and the model that is written has the weights.
own.save("own.state")
again = swage.compile_train("momentum.onnx", optimizer="model", threads=1)
again.load("own.state")
x, target = np.ones((8, 5), np.float32), np.ones((8, 3), np.float32)
assert own(x, target, lr=0.1) == again(x, target, lr=0.1)
own.export("own.onnx")
weights = {t.name: numpy_helper.to_array(t) for t in onnx.load("own.onnx").graph.initializer}
assert np.array_equal(weights["W"], own.tensors["W"])
print("ok: state and model")

# What is frozen is not updated.
frozen = swage.compile_train("momentum.onnx", optimizer="model", freeze="b", threads=1)
frozen(x, target, lr=0.1)
assert "b" not in frozen.tensors and "W" in frozen.tensors
print("ok: frozen")


def refuse(name, text, path, **options):
    try:
        swage.compile_train(path, optimizer="model", **options)
    except Exception as error:
        assert text in str(error), (name, str(error))
        print(f"ok: {name}")
        return
    raise AssertionError(name)


# Initial values that the model computes itself, also of what the algorithm has.
make(momentum, {**states, "T": np.array(5, np.int64)}, updates, "late.onnx")
outputs = [value("zero", [], TensorProto.INT64), value("w", [5, 3]), value("halves", [3])]
first = {"W": "w", "b": "halves", "T": "zero"}
initialize("initialized.onnx", "late.onnx", outputs, first)
own = swage.compile_train("initialized.onnx", optimizer="model", threads=1)
zero, w, halves = swage.compile("initialization.onnx", threads=1)()
assert np.array_equal(own.tensors["W"], w) and abs(w.mean() - 1) < 0.4 and w.std() > 0.2
assert (own.tensors["b"] == 0.5).all() and own.tensors["T"] == 0 and (halves == 0.5).all()
late = swage.compile_train("late.onnx", optimizer="model", threads=1)
assert late.tensors["T"] == 5 and np.array_equal(late.tensors["W"], WEIGHT)
for name, array in (("W", w), ("b", halves)):
    late.tensors[name][...] = array
late.tensors["T"][...] = 0
assert own(x, target, lr=0.1) == late(x, target, lr=0.1)
np.save("first.npy", np.tanh(x @ w + 0.5))
np.save("ones.npy", x)
np.save("targets.npy", target)
# What is written goes on from its states, unless it is trained anew.
own.export("written.onnx")
model = onnx.load("written.onnx")
kept = {t.name: numpy_helper.to_array(t) for t in model.training_info[0].algorithm.initializer}
assert kept["T"] == 1 and np.array_equal(kept["mW"], own.tensors["mW"])
print("ok: initialization")

make(momentum, states, {"W": "W2", "nothing": "b2"}, "bad.onnx")
refuse("no such initializer", "updates 'nothing', which is no initializer", "bad.onnx")
initialize("bad.onnx", "momentum.onnx", outputs, {"V": "w"})
refuse("no such value", "initializes 'V', which is no initializer", "bad.onnx")
initialize("bad.onnx", "momentum.onnx", outputs, {"W": "v"})
refuse("no such output", "initializes 'W' by 'v', which is no output of the initialization",
       "bad.onnx")
initialize("bad.onnx", "momentum.onnx", outputs, {"W": "halves"})
refuse("another shape", "initializes 'W', which is float32[5,3], by float32[3]", "bad.onnx")
initialize("bad.onnx", "momentum.onnx", outputs[1:] + [value("nobody", [])], first | {"T": "nobody"})
refuse("undefined", "has the output 'nobody', which no node, initializer or input defines",
       "bad.onnx")
make(momentum[:1] + [helper.make_node("Add", ["T", "nowhere"], ["T2"])], states, updates, "bad.onnx")
refuse("undefined in the algorithm", "reads 'nowhere', which no node", "bad.onnx")
refuse("not combined", "cannot be combined with clipping", "momentum.onnx", clip_norm=1)
model = onnx.load("momentum.onnx")
del model.training_info[:]
onnx.save(model, "plain.onnx")
refuse("no training", "brings no training of its own", "plain.onnx")
