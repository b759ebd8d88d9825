# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""What the lints share: the repository's own files and how faults are told."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CODE = {".c", ".h", ".cpp", ".hpp", ".td", ".proto"}
SCRIPTS = {".py", ".mjs"}


def tracked():
    """The files that belong to the repository, relative to its root: tracked
    ones and new ones that are not ignored."""
    command = ["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard"]
    listing = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    names = sorted(set(listing.stdout.decode().splitlines()))
    return [pathlib.PurePath(name) for name in names if (ROOT / name).is_file()]


def code():
    return [path for path in tracked() if path.suffix in CODE]


def scripts():
    return [path for path in tracked() if path.suffix in SCRIPTS]


def read(path):
    return (ROOT / path).read_text("utf-8", errors="replace")


def finish(faults, count, what):
    """Prints the faults, or how much was found to be in order."""
    for fault in faults:
        print(f"error: {fault}", file=sys.stderr)
    if faults:
        sys.exit(1)
    print(f"{count} {what} in order")
