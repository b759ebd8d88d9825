# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Which folder may include what: each layer knows only those below it.

usage: layering.py [ROOT]
"""

import pathlib
import re
import sys

import sources

# Folder -> what it may include beside itself. The most specific folder counts,
# for including files and for included ones. docs/decisions/0003 has the reasons
# for what the design's first picture of the layers does not have.
RULES = {
    # Element types have the numbers of the ABI.
    "dialects/NN": ["runtime/include/swage/tensor.h"],
    "dialects/Kernel": [],
    # One generator of random numbers for all.
    "frontends": ["dialects/NN", "runtime/include/swage/splitmix.h"],
    "compiler/Analysis": ["dialects"],
    "compiler/Training": [
        "compiler/Analysis",
        "dialects",
        "runtime/include/swage/splitmix.h",
    ],
    "compiler/Transforms": ["compiler/Analysis", "dialects"],
    "compiler/Conversion": ["compiler/Analysis", "dialects"],
    # The caller's side of the kernels' calling convention.
    "compiler/Conversion/KernelToLLVM": [
        "compiler/Analysis",
        "compiler/Backend/KernelABI.h",
        "dialects/Kernel",
        "runtime/include",
    ],
    # Backends know kernels and nothing of networks.
    "compiler/Backend": ["compiler/Analysis", "dialects/Kernel", "runtime/include"],
    "compiler/Pipelines": [
        "compiler/Analysis",
        "compiler/Training",
        "compiler/Transforms",
        "compiler/Conversion",
        "compiler/Backend",
        "dialects",
        "runtime/include",
        # Compile-time evaluation runs kernels.
        "compiler/JIT/KernelRunner.h",
    ],
    "compiler/JIT": [
        "runtime/include",
        # What it loads.
        "compiler/Pipelines/CompiledModel.h",
        "compiler/Pipelines/ModelFacts.h",
    ],
    "compiler/Driver": [
        "compiler/Pipelines",
        "compiler/JIT",
        "frontends",
        "runtime/include",
        # Losses, optimizers and schedules are named on the command line.
        "compiler/Training/Recipe.h",
        # Targets are named on the command line; data is made object files.
        "compiler/Backend/LLVM/Codegen.h",
        "compiler/Backend/Target",
    ],
    "compiler/tools": ["compiler/Driver"],
    "compiler/tools/swage-opt": ["compiler/Pipelines/Registration.h"],
    # A bench for backends, below the driver.
    "compiler/tools/swage-kernel": [
        "compiler/Backend",
        "compiler/JIT",
        "compiler/Pipelines/Registration.h",
        "dialects/Kernel",
        "runtime/include",
    ],
    "runtime": ["runtime/include"],
    "runtime/include": [],
}
OURS = ("compiler", "dialects", "frontends", "runtime")
INCLUDE = re.compile(r'^\s*#?\s*include\s+["<]([^">]+)[">]', re.MULTILINE)


def below(path, folder):
    return path.is_relative_to(folder)


def rule_of(path):
    """The most specific folder that has a rule for `path`."""
    folders = [folder for folder in RULES if below(path, folder)]
    return max(folders, key=len, default=None)


def resolve(includer, name):
    """The file of ours that an include means, or None. Headers that the build
    generates count as lying beside their sources."""
    path = pathlib.PurePath(name)
    if path.parts[0] == "swage":
        return "runtime/include" / path
    if path.parts[0] in OURS:
        return path
    for folder in (includer.parent, pathlib.PurePath("runtime")):
        if (sources.ROOT / folder / path).is_file() and includer.parts[0] in OURS:
            return folder / path
    return None


def check(includer, included):
    """What is wrong with an include, or None."""
    rule = rule_of(includer)
    if rule is None:
        return f"no rule of the layering covers {includer}"
    # Within a folder anything goes, but for folders with rules of their own.
    if rule_of(included) == rule:
        return None
    if any(below(included, allowed) for allowed in RULES[rule]):
        return None
    return (
        f"{includer} includes {included}; {rule} may include only itself"
        + "".join(f", {allowed}" for allowed in RULES[rule])
    )


def main():
    if len(sys.argv) > 1:
        sources.ROOT = pathlib.Path(sys.argv[1]).resolve()
    faults, count = [], 0
    for path in sources.code():
        if path.parts[0] not in OURS:
            continue
        for match in INCLUDE.finditer(sources.read(path)):
            included = resolve(path, match.group(1))
            if included is None:
                continue
            count += 1
            fault = check(path, included)
            if fault:
                line = sources.read(path)[: match.start(1)].count("\n") + 1
                faults.append(f"{path}:{line}: {fault}")
    sources.finish(faults, count, "includes")


if __name__ == "__main__":
    main()
