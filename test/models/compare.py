#!/usr/bin/python3
"""Compares outputs with expected ones: the largest difference, relative to
the expected output's largest magnitude.

usage: compare.py ACTUAL_DIR EXPECTED_DIR [--tolerance T]

ACTUAL_DIR holds NAME.npy files; EXPECTED_DIR is a test data set of ONNX's
layout (output_*.pb) or a folder of .npy files as well. One line an output;
the exit status is 1 if any differs.
"""

import argparse
import pathlib
import sys
from typing import Dict, Optional

import numpy


def file_stem(output: str) -> str:
    return output.replace("/", "_").replace(":", "_")


def load_expected(folder: pathlib.Path) -> Dict[str, numpy.ndarray]:
    """Expected outputs by the stem of the file they are written to."""
    protos = sorted(folder.glob("output_*.pb"))
    if not protos:
        return {path.stem: numpy.load(path) for path in sorted(folder.glob("*.npy"))}
    import onnx
    from onnx import numpy_helper

    found = {}
    for path in protos:
        tensor = onnx.load_tensor(str(path))
        found[file_stem(tensor.name)] = numpy_helper.to_array(tensor)
    return found


def difference(actual: numpy.ndarray, expected: numpy.ndarray) -> float:
    """Largest difference relative to the largest finite magnitude expected.
    NaNs and infinities must be at the same places."""
    if expected.size == 0:
        return 0.0
    if expected.dtype.kind not in "fc":
        return 0.0 if numpy.array_equal(actual, expected) else float("inf")
    finite = numpy.isfinite(expected)
    same = (actual == expected) | (numpy.isnan(actual) & numpy.isnan(expected))
    if not numpy.all(same | finite) or not numpy.all(numpy.isfinite(actual[finite])):
        return float("inf")
    if not finite.any():
        return 0.0
    wide = expected[finite].astype(numpy.float64)
    largest = numpy.abs(actual[finite].astype(numpy.float64) - wide).max()
    scale = numpy.abs(wide).max()
    return float(largest / scale) if scale > 0 else float(largest)


def mismatch(
    actual: numpy.ndarray, expected: numpy.ndarray, tolerance: float
) -> Optional[str]:
    """Why `actual` is not `expected`, or None where it agrees."""
    if actual.shape != expected.shape:
        return f"shape {list(actual.shape)} where {list(expected.shape)} is expected"
    if actual.dtype != expected.dtype:
        return f"type {actual.dtype} where {expected.dtype} is expected"
    error = difference(actual, expected)
    if not error <= tolerance:
        return f"largest relative difference {error:.3g} is above {tolerance:g}"
    return None


def compare(actual: pathlib.Path, expected: pathlib.Path, tolerance: float) -> bool:
    """Prints one line an output; true if all agree."""
    wanted = load_expected(expected)
    if not wanted:
        print(f"fail {expected}: no expected outputs there")
        return False
    agrees = True
    for name, value in wanted.items():
        path = actual / f"{name}.npy"
        if not path.is_file():
            print(f"fail {name}: {path} was not written")
            agrees = False
            continue
        found = numpy.load(path)
        reason = mismatch(found, value, tolerance)
        if reason:
            print(f"fail {name}: {reason}")
            agrees = False
        else:
            print(f"pass {name}: relative difference {difference(found, value):.3g}")
    return agrees


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("actual", type=pathlib.Path)
    parser.add_argument("expected", type=pathlib.Path)
    parser.add_argument("--tolerance", type=float, default=1e-4)
    options = parser.parse_args()
    return 0 if compare(options.actual, options.expected, options.tolerance) else 1


if __name__ == "__main__":
    sys.exit(main())
