# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""The window of keys that a query sees, against NumPy."""
import sys

import numpy

from cases import Suite, random


def attend(query, key, value, offset=0, causal=False, left=-1, right=-1, mask=0.0):
    scores = query @ key.transpose(0, 1, 3, 2) / numpy.sqrt(query.shape[-1]) + mask
    place = offset + numpy.arange(query.shape[2])[:, None]
    keys = numpy.arange(key.shape[2])
    seen = numpy.ones(scores.shape[-2:], bool)
    if left >= 0:
        seen &= keys >= place - left
    if right >= 0:
        seen &= keys <= place + right
    if causal:
        seen &= keys <= place
    powers = numpy.exp(numpy.where(seen, scores, -numpy.inf))
    total = powers.sum(-1, keepdims=True)
    return (powers / numpy.where(total == 0, 1, total)) @ value


def main(folder):
    suite = Suite(folder, 25)
    query = random(2, 3, 4, 8)
    key, value = random(2, 3, 6, 8, seed=3), random(2, 3, 6, 5, seed=4)
    mask = random(4, 6, seed=5)
    for left, right, causal in (
        (2, 1, 0),
        (2, 0, 0),
        (0, -1, 0),
        (-1, 2, 0),
        (1, 3, 1),
        (-1, -1, 1),
    ):
        window = {"left_window_size": left, "right_window_size": right}
        expected = attend(query, key, value, 0, causal, left, right, mask)
        suite.add(
            "Attention",
            [query, key, value, mask],
            [expected.astype("float32")],
            is_causal=causal,
            **window,
        )
        past = random(2, 3, 3, 8, seed=6), random(2, 3, 3, 5, seed=7)
        expected = attend(
            query,
            numpy.concatenate([past[0], key], 2),
            numpy.concatenate([past[1], value], 2),
            3,
            causal,
            left,
            right,
        )
        suite.add(
            "Attention",
            [query, key, value, None, *past],
            [expected.astype("float32")],
            is_causal=causal,
            **window,
        )
    # Lengths that differ by sample move the places of the queries.
    lengths = numpy.array([6, 4])
    expected = numpy.concatenate(
        [
            attend(q[None], k[None, :, :n], v[None, :, :n], n - 4, left=1)
            for q, k, v, n in zip(query, key, value, lengths)
        ]
    )
    suite.add(
        "Attention",
        [query, key, value, None, None, None, lengths],
        [expected.astype("float32")],
        left_window_size=1,
    )
    suite.check()


if __name__ == "__main__":
    main(sys.argv[1])
