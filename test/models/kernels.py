#!/usr/bin/python3
# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Compiles every kernel of test networks by both backends and compares them
with the plain reading of their linalg.

usage: kernels.py NAME|FILE.onnx... | --all [--tolerance T] [--build DIR]

One line a network; the last line counts kernels.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import check
import networks


def model_of(name):
    path = pathlib.Path(name)
    return path if path.suffix == ".onnx" else check.case_of(name) / "model.onnx"


def get_kernels(swage, model):
    """The text of a model's kernels, each structure once, and the maps they use."""
    command = [swage, "compile", model, "--stop-after=constants", "--backend=llvm"]
    module = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    maps = re.findall(r"^#\w+ = .*$", module, re.MULTILINE)
    kernels, seen = [], set()
    called = set(re.findall(r"kernel\.call @(\w+)", module))
    for text in re.findall(r"^  kernel\.func .*?^  }$", module, re.MULTILINE | re.DOTALL):
        name = re.search(r"@(\w+)", text).group(1)
        structure = text.replace("@" + name, "@")
        # Open dimensions would have to be given for each kernel.
        if name in called and structure not in seen and "?" not in text:
            seen.add(structure)
            kernels.append(text)
    return "\n".join(maps + kernels), len(kernels)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--all", action="store_true", help="every network")
    parser.add_argument("--tolerance", default="1e-4")
    parser.add_argument("--build", default=os.environ.get("SWAGE_BUILD_DIR", "build"))
    options = parser.parse_args()
    names = list(networks.load()) if options.all else options.names
    if not names:
        parser.error("no network is named")
    tools = pathlib.Path(options.build) / "bin"
    total, failed = 0, False
    for name in names:
        try:
            model = model_of(name)
        except check.Skipped as reason:
            print(f"skip {name}: {reason}")
            continue
        text, count = get_kernels(str(tools / "swage"), str(model))
        with tempfile.NamedTemporaryFile("w", suffix=".mlir") as file:
            file.write(text)
            file.flush()
            command = [str(tools / "swage-kernel"), file.name, "--backend=both"]
            command += [f"--tolerance={options.tolerance}"]
            result = subprocess.run(command, capture_output=True, text=True, check=False)
        by_halide = len(re.findall(r"^ok @\w+ halide$", result.stdout, re.MULTILINE))
        by_llvm = len(re.findall(r"^ok @\w+ llvm$", result.stdout, re.MULTILINE))
        bad = result.returncode != 0 or by_llvm != count
        failed |= bad
        total += count
        print(f"{'fail' if bad else 'pass'} {name}: {count} kernels, {by_halide} also by Halide")
        for line in re.findall(r"^llvm only .*$", result.stdout, re.MULTILINE):
            print("  " + line)
        if bad:
            print(result.stderr.strip()[-2000:])
    print(f"{total} kernels")
    return int(failed or total == 0)


if __name__ == "__main__":
    sys.exit(main())
