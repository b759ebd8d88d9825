# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Pre-training on all digits, then fine-tuning on another question, whether a
digit is odd, with 10 examples.

Only the new last layer is trained; all before it is frozen, and compiled as for
inference. From scratch, the same 10 examples teach the network less, at the best of several
learning rates.

usage: digits_finetune.py [FOLDER]
"""

import sys

import data
from network import Network

folder = sys.argv[1] if len(sys.argv) > 1 else "digits-finetune"
data.digits(f"{folder}/digits")
data.digits(f"{folder}/odd", limit=10, label=lambda digit: digit % 2)


def build(path, classes):
    net = Network("x", [None, 1, 8, 8], seed=0)
    net.conv(32, 3, pads=1, name="features1")
    net.relu()
    net.conv(64, 3, pads=1, name="features2")
    net.relu()
    net.maxpool(2)
    net.flatten()
    net.dense(64, name="features3")
    net.relu()
    net.dense(classes, name="head")
    net.save(path)


build(f"{folder}/fresh.onnx", 10)
data.train(f"{folder}/fresh.onnx", "--data", f"{folder}/digits/train.npz",
           "--val", f"{folder}/digits/test.npz", "--epochs", "10", "-o", f"{folder}/digits.onnx")
few = ["--data", f"{folder}/odd/train.npz", "--val", f"{folder}/odd/test.npz",
       "--batch", "10", "--epochs", "40"]
print("from scratch:", flush=True)
build(f"{folder}/fresh_odd.onnx", 2)
data.train(f"{folder}/fresh_odd.onnx", *few, "--lr", "0.01", "-o", f"{folder}/scratch.onnx")
print("fine-tuned:", flush=True)
data.train(f"{folder}/digits.onnx", *few, "--freeze", "features*",
           "--replace-head", "head.weight", "--classes", "2", "--lr", "0.03",
           "-o", f"{folder}/finetuned.onnx")
