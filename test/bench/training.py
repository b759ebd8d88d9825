# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Times steps of training beside PyTorch's, alternately in one run.

usage: training.py [--threads N] [--seconds S] [NAME...], with PYTHONPATH=runtime/python

A step is forward, backward, and SGD with momentum. PyTorch needs a fast BLAS
(libopenblas0-pthread) to be a peer.
"""

import argparse
import os
import io
import statistics
import time


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=5)
    return parser.parse_args()


ARGUMENTS = parse()
# Read when OpenBLAS is loaded; PyTorch's own setting does not reach it.
os.environ["OPENBLAS_NUM_THREADS"] = str(ARGUMENTS.threads)

import torch  # noqa: E402
from torch import nn
import torch.nn.functional as F

import swage


def mlp():
    network = nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 256), nn.ReLU(),
                            nn.Linear(256, 10))
    return network, torch.randn(64, 784), torch.randint(0, 10, (64,)), 1


def cnn():
    network = nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 32, 3, padding=1), nn.ReLU(),
        nn.MaxPool2d(2), nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(64 * 49, 10))
    return network, torch.randn(32, 1, 28, 28), torch.randint(0, 10, (32,)), 1


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(256, 512, batch_first=True)
        self.head = nn.Linear(512, 32)

    def forward(self, x):
        return self.head(self.lstm(x)[0])


def lstm():
    return Tagger(), torch.randn(8, 64, 256), torch.randint(0, 32, (8, 64)), -1


class Block(nn.Module):
    """A layer of a Transformer, spelled out as exporters want it."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attend, self.project = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.expand, self.contract = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        batch, length, width = x.shape
        parts = self.attend(self.norm1(x)).reshape(batch, length, 3, self.heads, -1)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        scores = query @ key.transpose(-1, -2) * (width // self.heads) ** -0.5
        mixed = (scores.softmax(-1) @ value).transpose(1, 2).reshape(batch, length, width)
        x = x + self.project(mixed)
        return x + self.contract(F.gelu(self.expand(self.norm2(x))))


def transformer():
    network = nn.Sequential(*(Block(256, 8) for _ in range(4)), nn.Linear(256, 64))
    return network, torch.randn(4, 128, 256), torch.randint(0, 64, (4, 128)), -1


def resnet18():
    import torchvision

    network = torchvision.models.resnet18(num_classes=10)
    return network, torch.randn(8, 3, 64, 64), torch.randint(0, 10, (8,)), 1


NETWORKS = {"mlp": mlp, "cnn": cnn, "resnet18": resnet18, "transformer": transformer,
            "lstm": lstm}


def prepare(name, threads):
    """Two functions that make one step each."""
    torch.manual_seed(0)
    network, x, target, axis = NETWORKS[name]()
    file = io.BytesIO()
    torch.onnx.export(network.train(), (x,), file, training=torch.onnx.TrainingMode.TRAINING,
                      do_constant_folding=False, opset_version=14)
    step = swage.compile_train(file.getvalue(), loss=f"cross-entropy,axis={axis}",
                               optimizer="momentum", threads=threads)
    arrays = x.numpy(), target.numpy()
    optimizer = torch.optim.SGD(network.parameters(), 1e-3, momentum=0.9)

    def reference():
        optimizer.zero_grad()
        F.cross_entropy(network(x).movedim(axis, 1), target).backward()
        optimizer.step()
    return lambda: step(*arrays, lr=1e-3), reference


def main():
    arguments = ARGUMENTS
    torch.set_num_threads(arguments.threads)
    for name in arguments.names or NETWORKS:
        functions = prepare(name, arguments.threads)
        for function in functions:
            function(), function()
        times, end = ([], []), time.perf_counter() + arguments.seconds
        while time.perf_counter() < end:
            for function, list_ in zip(functions, times):
                begin = time.perf_counter()
                function()
                list_.append(1e3 * (time.perf_counter() - begin))
        own, other = map(statistics.median, times)
        print(f"{name}, {arguments.threads} thread(s): Swage {own:.3f} ms (least "
              f"{min(times[0]):.3f}), PyTorch {other:.3f} ms (least {min(times[1]):.3f}), "
              f"PyTorch/Swage {other / own:.2f}")


if __name__ == "__main__":
    main()
