#!/usr/bin/python3
# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Reads the text in a picture with a compiled text recogniser.

usage: read.py READER ALPHABET PICTURE

READER is the executable that `swage compile` made of the network, ALPHABET the
file with the network's characters. The picture is cut into lines of text, the
executable reads each of them, and what it read is printed.
"""

import pathlib
import subprocess
import sys
import tempfile
import time

import numpy
from PIL import Image

# The network's input: one line of text.
HEIGHT, WIDTH = 48, 1088
# What is left around a line, in pixels of the picture.
MARGIN = 3


def box_mean(picture, radius):
    """The mean over the square around each pixel."""
    side = 2 * radius + 1
    padded = numpy.pad(picture, radius, mode="edge")
    sums = numpy.pad(padded.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    inner = sums[side:, side:] - sums[:-side, side:]
    return (inner - sums[side:, :-side] + sums[:-side, :-side]) / side**2


def find_lines(picture):
    """Crops of the lines of dark text on lighter ground, from top to bottom.

    Ink is what is clearly darker than its surroundings, so that shadows on the
    page do no harm. Lines that the picture's edge cuts, and ruled lines, which
    have little ink for their width, are left out.
    """
    ink = picture < box_mean(picture, 15) - 12
    written = ink.sum(1) >= max(2, 0.02 * picture.shape[1])
    edges = numpy.flatnonzero(numpy.diff(numpy.pad(written.astype(int), 1)))
    lines = []
    for top, bottom in edges.reshape(-1, 2):
        heights = ink[top:bottom].sum(0)
        if bottom - top < 8 or heights[heights > 0].mean() < 3:
            continue
        if top == 0 or bottom == len(picture):
            continue
        columns = numpy.flatnonzero(heights >= 2)
        left, right = max(columns[0] - MARGIN, 0), columns[-1] + 1 + MARGIN
        lines.append(picture[max(top - MARGIN, 0) : bottom + MARGIN, left:right])
    return lines


def prepare(line):
    """One line as the network wants it: brightness in [-1, 1], grey behind it."""
    picture = Image.fromarray(line)
    width = min(WIDTH, round(picture.width * HEIGHT / picture.height))
    pixels = numpy.asarray(picture.resize((width, HEIGHT), Image.BICUBIC))
    result = numpy.zeros((1, 3, HEIGHT, WIDTH), numpy.float32)
    result[..., :width] = pixels / 127.5 - 1
    return result


def decode(scores, alphabet):
    """The text: the likeliest character at each place, repetitions and blanks
    (character 0) left out."""
    best = scores[0].argmax(1)
    fresh = numpy.append(True, best[1:] != best[:-1])
    return "".join(alphabet[i] for i in best[fresh] if i).strip()


def main(reader, alphabet_file, picture_file):
    alphabet = pathlib.Path(alphabet_file).read_text("utf-8").split("\n")
    alphabet = [""] + alphabet[:6623] + [" "]
    picture = Image.open(picture_file).convert("L")
    lines = find_lines(numpy.asarray(picture).astype(numpy.float32))
    if not lines:
        sys.exit(f"error: no line of dark text on light ground in {picture_file}")
    seconds = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for line in lines:
            numpy.save(f"{folder}/line.npy", prepare(line))
            start = time.monotonic()
            subprocess.run(
                [reader, "--input", f"x={folder}/line.npy", "--output-dir", folder],
                check=True,
            )
            seconds += time.monotonic() - start
            scores = numpy.load(f"{folder}/softmax_11.tmp_0.npy")
            print("  " + decode(scores, alphabet), flush=True)
    print(f"{len(lines)} lines in {seconds:.2f} s, {seconds / len(lines) * 1000:.0f} ms a line")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
