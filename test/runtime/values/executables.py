# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Compiles models to executables and runs them on their data sets.

usage: executables.py CASES FOLDER CASE...   compares outputs with those expected
       executables.py --position N CASES FILE   writes a scalar to FILE
"""

import glob
import os
import subprocess
import sys

import numpy as np
import onnx
from onnx import MapProto, OptionalProto, SequenceProto, TensorProto, numpy_helper


def parse(path, type_proto):
    if type_proto.HasField("sequence_type"):
        message = SequenceProto()
    elif type_proto.HasField("map_type"):
        message = MapProto()
    elif type_proto.HasField("optional_type"):
        message = OptionalProto()
    else:
        message = TensorProto()
    with open(path, "rb") as file:
        message.ParseFromString(file.read())
    return unpack(message)


def unpack(message):
    """A message as lists, dicts, None and (type, shape, elements)."""
    if isinstance(message, SequenceProto):
        return [unpack(each) for each in (*message.tensor_values, *message.map_values)]
    if isinstance(message, MapProto):
        keys = list(message.string_keys) or list(message.keys)
        return dict(zip(keys, unpack(message.values)))
    if isinstance(message, OptionalProto):
        for field in ("tensor_value", "sequence_value"):
            if message.HasField(field):
                return unpack(getattr(message, field))
        return None
    array = numpy_helper.to_array(message)
    if message.data_type == TensorProto.STRING:
        return ("str", array.shape, [str(text) for text in array.flat])
    return (array.dtype.name, array.shape, array.tolist())


def load(path, type_proto):
    if os.path.exists(path + ".pb"):
        return parse(path + ".pb", type_proto)
    array = np.load(path + ".npy")
    if array.dtype.kind == "U":
        return ("str", array.shape, [str(text) for text in array.flat])
    return (array.dtype.name, array.shape, array.tolist())


def check(cases, folder, name):
    case = os.path.join(cases, name)
    program = os.path.join(folder, name)
    subprocess.run(["swage", "compile", os.path.join(case, "model.onnx"), "-o", program],
                   check=True)
    graph = onnx.load(os.path.join(case, "model.onnx")).graph
    sets = sorted(glob.glob(os.path.join(case, "test_data_set_*")))
    for data in sets:
        command = [program, "--threads", "1", "--output-dir", program + ".out"]
        for i, value in enumerate(graph.input):
            command += ["--input", f"{value.name}={data}/input_{i}.pb"]
        subprocess.run(command, check=True)
        for i, value in enumerate(graph.output):
            actual = load(os.path.join(program + ".out", value.name), value.type)
            expected = parse(f"{data}/output_{i}.pb", value.type)
            assert actual == expected, (data, value.name, actual, expected)
    print("ok:", name, len(sets))


if sys.argv[1] == "--position":
    with open(sys.argv[4], "wb") as out:
        out.write(numpy_helper.from_array(np.int64(int(sys.argv[2]))).SerializeToString())
else:
    os.makedirs(sys.argv[2], exist_ok=True)
    for each in sys.argv[3:]:
        check(sys.argv[1], sys.argv[2], each)
