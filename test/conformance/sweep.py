#!/usr/bin/env python3
# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Whether every operator is taken: each version, element type and attribute.

operators.tsv has uses of the operators with the versions that they are for,
element_types.tsv the element types that the standard allows for each variable of
a version. A model for each version has all of its uses, once with every element
type of every variable; `swage-import` has to take all of it. What it refuses
with good reason is listed here.
"""
import collections
import json
import pathlib
import re
import subprocess
import sys

import onnx
from onnx import TensorProto, ValueInfoProto, helper

HERE = pathlib.Path(__file__).resolve().parent
NEWEST = 28
# In the order of their numbers in the standard.
TYPES = (
    "undefined float uint8 int8 uint16 int16 int32 int64 string bool float16 double "
    "uint32 uint64 complex64 complex128 bfloat16 float8e4m3fn float8e4m3fnuz "
    "float8e5m2 float8e5m2fnuz uint4 int4 float4e2m1 float8e8m0 uint2 int2"
).split()
# What takes the place of a variable that is not in question.
USUAL = "float int64 int32 uint8 int8 bool string double".split()

REFUSED = {
    r"(Resize|Upsample)_.*_(string|complex\d+)": "interpolates real numbers only",
    r"GridSample_.*_(string|complex\d+)": "interpolates real numbers only",
    r"Unique_.*_complex\d+": "has no order of these elements",
    r"Scatter(Elements|ND)_.*_reduce_.*_(string|complex\d+)": "combines real numbers",
    r"TfIdfVectorizer_.*_string": "the pool of the use has numbers",
    r"Imputer_.*_int(32|64)": "the replacement of the use is a float",
    r"OneHotEncoder_.*_string": "the categories of the use are numbers",
}


def read_rows(name):
    lines = (HERE / name).read_text().splitlines()
    return [(line.split("\t") + [""])[: len(lines[0].split("\t"))] for line in lines[1:]]


def read_types():
    """The element types by (operator, version) and variable."""
    types = collections.defaultdict(dict)
    for operator, versions, variable, names in read_rows("element_types.tsv"):
        for version in versions.split(","):
            types[operator, int(version)][variable] = names.split()
    return types


def constant(name, element_type, text):
    """An initializer of the numbers that JSON gives."""

    def shape_of(value):
        if not isinstance(value, list):
            return []
        return [len(value), *(shape_of(value[0]) if value else [])]

    def flatten(value):
        return sum(map(flatten, value), []) if isinstance(value, list) else [value]

    value = json.loads(text)
    kind = TYPES.index(element_type)
    return helper.make_tensor(name, kind, shape_of(value), flatten(value))


class Model:
    """Uses of operators of one domain and version, as independent nodes."""

    def __init__(self, domain, version):
        self.domain, self.version = domain, version
        self.nodes, self.inputs, self.initializers, self.outputs = [], [], [], []

    def add(self, name, operator, tokens, outputs, attributes, types):
        names = []
        for index, token in enumerate(tokens):
            if token == "-":
                names.append("")
                continue
            names.append(f"{name}.{index}")
            variable, sign, text = re.match(r"(\w+)([:=])(.*)", token).groups()
            element_type = types.get(variable, variable)
            if sign == "=":
                self.initializers.append(constant(names[-1], element_type, text))
                continue
            shape = [int(size) for size in text.split("x") if size]
            kind = TYPES.index(element_type)
            value = helper.make_tensor_value_info(names[-1], kind, shape)
            self.inputs.append(value)
        results = [f"{name}.out{i}" if c == "1" else "" for i, c in enumerate(outputs)]
        self.outputs += [ValueInfoProto(name=result) for result in results if result]
        self.nodes.append(
            helper.make_node(
                operator, names, results, name, domain=self.domain, **attributes
            )
        )

    def save(self, path):
        graph = helper.make_graph(
            self.nodes, "sweep", self.inputs, self.outputs, self.initializers
        )
        imports = [helper.make_opsetid("", NEWEST if self.domain else self.version)]
        if self.domain:
            imports.append(helper.make_opsetid(self.domain, self.version))
        onnx.save(helper.make_model(graph, opset_imports=imports, ir_version=8), path)


def make_models():
    types = read_types()
    models = {}
    for number, row in enumerate(read_rows("operators.tsv")):
        operator, versions, inputs, outputs, attributes = row
        domain, _, name = operator.rpartition(".")
        attributes = json.loads(attributes or "{}")
        tokens = inputs.split()
        used = {re.split("[:=]", token)[0] for token in tokens}
        for version in map(int, versions.split(",")):
            model = models.setdefault((domain, version), Model(domain, version))
            variables = types[operator, version]
            usual = {
                variable: next((t for t in USUAL if t in names), names[0])
                for variable, names in variables.items()
            }
            choices = [("usual", usual)]
            for variable in sorted(used & variables.keys()):
                choices += [
                    (f"{variable}_{other}", {**usual, variable: other})
                    for other in variables[variable]
                    if other != usual[variable]
                ]
            special = "_zeros0" if attributes.get("zeros") == 0 else ""
            special += "_reduce" if "reduction" in attributes else ""
            for choice, chosen in choices:
                use = f"{name}_{version}_{number}{special}_{choice}"
                model.add(use, name, tokens, outputs, attributes, chosen)
    return models


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    count, faults = 0, []
    paths = []
    for (domain, version), model in sorted(make_models().items()):
        paths.append(folder / f"{domain or 'onnx'}-{version}.onnx")
        model.save(paths[-1])
        count += len(model.nodes)
    result = subprocess.run(
        ["swage-import", "--quiet", *paths], capture_output=True, text=True, check=False
    )
    verdicts = result.stdout.splitlines()
    if len(verdicts) != len(paths):
        faults.append(f"swage-import ended after {len(verdicts)} models:")
        faults += result.stderr.splitlines()[-5:]
    for issue in result.stderr.splitlines():
        name = re.search(r"node '(\w+)'", issue)
        if not name or not any(re.fullmatch(p, name[1]) for p in REFUSED):
            faults.append(issue)
    print("\n".join(faults))
    print(f"{count} uses of operators, {len(faults)} refused against the standard")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
