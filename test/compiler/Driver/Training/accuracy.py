# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""How often a trained network of make.py is right, computed with numpy.

usage: accuracy.py MODEL DATA
"""

import sys

import numpy as np
import onnx
from onnx import numpy_helper

data = np.load(sys.argv[2])
model = onnx.load(sys.argv[1])
onnx.checker.check_model(model)
w = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
x = np.pad(data["x"], ((0, 0), (0, 0), (1, 1), (1, 1)))
windows = np.lib.stride_tricks.sliding_window_view(x[:, 0], (3, 3), (1, 2))
y = np.einsum("nyxrs,krs->nkyx", windows, w["conv.weight"][:, 0])


def channels(name):
    return w[f"norm.{name}"][:, None, None]


y = (y - channels("mean")) / np.sqrt(channels("variance") + 1e-5)
y = np.maximum(y * channels("scale") + channels("bias"), 0)
y = y.reshape(len(y), 4, 3, 2, 3, 2).max((3, 5)).reshape(len(y), -1)
scores = y @ w["head.weight"] + w["head.bias"]
right = (scores.argmax(1) == data["target"]).mean()
print(f"accuracy {100 * right:.2f} %")
