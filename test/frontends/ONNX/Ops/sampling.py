# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Sampling at computed places, and its inverses, against PyTorch."""
import itertools
import sys

import numpy
import torch
import torch.nn.functional as functional
import torchvision.ops

from cases import Suite, random


def tensor(array):
    return torch.from_numpy(numpy.asarray(array))


def grid_samples(suite):
    image, volume = random(2, 3, 5, 4), random(2, 2, 3, 4, 5)
    # Some points are far outside.
    grid, points = 1.7 * random(2, 6, 3, 2), 1.7 * random(2, 2, 3, 4, 3)
    modes = (("nearest", "nearest"), ("linear", "bilinear"), ("cubic", "bicubic"))
    paddings = ("zeros", "border", "reflection")
    for (mode, name), padding, align in itertools.product(modes, paddings, (0, 1)):
        for data, where in ((image, grid), (volume, points)):
            # ONNX brings the point itself inside first, PyTorch only its pixels.
            if mode == "cubic" and (data is volume or padding == "border"):
                continue
            expected = functional.grid_sample(
                tensor(data), tensor(where), name, padding, bool(align)
            )
            suite.add(
                "GridSample",
                [data, where],
                [expected.numpy()],
                mode=mode,
                padding_mode=padding,
                align_corners=align,
            )


def affine_grids(suite):
    for size, align in itertools.product(((2, 3, 4, 5), (2, 1, 3, 4, 2)), (0, 1)):
        spatial = len(size) - 2
        theta = random(2, spatial, spatial + 1)
        expected = functional.affine_grid(tensor(theta), size, bool(align))
        for constant in ((), (1,)):
            suite.add(
                "AffineGrid",
                [theta, numpy.array(size, "int64")],
                [expected.numpy()],
                align_corners=align,
                constant=constant,
            )


def regions(suite):
    image = random(2, 3, 12, 10)
    boxes = numpy.array(
        [[0, 0, 9, 11], [2, 3, 5, 4], [-3, -2, 4, 20], [6, 6, 6, 6]], "float32"
    )
    batches = numpy.array([0, 1, 1, 0], "int64")
    rows = numpy.concatenate([batches[:, None].astype("float32"), boxes], 1)
    for aligned, ratio, scale in itertools.product((True, False), (0, 1, 3), (1, 0.6)):
        expected = torchvision.ops.roi_align(
            tensor(image), tensor(rows), (3, 2), scale, ratio, aligned
        )
        suite.add(
            "RoiAlign",
            [image, boxes, batches],
            [expected.numpy()],
            output_height=3,
            output_width=2,
            sampling_ratio=ratio,
            spatial_scale=float(scale),
            coordinate_transformation_mode=(
                "half_pixel" if aligned else "output_half_pixel"
            ),
        )
    expected = torchvision.ops.roi_pool(tensor(image), tensor(rows), (3, 2), 0.8)
    suite.add(
        "MaxRoiPool",
        [image, rows],
        [expected.numpy()],
        pooled_shape=[3, 2],
        spatial_scale=0.8,
    )


def deformable(suite):
    image = random(2, 4, 6, 7)
    for group, offset_group, stride, pad, dilation in (
        (1, 1, 1, 0, 1),
        (2, 2, 2, 1, 1),
        (4, 1, 1, 2, 2),
    ):
        filters = random(8, 4 // group, 3, 2)
        bias = random(8)
        plain = functional.conv2d(
            tensor(image), tensor(filters), None, stride, pad, dilation, group
        )
        rows, columns = plain.shape[2:]
        offsets = 2 * random(2, offset_group * 12, rows, columns)
        mask = random(2, offset_group * 6, rows, columns)
        for with_mask in (False, True):
            expected = torchvision.ops.deform_conv2d(
                tensor(image),
                tensor(offsets),
                tensor(filters),
                tensor(bias),
                stride,
                pad,
                dilation,
                tensor(mask) if with_mask else None,
            )
            suite.add(
                "DeformConv",
                [image, filters, offsets, bias] + ([mask] if with_mask else []),
                [expected.numpy()],
                group=group,
                offset_group=offset_group,
                strides=[stride] * 2,
                pads=[pad] * 4,
                dilations=[dilation] * 2,
            )


def inverses(suite):
    columns = random(2, 3 * 6, 16)
    expected = functional.fold(tensor(columns), (8, 9), (2, 3), (2, 1), (1, 0), (2, 2))
    suite.add(
        "Col2Im",
        [columns, numpy.array([8, 9], "int64"), numpy.array([2, 3], "int64")],
        [expected.numpy()],
        dilations=[2, 1],
        pads=[1, 0, 1, 0],
        strides=[2, 2],
    )
    image = random(2, 3, 6, 8)
    pooled, places = functional.max_pool2d(
        tensor(image), 2, 2, return_indices=True
    )
    expected = functional.max_unpool2d(pooled, places, 2, 2)
    channels = 6 * 8 * numpy.arange(6).reshape(2, 3, 1, 1)
    suite.add(
        "MaxUnpool",
        [pooled.numpy(), places.numpy() + channels],
        [expected.numpy()],
        kernel_shape=[2, 2],
        strides=[2, 2],
    )
    matrices = random(2, 3, 5, 5)
    suite.add("Det", [matrices], [numpy.linalg.det(matrices)])
    singular = numpy.array([[0, 2, 1], [1, 0, 3], [2, 4, 8]], "float64")
    suite.add("Det", [singular], [numpy.asarray(numpy.linalg.det(singular))])
    suite.add("Det", [random(1, 1)], [numpy.asarray(random(1, 1)[0, 0])])


if __name__ == "__main__":
    suite = Suite(sys.argv[1], 22)
    grid_samples(suite)
    affine_grids(suite)
    regions(suite)
    deformable(suite)
    inverses(suite)
    suite.check(rtol=1e-3, atol=2e-5)
