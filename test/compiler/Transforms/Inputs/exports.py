# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Exports a PyTorch module with open lengths, runs it, and compares."""

import subprocess
import warnings

import numpy
import onnx
import onnx.helper
import torch

LENGTH = 40  # the size that is left open


def compiled(path, phase):
    """The module after a phase, as text."""
    command = ["swage", "compile", path, "--emit=mlir", f"--stop-after={phase}", "-o", "-"]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def export(module, given, opset, path):
    """Writes the module; returns its result."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = module(*given.values())
        torch.onnx.export(
            module,
            tuple(given.values()),
            str(path),
            input_names=list(given),
            output_names=["y"],
            opset_version=opset,
            dynamic_axes={n: {list(v.shape).index(LENGTH): "s"} for n, v in given.items()},
        )
    return expected.detach().numpy()


def raise_version(path, opset):
    """Makes operators of the domain `later` those of the standard's version."""
    model = onnx.load(path)
    for node in model.graph.node:
        node.domain = "" if node.domain == "later" else node.domain
    del model.opset_import[:]
    model.opset_import.append(onnx.helper.make_opsetid("", opset))
    onnx.save(model, path)


def check(name, module, given, opset, folder):
    """Exports and runs; returns the model's path and how close the result is. What
    PyTorch cannot export yet is exported in version 17 and brought to `opset`."""
    path = folder / f"{name}-{opset}.onnx"
    expected = export(module.eval(), given, min(opset, 17), path)
    if opset > 17:
        raise_version(path, opset)
    flags = []
    for key, value in given.items():
        numpy.save(folder / f"{name}.{key}.npy", value.numpy())
        flags.append(f"--input={key}={folder}/{name}.{key}.npy")
    command = ["swage", "run", path, *flags, "-O", "1", "--output-dir", folder / name]
    subprocess.run(command, check=True)
    error = abs(numpy.load(folder / name / "y.npy") - expected).max()
    limit = 2e-6 * max(1, abs(expected).max())
    return path, "close" if error <= limit else f"wrong by {error:.2g}"
