# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Makes folders of images in the current folder, networks for them, and the same
examples as arrays, brought to size by Pillow.

usage: make_images.py EXAMPLES
"""

import pathlib
import sys

import numpy as np
from PIL import Image, ImageOps

sys.path.insert(0, sys.argv[1])
from network import Network  # noqa: E402

random = np.random.default_rng(0)
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def make_image(number, hue):
    """Stripes of a colour, with noise, of a size that no other image has."""
    height, width = 20 + 7 * number % 61, 25 + 11 * number % 47
    y, x = np.mgrid[:height, :width]
    stripes = (np.sin((x + (2 * number + hue) * y) / 3) + 1)[..., None]
    pixels = 80 * stripes * np.eye(3)[hue] + random.uniform(0, 90, (height, width, 3))
    return Image.fromarray(pixels.astype(np.uint8))


def write(folder, classes, count):
    number = 0
    for hue, name in enumerate(classes):
        path = pathlib.Path(folder, name)
        path.mkdir(parents=True)
        for ending in ["png", "jpg", "bmp", "ppm", "JPG", "webp", "tif", "png"][:count]:
            image = make_image(number, hue)
            if number % 5 == 0:
                image = image.convert("L")  # a file in grey
            image.save(path / f"{number:03}.{ending}")
            number += 1
    # What does not count.
    pathlib.Path(folder, classes[0], "notes.txt").write_text("no image")
    pathlib.Path(folder, ".hidden").mkdir()
    pathlib.Path(folder, "readme.md").write_text("no class")


def read(folder, channels, size, crop):
    """The arrays that Swage should make of a folder, before the scale."""
    pixels, target = [], []
    for number, path in enumerate(sorted(p for p in pathlib.Path(folder).iterdir()
                                         if p.is_dir() and p.name[0] != ".")):
        for file in sorted(path.iterdir()):
            if file.suffix == ".txt":
                continue
            image = Image.open(file).convert("RGB")
            if channels == 1:
                image = image.convert("L")
            if crop:
                image = ImageOps.fit(image, size, method=Image.BILINEAR)
            else:
                image = image.resize(size, Image.BILINEAR)
            pixels.append(np.asarray(image).reshape(size[1], size[0], channels))
            target.append(number)
    return np.stack(pixels).astype(np.float32) / np.float32(255), np.array(target)


def net(path, shape):
    net = Network("x", [None] + shape)
    net.flatten()
    net.dense(3, name="head")
    net.save(path)


write("train", ["blue", "green", "red"], 8)
write("val", ["green", "red"], 4)
write("other", ["green", "yellow"], 1)
pathlib.Path("empty").mkdir()

x, target = read("train", 3, (18, 12), False)
x = (x - np.array(MEAN, np.float32)) / np.array(STD, np.float32)
np.savez("colour.npz", x=x.transpose(0, 3, 1, 2), target=target)
x, target = read("train", 1, (10, 14), True)
np.savez("grey.npz", x=(x - np.float32(0.5)) / np.float32(0.25), target=target)
x, target = read("val", 1, (10, 14), True)
np.savez("grey_val.npz", x=(x - np.float32(0.5)) / np.float32(0.25), target=target + 1)

net("colour.onnx", [3, 12, 18])
net("grey.onnx", [14, 10, 1])
net("flat.onnx", [20])
net("deep.onnx", [4, 12, 18])

# A damaged file.
write("damaged", ["a", "b", "c"], 2)
file = pathlib.Path("damaged", "b", "002.png")
file.write_bytes(file.read_bytes()[:60])
