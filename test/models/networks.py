"""The list of test networks: names, inputs and where each comes from.

The facts live in networks.json (one network a line) so that lit, the bench
driver and the exporter read the same list; this file gives them types.
Importing it needs neither PyTorch nor ONNX.
"""

import json
import os
import pathlib
from dataclasses import dataclass
from typing import Dict, List, Tuple, Union

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent


@dataclass(frozen=True)
class Input:
    """One graph input. A dimension given by name is dynamic in the model."""

    name: str
    kind: str  # image | normal | mask | segment | tokens<vocabulary size>
    shape: Tuple[Union[int, str], ...]

    def sizes(self, dims: Dict[str, int]) -> Tuple[int, ...]:
        return tuple(dims[d] if isinstance(d, str) else d for d in self.shape)


@dataclass(frozen=True)
class Network:
    """What is needed to build a network and to feed it."""

    name: str
    family: str  # the module that makes it, or "data" for a model file
    ci: bool
    # Another network's operators at another size or shape; not in the bench.
    variant: bool
    opset: int
    inputs: Tuple[Input, ...]
    outputs: Tuple[str, ...]
    # One entry a test data set: sizes of the dynamic dimensions.
    dims: Tuple[Dict[str, int], ...]
    options: Dict[str, object]

    @property
    def dynamic(self) -> bool:
        return any(isinstance(d, str) for i in self.inputs for d in i.shape)


def parse(entry: dict) -> Network:
    inputs = tuple(
        Input(name, spec[0], tuple(spec[1:])) for name, spec in entry["inputs"].items()
    )
    return Network(
        name=entry["name"],
        family=entry["family"],
        ci=entry.get("ci", False),
        variant=entry.get("variant", False),
        opset=entry.get("opset", 0),
        inputs=inputs,
        outputs=tuple(entry.get("outputs", ["output"])),
        dims=tuple(entry.get("dims", [{}])),
        options=entry.get("options", {}),
    )


def entries() -> List[dict]:
    return json.loads((HERE / "networks.json").read_text())


def load() -> Dict[str, Network]:
    """All networks by name, in the order of the list."""
    return {entry["name"]: parse(entry) for entry in entries()}


def cache() -> pathlib.Path:
    """Where built networks are kept."""
    default = REPOSITORY / "build" / "models"
    return pathlib.Path(os.environ.get("SWAGE_MODEL_CACHE") or default)
