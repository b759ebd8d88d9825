# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Writes small language models to the folder argv[1], and what they say.

The scores of the next token are made from all tokens so far: row t of `step`,
plus the mean of the rows of `memory` of all tokens. `whole.onnx` reads the text
anew for each token; `cached.onnx` keeps the rows of `memory` in a cache that
grows along its last dimension but one; `shrunk.onnx` is fixed to eight tokens.
"""

import pathlib
import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

root = pathlib.Path(sys.argv[1])
root.mkdir(parents=True, exist_ok=True)
random = numpy.random.RandomState(7)
VOCABULARY, WIDTH = 11, 6
step = random.standard_normal((VOCABULARY, VOCABULARY)).astype(numpy.float32)
memory = random.standard_normal((VOCABULARY, WIDTH)).astype(numpy.float32)
mix = random.standard_normal((WIDTH, VOCABULARY)).astype(numpy.float32)


def scores(tokens):
    return step[tokens[-1]] + memory[tokens].mean(axis=0) @ mix


def greedy(prompt, count):
    tokens = list(prompt)
    for _ in range(count):
        tokens.append(int(scores(tokens).argmax()))
    return tokens[len(prompt):]


def save(name, nodes, inputs, outputs):
    weights = [numpy_helper.from_array(array, key)
               for key, array in (("step", step), ("memory", memory), ("mix", mix),
                                  ("one", numpy.array([1], numpy.int64)))]
    graph = helper.make_graph(
        nodes, "g",
        [helper.make_tensor_value_info(*value) for value in inputs],
        [helper.make_tensor_value_info(*value) for value in outputs], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 7
    onnx.save(model, root / name)


def node(operator, inputs, output, **attributes):
    return helper.make_node(operator, inputs.split(), [output], **attributes)


# The mean is over what the mask lets through, which tells whether it is right.
TAIL = [
    node("Gather", "step ids", "stepped", axis=0),
    node("Cast", "attention_mask", "weights", to=TensorProto.FLOAT),
    node("Unsqueeze", "weights one", "row"),  # [1, 1, all]
    node("MatMul", "row rows", "sum"),
    node("ReduceSum", "weights", "count", keepdims=1),
    node("Div", "sum count", "mean"),
    node("MatMul", "mean mix", "mixed"),
    node("Add", "stepped mixed", "logits"),
]
F, I = TensorProto.FLOAT, TensorProto.INT64
save("whole.onnx", [node("Gather", "memory ids", "rows", axis=0)] + TAIL,
     [("ids", I, [1, "n"]), ("attention_mask", I, [1, "n"])],
     [("logits", F, [1, "n", VOCABULARY])])
save("shrunk.onnx", [node("Gather", "memory ids", "rows", axis=0)] + TAIL,
     [("ids", I, [1, 8]), ("attention_mask", I, [1, 8])],
     [("logits", F, [1, 8, VOCABULARY])])
save("cached.onnx",
     [node("Gather", "memory ids", "new", axis=0),
      node("Concat", "past new", "present", axis=1),
      node("Identity", "present", "rows")] + TAIL,
     [("ids", I, [1, "n"]), ("attention_mask", I, [1, "all"]),
      ("past", F, [1, "past", WIDTH])],
     [("logits", F, [1, "n", VOCABULARY]), ("present", F, [1, "all", WIDTH])])
# Two heads, and a cache in half precision that is no plain join.
save("cast.onnx",
     [node("Gather", "memory ids", "fresh", axis=0),
      node("Cast", "fresh", "new", to=TensorProto.FLOAT16),
      node("Concat", "past new", "joined", axis=1),
      node("Neg", "joined", "negative"), node("Neg", "negative", "present"),
      node("Cast", "present", "rows", to=F)] + TAIL,
     [("ids", I, [1, "n"]), ("attention_mask", I, [1, "all"]),
      ("past", TensorProto.FLOAT16, [1, "past", WIDTH])],
     [("logits", F, [1, "n", VOCABULARY]),
      ("present", TensorProto.FLOAT16, [1, "all", WIDTH])])
save("picture.onnx", [node("Relu", "x", "y")],
     [("x", F, [1, 3, 8, 8])], [("y", F, [1, 3, 8, 8])])
save("two.onnx", [node("Gather", "memory ids", "a", axis=0),
                  node("Gather", "memory other", "b", axis=0), node("Add", "a b", "y")],
     [("ids", I, [1, "n"]), ("other", I, [1, "n"])], [("y", F, [1, "n", WIDTH])])

(root / "expected").write_text(" ".join(map(str, greedy([1, 2, 3], 20))) + "\n")
(root / "short").write_text(" ".join(map(str, greedy([1, 2, 3], 5))) + "\n")
numpy.save(root / "prompt.npy", numpy.array([[1, 2, 3]], numpy.int64))
numpy.save(root / "floats.npy", numpy.array([1, 2, 3], numpy.float32))
