#!/usr/bin/env python3
# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Makes malformed variants of models, each of which swage must refuse.

usage: malformed.py FOLDER

Takes models evenly from the test cases in $SWAGE_ONNX_DATA/onnx-node. Of each, and for each kind of
damage that can be done to it, there is a variant; compiling it has to end with
exit code 2 or 3 and a message that names the file, and has to leave nothing.
"""
import collections
import concurrent.futures
import os
import pathlib
import subprocess
import sys

import onnx
from onnx import AttributeProto, TensorProto

MODELS = 50
HUGE = 2**40


def tensors(graph):
    """The inputs that are tensors with at least one dimension."""
    return [
        value.type.tensor_type
        for value in graph.input
        if value.type.HasField("tensor_type") and value.type.tensor_type.shape.dim
    ]


def add_constant(graph, name, dims, data=b""):
    """An initializer, which a node takes the place of its first input with."""
    graph.initializer.append(
        TensorProto(name=name, data_type=TensorProto.FLOAT, dims=dims, raw_data=data)
    )
    graph.node[0].input[0] = name


# ---- Kinds of damage --------------------------------------------------------
# Each changes a model, or gives bytes; False where the model has no place for it.


def truncated_in_the_middle(proto):
    data = proto.SerializeToString()
    return data[: len(data) // 2]


def truncated_at_the_end(proto):
    return proto.SerializeToString()[:-1]


def no_model_at_all(proto):
    return b"PK\x03\x04" + proto.SerializeToString()[::-1]


def wrong_type_of_input(proto):
    values = [v for v in proto.graph.input if v.type.HasField("tensor_type")]
    if not values:
        return False
    values[0].type.tensor_type.elem_type = 99
    return True


def wrong_type_of_attribute(proto):
    for node in proto.graph.node:
        for attribute in node.attribute:
            if attribute.type == AttributeProto.GRAPH:
                continue
            attribute.type = AttributeProto.SPARSE_TENSOR
            return True
    return False


def wrong_type_of_constant(proto):
    add_constant(proto.graph, "broken", [1], b"\0" * 4)
    proto.graph.initializer[-1].data_type = 77
    return True


def unknown_operator(proto):
    proto.graph.node[0].op_type = "Nonsense"
    return True


def missing_input_of_node(proto):
    proto.graph.node[0].input[0] = "nowhere"
    return True


def missing_inputs_at_all(proto):
    del proto.graph.node[0].input[:]
    return True


def missing_output(proto):
    proto.graph.output[0].name = "nowhere"
    return True


def cyclic(proto):
    node = proto.graph.node[0]
    node.input[0] = next(name for name in node.output if name)
    return True


def cyclic_through_another(proto):
    node = proto.graph.node[0]
    output = next(name for name in node.output if name)
    back = proto.graph.node.add(op_type="Identity", input=[output], output=["back"])
    node.input[0] = back.output[0]
    return True


def absurd_sizes_of_input(proto):
    for tensor in tensors(proto.graph):
        for _ in range(2):
            tensor.shape.dim.add().dim_value = 2**62
        return True
    return False


def absurd_size_of_constant(proto):
    add_constant(proto.graph, "broken", [2**62, 2**62], b"\0" * 4)
    return True


def negative_size_of_input(proto):
    for tensor in tensors(proto.graph):
        tensor.shape.dim[0].dim_value = -3
        return True
    return False


def negative_size_of_constant(proto):
    add_constant(proto.graph, "broken", [-1], b"\0" * 4)
    return True


def trillion_elements_without_data(proto):
    add_constant(proto.graph, "broken", [HUGE], b"\0" * 4)
    return True


def trillion_elements_of_input(proto):
    for tensor in tensors(proto.graph):
        del tensor.shape.dim[1:]
        tensor.shape.dim[0].dim_value = HUGE
        proto.graph.initializer.append(
            TensorProto(
                name=proto.graph.input[0].name,
                data_type=tensor.elem_type,
                dims=[HUGE],
            )
        )
        return True
    return False


KINDS = [
    truncated_in_the_middle,
    truncated_at_the_end,
    no_model_at_all,
    wrong_type_of_input,
    wrong_type_of_attribute,
    wrong_type_of_constant,
    unknown_operator,
    missing_input_of_node,
    missing_inputs_at_all,
    missing_output,
    cyclic,
    cyclic_through_another,
    absurd_sizes_of_input,
    absurd_size_of_constant,
    negative_size_of_input,
    negative_size_of_constant,
    trillion_elements_without_data,
    trillion_elements_of_input,
]


# ---- The run ----------------------------------------------------------------


def choose(folder):
    """Models from all over the folder whose first node takes something."""
    paths = sorted(folder.glob("*/model.onnx"))
    usable = []
    for path in paths[:: max(1, len(paths) // (2 * MODELS))]:
        graph = onnx.load(path).graph
        if graph.node and graph.node[0].input and graph.node[0].input[0]:
            usable.append(path)
    return usable[:: max(1, len(usable) // MODELS)][:MODELS]


def variant(path, damage):
    """The bytes of a damaged model; None where it has no place for that."""
    proto = onnx.load(path)
    changed = damage(proto)
    if not changed:
        return None
    return changed if isinstance(changed, bytes) else proto.SerializeToString()


def complaint(path):
    """What is wrong with how a variant is refused; empty if nothing is."""
    result = path.with_suffix(".out")
    process = subprocess.run(
        ["swage", "compile", path, "-o", result],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=60,
        check=False,
    )
    if result.exists():
        result.unlink()
        return f"exit code {process.returncode}, and a file is left"
    if process.returncode not in (2, 3):
        return f"exit code {process.returncode}: {process.stderr[-300:]}"
    if path.name not in process.stderr or len(process.stderr) < len(str(path)) + 10:
        return f"no clear message: {process.stderr[-300:]}"
    return ""


def main():
    cases = pathlib.Path(os.environ["SWAGE_ONNX_DATA"]) / "onnx-node"
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    models = choose(cases)
    if len(models) < MODELS:
        sys.exit(f"error: only {len(models)} models of {cases} can be damaged")
    counts, paths = collections.Counter(), []
    for model in models:
        for damage in KINDS:
            data = variant(model, damage)
            if data is None:
                continue
            paths.append(folder / f"{model.parent.name}-{damage.__name__}.onnx")
            paths[-1].write_bytes(data)
            counts[damage.__name__] += 1
    failures = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for path, wrong in zip(paths, pool.map(complaint, paths)):
            failures += bool(wrong)
            if wrong:
                print(f"{path.name}: {wrong}")
            else:
                path.unlink()
    for name, count in counts.items():
        print(f"{count:4} {name}")
    print(f"{counts.total()} variants of {len(models)} models, {failures} wrong")
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
