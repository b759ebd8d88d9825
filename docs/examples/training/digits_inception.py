# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""A network of Inception's blocks on digits of 32 by 32 pixels.

usage: digits_inception.py [FOLDER]
"""

import sys

import data
from network import Network

folder = sys.argv[1] if len(sys.argv) > 1 else "digits-inception"
data.digits(folder, size=32)
net = Network("x", [None, 1, 32, 32])


def conv(filters, size, strides=1):
    net.conv(filters, size, pads=size // 2, strides=strides, bias=False)
    net.batch_norm()
    net.relu()


def block(width):
    def one():
        conv(width, 1)

    def three():
        conv(width // 2, 1)
        conv(width, 3)

    def five():
        conv(width // 4, 1)
        conv(width // 2, 5)

    def pool():
        net.maxpool(3, strides=1, pads=1)
        conv(width // 2, 1)

    net.branches(one, three, five, pool)


conv(16, 3, strides=2)
net.maxpool(2)
block(16)
net.maxpool(2)
block(32)
net.global_pool()
net.dense(10)
net.save(f"{folder}/inception.onnx")
data.train(f"{folder}/inception.onnx", "--data", f"{folder}/train.npz",
           "--val", f"{folder}/test.npz", "--optimizer", "adam", "--lr", "0.005",
           "--schedule", "cosine", "--epochs", "10", "-o", f"{folder}/trained.onnx")
