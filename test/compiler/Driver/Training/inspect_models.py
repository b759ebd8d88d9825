# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Says how models of one architecture differ.

usage: inspect_models.py MODEL OTHER
"""

import sys

import numpy as np
import onnx
from onnx import numpy_helper

first, second = (
    {tensor.name: numpy_helper.to_array(tensor)
     for tensor in onnx.load(path).graph.initializer} for path in sys.argv[1:])
for name, value in first.items():
    other = second[name]
    if value.shape != other.shape:
        print(f"{name}: {list(value.shape)}, {list(other.shape)}")
    else:
        print(f"{name}: {'same' if np.array_equal(value, other) else 'changed'}")
