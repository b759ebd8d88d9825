#!/usr/bin/python3
"""Compiles test networks with Swage, runs them and compares their outputs
with the expected ones.

usage: check.py NAME... | --ci | --all [--mode exe|jit] [--tolerance T]
                [--threads N] [--swage FILE] [--backend NAME]

One line a network: `pass|fail|skip NAME ...`; the last line counts them. With
--mode exe (the default) a line says how long compiling took, its peak memory
and how much larger the executable is than the weights' file.
"""

import argparse
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile
import time
from typing import Dict, List, Tuple

import numpy
import onnx
from onnx import numpy_helper

import compare
import networks


class CheckError(Exception):
    """Why a network fails."""


class Skipped(Exception):
    """Why a network cannot be checked here."""


def call(command: List[str]) -> Tuple[float, float]:
    """Runs a program; its seconds and peak memory in MB, or CheckError."""
    start = time.monotonic()
    with tempfile.TemporaryFile("w+") as complaint:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=complaint)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            complaint.seek(0)
            lines = [line.strip() for line in complaint if line.strip()]
            told = [line for line in lines if "error" in line] or lines[-1:]
            program = pathlib.Path(command[0]).name
            said = told[0] if told else "it said nothing"
            raise CheckError(f"{program} ended with {process.returncode}: {said}")
    return time.monotonic() - start, usage.ru_maxrss / 1024


def case_of(name: str) -> pathlib.Path:
    """The built test case; builds it first where it is not up to date."""
    build = [sys.executable, str(networks.HERE / "build.py"), name]
    result = subprocess.run(build, capture_output=True, text=True, check=False)
    said = result.stdout.strip() or result.stderr.strip()
    if result.returncode != 0:
        raise CheckError(f"the test network was not built: {said}")
    found = re.match(r"\w+: skipped: (.*)", said)
    if found:
        raise Skipped(found.group(1))
    return networks.cache() / name


def data_sets(case: pathlib.Path) -> List[pathlib.Path]:
    return sorted(path for path in case.glob("test_data_set_*") if path.is_dir())


def input_options(case: pathlib.Path, data: pathlib.Path) -> List[str]:
    """`--input NAME=FILE` for each input of a data set."""
    graph = onnx.load(str(case / "model.onnx"), load_external_data=False).graph
    weights = {tensor.name for tensor in graph.initializer}
    names = [value.name for value in graph.input if value.name not in weights]
    found = []
    for index, name in enumerate(names):
        path = data / f"input_{index}.pb"
        if path.is_file():
            found += ["--input", f"{onnx.load_tensor(str(path)).name or name}={path}"]
    return found


def expected_outputs(case: pathlib.Path, data: pathlib.Path) -> Dict[str, numpy.ndarray]:
    """Expected values by output name; older cases leave the names out."""
    graph = onnx.load(str(case / "model.onnx"), load_external_data=False).graph
    found = {}
    for index, output in enumerate(graph.output):
        tensor = onnx.load_tensor(str(data / f"output_{index}.pb"))
        found[output.name] = numpy_helper.to_array(tensor)
    return found


def worst_difference(case, data, folder: pathlib.Path, tolerance: float) -> float:
    """The largest difference over a data set's outputs, all within bounds."""
    worst = 0.0
    for name, expected in expected_outputs(case, data).items():
        path = folder / f"{compare.file_stem(name)}.npy"
        if not path.is_file():
            raise CheckError(f"{data.name}: output '{name}' was not written")
        actual = numpy.load(path)
        reason = compare.mismatch(actual, expected, tolerance)
        if reason:
            raise CheckError(f"{data.name}: output '{name}': {reason}")
        worst = max(worst, compare.difference(actual, expected))
    return worst


def check(name: str, options) -> str:
    """Checks one network; what to say of it."""
    case = case_of(name)
    model = case / "model.onnx"
    notes = ""
    worst = 0.0
    with tempfile.TemporaryDirectory(prefix="swage-check-") as work:
        executable = pathlib.Path(work) / name
        backend = ["--backend", options.backend]
        run = [str(options.swage), "run", str(model)] + backend
        if options.mode == "exe":
            command = [str(options.swage), "compile", str(model), "-o", str(executable)]
            command += backend
            seconds, memory = call(command)
            larger = (executable.stat().st_size - model.stat().st_size) / 1e6
            notes = f", compiled in {seconds:.1f} s with {memory:.0f} MB, {larger:+.1f} MB"
            run = [str(executable)]
        for data in data_sets(case):
            folder = pathlib.Path(work) / data.name
            folder.mkdir()
            given = input_options(case, data)
            call(run + given + ["--threads", options.threads, "--output-dir", str(folder)])
            worst = max(worst, worst_difference(case, data, folder, options.tolerance))
    return f"difference {worst:.2g}{notes}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--all", action="store_true", help="every network")
    parser.add_argument("--backend", default="auto", help="auto, llvm or halide")
    parser.add_argument("--ci", action="store_true", help="those of every commit")
    parser.add_argument("--mode", choices=("exe", "jit"), default="exe")
    parser.add_argument("--tolerance", type=float, default=1e-4)
    parser.add_argument("--threads", default="2")
    build = os.environ.get("SWAGE_BUILD_DIR") or networks.REPOSITORY / "build"
    swage = pathlib.Path(build) / "bin" / "swage"
    parser.add_argument("--swage", type=pathlib.Path, default=swage)
    options = parser.parse_args()

    known = networks.load()
    chosen = list(options.names)
    if options.all or options.ci:
        chosen += [n.name for n in known.values() if options.all or n.ci]
    # The beginning of one name is enough.
    for index, name in enumerate(chosen):
        longer = [each for each in known if each.startswith(name)]
        if name not in known and len(longer) == 1:
            chosen[index] = longer[0]
    unknown = [name for name in chosen if name not in known]
    if unknown or not chosen:
        parser.error(f"no network named {', '.join(unknown) or 'at all'}: see build.py --list")

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    counts = {"pass": 0, "fail": 0, "skip": 0}
    for name in dict.fromkeys(chosen):
        try:
            verdict, said = "pass", check(name, options)
        except Skipped as reason:
            verdict, said = "skip", str(reason)
        except (CheckError, OSError, ValueError) as reason:
            verdict, said = "fail", str(reason)
        counts[verdict] += 1
        print(f"{verdict} {name} {said}", flush=True)
    print(f"{counts['pass']} passed, {counts['fail']} failed, {counts['skip']} skipped")
    return 1 if counts["fail"] else 0


if __name__ == "__main__":
    sys.exit(main())
