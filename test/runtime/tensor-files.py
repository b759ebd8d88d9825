# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Compares the runtime's tensor files with NumPy's and ONNX's own readers.

usage: tensor-files.py SWAGE-TENSOR-COPY [FOLDER]

FOLDER has ONNX tensors (*.pb) anywhere below it; SWAGE_ONNX_DATA names more.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import onnx
from onnx import numpy_helper

TYPES = "f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 ?".split() + ["c8", "c16"]
SHAPES = [(), (1,), (5,), (2, 3), (3, 1, 4), (0, 4), (2, 1, 2, 3, 1)]


def arrays():
    """Arrays of every type, in both memory orders and byte orders."""
    random = np.random.default_rng(0)
    for code in TYPES:
        for shape in SHAPES:
            values = (random.random(shape) * 100 - 20 * (code[0] in "fic")).astype(code)
            if code[0] == "c":
                values = values + values * 1j
                values = values.astype(code)
            yield values
            yield np.asfortranarray(values)
            yield values.astype(values.dtype.newbyteorder(">"))
    yield np.array([["a", "b€"], ["", "\U0001f600xyz"]])
    yield np.asfortranarray(np.array([["a", "b€"], ["", "\U0001f600xyz"]]))
    yield np.array(["ü"]).astype(">U1")
    yield np.array([b"abc", b"", b"\xff\xfe"])


def same(a, b):
    if a.dtype.kind in "SU":
        return a.shape == b.shape and a.tolist() == b.tolist()
    a = a.astype(a.dtype.newbyteorder("="))
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def copy(tool, pairs):
    """Runs the tool on many pairs of files; returns what it says on stderr."""
    said = ""
    for i in range(0, len(pairs), 500):
        command = [tool] + [str(path) for pair in pairs[i : i + 500] for path in pair]
        said += subprocess.run(command, capture_output=True, text=True).stderr
    return said


def check_npy(tool, folder):
    pairs, expected = [], []
    for i, array in enumerate(arrays()):
        pairs.append((folder / f"{i}.npy", folder / f"{i}.copy.npy"))
        expected.append(array)
        np.save(pairs[-1][0], array)
    said = copy(tool, pairs)
    assert not said, said
    for (_, to), array in zip(pairs, expected):
        assert same(array, np.load(to)), f"{array!r} became {np.load(to)!r}"
    print(f"{len(pairs)} arrays agree")


def read_pb(path):
    """The tensor in a file; None where ONNX's reader knows no such tensor."""
    tensor = onnx.TensorProto()
    try:
        tensor.ParseFromString(path.read_bytes())
        if tensor.data_type == onnx.TensorProto.BFLOAT16 or tensor.data_type > 16:
            return None
        array = numpy_helper.to_array(tensor)
        if tensor.data_type == onnx.TensorProto.STRING and array.size == 0:
            return array.astype("U1")  # older readers make floats of it
        return array
    except Exception:  # sequences, optional values and newer types
        return None


def check_pb(tool, folder, sources):
    pairs, expected = [], []
    for source in sources:
        for path in sorted(pathlib.Path(source).rglob("*.pb")):
            array = read_pb(path)
            if array is not None:
                pairs.append((path, folder / f"pb{len(pairs)}.npy"))
                expected.append(array)
    said = copy(tool, pairs)
    assert not said, said
    for (path, to), array in zip(pairs, expected):
        if array.dtype == object:
            array = np.array([b if isinstance(b, str) else b.decode() for b in array.flat]).reshape(array.shape)
        assert same(array, np.load(to)), f"{path}: {array!r} became {np.load(to)!r}"
    print(f"{len(pairs)} ONNX tensors agree")


def main():
    tool, sources = sys.argv[1], sys.argv[2:]
    if "SWAGE_ONNX_DATA" in os.environ:
        sources.append(os.environ["SWAGE_ONNX_DATA"])
    with tempfile.TemporaryDirectory() as folder:
        check_npy(tool, pathlib.Path(folder))
        check_pb(tool, pathlib.Path(folder), sources)


main()
