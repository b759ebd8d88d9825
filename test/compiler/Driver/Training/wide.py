# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Writes wide.onnx: a layer of 4 MB that is to be frozen, and a small head; and
deep.onnx, whose frozen convolution wants its filters in a larger form."""
import sys

sys.path.insert(0, sys.argv[1])
from network import Network  # noqa: E402

net = Network("x", [None, 1024])
net.dense(1024, name="body")
net.relu()
net.dense(2, name="head")
net.save("wide.onnx")

net = Network("x", [None, 64, 28, 28])
net.conv(64, 3, pads=1, name="body")
net.relu()
net.maxpool(4)
net.flatten()
net.dense(3, name="head")
net.save("deep.onnx")
