# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Word embeddings: each word is to be told from those around it (CBOW).

usage: embeddings.py [FOLDER]
"""

import collections
import os
import pathlib
import re
import sys

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

import data
from network import Network

WORDS, WIDTH, REACH = 400, 24, 3
folder = sys.argv[1] if len(sys.argv) > 1 else "embeddings"
os.makedirs(folder, exist_ok=True)
licences = sorted(pathlib.Path("/usr/share/common-licenses").glob("*"))
text = " ".join(path.read_text() for path in licences if not path.is_symlink())
words = re.findall("[a-z]+", text.lower())
known = [word for word, _ in collections.Counter(words).most_common(WORDS)]
numbers = {word: number for number, word in enumerate(known)}
codes = np.array([numbers[word] for word in words if word in numbers])
places = np.arange(REACH, len(codes) - REACH)
around = [offset for offset in range(-REACH, REACH + 1) if offset]
np.savez(f"{folder}/train.npz", x=np.stack([codes[places + offset] for offset in around], 1),
         target=codes[places])

net = Network("x", [None, 2 * REACH], TensorProto.INT64)
net.embedding(WORDS, WIDTH, name="words")
net.node("ReduceMean", axes=[1], keepdims=0)
net.shape = [None, WIDTH]
net.dense(WORDS)
net.save(f"{folder}/cbow.onnx")
data.train(f"{folder}/cbow.onnx", "--data", f"{folder}/train.npz", "--optimizer", "adam",
           "--lr", "0.01", "--schedule", "cosine", "--batch", "256", "--epochs", "8",
           "-o", f"{folder}/trained.onnx")

model = onnx.load(f"{folder}/trained.onnx")
table = next(numpy_helper.to_array(tensor) for tensor in model.graph.initializer
             if tensor.name == "words.weight")
table = table / np.linalg.norm(table, axis=1, keepdims=True)
for word in ("shall", "program", "warranty", "your"):
    near = np.argsort(-table @ table[numbers[word]])[1:5]
    print(f"{word}: " + ", ".join(known[number] for number in near))
