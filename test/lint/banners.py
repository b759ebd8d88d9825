# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Every source file says what it is and under which licence.

A C, C++ or TableGen file begins with a banner, `===- NAME - what it is`, with
the licence line below it; a script has the licence line and a docstring or
comment that says what it is for.
"""

import re

import sources

LICENCE = "Part of Swage, under the Apache License v2.0 with LLVM Exceptions."
# The bytes of these are in the key of every network that was built, and
# building them all takes half an hour.
HASHED = "test/models/"
# Programs for readers to take into their own projects.
EXAMPLES = "docs/examples/"
BANNER = re.compile(r"^(?://|/\*)===-+ ?(\S+) - (\S.*?)(?:-\*-.*)?[-=*/ ]*$")


def fault_of_code(path, text):
    lines = text.split("\n")
    banner = BANNER.match(lines[0])
    if not banner:
        return "does not begin with a banner: //===- NAME - what it is ---===//"
    if banner.group(1) != path.name:
        return f"has a banner that names {banner.group(1)}"
    if not any(LICENCE in line for line in lines[1:4]):
        return f"lacks the licence line below its banner: {LICENCE}"
    return None


def fault_of_script(path, text):
    head = text.split("\n")[:12]
    if not any(LICENCE in line for line in head):
        return f"lacks the licence line at its head: {LICENCE}"
    words = [line for line in head if LICENCE not in line and not line.startswith("#!")]
    if not any(re.match(r'\s*(#|//|"""|\'\'\'|\*|/\*)\s*\S', line) for line in words):
        return "does not say at its head what it is for"
    return None


def main():
    faults, count = [], 0
    for paths, fault_of in (
        (sources.code(), fault_of_code),
        (sources.scripts(), fault_of_script),
    ):
        for path in paths:
            if str(path).startswith((HASHED, EXAMPLES)):
                continue
            count += 1
            fault = fault_of(path, sources.read(path))
            if fault:
                faults.append(f"{path} {fault}")
    sources.finish(faults, count, "banners")


if __name__ == "__main__":
    main()
