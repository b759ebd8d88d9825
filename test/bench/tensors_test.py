# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Tests of tensors.mjs against numpy's and ONNX's own files."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

import numpy
from onnx import helper, numpy_helper

MODULE = pathlib.Path(__file__).resolve().parent / "tensors.mjs"
COPY = f"""
import {{ readTensor, writeNpy }} from '{MODULE}';
writeNpy(process.argv[2], readTensor(process.argv[1]));
"""
TYPES = ["f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "?"]


@unittest.skipUnless(shutil.which("node"), "Node is not installed")
class TensorsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def copied(self, name: str) -> numpy.ndarray:
        """The file `name`, read and written again by Node."""
        result = self.folder / "result.npy"
        command = ["node", "--input-type=module", "-e", COPY]
        subprocess.run(command + [str(self.folder / name), str(result)], check=True)
        return numpy.load(result)

    def check(self, name: str, expected: numpy.ndarray) -> None:
        found = self.copied(name)
        self.assertEqual(found.dtype, expected.dtype, name)
        numpy.testing.assert_array_equal(found, expected, name)

    def test_every_type(self):
        for kind in TYPES:
            value = numpy.array([[0, 1, 100], [7, -3 if kind[0] in "fi" else 3, 2]])
            value = value.astype(kind)
            numpy.save(self.folder / "x.npy", value)
            self.check("x.npy", value)
            raw = numpy_helper.from_array(value, "x").SerializeToString()
            (self.folder / "raw.pb").write_bytes(raw)
            self.check("raw.pb", value)
            number = numpy_helper.from_array(value).data_type
            listed = helper.make_tensor("x", number, value.shape, value.flatten())
            (self.folder / "listed.pb").write_bytes(listed.SerializeToString())
            self.check("listed.pb", value)

    def test_scalar_and_empty(self):
        for value in (numpy.float32(2.5), numpy.zeros((0, 3), numpy.int64)):
            value = numpy.asarray(value)
            numpy.save(self.folder / "x.npy", value)
            self.check("x.npy", value)
            raw = numpy_helper.from_array(value, "x").SerializeToString()
            (self.folder / "x.pb").write_bytes(raw)
            self.check("x.pb", value)

    def test_fortran_order_is_refused(self):
        numpy.save(self.folder / "x.npy", numpy.asfortranarray(numpy.ones((2, 3))))
        with self.assertRaises(subprocess.CalledProcessError):
            self.copied("x.npy")


if __name__ == "__main__":
    unittest.main()
