#!/usr/bin/python3
# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""No translation unit sees both Halide and MLIR or LLVM: what includes Halide.h,
directly or not, includes nothing of the others.

usage: wall.py [ROOT]
"""

import pathlib
import re
import sys

import sources

INCLUDE = re.compile(r'^\s*#\s*include\s+["<]([^">]+)[">]', re.MULTILINE)
SIDES = {"Halide": re.compile(r"Halide"), "MLIR or LLVM": re.compile(r"(mlir|llvm)/")}


def sides_of(path, seen):
    """The sides that a file sees, each with the file that includes it."""
    if path in seen:
        return {}
    seen.add(path)
    found = {}
    for name in INCLUDE.findall(sources.read(path)):
        ours = pathlib.PurePath(name)
        if (sources.ROOT / ours).is_file():
            found.update(sides_of(ours, seen))
            continue
        for side, pattern in SIDES.items():
            if pattern.match(name):
                found[side] = path
    return found


def main():
    if len(sys.argv) > 1:
        sources.ROOT = pathlib.Path(sys.argv[1]).resolve()
    faults, behind = [], 0
    for path in sources.code():
        if path.suffix not in (".cpp", ".h") or path.parts[0] != "compiler":
            continue
        found = sides_of(path, set())
        behind += "Halide" in found
        if len(found) > 1:
            faults.append(
                f"{path} sees both sides of the wall: "
                + ", ".join(f"{side} by {file}" for side, file in sorted(found.items()))
            )
    sources.finish(faults, behind, "files behind the wall")


if __name__ == "__main__":
    main()
