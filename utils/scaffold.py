# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""What the scaffold scripts share: names, banners, and insertion in order."""

import pathlib
import re
import sys


def words_of(name):
    """fuse-attention, fuse_attention and FuseAttention are the same words."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    words = re.split(r"[\s_-]+", spaced.strip())
    if not all(re.fullmatch(r"[A-Za-z][A-Za-z0-9]*", word) for word in words):
        sys.exit(f"error: {name!r} is no name: use words of letters and digits")
    return [word.lower() for word in words]


def camel(words):
    return "".join(word.capitalize() for word in words)


def banner(path, what):
    """The two ends of the first line are of a width with the last line."""
    kind = {".td": "-*- tablegen -*-", ".h": "-*- C++ -*-"}.get(path.suffix, "")
    head, tail = f"//===- {path.name} - {what} ", f"{kind}===//"
    if len(head) + len(tail) > 80:
        sys.exit(f"error: {path.name} and its purpose are too long for a banner")
    return head + "-" * (80 - len(head) - len(tail)) + tail


def create(path, text):
    if path.exists():
        sys.exit(f"error: {path} exists already")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    print(f"created {path}")


def edit(path, change):
    """Applies `change`, which returns None where the file is not as expected."""
    old = path.read_text()
    new = change(old)
    if new is None:
        sys.exit(f"error: {path} has no place for this; add it by hand")
    path.write_text(new)
    print(f"changed {path}")


def insert_sorted(pattern, line):
    """A change that puts `line` among the lines that match `pattern`."""

    def change(text):
        lines = text.split("\n")
        places = [i for i, old in enumerate(lines) if re.match(pattern, old)]
        if not places:
            return None
        later = [i for i in places if lines[i] > line]
        lines.insert(later[0] if later else places[-1] + 1, line)
        return "\n".join(lines)

    return change


def root_from(arguments):
    """The repository to work in: --root DIR, or the one of the script."""
    if "--root" in arguments:
        at = arguments.index("--root")
        root = pathlib.Path(arguments[at + 1])
        del arguments[at : at + 2]
        return root
    return pathlib.Path(__file__).resolve().parent.parent
