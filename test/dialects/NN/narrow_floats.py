#!/usr/bin/env python3
# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Checks casts to and from floats of eight bits and fewer against tables.

The tables hold every number of a type, by its definition; a cast must find the
nearest, and the even code of two that are equally near.
"""
import pathlib
import subprocess
import sys

import numpy
from onnx import TensorProto, helper, save

FLOAT = TensorProto.FLOAT


def table(exponent, mantissa, bias, last):
    """The numbers of the codes 0 to `last`, which have no sign."""
    numbers = []
    for code in range(last + 1):
        field, rest = code >> mantissa, code & ((1 << mantissa) - 1)
        if field == 0:
            numbers.append(rest * 2.0 ** (1 - bias - mantissa))
        else:
            numbers.append((1 + rest * 2.0**-mantissa) * 2.0 ** (field - bias))
    return numpy.array(numbers)


# By name: the number in ONNX, the table, and what is too large without
# saturation.
TYPES = {
    "e4m3fn": (17, table(4, 3, 7, 0x7E), numpy.nan),
    "e4m3fnuz": (18, table(4, 3, 8, 0x7F), numpy.nan),
    "e5m2": (19, table(5, 2, 15, 0x7B), numpy.inf),
    "e5m2fnuz": (20, table(5, 2, 16, 0x7F), numpy.nan),
    "e2m1": (23, table(2, 1, 1, 0x7), 6.0),
}


def expect(values, numbers, overflow, saturate):
    """The nearest of `numbers` to each value."""
    # What would be the next number tells what rounds to the largest.
    step = numbers[-1] - numbers[-2]
    extended = numpy.append(numbers, numbers[-1] + step)
    results = []
    for value in values:
        if numpy.isnan(value):
            results.append(numpy.nan)
            continue
        magnitude = min(abs(float(value)), extended[-1])
        distances = numpy.abs(extended - magnitude)
        near = numpy.flatnonzero(distances == distances.min())
        code = next((c for c in near if c % 2 == 0), near[0])
        if code == len(numbers):
            number = numbers[-1] if saturate else overflow
        else:
            number = numbers[code]
        results.append(numpy.copysign(number, value))
    return numpy.array(results, numpy.float32)


def expect_powers(values, rounding, saturate):
    """The powers of two of float8e8m0."""
    fraction, exponent = numpy.frexp(numpy.abs(values.astype(numpy.float64)))
    power = exponent - 1  # values are fraction * 2**exponent, fraction >= 0.5
    if rounding == "up":
        power = power + (fraction > 0.5)
    elif rounding == "nearest":
        power = power + (fraction >= 0.75)
    if saturate:
        power = numpy.minimum(power, 127)
    results = numpy.where(power > 127, numpy.nan, 2.0 ** numpy.minimum(power, 127))
    return numpy.where(numpy.isfinite(values), results, numpy.nan)


def run(folder, values, kind, **attributes):
    """The values cast to a type and back."""
    graph = helper.make_graph(
        [
            helper.make_node("Cast", ["x"], ["narrow"], to=kind, **attributes),
            helper.make_node("Cast", ["narrow"], ["y"], to=FLOAT),
        ],
        "casts",
        [helper.make_tensor_value_info("x", FLOAT, values.shape)],
        [helper.make_tensor_value_info("y", FLOAT, values.shape)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 25)])
    save(model, folder / "model.onnx")
    numpy.save(folder / "x.npy", values)
    subprocess.run(
        ["swage", "run", folder / "model.onnx", "--input", f"x={folder / 'x.npy'}"]
        + ["--output-dir", folder],
        check=True,
    )
    return numpy.load(folder / "y.npy")


def compare(name, values, actual, expected):
    wrong = ~((actual == expected) | (numpy.isnan(actual) & numpy.isnan(expected)))
    for value, got, want in list(zip(values[wrong], actual[wrong], expected[wrong]))[:5]:
        print(f"{name}: {value!r} became {got!r}, expected {want!r}")
    return int(wrong.any())


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    failures = 0
    special = [numpy.inf, numpy.nan, 1e38, 1e-40, 0.0]
    for name, (kind, numbers, overflow) in TYPES.items():
        middles = (numbers[1:] + numbers[:-1]) / 2
        above = [numbers[-1] * f for f in (1.01, 1.03, 1.06, 1.1, 1.2, 1.5, 4)]
        values = numpy.array([*numbers, *middles, *above, *special], numpy.float32)
        values = numpy.concatenate(
            [values, numpy.nextafter(values, 0), numpy.nextafter(values, numpy.inf)]
        ).astype(numpy.float32)
        values = numpy.concatenate([values, -values])
        for saturate in (0, 1):
            actual = run(folder, values, kind, saturate=saturate)
            expected = expect(values, numbers, overflow, saturate)
            if name == "e2m1":  # which has no NaN: what becomes of it is open
                expected = numpy.where(numpy.isnan(values), actual, expected)
            failures += compare(f"{name}, saturate={saturate}", values, actual, expected)

    powers = 2.0 ** numpy.arange(-126, 128)
    values = numpy.concatenate([powers, powers * 1.25, powers * 1.5, powers * 1.75])
    values = numpy.append(values, [numpy.inf, numpy.nan, 3.4028235e38])
    values = values.astype(numpy.float32)
    for rounding in ("up", "down", "nearest"):
        for saturate in (0, 1):
            actual = run(
                folder, values, 24, saturate=saturate, round_mode=rounding
            )
            expected = expect_powers(values, rounding, saturate)
            name = f"e8m0, {rounding}, saturate={saturate}"
            failures += compare(name, values, actual, expected)
    print("wrong" if failures else "all numbers are as defined")
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
