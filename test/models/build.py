#!/usr/bin/python3
"""Builds test networks: the model and inputs with expected outputs, as ONNX
test cases.

usage: build.py NAME... | --ci | --all [--out DIR] [--force]
       build.py --list [--json]

DIR/NAME/model.onnx and DIR/NAME/test_data_set_*/{input,output}_*.pb are made
with fixed seeds; what is up to date is left alone. Expected outputs come from
ONNX Runtime, or from PyTorch where ONNX Runtime is not installed. Networks
that are model files are taken from the folder that SWAGE_ONNX_DATA names.
"""

import argparse
import fcntl
import hashlib
import importlib
import json
import os
import pathlib
import shutil
import sys
import time
import warnings
from typing import Dict, List, Optional

import numpy

import networks
from networks import Network

# Expected outputs of two inputs must differ by more than this, relative to
# their largest magnitude, or the network would hide errors.
LEAST_SENSITIVITY = 0.02
# Bound on PyTorch against ONNX Runtime: the export itself must be right.
EXPORT_TOLERANCE = 1e-4


class BuildError(Exception):
    """A network that cannot be built, with the reason."""


class Unavailable(Exception):
    """A network whose data is not on this machine."""


def key_of(network: Network) -> str:
    """What a built network depends on, beside who judged its outputs."""
    digest = hashlib.sha256()
    entry = next(e for e in networks.entries() if e["name"] == network.name)
    digest.update(json.dumps({**entry, "ci": 0, "variant": 0}, sort_keys=True).encode())
    for module in ("build", "inputs", "conditioning", "peer", network.family):
        path = networks.HERE / f"{module}.py"
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()


def is_current(folder: pathlib.Path, key: str, peer_version: Optional[str]) -> bool:
    """Whether `folder` need not be built again. What ONNX Runtime has judged
    stays good where it is not installed."""
    try:
        built = json.loads((folder / "built.json").read_text())
        return built["key"] == key and peer_version in (None, built["peer"])
    except (OSError, ValueError, KeyError):
        return False


def feeds(network: Network, index: int) -> Dict[str, numpy.ndarray]:
    """The inputs of one test data set, by name."""
    import inputs

    dims = network.dims[index]
    return {
        spec.name: inputs.values(
            spec.kind, spec.sizes(dims), inputs.seed_of(network.name, spec.name, index)
        )
        for spec in network.inputs
    }


def sample(network: Network):
    """A batch to condition the weights with."""
    import inputs
    import torch

    found = []
    for spec in network.inputs:
        size = list(spec.sizes(network.dims[0]))
        size[0] = max(size[0], 4)
        seed = inputs.seed_of(network.name, spec.name, "sample")
        found.append(torch.from_numpy(inputs.values(spec.kind, size, seed)))
    return found


def evaluate(model, arguments) -> List[numpy.ndarray]:
    import torch

    with torch.no_grad():
        result = model(*(torch.from_numpy(value) for value in arguments))
    result = result if isinstance(result, tuple) else (result,)
    return [value.numpy() for value in result]


def relative_difference(left, right) -> float:
    import compare

    return max(compare.difference(a, b) for a, b in zip(left, right))


def export(network: Network, model, path: pathlib.Path) -> None:
    import torch

    arguments = tuple(torch.from_numpy(v) for v in feeds(network, 0).values())
    dynamic = {
        spec.name: {i: d for i, d in enumerate(spec.shape) if isinstance(d, str)}
        for spec in network.inputs
    }
    if network.dynamic:
        # A result keeps the names of the dimensions that it shares.
        names = {size: name for name, size in network.dims[0].items()}
        for output, value in zip(network.outputs, evaluate(model, feeds(network, 0).values())):
            dynamic[output] = {
                i: names[size] for i, size in enumerate(value.shape) if size in names
            }
    # Gradients stay on while tracing: without them, attention modules call one
    # fused function that has no ONNX form.
    with warnings.catch_warnings(), torch.enable_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            arguments,
            str(path),
            input_names=[spec.name for spec in network.inputs],
            output_names=list(network.outputs),
            opset_version=network.opset,
            dynamic_axes=dynamic if network.dynamic else None,
        )


def write_data_set(folder: pathlib.Path, given, names, expected) -> None:
    from onnx import numpy_helper

    folder.mkdir()
    for index, (name, value) in enumerate(given.items()):
        tensor = numpy_helper.from_array(value, name)
        (folder / f"input_{index}.pb").write_bytes(tensor.SerializeToString())
    for index, (name, value) in enumerate(zip(names, expected)):
        tensor = numpy_helper.from_array(value, name)
        (folder / f"output_{index}.pb").write_bytes(tensor.SerializeToString())


def build_exported(network: Network, folder: pathlib.Path, judged: bool) -> dict:
    """Exports a PyTorch network and its data sets into `folder`."""
    import conditioning
    import inputs
    import peer
    import torch

    torch.manual_seed(inputs.seed_of(network.name))
    torch.set_num_threads(os.cpu_count() or 1)
    model = importlib.import_module(network.family).make(network)
    conditioning.condition(model, sample(network))
    export(network, model, folder / "model.onnx")
    facts = {"reference": "onnxruntime" if judged else "torch", "export_difference": 0.0}
    for index in range(len(network.dims)):
        given = feeds(network, index)
        traced = evaluate(model, given.values())
        expected = traced
        if judged:
            expected = peer.run(folder / "model.onnx", given, list(network.outputs))
            error = relative_difference(traced, expected)
            facts["export_difference"] = max(facts["export_difference"], error)
            if not error <= EXPORT_TOLERANCE:
                raise BuildError(f"ONNX Runtime and PyTorch differ by {error:.3g}")
        write_data_set(folder / f"test_data_set_{index}", given, network.outputs, expected)

    # The first two samples differ in their first entry, so the answers must.
    pair = [[v.numpy()[i : i + 1] for v in sample(network)] for i in (0, 1)]
    facts["sensitivity"] = relative_difference(*(evaluate(model, p) for p in pair))
    if not facts["sensitivity"] >= LEAST_SENSITIVITY:
        raise BuildError(f"answers to two inputs differ by {facts['sensitivity']:.3g} only")
    return facts


def build_from_data(network: Network, folder: pathlib.Path, judged: bool) -> dict:
    """Takes a model file, or a whole test case, from SWAGE_ONNX_DATA."""
    import onnx
    import peer

    data = os.environ.get("SWAGE_ONNX_DATA")
    source = pathlib.Path(data or "") / network.options.get(
        "case", network.options.get("model", "")
    )
    if not data or not source.exists():
        raise Unavailable("needs SWAGE_ONNX_DATA to name the folder of ONNX test data")
    if "case" in network.options:
        shutil.copytree(source, folder, dirs_exist_ok=True)
        return {"reference": "the test case"}
    if not judged:
        raise Unavailable("needs ONNX Runtime for its expected outputs: run ./dev setup")
    shutil.copy(source, folder / "model.onnx")
    graph = onnx.load(str(source)).graph
    names = [output.name for output in graph.output]
    for index in range(len(network.dims)):
        given = feeds(network, index)
        expected = peer.run(source, given, names)
        write_data_set(folder / f"test_data_set_{index}", given, names, expected)
    return {"reference": "onnxruntime"}


def build(network: Network, out: pathlib.Path, peer_version, force: bool) -> str:
    """Builds one network; returns what was done."""
    # Tests that run at the same time want the same networks.
    with open(out / f".{network.name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return build_locked(network, out, peer_version, force)


def build_locked(network: Network, out: pathlib.Path, peer_version, force: bool) -> str:
    target = out / network.name
    key = key_of(network)
    if not force and is_current(target, key, peer_version):
        return "up to date"
    # Built aside and moved, so that an interrupted build leaves no half case.
    work = out / f".{network.name}.{os.getpid()}"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    try:
        start = time.monotonic()
        make = build_from_data if network.family == "data" else build_exported
        facts = make(network, work, peer_version is not None)
        facts.update(key=key, peer=peer_version)
        (work / "built.json").write_text(json.dumps(facts, indent=1) + "\n")
        shutil.rmtree(target, ignore_errors=True)
        work.rename(target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    shown = {k: f"{v:.2g}" for k, v in facts.items() if isinstance(v, float)}
    notes = "".join(f", {k.replace('_', ' ')} {v}" for k, v in shown.items())
    return f"built in {time.monotonic() - start:.1f} s{notes}"


def main() -> int:
    known = networks.load()
    parser = argparse.ArgumentParser(description="Builds test networks.")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--all", action="store_true", help="every network")
    parser.add_argument("--ci", action="store_true", help="those of every commit")
    parser.add_argument("--list", action="store_true", help="print the networks")
    parser.add_argument("--json", action="store_true", help="with --list: as JSON")
    parser.add_argument("--out", type=pathlib.Path, default=networks.cache())
    parser.add_argument("--force", action="store_true", help="build again")
    options = parser.parse_args()

    if options.list:
        if options.json:
            print(json.dumps(networks.entries(), indent=1))
        else:
            for network in known.values():
                print(network.name, network.family, "ci" if network.ci else "full")
        return 0
    chosen = list(options.names)
    if options.all or options.ci:
        chosen += [n.name for n in known.values() if options.all or n.ci]
    if not chosen:
        parser.error("name a network, or give --ci or --all")
    unknown = [name for name in chosen if name not in known]
    if unknown:
        parser.error(f"no network named {', '.join(unknown)}: see --list")

    import peer

    peer_version = peer.version()
    options.out.mkdir(parents=True, exist_ok=True)
    failed = False
    for name in dict.fromkeys(chosen):
        try:
            said = build(known[name], options.out, peer_version, options.force)
        except Unavailable as reason:
            said = f"skipped: {reason}"
        except Exception as reason:  # one network must not stop the others
            said = f"failed: {type(reason).__name__}: {reason}"
            failed = True
        print(f"{name}: {said}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
