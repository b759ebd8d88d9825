# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""The domain com.microsoft against ONNX Runtime."""
import sys

import numpy

from cases import Suite, random

DOMAIN = "com.microsoft"


def byte(*shape, dtype="uint8"):
    state = numpy.random.RandomState(sum(shape))
    info = numpy.iinfo(dtype)
    return state.randint(info.min, info.max + 1, shape).astype(dtype)


def scalar(value, dtype="float32"):
    return numpy.array(value, dtype)


def quantised(suite):
    for dtype in ("uint8", "int8"):
        zeros = [scalar(value, dtype) for value in (3, 12, 7)]
        a, b = byte(2, 3, 4, dtype=dtype), byte(3, 4, dtype=dtype)
        scales = [scalar(value) for value in (1 / 32, 1 / 16, 1 / 16)]
        for op in ("QLinearAdd", "QLinearMul"):
            suite.add(
                op,
                [a, scales[0], zeros[0], b, scales[1], zeros[1], scales[2], zeros[2]],
                [dtype],
                DOMAIN,
                constant=(1, 2, 4, 5, 6, 7),
            )
        one = [a, scales[0], zeros[0], scales[2], zeros[2]]
        unary = dict(domain=DOMAIN, constant=(1, 2, 3, 4))
        suite.add("QLinearLeakyRelu", one, [dtype], alpha=0.3, **unary)
        narrow = one[:3] + [scalar(1 / 256), zeros[2]]
        suite.add("QLinearSigmoid", narrow, [dtype], **unary)
    image = byte(2, 4, 5, 3)
    pool = [image, scalar(0.1), scalar(9, "uint8"), scalar(0.05), scalar(4, "uint8")]
    for last in (0, 1):
        suite.add(
            "QLinearGlobalAveragePool",
            pool,
            ["uint8"],
            DOMAIN,
            channels_last=last,
            constant=(1, 2, 3, 4),
        )
    suite.add(
        "QLinearConcat",
        [scalar(0.04), scalar(7, "uint8")]
        + [image, scalar(0.02), scalar(3, "uint8")]
        + [image[:1], scalar(0.05), scalar(9, "uint8")],
        ["uint8"],
        DOMAIN,
        axis=0,
        constant=(0, 1, 3, 4, 6, 7),
    )
    # Halved: without VNNI, ONNX Runtime saturates sums of two products to 16 bits.
    left, right = byte(3, 8), byte(8, 5, dtype="int8") // 2
    suite.add(
        "MatMulIntegerToFloat",
        [left, right, scalar(0.1), random(5), scalar(12, "uint8"), None, random(5)],
        ["float32"],
        DOMAIN,
    )
    suite.add(
        "DynamicQuantizeMatMul",
        [random(3, 8), right, scalar(0.03), scalar(2, "int8"), random(5)],
        ["float32"],
        DOMAIN,
        constant=(1, 2, 3, 4),
    )


def convolutions(suite):
    image, filters = random(1, 4, 6, 6), random(8, 4, 3, 3)
    for activation, params in (
        ("Relu", None),
        ("Sigmoid", None),
        ("Tanh", None),
        ("LeakyRelu", [0.3]),
        ("Clip", [-0.2, 0.5]),
        ("HardSigmoid", [0.3, 0.4]),
    ):
        options = {} if params is None else {"activation_params": params}
        suite.add(
            "FusedConv",
            [image, filters, random(8)],
            ["float32"],
            DOMAIN,
            activation=activation,
            constant=(1, 2),
            **options,
        )
    suite.add(
        "FusedConv",
        [image, filters, random(8), random(1, 8, 4, 4)],
        ["float32"],
        DOMAIN,
        activation="Relu",
        constant=(1, 2),
    )


def layers(suite):
    rows, skip = random(2, 5, 16), random(2, 5, 16, seed=9)
    scale, shift, bias = random(16), random(16, seed=2), random(16, seed=3)
    suite.add("Gelu", [rows], ["float32"], DOMAIN)
    suite.add("BiasGelu", [rows, bias], ["float32"], DOMAIN)
    suite.add("FastGelu", [rows, bias], ["float32"], DOMAIN)
    suite.add("QuickGelu", [rows], ["float32"], DOMAIN, alpha=1.5)
    suite.add("SimplifiedLayerNormalization", [rows, scale], ["float32"] * 2, axis=-1)
    suite.add(
        "SkipLayerNormalization",
        [rows, skip, scale, shift, bias],
        ["float32", None, None, "float32"],
        DOMAIN,
        epsilon=1e-5,
    )
    suite.add(
        "SkipSimplifiedLayerNormalization",
        [rows, skip, scale, bias],
        ["float32"] * 4,
        DOMAIN,
        epsilon=1e-5,
    )
    words = numpy.array([[1, 3, 2], [5, 0, 0]], "int32")
    suite.add(
        "EmbedLayerNormalization",
        [words, words % 2, random(6, 16), random(4, 16), random(2, 16), scale, shift]
        + [(words > 0).astype("int32")],
        ["float32", "int32", "float32"],
        DOMAIN,
        constant=(2, 3, 4, 5, 6),
    )
    # No segments, but positions; the mask counts whatever its kind is said to be.
    suite.add(
        "EmbedLayerNormalization",
        [words, None, random(6, 16), random(4, 16), None, scale, shift]
        + [(words > 1).astype("int32"), words % 4],
        ["float32", "int32", "float32"],
        DOMAIN,
        mask_index_type=1,
    )
    suite.add(
        "FusedMatMul",
        [random(2, 4, 3), random(2, 5, 4)],
        ["float32"],
        DOMAIN,
        alpha=0.5,
        transA=1,
        transB=1,
    )
    packed = byte(6, 3, 8)
    for zeros in (None, byte(6 * 2)):
        suite.add(
            "MatMulNBits",
            [random(2, 3, 40), packed, random(18), zeros],
            ["float32"],
            DOMAIN,
            K=40,
            N=6,
            bits=4,
            block_size=16,
            constant=(1, 2, 3),
        )


def attention(suite):
    heads, size, width = 4, 16, 64
    hidden = random(2, 5, width)
    weights, bias = random(width, 3 * width), random(3 * width)
    mask = numpy.array([[1, 1, 1, 0, 0], [0, 1, 1, 1, 1]], "int32")
    for options in ({}, {"unidirectional": 1}):
        suite.add(
            "Attention",
            [hidden, weights, bias, mask],
            ["float32"],
            DOMAIN,
            num_heads=heads,
            constant=(1, 2),
            **options,
        )
    suite.add(
        "Attention",
        [hidden, weights, bias, None, random(2, 2, heads, 3, size)],
        ["float32", "float32"],
        DOMAIN,
        num_heads=heads,
        unidirectional=1,
        constant=(1, 2),
    )
    query, key, value = random(2, 3, width), random(2, 5, width), random(2, 5, width)
    suite.add(
        "MultiHeadAttention",
        [query, key, value, bias, mask],
        ["float32"],
        DOMAIN,
        num_heads=heads,
    )
    suite.add(
        "MultiHeadAttention",
        [query, key, value, None, None, random(1, heads, 3, 5)],
        ["float32"],
        DOMAIN,
        num_heads=heads,
        scale=0.2,
    )
    # The first query sees the past, and the first key that is not of it.
    for past in (None, random(2, heads, 2, size)):
        suite.add(
            "MultiHeadAttention",
            [query, key[:, :3], value[:, :3], bias, None, None, past, past],
            ["float32"] * (1 if past is None else 3),
            DOMAIN,
            num_heads=heads,
            unidirectional=1,
        )
    angles = random(10, size // 2) * 3
    cosine, sine = numpy.cos(angles), numpy.sin(angles)
    for interleaved in (0, 1):
        suite.add(
            "RotaryEmbedding",
            [random(2, 5, width), numpy.array([3], "int64"), cosine, sine],
            ["float32"],
            DOMAIN,
            interleaved=interleaved,
        )
    shared = 2
    keys = random(2, 5, shared * size)
    for options in ({}, {"local_window_size": 2}):
        empty = numpy.zeros((2, shared, 0, size), "float32")
        suite.add(
            "GroupQueryAttention",
            [hidden, keys, keys + 1, empty, empty]
            + [numpy.array([4, 4], "int32"), numpy.array(5, "int32")],
            ["float32", "float32", "float32"],
            DOMAIN,
            num_heads=heads,
            kv_num_heads=shared,
            constant=(6,),
            **options,
        )
    for sink, options in ((None, {"smooth_softmax": 1}), (random(heads), {})):
        suite.add(
            "GroupQueryAttention",
            [hidden, keys, keys + 1, None, None]
            + [numpy.array([4, 4], "int32"), numpy.array(5, "int32")]
            + [None, None, None, None, sink],
            ["float32", "float32", "float32"],
            DOMAIN,
            num_heads=heads,
            kv_num_heads=shared,
            constant=(6,),
            **options,
        )
    past = random(2, shared, 4, size)
    suite.add(
        "GroupQueryAttention",
        [random(2, 1, width), keys[:, :1], keys[:, 1:2], past, past + 1]
        + [numpy.array([4, 4], "int32"), numpy.array(5, "int32"), cosine, sine],
        ["float32", "float32", "float32"],
        DOMAIN,
        num_heads=heads,
        kv_num_heads=shared,
        do_rotary=1,
        constant=(6,),
    )


if __name__ == "__main__":
    suite = Suite(sys.argv[1], 17, com_microsoft=1)
    quantised(suite)
    convolutions(suite)
    layers(suite)
    attention(suite)
    suite.check()
