# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Real data that Debian packages carry, as .npz files for swage train."""

import pathlib
import subprocess

import numpy as np


def digits(folder, classes=range(10), limit=None, size=8, label=None):
    """scikit-learn's handwritten digits, 8 by 8: train.npz and test.npz in
    `folder`. Digits of `classes` only, at most `limit` for training; larger
    pictures are made by repeating pixels; `label` turns digits into targets."""
    from sklearn.datasets import load_digits
    data = load_digits()
    order = np.random.default_rng(0).permutation(len(data.target))
    images = (data.images[order] / 8 - 1).astype(np.float32)[:, None]
    target = data.target[order].astype(np.int64)
    chosen = np.isin(target, list(classes))
    images, target = images[chosen], target[chosen]
    target = label(target) if label else np.searchsorted(sorted(classes), target)
    images = images.repeat(size // 8, 2).repeat(size // 8, 3)
    split = len(target) * 4 // 5
    end = min(split, limit) if limit else split
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / "train.npz", x=images[:end], target=target[:end])
    np.savez(folder / "test.npz", x=images[split:], target=target[split:])


def text():
    """A text that every Debian system has, in lower case."""
    path = pathlib.Path("/usr/share/common-licenses/GPL-3")
    return " ".join(path.read_text().lower().split())


def train(*arguments):
    """Runs the command `swage train` and shows it."""
    command = ["swage", "train", *map(str, arguments)]
    print("$ " + " ".join(command), flush=True)
    subprocess.run(command, check=True)
