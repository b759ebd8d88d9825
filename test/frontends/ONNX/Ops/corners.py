# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Corners of operators: what old versions did, and what limits and empty lists do.

Expected values follow the standard's text, computed with numpy.
"""
import sys

import numpy
from cases import Suite, random


def old_batch_norm(suite):
    """Before version 9: statistics of each place, and those of the batch."""
    x = random(3, 2, 4)
    for shape, axes in (((2, 4), (0,)), ((2,), (0, 2))):
        spread = (lambda v: v) if len(shape) == 2 else (lambda v: v[:, None])
        scale, bias, mean = (random(*shape, seed=i) for i in (1, 2, 3))
        variance = abs(random(*shape, seed=4)) + numpy.float32(0.5)
        spatial = len(shape) == 1

        def normal(mean, variance):
            factor = spread(scale / numpy.sqrt(variance + numpy.float32(0.01)))
            return (x - spread(mean)) * factor + spread(bias)

        parameters = [x, scale, bias, mean, variance]
        suite.add("BatchNormalization", parameters, [normal(mean, variance)],
                  spatial=spatial, epsilon=0.01)
        own = x.mean(axes), x.var(axes)
        moved = [numpy.float32(0.7) * old + numpy.float32(0.3) * new
                 for old, new in zip((mean, variance), own)]
        suite.add("BatchNormalization", parameters, [normal(*own), *moved, *own],
                  spatial=spatial, epsilon=0.01, momentum=0.7)


def selections(suite):
    """Places of scalars have no coordinates; no limit selects no box."""
    for value, count in ((3, 1), (0, 0)):
        suite.add("NonZero", [numpy.float32(value)], [numpy.zeros((0, count), "int64")])
    boxes, scores = abs(random(1, 4, 4)), abs(random(1, 2, 4))
    nothing = numpy.zeros((0, 3), "int64")
    suite.add("Unique", [random(0, 3)], [random(0)] + [numpy.zeros(0, "int64")] * 3)
    suite.add("NonMaxSuppression", [boxes, scores], [nothing])
    zero = numpy.array([0], "int64")
    suite.add("NonMaxSuppression", [boxes, scores, zero], [nothing])
    suite.add("NonMaxSuppression", [boxes, scores, zero], [nothing], constant=(2,))


def pads(suite):
    """What wraps is what is left after cutting."""
    x = random(4, 5)
    for before, after in (((0, -2), (3, 4)), ((-1, 3), (5, -2)), ((-2, 1), (-1, 2))):
        cut = x[max(0, -before[0]):4 + min(0, after[0]), max(0, -before[1]):5 + min(0, after[1])]
        width = [(max(0, b), max(0, a)) for b, a in zip(before, after)]
        counts = numpy.array(before + after, "int64")
        for constant in ((), (1,)):
            suite.add("Pad", [x, counts], [numpy.pad(cut, width, "wrap")],
                      constant=constant, mode="wrap")


def cubic(row, x, clamp):
    """Interpolates in a row at x, whose pixels go on beyond the ends."""
    a, last = -0.75, len(row) - 1
    if clamp:
        x = min(max(x, 0), last)
    base = int(numpy.floor(x))
    total = 0
    for place in range(base - 1, base + 3):
        d = abs(x - place)
        near = ((a + 2) * d - (a + 3)) * d * d + 1
        far = ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
        total += (near if d <= 1 else far) * row[min(max(place, 0), last)]
    return total


def borders(suite):
    """Points are moved to the border when they are outside of the image, to which
    half a pixel around the outermost places belongs without align_corners."""
    row = random(1, 1, 1, 5)
    points = numpy.float32([-1.6, -1.05, -0.95, -0.85, -0.2, 0.4, 0.93, 1.02, 2.5])
    grid = numpy.stack([points, numpy.zeros_like(points)], -1)[None, None]
    for align in (0, 1):
        places = (points + 1) / 2 * 4 if align else ((points + 1) * 5 - 1) / 2
        low, high = (0, 4) if align else (-0.5, 4.5)
        expected = [cubic(row[0, 0, 0], x, not low <= x <= high) for x in places]
        suite.add("GridSample", [row, grid],
                  [numpy.array(expected, "float32").reshape(1, 1, 1, -1)],
                  mode="cubic", padding_mode="border", align_corners=align)


def quotients(suite):
    """Narrow numbers are divided as their type has it: the quotient is rounded to
    the type before it is rounded to a whole number."""
    x = (random(40) * 100).astype("float16")
    for scale in (0.37, 1.23):
        scale, zero = numpy.float16(scale), numpy.uint8(100)
        rounded = numpy.rint(x / scale)
        suite.add("QuantizeLinear", [x, scale, zero],
                  [(rounded.astype("int32") + 100).clip(0, 255).astype("uint8")])
        # Zero points beyond what the type holds are added exactly.
        zero = numpy.uint16(40001)
        suite.add("QuantizeLinear", [x, scale, zero],
                  [(rounded.astype("int32") + 40001).clip(0, 65535).astype("uint16")])


def symmetric(suite):
    """A place that is whole by the standard's formula is whole."""
    x = random(1, 1, 3)
    suite.add("Resize", [x, None, numpy.float32([1, 1, 1.5])], [x[:, :, [0, 0, 1, 2]]],
              constant=(2,), mode="nearest", nearest_mode="floor",
              coordinate_transformation_mode="half_pixel_symmetric")


if __name__ == "__main__":
    for opset, parts in (
        (7, [old_batch_norm]),
        (22, [selections, pads, borders, quotients, symmetric]),
    ):
        suite = Suite(f"{sys.argv[1]}/{opset}", opset)
        for part in parts:
            part(suite)
        suite.check(rtol=1e-4, atol=2e-6)
