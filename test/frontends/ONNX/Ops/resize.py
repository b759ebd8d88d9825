# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Resize and Upsample against PyTorch and ONNX Runtime."""
import itertools
import sys

import numpy
import torch
import torch.nn.functional as functional

from cases import Suite, random

IMAGE = random(2, 3, 5, 6)


def torch_resize(image, size, mode, align):
    options = {} if mode == "nearest" else {"align_corners": align}
    return functional.interpolate(
        torch.from_numpy(image), size, mode=mode, **options
    ).numpy()


def against_torch(folder):
    suite = Suite(folder, 18)
    for size in ((10, 12), (7, 4), (3, 3), (1, 9)):
        sizes = numpy.array(size, "int64")
        options = {"axes": [2, 3], "constant": (3,)}
        suite.add(
            "Resize",
            [IMAGE, None, None, sizes],
            [torch_resize(IMAGE, size, "nearest", None)],
            mode="nearest",
            nearest_mode="floor",
            coordinate_transformation_mode="asymmetric",
            **options,
        )
        for mode, name in (("linear", "bilinear"), ("cubic", "bicubic")):
            for align in (False, True):
                places = "align_corners" if align else "pytorch_half_pixel"
                if not align and 1 in size:
                    continue
                suite.add(
                    "Resize",
                    [IMAGE, None, None, sizes],
                    [torch_resize(IMAGE, size, name, align)],
                    mode=mode,
                    coordinate_transformation_mode=places,
                    **options,
                )
    # PyTorch's antialiasing leaves out what is outside of the image.
    for mode, name in (("linear", "bilinear"), ("cubic", "bicubic")):
        small = functional.interpolate(
            torch.from_numpy(IMAGE), (3, 2), mode=name, antialias=True
        ).numpy()
        suite.add(
            "Resize",
            [IMAGE, None, None, numpy.array([3, 2], "int64")],
            [small],
            mode=mode,
            antialias=1,
            exclude_outside=1,
            cubic_coeff_a=-0.5,
            axes=[2, 3],
            constant=(3,),
        )
    suite.check()


def against_runtime(folder, run_time):
    """All modes; with sizes and scales that only the run knows, or constant."""
    suite = Suite(folder, 19)
    constant = () if run_time else (1, 2, 3)
    scales = numpy.array([1, 1, 1.7, 0.6], "float32")
    places = ["half_pixel", "pytorch_half_pixel", "asymmetric"]
    roundings = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"]
    for place, rounding in itertools.product(places, roundings):
        suite.add(
            "Resize",
            [IMAGE, None, scales],
            ["float32"],
            mode="nearest",
            nearest_mode=rounding,
            coordinate_transformation_mode=place,
            constant=constant,
        )
    for place, mode in itertools.product(places, ("linear", "cubic")):
        suite.add(
            "Resize",
            [IMAGE, None, scales],
            ["float32"],
            mode=mode,
            coordinate_transformation_mode=place,
            constant=constant,
        )
    suite.add(
        "Resize",
        [IMAGE, None, scales],
        ["float32"],
        mode="cubic",
        exclude_outside=1,
        constant=constant,
    )
    region = numpy.array([0, 0, 0.2, -0.31, 1, 1, 0.8, 1.23], "float32")
    for mode in ("nearest", "linear"):
        suite.add(
            "Resize",
            [IMAGE, region, None, numpy.array([2, 3, 4, 7], "int64")],
            ["float32"],
            mode=mode,
            coordinate_transformation_mode="tf_crop_and_resize",
            extrapolation_value=9.0,
            constant=constant,
        )
    for policy in ("not_larger", "not_smaller"):
        suite.add(
            "Resize",
            [IMAGE, None, None, numpy.array([9, 8], "int64")],
            ["float32"],
            mode="linear",
            axes=[2, 3],
            keep_aspect_ratio_policy=policy,
            constant=constant,
        )
    suite.check()


def old_versions(folder):
    suite = Suite(folder, 9)
    for scales in ([1, 1, 2, 3], [1, 1, 1.5, 2.25]):
        for mode in ("nearest", "linear"):
            suite.add(
                "Upsample",
                [IMAGE, numpy.array(scales, "float32")],
                ["float32"],
                mode=mode,
                constant=(1,),
            )
    suite.check()


if __name__ == "__main__":
    against_torch(sys.argv[1] + "/torch")
    against_runtime(sys.argv[1] + "/constant", run_time=False)
    against_runtime(sys.argv[1] + "/run-time", run_time=True)
    old_versions(sys.argv[1] + "/old")
