# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""The programs that the bench times: Swage's executables and ONNX Runtime."""

import json
import pathlib
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Dict, List, Optional

RUNNER = pathlib.Path(__file__).resolve().parent / "ort_run.mjs"


# Runs a program and prints the most kilobytes that it had in use at once. What the
# parent of a process holds counts as the process's, so this one has next to nothing.
MEASURE = """
import os, sys
process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[
    (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
_, status, usage = os.wait4(process, 0)
print(usage.ru_maxrss)
sys.exit(status != 0)
"""


class PeerError(Exception):
    """A peer that cannot run a model, with what it said."""


@dataclass
class Case:
    """A model and the inputs to time it with; random ones if there are none."""

    name: str
    model: pathlib.Path
    inputs: Dict[str, pathlib.Path]
    # Sizes that Swage compiles for, NAME=N; others stay open.
    dims: List[str] = field(default_factory=list)

    def input_options(self) -> List[str]:
        pairs = (f"{name}={path}" for name, path in self.inputs.items())
        return [part for pair in pairs for part in ("--input", pair)]


def dim_options(dims: List[str]) -> List[str]:
    return [part for dim in dims for part in ("--dim", dim)]


def reason_of(text: str, status: Optional[int]) -> str:
    """The line of a program's complaint that says most."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    told = [line for line in lines if "error" in line.lower()]
    return (told or lines or [f"exit status {status}"])[0]


def call(command: List[str]) -> str:
    """Runs a program to its end; its output, or PeerError."""
    try:
        result = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise PeerError(f"{command[0]}: {error.strerror}") from error
    if result.returncode != 0:
        raise PeerError(reason_of(result.stderr or result.stdout, result.returncode))
    return result.stdout


class SwagePeer:
    """Compiles a model to an executable once, and runs that every round. With a
    type of weights it is called by that."""

    name = "swage"
    title = "Swage"

    def __init__(
        self, swage: pathlib.Path, folder: pathlib.Path, dims: List[str], weights: str = ""
    ):
        self.swage = swage
        self.folder = folder
        self.dims = dim_options(dims)
        self.weights = ["--weights-type", weights] if weights else []
        if weights:
            self.name, self.title = weights, f"Swage with weights of {weights}"

    def missing(self) -> Optional[str]:
        """Why it cannot run at all; None if it can."""
        return None if self.swage.is_file() else f"{self.swage} is not built"

    def version(self) -> str:
        return call([str(self.swage), "--version"]).strip().splitlines()[0]

    def executable(self, case: Case) -> pathlib.Path:
        return self.folder / f"{case.name}.{self.name}"

    def start(self, case: Case, threads: int) -> "SwageSession":
        target = self.executable(case)
        if not target.exists():
            compile_it = [str(self.swage), "compile", str(case.model), "-o", str(target)]
            call(compile_it + self.dims + dim_options(case.dims) + self.weights)
        return SwageSession(target, case, threads)

    def finish(self, case: Case) -> None:
        """Executables carry their weights: keep one network's at a time."""
        self.executable(case).unlink(missing_ok=True)


class SwageSession:
    """Rounds of one executable at one number of threads."""

    def __init__(self, executable: pathlib.Path, case: Case, threads: int):
        self.times = executable.with_name(executable.name + ".json")
        given = case.input_options() or ["--random-inputs"]
        self.command = [str(executable), "--bench", "--threads", str(threads)]
        self.command += ["--json", str(self.times)] + given

    def round(self, seconds: float) -> dict:
        call(self.command + ["--seconds", str(seconds)])
        try:
            return json.loads(self.times.read_text())
        except (OSError, ValueError) as error:
            raise PeerError(f"no times were written: {error}") from error

    def memory(self) -> float:
        """Megabytes in use at once, at most."""
        runner = [sys.executable, "-S", "-c", MEASURE]
        return int(call(runner + self.command + ["--seconds", "0.01"])) / 1e3

    def close(self) -> None:
        self.times.unlink(missing_ok=True)


class OrtPeer:
    """ONNX Runtime in a worker that stays alive between its rounds."""

    name = "ort"
    title = "ONNX Runtime"

    def __init__(self, dims: List[str]):
        self.dims = dim_options(dims)

    def missing(self) -> Optional[str]:
        """Why it cannot run at all; None if it can."""
        try:
            self.version()
        except PeerError:
            return "it is not installed; ./dev setup installs it"
        return None

    def version(self) -> str:
        return call(["node", str(RUNNER), "version"]).strip()

    def start(self, case: Case, threads: int) -> "OrtSession":
        return OrtSession(case, threads, self.dims)

    def finish(self, case: Case) -> None:
        """Nothing is kept between networks."""


class OrtSession:
    """One worker: a model loaded once, with one number of threads."""

    def __init__(self, case: Case, threads: int, dims: List[str]):
        command = ["node", str(RUNNER), "bench", str(case.model)]
        command += ["--threads", str(threads)] + case.input_options() + dims
        pipe = subprocess.PIPE
        try:
            self.worker = subprocess.Popen(
                command, stdin=pipe, stdout=pipe, stderr=pipe, text=True
            )
        except OSError as error:
            raise PeerError(f"node: {error.strerror}") from error
        self.answer()

    def answer(self) -> dict:
        line = self.worker.stdout.readline()
        if not line:
            self.worker.stdin.close()
            complaint = self.worker.stderr.read()
            raise PeerError(reason_of(complaint, self.worker.wait()))
        return json.loads(line)

    def round(self, seconds: float) -> dict:
        try:
            self.worker.stdin.write(f"run {seconds}\n")
            self.worker.stdin.flush()
        except BrokenPipeError as error:
            raise PeerError("ONNX Runtime's worker ended early") from error
        return self.answer()

    def memory(self) -> float:
        """Megabytes in use at once, at most, by Node.js and what runs in it."""
        return self.round(0)["most_kb"] / 1e3

    def close(self) -> None:
        if not self.worker.stdin.closed:
            self.worker.stdin.close()
        self.worker.wait()
        self.worker.stdout.close()
        self.worker.stderr.close()
