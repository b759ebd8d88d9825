# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Writes models whose strings or containers are refused, or taken apart.

usage: values.py FOLDER      writes FOLDER/NAME.onnx
"""

import os
import sys

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper, numpy_helper

node = helper.make_node


def tensor(dtype=T.FLOAT, dims=(2, 3)):
    return helper.make_tensor_type_proto(dtype, dims)


def sequence(inner):
    return helper.make_sequence_type_proto(inner)


def constant(name, array):
    return node("Constant", [], [name], value=numpy_helper.from_array(np.asarray(array)))


X = [("x", tensor())]
S = [("s", sequence(tensor(dims=None)))]
TEXT = [("x", tensor(T.STRING, [2]))]
MAP = onnx.TypeProto()
MAP.map_type.key_type = T.FLOAT
MAP.map_type.value_type.CopyFrom(tensor())
TWICE = sequence(sequence(tensor()))


def ml(op, **attributes):
    return [node(op, ["x"], ["y"], "n", domain="ai.onnx.ml", **attributes)]


MODELS = {
    "map": ([node("Identity", ["x"], ["y"])], [("x", MAP)]),
    "map_of_tensor": (ml("CastMap"), X),
    "nested": ([node("Identity", ["x"], ["y"])], [("x", TWICE)]),
    "no_sequence": ([node("SequenceLength", ["x"], ["y"], "n")], X),
    "no_tensor": ([node("Relu", ["s"], ["y"], "n")], S),
    "other_type": ([node("SequenceInsert", ["s", "x"], ["y"], "n")],
                   S + [("x", tensor(T.INT64))]),
    "unknown_rank": ([constant("i", np.int64(0)), node("SequenceAt", ["s", "i"], ["y"], "n")], S),
    "unknown_join": ([node("ConcatFromSequence", ["s"], ["y"], "n", axis=0)], S),
    "no_axis": ([node("ConcatFromSequence", ["s"], ["y"], "n")], S),
    "pieces": ([constant("k", np.array([1, 2])),
                node("SplitToSequence", ["x", "k"], ["y"], "n")], X),
    "pieces_matrix": ([constant("k", np.array([[1, 1]])),
                       node("SplitToSequence", ["x", "k"], ["y"], "n")], X),
    "dtype": ([node("SequenceEmpty", [], ["y"], "n", dtype=77)], X),
    "optional_of_nothing": ([node("Optional", [], ["y"], "n")], X),
    "no_strings": ([node("StringSplit", ["x"], ["y", "z"], "n")], X),
    "pattern": ([node("RegexFullMatch", ["x"], ["y"], "n", pattern="a(b")], TEXT),
    "no_pattern": ([node("RegexFullMatch", ["x"], ["y"], "n")], TEXT),
    "pixel_format": ([node("ImageDecoder", ["x"], ["y"], "n", pixel_format="YUV")],
                     [("x", tensor(T.UINT8, [8]))]),
    "letter_case": ([node("StringNormalizer", ["x"], ["y"], "n", case_change_action="Title")],
                    TEXT),
    "mixed_equal": ([node("Equal", ["x", "z"], ["y"], "n")],
                    TEXT + [("z", tensor(T.INT64, [2]))]),
    "key_types": (ml("LabelEncoder", keys_int64s=[1], values_int64s=[2]), TEXT),
    "key_counts": (ml("LabelEncoder", keys_strings=["a", "b"], values_int64s=[2]), TEXT),
    "no_keys": (ml("LabelEncoder"), TEXT),
    "no_classes": (ml("OneHotEncoder"), TEXT),
    "strict": (ml("OneHotEncoder", cats_strings=["a"], zeros=0), TEXT),
    "mapper": (ml("CategoryMapper", cats_strings=["a"], cats_int64s=[1, 2]), TEXT),
    # Taken apart: no sequence is left.
    "spelled_out": ([constant("i", np.int64(-1)),
                     node("SplitToSequence", ["x"], ["s"], axis=1, keepdims=0),
                     node("SequenceErase", ["s", "i"], ["t"]),
                     node("SequenceAt", ["t", "i"], ["y"])], X),
    # Left: positions that only the run knows.
    "dynamic": ([node("SequenceInsert", ["s", "x", "i"], ["t"]),
                 node("SequenceAt", ["t", "i"], ["y"])],
                [("s", sequence(tensor(dims=[2, None]))), ("x", tensor()),
                 ("i", tensor(T.INT64, []))]),
}


def main():
    for name, (nodes, inputs) in MODELS.items():
        graph = helper.make_graph(
            nodes, name, [helper.make_value_info(*each) for each in inputs],
            [helper.make_empty_tensor_value_info("y")])
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", 20), helper.make_opsetid("ai.onnx.ml", 4)])
        model.ir_version = 8
        onnx.save(model, os.path.join(sys.argv[1], name + ".onnx"))


main()
