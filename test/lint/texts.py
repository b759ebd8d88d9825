# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Files are of a size that one can read, and finished.

A file of more than 600 lines says near its head why it is `Long because ...`.
None has more than 1000.
No file keeps notes of things left undone: those are issues.
"""

import re

import sources

LIMIT, STOP = 600, 1000
# Older than this test and still to be divided; the list may only shrink.
TO_DIVIDE = tuple(
    f"compiler/Backend/LLVM/CPU/{name}.cpp" for name in ("Evaluator", "Nests", "Plan")
)
# Spelled so that this file does not fault itself.
UNDONE = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")) + r")\b")
BLANKS = re.compile(r"[ \t]+$", re.MULTILINE)
# Written by tools, or data.
EXEMPT = ("LICENSE", "docs/generated/", "test/conformance/", "test/models/networks.json")
TEXT = sources.CODE | sources.SCRIPTS | {".md", ".mlir", ".test", ".txt", ".cmake", ".in", ""}


def main():
    faults, count = [], 0
    for path in sources.tracked():
        if path.suffix not in TEXT or str(path).startswith(EXEMPT):
            continue
        count += 1
        text = sources.read(path)
        lines = text.split("\n")
        explained = str(path) in TO_DIVIDE or "Long because" in "\n".join(lines[:20])
        if len(lines) > (STOP if explained else LIMIT):
            faults.append(
                f"{path} has {len(lines)} lines: divide it, or say at its head why it is "
                "'Long because ...'"
            )
        for number, line in enumerate(lines, 1):
            if UNDONE.search(line):
                faults.append(f"{path}:{number}: unfinished: {line.strip()}")
        blank = BLANKS.search(text)
        if blank:
            number = text[: blank.start()].count("\n") + 1
            faults.append(f"{path}:{number}: blanks at the end of the line")
        if text and not text.endswith("\n"):
            faults.append(f"{path}: no newline at the end")
    sources.finish(faults, count, "texts")


if __name__ == "__main__":
    main()
