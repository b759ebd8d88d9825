# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Operators over all element types that the standard allows, against NumPy.

The types come from the operators' schemas, so that none is left out; those that
NumPy has no arithmetic for are left to the suites.
"""
import math
import sys

import numpy
import onnx.defs

from cases import Suite

OPSET = 17
DTYPES = (
    "float16 float32 float64 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool"
).split()
# These are only moved.
COMPLEX = ("complex64", "complex128")
NAMES = {"float32": "float", "float64": "double"}


def allowed(op, dtype):
    """Whether the standard has `op` for data of `dtype`."""
    schema = onnx.defs.get_schema(op, OPSET, "")
    variable = next(
        (i.typeStr for i in schema.inputs if i.name not in ("condition",)), None
    )
    name = f"tensor({NAMES.get(dtype, dtype)})"
    for constraint in schema.type_constraints:
        if constraint.type_param_str == variable:
            return name in constraint.allowed_type_strs
    return False


def data(dtype, *shape, seed=0):
    """Small numbers with all signs that the type has."""
    state = numpy.random.RandomState(seed + 17)
    if dtype == "bool":
        return state.randint(0, 2, shape).astype(bool)
    if dtype in COMPLEX:
        parts = state.randint(-6, 7, (2, *shape))
        return (parts[0] + 0.5j * parts[1]).astype(dtype)
    low = 0 if dtype.startswith("u") else -6
    numbers = state.randint(low, 7, shape)
    if dtype.startswith("float"):
        return (numbers + state.randint(0, 4, shape) / 4).astype(dtype)
    return numbers.astype(dtype)


def truncated(a, b):
    """Division as the standard has it for integers."""
    if a.dtype.kind == "f":
        return a / b
    return (numpy.sign(a) * numpy.sign(b) * (abs(a) // abs(b))).astype(a.dtype)


UNARY = {
    "Abs": numpy.abs,
    "Neg": numpy.negative,
    "Sign": numpy.sign,
    "Ceil": numpy.ceil,
    "Floor": numpy.floor,
    "Round": numpy.round,
    "Exp": numpy.exp,
    "Tanh": numpy.tanh,
    "Sin": numpy.sin,
    "Sinh": numpy.sinh,
    "Asinh": numpy.arcsinh,
    "Atan": numpy.arctan,
    "Relu": lambda x: numpy.maximum(x, x.dtype.type(0)),
    "Sigmoid": lambda x: 1 / (1 + numpy.exp(-x)),
    "IsNaN": numpy.isnan,
    "Not": numpy.logical_not,
    "Identity": lambda x: x,
    "Size": lambda x: numpy.asarray(x.size, "int64"),
    "Shape": lambda x: numpy.asarray(x.shape, "int64"),
    "NonZero": lambda x: numpy.asarray(numpy.nonzero(x), "int64"),
}
BINARY = {
    "Add": numpy.add,
    "Sub": numpy.subtract,
    "Mul": numpy.multiply,
    "Div": truncated,
    "Max": numpy.maximum,
    "Min": numpy.minimum,
    "Equal": numpy.equal,
    "Less": numpy.less,
    "LessOrEqual": numpy.less_equal,
    "Greater": numpy.greater,
    "GreaterOrEqual": numpy.greater_equal,
    "And": numpy.logical_and,
    "Or": numpy.logical_or,
    "Xor": numpy.logical_xor,
    "Sum": numpy.add,
}
REDUCTIONS = {
    "ReduceMax": numpy.max,
    "ReduceMin": numpy.min,
    "ReduceProd": lambda x, **k: numpy.prod(x, **k).astype(x.dtype),
    "ReduceL1": lambda x, **k: abs(x).sum(**k).astype(x.dtype),
    "ReduceSumSquare": lambda x, **k: (x * x).sum(**k).astype(x.dtype),
}


def elementwise(suite, dtype):
    x, y = data(dtype, 3, 5), data(dtype, 3, 1, seed=1)
    for op, function in UNARY.items():
        if allowed(op, dtype):
            suite.add(op, [x], [numpy.asarray(function(x))])
    for op, function in BINARY.items():
        if allowed(op, dtype):
            divisor = numpy.where(y == 0, 3, y).astype(dtype) if op == "Div" else y
            suite.add(op, [x, divisor], [function(x, divisor)])
    condition = data("bool", 3, 5)
    suite.add("Where", [condition, x, y], [numpy.where(condition, x, y)])
    if allowed("Clip", dtype):
        low, high = numpy.array(1, dtype), numpy.array(4, dtype)
        suite.add("Clip", [x, low, high], [numpy.clip(x, low, high)])
    if allowed("Mod", dtype):
        divisor = numpy.where(y == 0, 3, y).astype(dtype)
        if dtype.startswith("float"):
            suite.add("Mod", [x, divisor], [numpy.fmod(x, divisor)], fmod=1)
        else:
            suite.add("Mod", [x, divisor], [numpy.mod(x, divisor)])
    if allowed("Pow", dtype):
        power = numpy.array([2, 3, 0, 1, 2], dtype)
        suite.add("Pow", [x, power], [(x**power).astype(dtype)])
    if allowed("BitShift", dtype):
        by = numpy.array([0, 1, 2, 3, 1], dtype)
        suite.add("BitShift", [x, by], [x << by], direction="LEFT")
        suite.add("BitShift", [x, by], [x >> by], direction="RIGHT")


def reductions(suite, dtype):
    x = data(dtype, 3, 4, 2)
    for op, function in REDUCTIONS.items():
        if allowed(op, dtype):
            for axes in ((0,), (1, 2)):
                expected = function(x, axis=axes, keepdims=True)
                suite.add(op, [x], [expected], axes=list(axes))
    if allowed("ReduceSum", dtype):
        expected = x.sum(1, keepdims=True).astype(dtype)
        suite.add("ReduceSum", [x, numpy.array([1])], [expected], constant=(1,))
    for op, function in (("ArgMax", numpy.argmax), ("ArgMin", numpy.argmin)):
        if allowed(op, dtype):
            suite.add(op, [x], [function(x, 1).astype("int64")], axis=1, keepdims=0)
    if allowed("CumSum", dtype):
        expected = numpy.cumsum(x, 1).astype(dtype)
        suite.add("CumSum", [x, numpy.array(1)], [expected], constant=(1,))
    if allowed("TopK", dtype):
        order = numpy.argsort(-x.astype("float64"), 1, kind="stable")[:, :2]
        suite.add(
            "TopK",
            [x, numpy.array([2])],
            [numpy.take_along_axis(x, order, 1), order],
            axis=1,
            constant=(1,),
        )
    if allowed("MatMul", dtype):
        other = data(dtype, 2, 5, seed=2)
        suite.add("MatMul", [x, other], [numpy.matmul(x, other)])


def movement(suite, dtype):
    x = data(dtype, 3, 4, 2)
    zero = numpy.array(1, dtype)
    places = numpy.array([2, 0, -1])
    along = numpy.array([[[1, 0]], [[2, 1]], [[0, 0]]])
    updates = data(dtype, 3, 1, 2, seed=3)
    scattered = x.copy()
    numpy.put_along_axis(scattered, along, updates, 1)
    picked = numpy.compress([True, False, True], x, 0)
    wide = numpy.pad(x, ((1, 0), (0, 2), (0, 0)), constant_values=zero)
    unique = numpy.unique(x)
    cases = {
        "Transpose": ([x], x.transpose(2, 0, 1), {"perm": [2, 0, 1]}),
        "Concat": ([x, x], numpy.concatenate([x, x], 1), {"axis": 1}),
        "Gather": ([x, places], x[:, places], {"axis": 1}),
        "GatherElements": ([x, along], numpy.take_along_axis(x, along, 1), {"axis": 1}),
        "ScatterElements": ([x, along, updates], scattered, {"axis": 1}),
        "Compress": ([x, numpy.array([True, False, True])], picked, {"axis": 0}),
        "Pad": ([x, numpy.array([1, 0, 0, 0, 2, 0]), zero], wide, {}),
        "Slice": (
            [x, numpy.array([3]), numpy.array([-9]), numpy.array([1]), numpy.array([-1])],
            x[:, ::-1],
            {},
        ),
        "Tile": ([x, numpy.array([1, 2, 1])], numpy.tile(x, (1, 2, 1)), {}),
        "Expand": ([x, numpy.array([2, 1, 1, 1])], numpy.stack([x, x]), {}),
        "Reshape": ([x, numpy.array([4, -1])], x.reshape(4, 6), {}),
        "Squeeze": ([x[None], numpy.array([0])], x, {}),
        "Flatten": ([x], x.reshape(3, 8), {}),
        "Trilu": ([x], numpy.triu(x), {}),
        "Unique": ([x], unique, {}),
    }
    for op, (inputs, expected, attributes) in cases.items():
        if not allowed(op, dtype) or (op == "Unique" and dtype in COMPLEX):
            continue
        constant = tuple(range(1, len(inputs))) if op in ("Pad", "Slice", "Tile") else ()
        if op in ("Expand", "Reshape", "Squeeze"):
            constant = (1,)
        suite.add(op, inputs, [expected], constant=constant, **attributes)
    if allowed("Resize", dtype):
        image = data(dtype, 1, 1, 2, 3)
        suite.add(
            "Resize",
            [image, None, numpy.array([1, 1, 2, 2], "float32")],
            [image.repeat(2, 2).repeat(2, 3)],
            constant=(2,),
        )
    if allowed("Range", dtype):
        ends = [numpy.array(value, dtype) for value in (1, 9, 3)]
        suite.add("Range", ends, [numpy.arange(1, 9, 3).astype(dtype)], constant=(0, 1, 2))


def casts(suite, dtype):
    x = data(dtype, 3, 5)
    for target in DTYPES:
        if dtype.startswith("float") and target.startswith("u"):
            value = abs(x)
        else:
            value = x
        expected = value.astype(target)
        code = onnx.mapping.NP_TYPE_TO_TENSOR_TYPE[numpy.dtype(target)]
        suite.add("Cast", [value], [expected], to=code)


def corners(suite):
    """Types that operators have a rule of their own for."""
    for dtype in ("int32", "int64", "uint32", "uint64"):
        a, b, c = data(dtype, 3, 4), data(dtype, 4, 2, seed=1), data(dtype, 3, 2, seed=2)
        if allowed("Gemm", dtype):
            for alpha, beta in ((1, 1), (2, 3), (0.5, 1.5)):
                expected = alpha * (a.astype(float) @ b) + beta * c.astype(float)
                suite.add("Gemm", [a, b, c], [numpy.trunc(expected).astype(dtype)],
                          alpha=float(alpha), beta=float(beta))
    for dtype in ("int8", "int16", "int32", "int64", "uint8", "uint64"):
        x = data(dtype, 3, 4)
        erf = numpy.vectorize(lambda v: int(math.erf(v)))
        suite.add("Erf", [x], [erf(x.astype(float)).astype(dtype)])
        wide = x.astype(float)
        moved = numpy.where(wide > 1.5, wide - 0.5, numpy.where(wide < -1.5, wide + 0.5, 0))
        suite.add("Shrink", [x], [numpy.trunc(moved).astype(dtype)], lambd=1.5, bias=0.5)
    truth, along = data("bool", 3, 4), numpy.array([[0, 1, 0, 1]])
    updates = numpy.array([[True, False, False, True]])
    for reduction, combine in (("add", numpy.logical_or), ("mul", numpy.logical_and)):
        expected = truth.copy()
        for column, row in enumerate(along[0]):
            expected[row, column] = combine(expected[row, column], updates[0, column])
        suite.add("ScatterElements", [truth, along, updates], [expected],
                  axis=0, reduction=reduction)
    words = numpy.array(["pear", "fig", "pear", "", "apple", "fig"], dtype=object)
    unique, first, inverse, counts = (
        numpy.asarray(part) for part in numpy.unique(words, True, True, True))
    suite.add("Unique", [words], [unique, first, inverse, counts])
    order = numpy.argsort(first)
    suite.add("Unique", [words], [words[first[order]], first[order],
                                  numpy.argsort(order)[inverse], counts[order]], sorted=0)
    # Integers are divided exactly; logarithms are taken in floats.
    for dtype in ("int32", "int64"):
        x = data(dtype, 3, 2, 2)
        mean = numpy.trunc(x.sum((0, 2)) / 6).astype(dtype)
        suite.add("ReduceMean", [x], [mean], axes=[0, 2], keepdims=0)
        positive = abs(x) + x.dtype.type(1)
        suite.add("ReduceLogSum", [positive],
                  [numpy.trunc(numpy.log(positive.sum(1))).astype(dtype)],
                  axes=[1], keepdims=0)
    for dtype in COMPLEX:
        x = data(dtype, 3, 4)
        suite.add("NonZero", [x], [numpy.asarray(numpy.nonzero(x), "int64")])
    # Cubic interpolation overshoots at an edge: 255 is the end of the range.
    image = numpy.zeros((1, 1, 1, 8), "uint8")
    image[..., 4:] = 255
    suite.add("Resize", [image, None, numpy.array([1, 1, 1, 2], "float32")],
              [cubic(image[0, 0, 0])[None, None, None]], constant=(2,),
              mode="cubic", cubic_coeff_a=-0.75)


def axes_of_the_run(suite):
    """Reductions in version 20, whose axes are an input."""
    for dtype in ("int32", "int64"):
        x = data(dtype, 3, 2, 2)
        mean = numpy.trunc(x.sum((0, 2)) / 6).astype(dtype)
        suite.add("ReduceMean", [x, numpy.array([0, 2])], [mean], keepdims=0)
    nothing, along = numpy.zeros((2, 0, 4), "bool"), numpy.array([1])
    suite.add("ReduceMax", [nothing, along], [numpy.zeros((2, 1, 4), "bool")])
    suite.add("ReduceMin", [nothing, along], [numpy.ones((2, 1, 4), "bool")])


def cubic(row):
    """A row of bytes twice as long, by convolution with Keys' kernel."""
    result = []
    for place in (numpy.arange(2 * len(row)) + 0.5) / 2 - 0.5:
        base, total = math.floor(place), 0.0
        for tap in range(base - 1, base + 3):
            far, a = abs(place - tap), -0.75
            weight = ((a + 2) * far - (a + 3)) * far * far + 1 if far <= 1 else (
                ((a * far - 5 * a) * far + 8 * a) * far - 4 * a)
            total += weight * float(row[min(max(tap, 0), len(row) - 1)])
        result.append(round(min(max(total, 0), 255)))
    return numpy.array(result, "uint8")


def main(folder):
    for dtype in DTYPES:
        suite = Suite(f"{folder}/{dtype}", OPSET)
        elementwise(suite, dtype)
        reductions(suite, dtype)
        movement(suite, dtype)
        casts(suite, dtype)
        half = dtype == "float16"
        suite.check(rtol=2e-3 if half else 1e-5, atol=1e-3 if half else 1e-6)
    for dtype in COMPLEX:
        suite = Suite(f"{folder}/{dtype}", OPSET)
        movement(suite, dtype)
        suite.check()
    suite = Suite(f"{folder}/corners", OPSET)
    corners(suite)
    suite.check()
    suite = Suite(f"{folder}/axes", 20)
    axes_of_the_run(suite)
    suite.check()


if __name__ == "__main__":
    numpy.seterr(all="ignore")
    main(sys.argv[1])
