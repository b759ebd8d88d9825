# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Compares convolutions by Winograd's forms, and direct ones, with float64.

usage: winograd_numbers.py SWAGE FOLDER

Each is a model of its own: the shapes are such that the cost model picks one
form after the other. Errors are relative to the largest magnitude.
"""

import pathlib
import re
import subprocess
import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

# Image's channels, height and width; filters; window; padding; stride; the
# points of the form; the most that the error may be.
CASES = [
    (64, 30, 29, 64, (3, 3), (1, 1), 1, "[468]x[468]", 1.5e-5),
    (192, 7, 7, 192, (3, 3), (1, 1), 1, "[468]x[468]", 1.5e-5),
    (48, 35, 33, 64, (5, 5), (2, 2), 1, "[68]x[68]", 1e-5),
    (64, 17, 17, 48, (1, 7), (0, 3), 1, "1x[0-9]+", 1.5e-5),
    (72, 17, 17, 48, (7, 1), (3, 0), 1, "[0-9]+x1", 1.5e-5),
    (64, 9, 8, 96, (3, 1), (1, 0), 1, "[468]x1", 4e-6),
    (64, 56, 55, 128, (3, 3), (1, 1), 2, "[5-9]x[5-9]", 4e-6),
    (64, 35, 34, 96, (5, 5), (2, 2), 2, "[579]x[579]", 8e-6),
    (64, 17, 41, 64, (1, 7), (0, 3), 2, "1x(9|11|13|15)", 1e-5),
]
DIRECT = 4e-6


def direct(x, w, b, pads, stride):
    """The sum as it is defined, in float64."""
    x = numpy.pad(x.astype(float), ((0, 0), (0, 0), (pads[0],) * 2, (pads[1],) * 2))
    height, width = ((x.shape[2 + i] - w.shape[2 + i]) // stride + 1 for i in (0, 1))
    y = numpy.zeros((1, w.shape[0], height, width)) + b.astype(float)[:, None, None]
    for i in range(w.shape[2]):
        for j in range(w.shape[3]):
            rows, columns = (slice(k, k + stride * (n - 1) + 1, stride)
                             for k, n in ((i, height), (j, width)))
            part = x[:, :, rows, columns]
            y += numpy.einsum("nchw,kc->nkhw", part, w[:, :, i, j].astype(float))
    return y


def main():
    swage, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    random = numpy.random.default_rng(7)
    for channels, height, width, filters, window, pads, stride, points, most in CASES:
        x = random.uniform(-1, 1, (1, channels, height, width)).astype("f")
        w = random.uniform(-1, 1, (filters, channels, *window)).astype("f")
        b = random.uniform(-1, 1, filters).astype("f")
        expected = direct(x, w, b, pads, stride)
        node = helper.make_node("Conv", ["x", "w", "b"], ["y"],
                                pads=[*pads, *pads], strides=[stride, stride])
        graph = helper.make_graph(
            [node],
            "conv",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, x.shape)],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, expected.shape)],
            [numpy_helper.from_array(w, "w"), numpy_helper.from_array(b, "b")],
        )
        opset = helper.make_opsetid("", 13)
        model = helper.make_model(graph, opset_imports=[opset], ir_version=8)
        path = folder / "conv.onnx"
        onnx.save(model, path)
        numpy.save(folder / "x.npy", x)
        shown = subprocess.run(
            [swage, "compile", path, "--emit=mlir", "--stop-after=kernels", "-o", "-"],
            check=True, capture_output=True, text=True)
        assert "kernel.schedule<winograd" in shown.stdout, window
        name = rf"constant_contraction_{points}x"
        assert re.search(name, shown.stdout), (window, points)
        for backend, limit in (("", most), ("llvm", DIRECT)):
            choice = [f"--backend={backend}"] if backend else []
            subprocess.run(
                [swage, "run", path, "--input", f"x={folder}/x.npy",
                 "--output-dir", folder, *choice],
                check=True, capture_output=True)
            y = numpy.load(folder / "y.npy")
            error = abs(y - expected).max() / abs(expected).max()
            print(f"{window} {backend or 'auto'}: error {error:.1e}")
            assert y.shape == expected.shape and error < limit, (window, error)


if __name__ == "__main__":
    main()
