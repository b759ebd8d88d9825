# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Pre-training on the digits 0 to 4, then fine-tuning on 5 to 9 with 40 examples.

Only the new last layer is trained; all before it is frozen, and compiled as for
inference. From scratch, the same 40 examples teach the network less.

usage: digits_finetune.py [FOLDER]
"""

import sys

import data
from network import Network

folder = sys.argv[1] if len(sys.argv) > 1 else "digits-finetune"
data.digits(f"{folder}/low", classes=range(5))
data.digits(f"{folder}/high", classes=range(5, 10), limit=40)


def build(path, seed=0):
    net = Network("x", [None, 1, 8, 8], seed=seed)
    net.conv(32, 3, pads=1, name="features1")
    net.relu()
    net.conv(64, 3, pads=1, name="features2")
    net.relu()
    net.maxpool(2)
    net.flatten()
    net.dense(5, name="head")
    net.save(path)


build(f"{folder}/fresh.onnx")
data.train(f"{folder}/fresh.onnx", "--data", f"{folder}/low/train.npz",
           "--val", f"{folder}/low/test.npz", "--epochs", "10", "-o", f"{folder}/low.onnx")
few = ["--data", f"{folder}/high/train.npz", "--val", f"{folder}/high/test.npz",
       "--batch", "20", "--epochs", "40", "--lr", "0.003"]
print("from scratch:", flush=True)
data.train(f"{folder}/fresh.onnx", *few, "-o", f"{folder}/scratch.onnx")
print("fine-tuned:", flush=True)
data.train(f"{folder}/low.onnx", *few, "--freeze", "features*", "--replace-head", "head.weight",
           "--classes", "5", "-o", f"{folder}/high.onnx")
