# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Makes a small network and data that it can learn, in the current folder:
net.onnx, train.npz, test.npz (deflated), and some that are wrong.

usage: make.py EXAMPLES
"""

import sys

import numpy as np

sys.path.insert(0, sys.argv[1])
from network import Network  # noqa: E402

random = np.random.default_rng(0)
centres = random.normal(size=(3, 1, 6, 6))


def examples(count):
    target = random.integers(0, 3, count)
    return {"x": (centres[target] + random.normal(size=(count, 1, 6, 6))).astype(np.float32),
            "target": target}


np.savez("train.npz", **examples(90))
test = examples(37)
np.savez_compressed("test.npz", **test)
np.savez("wide.npz", x=test["x"].astype(np.float64), y=test["target"].astype(np.int32))
np.savez("missing.npz", x=test["x"])
np.savez("shape.npz", x=test["x"][..., :5], target=test["target"])
np.savez("uneven.npz", x=test["x"], target=test["target"][1:])
np.savez("floats.npz", x=test["x"], target=test["target"].astype(np.float32))

net = Network("x", [None, 1, 6, 6])
net.conv(4, 3, pads=1, bias=False, name="conv")
net.batch_norm("norm")
net.relu()
net.maxpool(2)
net.flatten()
net.dropout(0.1)
net.dense(3, name="head")
net.save("net.onnx")
