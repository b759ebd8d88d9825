# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Decodes images that Pillow has written, and damaged ones.

usage: images.py FOLDER      also writes FOLDER/model.onnx and FOLDER/image.npy

Pillow decodes by the same libraries, so that pixels are equal, not close.
"""

import io
import os
import struct
import sys

import numpy as np
import onnx
import swage
from onnx import TensorProto as T
from onnx import helper
from PIL import Image

generator = np.random.default_rng(7)


def make_model(pixel_format):
    channels = 1 if pixel_format == "Grayscale" else 3
    graph = helper.make_graph(
        [helper.make_node("ImageDecoder", ["x"], ["y"], pixel_format=pixel_format)], "g",
        [helper.make_tensor_value_info("x", T.UINT8, ["n"])],
        [helper.make_tensor_value_info("y", T.UINT8, ["h", "w", channels])])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


MODELS = {name: swage.compile(make_model(name).SerializeToString())
          for name in ("RGB", "BGR", "Grayscale")}


def decode(encoded, pixel_format="RGB"):
    return MODELS[pixel_format](np.frombuffer(encoded, np.uint8))


def check(name, encoded, rgb=None):
    """Compares with `rgb`, or else with Pillow."""
    if rgb is None:
        rgb = np.array(Image.open(io.BytesIO(encoded)).convert("RGB"))
    np.testing.assert_array_equal(decode(encoded), rgb, name)
    np.testing.assert_array_equal(decode(encoded, "BGR"), rgb[:, :, ::-1], name)
    gray = np.array(Image.fromarray(rgb).convert("L"))
    np.testing.assert_array_equal(decode(encoded, "Grayscale"), gray[:, :, None], name)


def picture(mode, width=37, height=23):
    """A smooth picture with some noise."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [127 + 120 * np.sin(x / (5 + c) + y / (7 - c)) for c in range(4)]
    pixels = np.stack(planes, -1) + generator.normal(0, 5, (height, width, 4))
    pixels = pixels.clip(0, 255).astype(np.uint8)
    if mode == "P":
        return Image.fromarray(pixels[..., :3]).quantize(57)
    if mode == "1":
        return Image.fromarray(pixels[..., 0]).convert("1")
    count = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4, "CMYK": 4}[mode]
    return Image.fromarray(pixels[..., 0] if count == 1 else
                           np.ascontiguousarray(pixels[..., :count]), mode)


def encode(mode, file_format, **options):
    file = io.BytesIO()
    picture(mode).save(file, file_format, **options)
    return file.getvalue()


FILES = {
    "bmp": [encode(m, "BMP") for m in ("1", "L", "P", "RGB", "RGBA")],
    "jpeg": [encode(m, "JPEG", quality=q, subsampling=s, progressive=p)
             for m in ("L", "RGB", "CMYK") for q in (50, 95)
             for s in (0, 1, 2) for p in (False, True)],
    "jpeg2000": [encode(m, "JPEG2000", irreversible=i) for m in ("L", "RGB", "RGBA")
                 for i in (False, True)] + [encode("RGB", "JPEG2000", no_jp2=True)],
    "png": [encode(m, "PNG") for m in ("1", "L", "LA", "P", "RGB", "RGBA")]
           + [encode("P", "PNG", transparency=3), encode("RGB", "PNG", transparency=(1, 2, 3))],
    "pnm": [encode(m, "PPM") for m in ("1", "L", "RGB")],
    "tiff": [encode(m, "TIFF", compression=c) for m in ("1", "L", "P", "RGB", "RGBA")
             for c in (None, "tiff_lzw", "tiff_adobe_deflate", "packbits")]
            + [encode("1", "TIFF", compression="group4")],
    "webp": [encode(m, "WEBP", lossless=l) for m in ("RGB", "RGBA") for l in (False, True)]
            + [encode("RGB", "WEBP", save_all=True, append_images=[picture("L").convert("RGB")])],
}


def check_pnm():
    """Texts, comments, other greatest samples and two bytes a sample."""
    gray = np.array([[0, 128, 255], [51, 7, 200]], np.uint8)
    expected = np.repeat(gray[:, :, None], 3, 2)
    text = " ".join(map(str, gray.flat)).encode()
    check("P2", b"P2 # gray\n3 2\n#more\n255\n" + text, expected)
    check("P3", b"P3\n1 2 255 " + text, gray.reshape(2, 1, 3))
    bits = np.array([[0, 255, 255], [255, 0, 0]], np.uint8)
    check("P1", b"P1 3 2 100\n0 11", np.repeat(bits[:, :, None], 3, 2))
    check("P5 of 7", b"P5 2 1 7\n\x01\x07", np.full((1, 2, 3), [[[36], [255]]], np.uint8))
    check("P5 of 16 bits", b"P5 2 1 65535\n\x80\x00\xff\xff",
          np.full((1, 2, 3), [[[128], [255]]], np.uint8))


def bmp(bits, compression, body, palette=b"", masks=b"", height=2):
    start = 14 + 40 + len(masks) + len(palette)
    return (b"BM" + struct.pack("<IHHI", start + len(body), 0, 0, start)
            + struct.pack("<IiiHHIIiiII", 40, 3, height, 1, bits, compression, len(body), 0, 0,
                          len(palette) // 4, 0) + masks + palette + body)


def check_bmp():
    """Runs, masks and rows from the top, which Pillow does not write."""
    palette = bytes((0, 0, 0, 0, 30, 20, 10, 0, 60, 50, 40, 0))
    colours = np.array([[0, 0, 0], [10, 20, 30], [40, 50, 60]], np.uint8)
    below, above = [1, 1, 2], [2, 0, 1]
    expected = colours[[above, below]]
    check("runs of 8", bmp(8, 1, bytes((2, 1, 1, 2, 0, 0, 0, 3, 2, 0, 1, 0, 0, 1)), palette),
          expected)
    check("runs of 4", bmp(4, 2, bytes((2, 0x11, 1, 0x20, 0, 0, 0, 3, 0x20, 0x10, 0, 1)),
                           palette), expected)
    check("skips", bmp(8, 1, bytes((0, 2, 1, 1, 2, 2, 0, 1)), palette),
          colours[[[0, 2, 2], [0, 0, 0]]])
    pixels = struct.pack("<3Hxx3Hxx", 0xF800, 0x07E0, 0x001F, 0xFFFF, 0, 0x8410)
    masks = struct.pack("<III", 0xF800, 0x07E0, 0x001F)
    rows = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]],
                     [[255, 255, 255], [0, 0, 0], [131, 129, 131]]], np.uint8)
    check("masks", bmp(16, 3, pixels, masks=masks), rows[::-1])
    check("from the top", bmp(16, 3, pixels, masks=masks, height=-2), rows)
    check("five bits", bmp(16, 0, struct.pack("<3Hxx3Hxx", 0x7C00, 0x3E0, 0x1F, 0x7FFF, 0,
                                              0x4210)),
          np.where(rows == 129, 131, rows)[::-1])


def check_damaged(name, files):
    """Every damaged file is decoded or refused."""
    refused = total = 0
    for encoded in files:
        for _ in range(40):
            damaged = bytearray(encoded)
            for _ in range(generator.integers(1, 9)):
                # Headers are worth more tries than pixels.
                most = len(damaged) if generator.random() < 0.3 else min(len(damaged), 120)
                damaged[generator.integers(0, most)] = generator.integers(0, 256)
            if generator.random() < 0.5:
                damaged = damaged[:generator.integers(0, len(damaged))]
            try:
                decode(bytes(damaged))
            except swage.Error as error:
                assert "image" in str(error) or "memory" in str(error), error
                refused += 1
            total += 1
    assert 0 < refused < total, (refused, total)
    print("ok: damaged", name)


def main():
    for name, files in FILES.items():
        for i, encoded in enumerate(files):
            check(f"{name} {i}", encoded)
        print("ok:", name, len(files))
    check_pnm()
    check_bmp()
    for name, files in FILES.items():
        check_damaged(name, files)
    for name, encoded in (("none", b"no picture at all"), ("empty", b""),
                          ("early", FILES["jpeg"][14][:-400]), ("early", FILES["png"][4][:300]),
                          ("size", b"P5 9999999 9999999 255\n")):
        try:
            decode(encoded)
            assert False, name
        except swage.Error as error:
            print(f"{name}: {error}")
    folder = sys.argv[1]
    onnx.save(make_model("RGB"), os.path.join(folder, "model.onnx"))
    np.save(os.path.join(folder, "image.npy"), np.frombuffer(FILES["png"][4], np.uint8))
    np.save(os.path.join(folder, "early.npy"), np.frombuffer(FILES["png"][4][:300], np.uint8))


main()
