# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""A residual network on digits of 32 by 32 pixels.

usage: digits_resnet.py [FOLDER]
"""

import sys

import data
from network import Network

folder = sys.argv[1] if len(sys.argv) > 1 else "digits-resnet"
data.digits(folder, size=32)
net = Network("x", [None, 1, 32, 32])


def block(filters, strides):
    def inner():
        net.conv(filters, 3, pads=1, strides=strides, bias=False)
        net.batch_norm()
        net.relu()
        net.conv(filters, 3, pads=1, bias=False)
        net.batch_norm()
    net.residual(inner)
    net.relu()


net.conv(16, 3, pads=1, strides=2, bias=False)
net.batch_norm()
net.relu()
for filters, strides in ((16, 1), (32, 2), (64, 2)):
    block(filters, strides)
net.global_pool()
net.dense(10)
net.save(f"{folder}/resnet.onnx")
data.train(f"{folder}/resnet.onnx", "--data", f"{folder}/train.npz",
           "--val", f"{folder}/test.npz", "--optimizer", "momentum", "--lr", "0.05",
           "--schedule", "cosine", "--epochs", "8", "-o", f"{folder}/trained.onnx")
