# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Times steps of training beside PyTorch's, alternately in one run.

usage: training.py [--threads N] [--seconds S] [NAME...], with PYTHONPATH=runtime/python
       training.py --memory [--threads N] [NAME...], with `swage` on the PATH too
       training.py --head [--threads N] [--seconds S]

A step is forward, backward, and SGD with momentum. PyTorch needs a fast BLAS
(libopenblas0-pthread) to be a peer. With --memory, the largest resident memory
of processes that make some steps: an executable of `swage compile --train`, and
a program of PyTorch. With --head, the time of steps that train the last layer of
ResNet-50 alone, beside inference of the same batch.
"""

import argparse
import os
import io
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--head", action="store_true")
    # What --memory starts.
    parser.add_argument("--steps", type=int, default=0, help=argparse.SUPPRESS)
    return parser.parse_args()


ARGUMENTS = parse()
# Read when OpenBLAS is loaded; PyTorch's own setting does not reach it.
os.environ["OPENBLAS_NUM_THREADS"] = str(ARGUMENTS.threads)

import torch  # noqa: E402
from torch import nn
import torch.nn.functional as F

if not ARGUMENTS.steps:
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


def make(name):
    torch.manual_seed(0)
    network, x, target, axis = NETWORKS[name]()
    return network.train(), x, target, axis


def export(network, x, mode=torch.onnx.TrainingMode.TRAINING):
    file = io.BytesIO()
    torch.onnx.export(network, (x,), file, training=mode, do_constant_folding=False,
                      opset_version=14, input_names=["x"])
    return file.getvalue()


def make_reference(network, x, target, axis):
    optimizer = torch.optim.SGD(network.parameters(), 1e-3, momentum=0.9)

    def reference():
        optimizer.zero_grad()
        F.cross_entropy(network(x).movedim(axis, 1), target).backward()
        optimizer.step()
    return reference


def prepare(name, threads):
    """Two functions that make one step each."""
    network, x, target, axis = make(name)
    step = swage.compile_train(export(network, x), loss=f"cross-entropy,axis={axis}",
                               optimizer="momentum", threads=threads)
    arrays = x.numpy(), target.numpy()
    return lambda: step(*arrays, lr=1e-3), make_reference(network, x, target, axis)


def measure(functions, seconds):
    """Times of each, in milliseconds, called in turns."""
    for function in functions:
        function(), function()
    times, end = [[] for _ in functions], time.perf_counter() + seconds
    while time.perf_counter() < end:
        for function, list_ in zip(functions, times):
            begin = time.perf_counter()
            function()
            list_.append(1e3 * (time.perf_counter() - begin))
    return times


def measure_head():
    """Training the last layer of ResNet-50 against inference."""
    import torchvision

    torch.manual_seed(0)
    network = torchvision.models.resnet50(num_classes=10).eval()
    x, target = torch.randn(4, 3, 224, 224), torch.randint(0, 10, (4,))
    contents = export(network, x, torch.onnx.TrainingMode.PRESERVE)
    step = swage.compile_train(contents, optimizer="momentum", train_only=["fc.*"],
                               threads=ARGUMENTS.threads)
    model = swage.compile(contents, threads=ARGUMENTS.threads)
    arrays = x.numpy(), target.numpy()
    own, other = measure((lambda: step(*arrays, lr=1e-3), lambda: model(arrays[0])),
                         ARGUMENTS.seconds)
    ratio = statistics.median(own) / statistics.median(other)
    print(f"head of ResNet-50, batch 4, {ARGUMENTS.threads} thread(s): step "
          f"{statistics.median(own):.1f} ms, inference {statistics.median(other):.1f} ms, "
          f"ratio {ratio:.2f}")


STEPS = 4  # that --memory makes


# Starts a command from a small process: what one is forked from counts as its own.
LAUNCHER = """
import os, sys
process = os.spawnv(os.P_NOWAIT, sys.argv[1], sys.argv[1:])
_, status, usage = os.wait4(process, 0)
print(usage.ru_maxrss, file=sys.stderr)
sys.exit(status != 0)
"""


def peak(*command):
    """The largest resident memory of a command, in MB."""
    result = subprocess.run([sys.executable, "-S", "-c", LAUNCHER, *command], check=True,
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    return int(result.stderr.split()[-1]) / 1024


def measure_memory(name):
    import numpy

    network, x, target, axis = make(name)
    threads = str(ARGUMENTS.threads)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        (path / "net.onnx").write_bytes(export(network, x))
        numpy.save(path / "x.npy", x.numpy())
        numpy.save(path / "target.npy", target.numpy())
        subprocess.run(["swage", "compile", path / "net.onnx", "--train", "--loss",
                        f"cross-entropy,axis={axis}", "--optimizer", "momentum", "-o",
                        path / "net"], check=True)
        own = peak(path / "net", "--data", f"x={path}/x.npy", "--data",
                   f"target={path}/target.npy", "--epochs", str(STEPS), "--threads", threads)
    other, empty = (peak(sys.executable, __file__, "--threads", threads, "--steps", steps, name)
                    for steps in (str(STEPS), "-1"))
    print(f"{name}: largest memory Swage {own:.0f} MB, PyTorch {other:.0f} MB, of them "
          f"{empty:.0f} MB before the first step; PyTorch/Swage {other / own:.2f}")


def main():
    torch.set_num_threads(ARGUMENTS.threads)
    if ARGUMENTS.head:
        return measure_head()
    for name in ARGUMENTS.names or NETWORKS:
        if ARGUMENTS.memory:
            measure_memory(name)
        elif ARGUMENTS.steps:
            reference = make_reference(*make(name))
            for _ in range(ARGUMENTS.steps):
                reference()
        else:
            times = measure(prepare(name, ARGUMENTS.threads), ARGUMENTS.seconds)
            own, other = map(statistics.median, times)
            print(f"{name}, {ARGUMENTS.threads} thread(s): Swage {own:.3f} ms (least "
                  f"{min(times[0]):.3f}), PyTorch {other:.3f} ms (least {min(times[1]):.3f}), "
                  f"PyTorch/Swage {other / own:.2f}")


if __name__ == "__main__":
    main()
