# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""A multilayer perceptron reads handwritten digits.

usage: digits_mlp.py [FOLDER]
"""

import sys

import data
from network import Network

folder = sys.argv[1] if len(sys.argv) > 1 else "digits-mlp"
data.digits(folder)
net = Network("x", [None, 1, 8, 8])
net.flatten()
net.dense(128)
net.relu()
net.dense(64)
net.relu()
net.dense(10)
net.save(f"{folder}/mlp.onnx")
data.train(f"{folder}/mlp.onnx", "--data", f"{folder}/train.npz", "--val", f"{folder}/test.npz",
           "--optimizer", "momentum", "--lr", "0.05", "--schedule", "cosine", "--epochs", "30",
           "--metrics", f"{folder}/metrics.jsonl", "--picture", f"{folder}/loss.svg",
           "-o", f"{folder}/trained.onnx")
