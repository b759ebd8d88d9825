# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Writes wide.onnx: a layer of 4 MB that is to be frozen, and a small head."""
import sys

sys.path.insert(0, sys.argv[1])
from network import Network  # noqa: E402

net = Network("x", [None, 1024])
net.dense(1024, name="body")
net.relu()
net.dense(2, name="head")
net.save("wide.onnx")
