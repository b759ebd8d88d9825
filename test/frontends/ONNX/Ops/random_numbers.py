# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""The distributions of random numbers, which no standard gives the values of."""
import pathlib
import shutil
import subprocess
import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

COUNT = 40000


def run(folder, nodes, outputs, inputs=(), initializers=()):
    """The outputs of a model of `nodes`, which has to give them twice."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    graph = helper.make_graph(nodes, "random", inputs, outputs, initializers)
    imports = [helper.make_opsetid("", 15)]
    onnx.save(
        helper.make_model(graph, opset_imports=imports, ir_version=8),
        folder / "model.onnx",
    )
    runs = []
    for number in ("first", "second"):
        command = ["swage", "run", folder / "model.onnx", "--threads", "1"]
        subprocess.run(command + ["--output-dir", folder / number], check=True)
        runs.append([numpy.load(folder / number / f"{o.name}.npy") for o in outputs])
    for first, second in zip(*runs):
        numpy.testing.assert_array_equal(first, second)
    return runs[0]


def check_moments(values, mean, deviation):
    # Five standard errors of the mean; the deviation's is smaller.
    error = 5 * deviation / numpy.sqrt(values.size)
    assert abs(values.mean() - mean) < error, (values.mean(), mean)
    assert abs(values.std() - deviation) < error, (values.std(), deviation)
    # Neighbours have nothing to do with each other.
    flat = (values - mean).flatten() / deviation
    assert abs((flat[1:] * flat[:-1]).mean()) < 5 / numpy.sqrt(values.size)


def main(folder):
    def output(name, dtype=TensorProto.FLOAT):
        return helper.make_tensor_value_info(name, dtype, None)

    chances = helper.make_tensor("chances", TensorProto.FLOAT, [1], [0.3])
    weights = numpy.log(numpy.array([[0.2, 0.5, 0.3]], "float32"))
    nodes = [
        helper.make_node(
            "RandomUniform", [], ["uniform"], shape=[COUNT], low=-1.0, high=3.0
        ),
        helper.make_node("RandomUniform", [], ["seeded"], shape=[COUNT], seed=5.0),
        helper.make_node("RandomUniform", [], ["again"], shape=[COUNT], seed=5.0),
        helper.make_node("RandomUniform", [], ["other"], shape=[COUNT], seed=6.0),
        helper.make_node(
            "RandomNormal", [], ["normal"], shape=[200, 200], mean=2.0, scale=0.5
        ),
        helper.make_node("RandomNormalLike", ["normal"], ["like"]),
        helper.make_node("Expand", ["chances", "size"], ["spread"]),
        helper.make_node("Bernoulli", ["spread"], ["drawn"]),
        helper.make_node(
            "Multinomial", ["weights"], ["classes"], sample_size=COUNT, seed=1.0
        ),
        helper.make_node(
            "Dropout", ["normal", "ratio", "trains"], ["dropped", "kept"]
        ),
        helper.make_node(
            "Dropout", ["normal", "ratio", "trains"], ["seeded_y", "mask"], seed=2
        ),
    ]
    initializers = [
        chances,
        numpy_helper.from_array(numpy.array([COUNT], "int64"), "size"),
        numpy_helper.from_array(weights, "weights"),
        numpy_helper.from_array(numpy.array(0.25, "float32"), "ratio"),
        numpy_helper.from_array(numpy.array(True), "trains"),
    ]
    names = ["uniform", "seeded", "again", "other", "normal", "like", "drawn"]
    outputs = [output(name) for name in names]
    outputs += [output("classes", TensorProto.INT32), output("dropped")]
    outputs.append(output("kept", TensorProto.BOOL))
    outputs += [output("seeded_y"), output("mask", TensorProto.BOOL)]
    values = dict(
        zip(
            [o.name for o in outputs],
            run(folder, nodes, outputs, initializers=initializers),
        )
    )
    uniform = values["uniform"]
    assert uniform.min() >= -1 and uniform.max() <= 3
    check_moments(uniform, 1, 4 / numpy.sqrt(12))
    counts = numpy.histogram(uniform, 20, (-1, 3))[0]
    # The chi-squared statistic of 19 degrees of freedom, at one in a million.
    expected = COUNT / 20
    assert ((counts - expected) ** 2 / expected).sum() < 62, counts
    numpy.testing.assert_array_equal(values["seeded"], values["again"])
    assert (values["seeded"] != values["other"]).mean() > 0.99
    check_moments(values["normal"], 2, 0.5)
    inside = (abs(values["normal"] - 2) < 0.5).mean()
    assert abs(inside - 0.6827) < 0.015, inside
    check_moments(values["like"], 0, 1)
    check_moments(values["drawn"], 0.3, numpy.sqrt(0.21))
    shares = numpy.bincount(values["classes"].flatten(), minlength=3) / COUNT
    assert abs(shares - [0.2, 0.5, 0.3]).max() < 0.015, shares
    kept = values["kept"]
    assert abs(kept.mean() - 0.75) < 0.015, kept.mean()
    scaled = numpy.where(kept, values["normal"] / 0.75, 0)
    numpy.testing.assert_allclose(values["dropped"], scaled, rtol=1e-6)
    # With a seed, what the standard's reference draws.
    mask = numpy.random.RandomState(2).uniform(0, 1, (200, 200)) >= 0.25
    numpy.testing.assert_array_equal(values["mask"], mask)
    scaled = numpy.where(mask, values["normal"] / 0.75, 0)
    numpy.testing.assert_allclose(values["seeded_y"], scaled, rtol=1e-6)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
