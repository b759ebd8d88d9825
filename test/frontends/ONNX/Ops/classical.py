# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""The domain ai.onnx.ml against ONNX Runtime."""
import itertools
import sys

import numpy

from cases import Suite, random

DOMAIN = "ai.onnx.ml"
TRANSFORMS = ("NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT")


def forest(modes, targets):
    """Two trees of three inner nodes each; leaves say something of a target."""
    table = {name: [] for name in ("tree", "node", "feature", "mode", "value")}
    table.update({name: [] for name in ("true", "false", "missing")})
    leaves = {name: [] for name in ("tree", "node", "id", "weight")}
    numbers = numpy.random.RandomState(5)
    for tree in range(2):
        for node in range(7):
            inner = node < 3
            table["tree"].append(tree)
            table["node"].append(node)
            table["feature"].append(int(numbers.randint(4)) if inner else 0)
            table["mode"].append(modes[node % len(modes)] if inner else "LEAF")
            table["value"].append(float(numbers.randint(-2, 3)) if inner else 0.0)
            table["true"].append(2 * node + 1 if inner else 0)
            table["false"].append(2 * node + 2 if inner else 0)
            table["missing"].append(int(node == 0 or tree == 1) if inner else 0)
            if not inner:
                for target in range(targets):
                    leaves["tree"].append(tree)
                    leaves["node"].append(node)
                    leaves["id"].append(target)
                    leaves["weight"].append(float(numbers.uniform(0.01, 0.45)))
    nodes = {
        "nodes_treeids": table["tree"],
        "nodes_nodeids": table["node"],
        "nodes_featureids": table["feature"],
        "nodes_modes": table["mode"],
        "nodes_values": table["value"],
        "nodes_truenodeids": table["true"],
        "nodes_falsenodeids": table["false"],
        "nodes_missing_value_tracks_true": table["missing"],
    }
    return nodes, leaves


def name_leaves(leaves, prefix):
    return {
        f"{prefix}_treeids": leaves["tree"],
        f"{prefix}_nodeids": leaves["node"],
        f"{prefix}_ids": leaves["id"],
        f"{prefix}_weights": leaves["weight"],
    }


def trees(suite):
    rows = numpy.random.RandomState(3).randint(-2, 3, (20, 4)).astype("float32")
    rows[3, 1] = rows[7, 0] = rows[11, 2] = numpy.nan
    modes = (
        ["BRANCH_LEQ"],
        ["BRANCH_LT"],
        ["BRANCH_GTE"],
        ["BRANCH_GT"],
        ["BRANCH_EQ", "BRANCH_NEQ", "BRANCH_LEQ"],
    )
    for kind in modes:
        nodes, leaves = forest(kind, 3)
        suite.add(
            "TreeEnsembleRegressor",
            [rows],
            ["float32"],
            DOMAIN,
            n_targets=3,
            **nodes,
            **name_leaves(leaves, "target"),
        )
    nodes, leaves = forest(["BRANCH_LEQ"], 3)
    for aggregate, transform in itertools.product(
        ("SUM", "AVERAGE", "MIN", "MAX"), ("NONE", "SOFTMAX")
    ):
        suite.add(
            "TreeEnsembleRegressor",
            [rows],
            ["float32"],
            DOMAIN,
            n_targets=3,
            aggregate_function=aggregate,
            post_transform=transform,
            base_values=[0.5, -1.0, 2.0],
            **nodes,
            **name_leaves(leaves, "target"),
        )
    for transform in TRANSFORMS[:4]:
        suite.add(
            "TreeEnsembleClassifier",
            [rows],
            ["int64", "float32"],
            DOMAIN,
            classlabels_int64s=[7, 3, 5],
            post_transform=transform,
            **nodes,
            **name_leaves(leaves, "class"),
        )
    # Two classes, of which leaves speak of one: with probabilities, and with
    # weights of both signs.
    nodes, leaves = forest(["BRANCH_LEQ"], 1)
    for shift, transform, label in itertools.product(
        (0, 0.4), ("NONE", "LOGISTIC"), (0, 1)
    ):
        changed = dict(leaves)
        changed["weight"] = [weight - shift for weight in leaves["weight"]]
        changed["id"] = [label] * len(leaves["id"])
        suite.add(
            "TreeEnsembleClassifier",
            [rows],
            ["int64", "float32"],
            DOMAIN,
            classlabels_int64s=[4, 9],
            post_transform=transform,
            **nodes,
            **name_leaves(changed, "class"),
        )


def linear(suite):
    rows = random(6, 4)
    factors = random(12).tolist()
    for transform in TRANSFORMS[:4]:
        suite.add(
            "LinearRegressor",
            [rows],
            ["float32"],
            DOMAIN,
            coefficients=factors,
            intercepts=[0.1, 0.2, -0.3],
            targets=3,
            post_transform=transform,
        )
        suite.add(
            "LinearClassifier",
            [rows],
            ["int64", "float32"],
            DOMAIN,
            coefficients=factors,
            intercepts=[0.1, 0.2, -0.3],
            classlabels_ints=[5, 2, 8],
            post_transform=transform,
        )


def vectors(suite):
    rows, supports = random(6, 4), random(9, 4)
    for kernel, params in (
        ("LINEAR", [0.0, 0.0, 0.0]),
        ("POLY", [0.5, 1.0, 3.0]),
        ("RBF", [0.7, 0.0, 0.0]),
        ("SIGMOID", [0.3, 0.1, 0.0]),
    ):
        common = dict(kernel_type=kernel, kernel_params=params)
        suite.add(
            "SVMRegressor",
            [rows],
            ["float32"],
            DOMAIN,
            n_supports=9,
            support_vectors=supports.flatten().tolist(),
            coefficients=random(9).tolist(),
            rho=[0.3],
            **common,
        )
        classify(suite, rows, supports, **common)
    probable = {"prob_a": [-1.1, -0.7, -1.4], "prob_b": [0.1, 0.2, -0.1]}
    classify(suite, rows, supports, **common, **probable)
    # Two classes: the second score is the machine's.
    for transform in ("NONE", "LOGISTIC"):
        pair = {"vectors_per_class": [4, 5], "rho": [0.1], "post_transform": transform}
        pair["classlabels_ints"] = [3, 1]
        classify(suite, rows, supports, **pair)
        classify(suite, rows, supports, **pair, prob_a=[-1.3], prob_b=[0.4])


def classify(suite, rows, supports, **options):
    """A machine of three classes, unless the options say otherwise."""
    settings = {
        "vectors_per_class": [2, 3, 4],
        "rho": [0.1, -0.2, 0.3],
        "classlabels_ints": [3, 1, 2],
        "kernel_type": "LINEAR",
        "kernel_params": [0.0, 0.0, 0.0],
        **options,
    }
    factors = random(9 * (len(settings["vectors_per_class"]) - 1))
    suite.add(
        "SVMClassifier",
        [rows],
        ["int64", "float32"],
        DOMAIN,
        support_vectors=supports.flatten().tolist(),
        coefficients=factors.tolist(),
        **settings,
    )


def pairs(suite):
    """One score for two classes, transformed together with its negative."""
    rows = random(6, 4)
    factors = random(4)
    scores = rows @ factors + numpy.float32(0.2)
    both = numpy.exp(numpy.stack([-scores, scores], 1))
    expected = both / both.sum(1, keepdims=True)
    for transform in ("SOFTMAX", "SOFTMAX_ZERO"):
        suite.add(
            "LinearClassifier",
            [rows],
            [numpy.where(scores > 0, 9, 4).astype("int64"), expected],
            DOMAIN,
            coefficients=factors.tolist(),
            intercepts=[0.2],
            classlabels_ints=[4, 9],
            post_transform=transform,
        )


def preprocessing(suite):
    rows = random(5, 3)
    rows[2] = 0
    suite.add("Scaler", [rows], ["float32"], DOMAIN, offset=[0.5], scale=[2.0])
    suite.add(
        "Scaler",
        [rows],
        ["float32"],
        DOMAIN,
        offset=[0.5, 1.0, -1.0],
        scale=[2.0, 3.0, 0.5],
    )
    for norm in ("L1", "L2"):
        suite.add("Normalizer", [rows], ["float32"], DOMAIN, norm=norm)
    suite.add("Normalizer", [abs(rows)], ["float32"], DOMAIN, norm="MAX")
    suite.add("Binarizer", [rows], ["float32"], DOMAIN, threshold=0.25)
    holes = rows.copy()
    holes[1, 1] = numpy.nan
    suite.add(
        "Imputer",
        [holes],
        ["float32"],
        DOMAIN,
        imputed_value_floats=[1.0, 2.0, 3.0],
        replaced_value_float=float("nan"),
    )
    counts = numpy.array([[1, 2, 3], [3, 1, 7]], "int64")
    suite.add(
        "Imputer",
        [counts],
        ["int64"],
        DOMAIN,
        imputed_value_int64s=[9],
        replaced_value_int64=3,
    )
    suite.add(
        "ArrayFeatureExtractor",
        [rows, numpy.array([2, 0], "int64")],
        ["float32"],
        DOMAIN,
    )
    suite.add(
        "FeatureVectorizer",
        [rows, rows[:, :2]],
        ["float32"],
        DOMAIN,
        inputdimensions=[3, 2],
    )
    suite.add(
        "FeatureVectorizer",
        [rows, rows[:, :2]],
        ["float32"],
        DOMAIN,
        inputdimensions=[2, 4],
    )
    suite.add(
        "OneHotEncoder", [counts], ["float32"], DOMAIN, cats_int64s=[1, 3, 4], zeros=1
    )
    suite.add(
        "LabelEncoder",
        [counts],
        ["float32"],
        DOMAIN,
        keys_int64s=[1, 7],
        values_floats=[0.5, -2.0],
        default_float=8.0,
    )
    suite.add(
        "LabelEncoder",
        [holes],
        ["int64"],
        DOMAIN,
        keys_floats=[float(rows[0, 0]), float(rows[1, 0])],
        values_int64s=[11, 12],
    )


if __name__ == "__main__":
    suite = Suite(sys.argv[1], 15, ai_onnx_ml=3)
    trees(suite)
    linear(suite)
    vectors(suite)
    pairs(suite)
    preprocessing(suite)
    suite.check()
