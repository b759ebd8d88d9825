# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""A convolutional network with pooling reads handwritten digits.

usage: digits_cnn.py [FOLDER]
"""

import sys

import data
from network import Network

folder = sys.argv[1] if len(sys.argv) > 1 else "digits-cnn"
data.digits(folder)
net = Network("x", [None, 1, 8, 8])
net.conv(32, 3, pads=1)
net.relu()
net.conv(32, 3, pads=1)
net.relu()
net.maxpool(2)
net.conv(64, 3, pads=1)
net.relu()
net.maxpool(2)
net.flatten()
net.dropout(0.3)
net.dense(10)
net.save(f"{folder}/cnn.onnx")
data.train(f"{folder}/cnn.onnx", "--data", f"{folder}/train.npz", "--val", f"{folder}/test.npz",
           "--optimizer", "adam", "--lr", "0.003", "--schedule", "cosine", "--epochs", "25",
           "--metrics", f"{folder}/metrics.jsonl", "--picture", f"{folder}/loss.svg",
           "-o", f"{folder}/trained.onnx")
