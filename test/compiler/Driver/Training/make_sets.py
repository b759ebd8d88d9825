# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Makes ONNX test data of the examples in train.npz: folders of three examples,
and some that are wrong.

usage: make_sets.py
"""

import pathlib
import shutil

import numpy as np
import onnx
from onnx import numpy_helper


def write(folder, x, target):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True)
    onnx.save_tensor(numpy_helper.from_array(x, "x"), folder / "input_0.pb")
    onnx.save_tensor(numpy_helper.from_array(target, "t"), folder / "output_0.pb")


data = np.load("train.npz")
for number, begin in enumerate(range(0, 90, 3)):
    write(f"sets/test_data_set_{number}", data["x"][begin:begin + 3],
          data["target"][begin:begin + 3])
write("whole", data["x"], data["target"])
shutil.copytree("sets", "lacking")
pathlib.Path("lacking/test_data_set_4/output_0.pb").unlink()
shutil.copytree("sets", "other")
shutil.rmtree("other/test_data_set_2")
write("other/test_data_set_2", data["x"][:3, :, :5], data["target"][:3])
