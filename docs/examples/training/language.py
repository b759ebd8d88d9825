# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Character language models on the text of a licence, and what they write.

usage: language.py lstm|transformer [FOLDER]
"""

import sys

import numpy as np
from onnx import TensorProto

import data
import swage
from network import Network

LENGTH, WIDTH = 32, 64
kind = sys.argv[1]
folder = sys.argv[2] if len(sys.argv) > 2 else f"language-{kind}"
text = data.text()
letters = sorted(set(text))
codes = np.array([letters.index(letter) for letter in text])


def examples(codes, path):
    count = (len(codes) - 1) // LENGTH
    x = codes[:count * LENGTH].reshape(count, LENGTH)
    target = codes[1:count * LENGTH + 1].reshape(count, LENGTH)
    np.savez(path, x=x, target=target)


def build(path):
    net = Network("x", [None, LENGTH], TensorProto.INT64)
    net.embedding(len(letters), WIDTH)
    if kind == "lstm":
        net.lstm(2 * WIDTH)
    else:
        net.node("Add", net.parameter("places", net.random.normal(0, 0.1, (LENGTH, WIDTH))))
        for _ in range(2):
            def attention():
                net.layer_norm()
                net.attention(4)

            def feed_forward():
                net.layer_norm()
                net.dense(4 * WIDTH)
                net.relu()
                net.dense(WIDTH)
            net.residual(attention)
            net.residual(feed_forward)
        net.layer_norm()
    net.dense(len(letters))
    net.save(path)


def write(path, count=200):
    """What the model goes on with, letter by letter."""
    model = swage.compile(path, dims={"batch": 1})
    random = np.random.default_rng(0)
    written = [letters.index(letter) for letter in "the program and its source code "]
    for _ in range(count):
        last = np.array(written[-LENGTH:])[None]
        scores = model(last)[0, -1].astype(np.float64) / 0.5
        chances = np.exp(scores - scores.max())
        written.append(random.choice(len(letters), p=chances / chances.sum()))
    return "".join(letters[code] for code in written)


import os
os.makedirs(folder, exist_ok=True)
split = len(codes) * 9 // 10
examples(codes[:split], f"{folder}/train.npz")
examples(codes[split:], f"{folder}/test.npz")
build(f"{folder}/{kind}.onnx")
data.train(f"{folder}/{kind}.onnx", "--data", f"{folder}/train.npz",
           "--val", f"{folder}/test.npz", "--loss", "cross-entropy,axis=-1",
           "--optimizer", "adamw", "--lr", "0.004", "--schedule", "cosine", "--clip-norm", "1",
           "--epochs", "20", "-o", f"{folder}/trained.onnx")
print(write(f"{folder}/trained.onnx"))
