# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Writes models with maps, and what they give.

usage: maps.py FOLDER       writes FOLDER/CASE/model.onnx and its data sets
"""

import sys

import numpy as np
from cases import T, dictionary, f32, node, sequence, tensor, texts, write

ML = "ai.onnx.ml"


def zip_map(folder):
    scores = f32([[0.5, 0.25, 0], [1, -2, 3]])

    def zipped(keys):
        # In the order of the keys.
        return [{key: f32(row[i]) for i, key in sorted(enumerate(keys), key=lambda p: p[1])}
                for row in scores]

    for name, attribute, key_type, keys in (
            ("int64s", "classlabels_int64s", T.INT64, [7, -1, 2]),
            ("strings", "classlabels_strings", T.STRING, ["dog", "cat", "Cow"])):
        write(folder, f"zip_{name}",
              [node("ZipMap", ["x"], ["y"], domain=ML, **{attribute: keys})],
              [("x", tensor(T.FLOAT, ["n", 3]))],
              [("y", sequence(dictionary(key_type, T.FLOAT)))],
              ((scores,), (zipped(keys),)), ((scores[:0],), ([],)))
    write(folder, "zip_row",
          [node("ZipMap", ["x"], ["y"], domain=ML, classlabels_int64s=[0, 1, 2])],
          [("x", tensor(T.FLOAT, [3]))], [("y", sequence(dictionary(T.INT64, T.FLOAT)))],
          ((scores[0],), ([dict(enumerate(scores[0]))],)))
    # What a classifier gives, as converters write it.
    write(folder, "zip_classifier",
          [node("LinearClassifier", ["x"], ["label", "p"], domain=ML, classlabels_ints=[3, 5],
                coefficients=[1.0, 0.0, 0.0, 1.0], intercepts=[0.0, 0.5],
                post_transform="NONE"),
           node("ZipMap", ["p"], ["y"], domain=ML, classlabels_int64s=[3, 5])],
          [("x", tensor(T.FLOAT, ["n", 2]))],
          [("label", tensor(T.INT64, ["n"])), ("y", sequence(dictionary(T.INT64, T.FLOAT)))],
          ((f32([[1, 2], [4, 1]]),),
           (np.array([5, 3]), [{3: f32(1), 5: f32(2.5)}, {3: f32(4), 5: f32(1.5)}])))


def dict_vectorizer(folder):
    for key_type, keys in ((T.STRING, ["b", "a", "z"]), (T.INT64, [5, 1, 9])):
        name = "string_vocabulary" if key_type == T.STRING else "int64_vocabulary"
        for kind, numbers in ((T.FLOAT, f32([1.5, 2.5])), (T.DOUBLE, np.array([1.5, 2.5])),
                              (T.INT64, np.array([4, 6])), (T.STRING, ["x", "y"])):
            given = dict(zip(keys, numbers))
            # The last word is not in the map, and one of the map is no word.
            words = [keys[1], keys[1], keys[2]]
            zero = "" if kind == T.STRING else numbers.dtype.type(0)
            row = [given.get(word, zero) for word in words]
            expected = texts(*row) if kind == T.STRING else np.array(row)
            write(folder, f"vector_{key_type}_{kind}",
                  [node("DictVectorizer", ["m"], ["y"], domain=ML, **{name: words})],
                  [("m", dictionary(key_type, kind))], [("y", tensor(kind, [1, 3]))],
                  ((given,), (expected.reshape(1, 3),)),
                  (({},), (np.array([[zero] * 3]),)))


def cast_map(folder):
    def case(name, kind, given, expected, out, **attributes):
        write(folder, f"cast_{name}",
              [node("CastMap", ["m"], ["y"], domain=ML, **attributes)],
              [("m", dictionary(T.INT64, kind))], [("y", tensor(out, [1, None]))],
              ((given,), (expected,)))

    numbers = {2: f32(1.75), 0: f32(-3.5), 7: f32(8)}
    words = {3: "12", 1: "-7"}
    case("dense", T.FLOAT, numbers, f32([[-3.5, 1.75, 8]]), T.FLOAT)
    case("dense_int", T.FLOAT, numbers, np.array([[-3, 1, 8]]), T.INT64, cast_to="TO_INT64")
    case("sparse", T.FLOAT, numbers, f32([[-3.5, 0, 1.75, 0, 0]]), T.FLOAT,
         map_form="SPARSE", max_map=5)
    case("texts", T.STRING, words, texts("-7", "12").reshape(1, 2), T.STRING,
         cast_to="TO_STRING")
    case("sparse_texts", T.STRING, words, texts("", "-7", "", "12").reshape(1, 4), T.STRING,
         cast_to="TO_STRING", map_form="SPARSE", max_map=4)
    case("texts_to_int", T.STRING, words, np.array([[0, -7]]), T.INT64, cast_to="TO_INT64",
         map_form="SPARSE", max_map=2)


def pass_on(folder):
    kind = dictionary(T.STRING, T.INT64)
    given = {"b": np.int64(2), "a": np.int64(1), "": np.int64(0)}
    write(folder, "identity", [node("Identity", ["m"], ["y"])], [("m", kind)], [("y", kind)],
          ((given,), (dict(sorted(given.items())),)), (({},), ({},)))


if __name__ == "__main__":
    for part in (zip_map, dict_vectorizer, cast_map, pass_on):
        part(sys.argv[1])
