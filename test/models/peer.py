"""ONNX Runtime as the judge: runs a model on given inputs through Node."""

import pathlib
import shutil
import subprocess
import tempfile
from typing import Dict, List, Optional

import numpy
from onnx import numpy_helper

import networks

RUNNER = networks.REPOSITORY / "test" / "bench" / "ort_run.mjs"


def version() -> Optional[str]:
    """ONNX Runtime's version, or None where it is not installed."""
    if not shutil.which("node"):
        return None
    result = subprocess.run(
        ["node", str(RUNNER), "version"], capture_output=True, text=True, check=False
    )
    return result.stdout.strip() if result.returncode == 0 else None


def file_name(output: str) -> str:
    """The file that an output is written to, here and by Swage."""
    return output.replace("/", "_").replace(":", "_") + ".npy"


def run(
    model: pathlib.Path, inputs: Dict[str, numpy.ndarray], outputs: List[str]
) -> List[numpy.ndarray]:
    """The outputs of `model`, by ONNX Runtime on one thread."""
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        command = ["node", str(RUNNER), "run", str(model), "--output-dir", folder]
        for index, (name, value) in enumerate(inputs.items()):
            path = work / f"input_{index}.pb"
            path.write_bytes(numpy_helper.from_array(value, name).SerializeToString())
            command += ["--input", f"{name}={path}"]
        subprocess.run(command, check=True)
        return [numpy.load(work / file_name(name)) for name in outputs]
