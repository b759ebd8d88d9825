# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""What the names on the bench's command line stand for: networks of test/models,
networks at other sizes (cases.json), sets of both, and model files."""

import json
import pathlib
import subprocess
import sys
from typing import Dict, List

import networks
from peers import Case, PeerError

FILE = pathlib.Path(__file__).resolve().parent / "cases.json"


def entries() -> Dict[str, dict]:
    """Networks at other sizes, by name."""
    return {entry["name"]: entry for entry in json.loads(FILE.read_text())["cases"]}


def expand(names: List[str]) -> List[str]:
    """The names, with what is in a set in place of the set's name."""
    sets = json.loads(FILE.read_text())["sets"]
    return [part for name in names for part in sets.get(name, [name])]


def folder_of(name: str) -> pathlib.Path:
    """Where a network of test/models is, built if need be."""
    build = [sys.executable, str(networks.HERE / "build.py"), name]
    result = subprocess.run(build, capture_output=True, text=True, check=False)
    path = networks.cache() / name
    if not (path / "model.onnx").is_file():
        raise PeerError(result.stdout.strip() or result.stderr.strip())
    return path


def case_at_size(entry: dict, folder: pathlib.Path) -> Case:
    """A network with inputs of the sizes that the entry gives, kept in `folder`.
    Where the sizes are bound, Swage compiles for them alone."""
    import inputs
    import numpy

    network = networks.load()[entry["network"]]
    model = folder_of(network.name) / "model.onnx"
    given = {}
    for number, spec in enumerate(network.inputs):
        seed = inputs.seed_of(entry["name"], spec.name)
        path = folder / f"{entry['name']}-{number}.npy"
        numpy.save(path, inputs.values(spec.kind, spec.sizes(entry["dims"]), seed))
        given[spec.name] = path
    sizes = [f"{name}={size}" for name, size in entry["dims"].items()]
    return Case(entry["name"], model, given, sizes if entry.get("bound") else [])


def case_of_folder(path: pathlib.Path) -> Case:
    """A test case of ONNX's form, with its first set of inputs."""
    import onnx

    inputs = {}
    for proto in sorted((path / "test_data_set_0").glob("input_*.pb")):
        inputs[onnx.load_tensor(str(proto)).name] = proto
    # Older cases leave the name out, and mean the order of the graph.
    if "" in inputs:
        graph = onnx.load(str(path / "model.onnx"), load_external_data=False).graph
        weights = {tensor.name for tensor in graph.initializer}
        names = [value.name for value in graph.input if value.name not in weights]
        protos = sorted((path / "test_data_set_0").glob("input_*.pb"))
        inputs = dict(zip(names, protos))
    return Case(path.name, path / "model.onnx", inputs)


def case_of(model: str, folder: pathlib.Path) -> Case:
    """The model file and inputs that an argument names. What has to be written
    for that goes to `folder`."""
    if model in entries():
        return case_at_size(entries()[model], folder)
    if model in networks.load():
        return case_of_folder(folder_of(model))
    path = pathlib.Path(model)
    if not path.exists():
        raise PeerError(f"{model}: neither a network of test/models nor a file")
    if path.is_file():
        name = path.resolve().parent.name if path.stem == "model" else path.stem
        return Case(name, path, {})
    return case_of_folder(path)
