"""Input values by kind, the same for every machine: numpy only, fixed seeds."""

import zlib

import numpy


def seed_of(*parts: object) -> int:
    """A seed from names, stable across Python versions (unlike hash())."""
    return zlib.crc32("/".join(str(part) for part in parts).encode())


def image(random, shape) -> numpy.ndarray:
    """Coarse blobs plus noise. White noise alone averages out in a global
    pool, and every image would then give nearly the same answer."""
    count, channels, height, width = shape
    coarse = random.standard_normal((count, channels, 7, 7))
    rows = numpy.arange(height) * 7 // height
    columns = numpy.arange(width) * 7 // width
    blobs = coarse[:, :, rows][:, :, :, columns]
    tint = random.standard_normal((count, channels, 1, 1))
    return (tint + blobs + 0.5 * random.standard_normal(shape)).astype(numpy.float32)


def values(kind: str, shape, seed: int) -> numpy.ndarray:
    """The values of one input."""
    random = numpy.random.RandomState(seed)
    if kind == "image":
        return image(random, shape)
    if kind == "normal":
        return random.standard_normal(shape).astype(numpy.float32)
    if kind.startswith("tokens"):
        return random.randint(0, int(kind[len("tokens") :]), shape).astype(numpy.int64)
    if kind == "mask":  # the last eighth is padding
        positions = numpy.arange(shape[-1]) < shape[-1] - shape[-1] // 8
        return numpy.broadcast_to(positions, shape).astype(numpy.int64)
    if kind == "segment":  # two sentences
        positions = numpy.arange(shape[-1]) >= shape[-1] // 2
        return numpy.broadcast_to(positions, shape).astype(numpy.int64)
    raise ValueError(f"unknown input kind '{kind}'")
