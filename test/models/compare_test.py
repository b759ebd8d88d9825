"""Tests of the comparison that numeric tests rest on."""

import contextlib
import io
import pathlib
import tempfile
import unittest

import numpy
from onnx import numpy_helper

import compare


def f32(*values):
    return numpy.array(values, numpy.float32)


class CompareTest(unittest.TestCase):
    def test_difference_is_relative_to_the_largest_magnitude(self):
        self.assertAlmostEqual(compare.difference(f32(1.0, -8.0), f32(1.5, -8.0)), 0.0625)

    def test_all_zero_expected(self):
        self.assertEqual(compare.difference(f32(0.0), f32(0.0)), 0.0)
        self.assertEqual(compare.difference(f32(0.5), f32(0.0)), 0.5)

    def test_empty(self):
        self.assertEqual(compare.difference(f32(), f32()), 0.0)

    def test_integers_are_exact(self):
        left = numpy.array([1, 2])
        self.assertIsNone(compare.mismatch(left, left, 1e-4))
        self.assertIsNotNone(compare.mismatch(left, left + 1, 10.0))

    def test_non_finite_values_must_be_in_place(self):
        nan, inf = float("nan"), float("inf")
        expected = f32(nan, inf, -inf, 1.0)
        self.assertEqual(compare.difference(expected, expected), 0.0)
        for wrong in (f32(1, inf, -inf, 1), f32(nan, -inf, -inf, 1), f32(nan, inf, -inf, nan)):
            self.assertEqual(compare.difference(wrong, expected), inf)

    def test_shape_and_type(self):
        told = compare.mismatch(f32(1.0, 2.0), f32(1.0), 1e-4)
        self.assertEqual(told, "shape [2] where [1] is expected")
        told = compare.mismatch(numpy.array([1.0]), f32(1.0), 1e-4)
        self.assertEqual(told, "type float64 where float32 is expected")

    def test_folders(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            proto = numpy_helper.from_array(f32(1.0, 2.0), "a/b:0")
            (folder / "output_0.pb").write_bytes(proto.SerializeToString())
            text = io.StringIO()
            with contextlib.redirect_stdout(text):
                self.assertFalse(compare.compare(folder, folder, 1e-4))
                numpy.save(folder / "a_b_0.npy", f32(1.0, 2.0001))
                self.assertTrue(compare.compare(folder, folder, 1e-4))
                self.assertFalse(compare.compare(folder, folder, 1e-6))
            words = [line.split()[0] for line in text.getvalue().splitlines()]
            self.assertEqual(words, ["fail", "pass", "fail"])


if __name__ == "__main__":
    unittest.main()
