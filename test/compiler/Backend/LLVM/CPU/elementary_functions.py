# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Compares elementary functions of compiled models, and the activations that are
computed as a whole, with numpy in double precision, over a sample of all f32
values, and prints the largest error in units in the last place (ULP)."""

import math
import pathlib
import subprocess
import sys
from typing import Callable, NamedTuple

import numpy
import onnx
from onnx import TensorProto, helper

erf = numpy.vectorize(math.erf)


def sigmoid(x: numpy.ndarray) -> numpy.ndarray:
    return 1 / (1 + numpy.exp(-x))


class Function(NamedTuple):
    """An operator of ONNX, or a product of x with one."""

    exact: Callable[[numpy.ndarray], numpy.ndarray]
    allowed: float  # ULPs
    operator: str = ""  # empty: the function's own name
    times_x: bool = False
    # What an ULP is at least, for x: results that matter as sums only.
    unit: Callable[[numpy.ndarray], numpy.ndarray] = numpy.zeros_like


FUNCTIONS = {
    "Exp": Function(numpy.exp, 1),
    "Log": Function(numpy.log, 1),
    "Tanh": Function(numpy.tanh, 1.5),
    "Erf": Function(erf, 1.5),
    "Asinh": Function(numpy.arcsinh, 2),
    "Acosh": Function(numpy.arccosh, 1.5),
    "Atanh": Function(numpy.arctanh, 1.5),
    # No result is subnormal, and none is left where e^-x overflows.
    "Sigmoid": Function(sigmoid, 2, unit=lambda x: numpy.full_like(x, 2.0**-127)),
    "Silu": Function(
        lambda x: x * sigmoid(x),
        2,
        "Sigmoid",
        times_x=True,
        unit=lambda x: numpy.full_like(x, 2.0**-122),
    ),
    # 1 + erf(x / sqrt(2)) is good to 2^-22.
    "Gelu": Function(
        lambda x: x / 2 * (1 + erf(x / math.sqrt(2))),
        2,
        unit=lambda x: numpy.abs(x) * 2.0**-24,
    ),
}


def sample() -> numpy.ndarray:
    """Every 21011th float, and all that a function may treat on its own."""
    patterns = numpy.arange(0, 1 << 32, 21011, dtype=numpy.uint64).astype(numpy.uint32)
    near = [0.25, 0.5, 0.625, 0.75, 0.9375, 1, 1.5, 1.75, 2, 4, 65536, 88.72, 104]
    edges = numpy.array(near, numpy.float32).view(numpy.uint32)
    around = (edges[:, None] + numpy.arange(-200, 201, dtype=numpy.int64)).ravel()
    special = numpy.array([0, math.inf, math.nan], numpy.float32).view(numpy.uint32)
    positive = numpy.concatenate([around.astype(numpy.uint32), special])
    both = numpy.concatenate([positive, positive | numpy.uint32(1 << 31)])
    return numpy.concatenate([patterns, both]).view(numpy.float32)


def write_model(path: pathlib.Path, size: int) -> None:
    """A model with one output per function."""
    value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [size])
    nodes = []
    for name, function in FUNCTIONS.items():
        result = f"{name}_factor" if function.times_x else name
        nodes.append(helper.make_node(function.operator or name, ["x"], [result]))
        if function.times_x:
            nodes.append(helper.make_node("Mul", ["x", result], [name]))
    graph = helper.make_graph(
        nodes, "functions", [value("x")], [value(name) for name in FUNCTIONS]
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)])
    model.ir_version = 9
    onnx.save(model, str(path))


def errors(got: numpy.ndarray, want: numpy.ndarray, least: numpy.ndarray) -> numpy.ndarray:
    """Distances in ULPs of the exact values, an ULP being no less than `least`;
    infinite where one of them is not finite and the other is not the same."""
    rounded = want.astype(numpy.float32)
    same = (got == rounded) | (numpy.isnan(got) & numpy.isnan(rounded))
    finite = numpy.isfinite(got) & numpy.isfinite(rounded)
    distance = numpy.full(got.shape, numpy.inf)
    unit = numpy.spacing(numpy.abs(rounded[finite])).astype(numpy.float64)
    unit = numpy.maximum(unit, least[finite])
    distance[finite] = numpy.abs(got[finite].astype(numpy.float64) - want[finite]) / unit
    distance[same & ~finite] = 0
    return distance


def main() -> int:
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    x = sample()
    write_model(folder / "model.onnx", x.size)
    numpy.save(folder / "x.npy", x)
    command = ["swage", "run", "model.onnx", "--input", "x=x.npy", "--output-dir", "."]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    failures = 0
    numpy.seterr(all="ignore")
    exact = x.astype(numpy.float64)
    for name, (function, allowed, _, _, unit) in FUNCTIONS.items():
        got = numpy.load(folder / f"{name}.npy")
        distance = errors(got, function(exact), unit(exact))
        worst = int(distance.argmax())
        fine = distance[worst] <= allowed
        failures += not fine
        print(
            f"{'ok' if fine else 'FAILED'}: {name} within {distance[worst]:.2f} ULP"
            f" of {allowed}; worst at {x[worst]:.9g}: {got[worst]:.9g}"
        )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
