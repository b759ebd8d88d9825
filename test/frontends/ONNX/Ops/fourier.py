# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Fourier transforms of all kinds of lengths against NumPy."""
import sys

import numpy

from cases import Suite, random

# Small, composite, prime, with a prime factor that is not small, and so large
# that a prime is a convolution.
LENGTHS = (1, 2, 7, 32, 36, 60, 97, 134, 257, 521, 1024, 1155)


def parts(array):
    return numpy.stack([array.real, array.imag], -1).astype("float32")


def transforms(suite):
    for length in LENGTHS:
        real = random(2, length, 1, seed=length)
        pairs = random(2, length, 2, seed=length)
        numbers = pairs[..., 0] + 1j * pairs[..., 1]
        spectrum = numpy.fft.fft(real[..., 0].astype("float64"))
        suite.add("DFT", [real], [parts(spectrum)], axis=1)
        half = parts(numpy.fft.rfft(real[..., 0].astype("float64")))
        suite.add("DFT", [real], [half], axis=1, onesided=1)
        suite.add("DFT", [pairs], [parts(numpy.fft.fft(numbers))], axis=1)
        back = parts(numpy.fft.ifft(numbers))
        suite.add("DFT", [pairs], [back], axis=1, inverse=1)
    # Cut or filled up with zeros, along another axis, and of a length that only
    # the run knows.
    image = random(2, 5, 6, 2)
    numbers = image[..., 0] + 1j * image[..., 1]
    for axis, length in ((1, 3), (1, 8), (2, 4), (2, 7)):
        expected = parts(numpy.fft.fft(numbers, length, axis))
        for constant in ((1,), ()):
            suite.add(
                "DFT",
                [image, numpy.array(length, "int64")],
                [expected],
                axis=axis,
                constant=constant,
            )


def frames(suite):
    signal = random(2, 40, 1)
    window = numpy.hanning(16).astype("float32")
    for onesided in (0, 1):
        expected = []
        for start in range(0, 40 - 16 + 1, 6):
            part = signal[:, start : start + 16, 0] * window
            transform = numpy.fft.rfft if onesided else numpy.fft.fft
            expected.append(parts(transform(part)))
        for constant in ((1, 3), ()):
            suite.add(
                "STFT",
                [signal, numpy.array(6, "int64"), window, numpy.array(16, "int64")],
                [numpy.stack(expected, 1)],
                onesided=onesided,
                constant=constant,
            )


if __name__ == "__main__":
    suite = Suite(sys.argv[1], 17)
    transforms(suite)
    frames(suite)
    suite.check(rtol=1e-4, atol=1e-6)
