# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Operators on inputs none of whose sizes are known, against PyTorch."""
import sys

import numpy
import torch
from torch.nn import functional

from cases import Suite, random

tensor = torch.from_numpy


def convolutions(suite):
    for group, stride, dilation, pad in ((1, 1, 2, 1), (2, 3, 1, 1)):
        image, bias = random(2, 4, 9, 8), random(8)
        filters = random(8, 4 // group, 3, 2)
        options = dict(stride=stride, padding=pad, dilation=dilation, groups=group)
        expected = functional.conv2d(tensor(image), tensor(filters), tensor(bias), **options)
        attributes = dict(group=group, strides=[stride] * 2, dilations=[dilation] * 2)
        suite.add("Conv", [image, filters, bias], [expected.numpy()], pads=[pad] * 4, **attributes)
        filters = random(4, 8 // group, 3, 2)
        for extra in range(min(stride, 2)):
            expected = functional.conv_transpose2d(
                tensor(image), tensor(filters), tensor(bias), output_padding=extra, **options)
            suite.add("ConvTranspose", [image, filters, bias], [expected.numpy()],
                      pads=[pad] * 4, output_padding=[extra] * 2, **attributes)
    signal, filters = random(2, 4, 9), random(6, 2, 5)
    expected = functional.conv1d(tensor(signal), tensor(filters), groups=2)
    suite.add("Conv", [signal, filters], [expected.numpy()], group=2)
    bytes_, weights = numpy.arange(32, dtype="uint8").reshape(1, 2, 16), random(3, 2, 4)
    weights = (weights * 100).astype("int8")
    expected = functional.conv1d(tensor(bytes_.astype("float64") - 3),
                                 tensor(weights.astype("float64")))
    suite.add("ConvInteger", [bytes_, weights, numpy.uint8(3)], [expected.numpy().astype("int32")])


def resizing(suite):
    image = random(1, 2, 4, 5)
    expected = functional.interpolate(tensor(image), (7, 3), mode="bilinear", align_corners=False)
    suite.add("Resize", [image, None, None, numpy.array([1, 2, 7, 3])], [expected.numpy()],
              mode="linear")
    expected = functional.interpolate(tensor(image), scale_factor=2, mode="nearest")
    suite.add("Resize", [image, None, numpy.array([2, 2], "float32")], [expected.numpy()],
              mode="nearest", axes=[2, 3], coordinate_transformation_mode="asymmetric",
              nearest_mode="floor")


def sampling(suite):
    image, grid = random(2, 3, 5, 6), random(2, 4, 3, 2)
    expected = functional.grid_sample(tensor(image), tensor(grid), align_corners=False)
    suite.add("GridSample", [image, grid], [expected.numpy()])
    theta = random(2, 3, 4)
    expected = functional.affine_grid(tensor(theta), (2, 1, 3, 4, 2), align_corners=True)
    suite.add("AffineGrid", [theta, numpy.array([2, 1, 3, 4, 2])], [expected.numpy()],
              align_corners=1)
    columns = random(2, 3 * 6, 16)
    expected = functional.fold(tensor(columns), (8, 9), (2, 3), (2, 1), (1, 0), (2, 2))
    suite.add("Col2Im", [columns, numpy.array([8, 9]), numpy.array([2, 3])], [expected.numpy()],
              dilations=[2, 1], pads=[1, 0, 1, 0], strides=[2, 2])


def blocks(suite):
    """Each scale is for a block of places, of which the last one has fewer."""
    bytes_ = numpy.arange(-30, 30, dtype="int8").reshape(3, 5, 4)
    for axis, size, count in ((0, 2, 2), (1, 2, 3), (2, 3, 2)):
        shape = list(bytes_.shape)
        shape[axis] = count
        scale = abs(random(*shape)) + numpy.float32(0.1)
        places = numpy.repeat(scale, size, axis).take(range(bytes_.shape[axis]), axis)
        suite.add("DequantizeLinear", [bytes_, scale], [bytes_ * places], axis=axis,
                  block_size=size)


def spectra(suite):
    real, both = random(2, 9, 1), random(2, 9, 2)
    for signal, inverse in ((real, 0), (both, 0), (both, 1)):
        whole = signal[..., 0] + 1j * (signal[..., 1] if signal.shape[-1] == 2 else 0)
        spectrum = (numpy.fft.ifft if inverse else numpy.fft.fft)(whole, axis=1)
        expected = numpy.stack([spectrum.real, spectrum.imag], -1).astype("float32")
        suite.add("DFT", [signal, None, numpy.int64(1)], [expected], inverse=inverse)


def squeezing(suite):
    value = random(2, 1, 3)
    suite.add("Squeeze", [value], [value[:, 0]])


def rotations(suite):
    """Heads of 8 features, of which all or the first 4 are turned."""
    value = random(2, 3, 5, 8)
    for size, interleaved in ((0, 0), (0, 1), (4, 0), (4, 1)):
        half = (size or 8) // 2
        angles = random(2, 5, half) * 3
        cosine, sine = numpy.cos(angles), numpy.sin(angles)
        part = value[..., :2 * half]
        first, second = ((part[..., 0::2], part[..., 1::2]) if interleaved
                         else (part[..., :half], part[..., half:]))
        c, s = cosine[:, None], sine[:, None]
        real, imaginary = c * first - s * second, s * first + c * second
        turned = (numpy.stack([real, imaginary], -1).reshape(part.shape) if interleaved
                  else numpy.concatenate([real, imaginary], -1))
        expected = numpy.concatenate([turned, value[..., 2 * half:]], -1)
        suite.add("RotaryEmbedding", [value, cosine, sine], [expected],
                  interleaved=interleaved, rotary_embedding_dim=size)


if __name__ == "__main__":
    suite = Suite(sys.argv[1], 23)
    for part in (
        convolutions, resizing, sampling, blocks, spectra, squeezing, rotations
    ):
        part(suite)
    suite.check(options=["--dynamic"])
