# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Every folder of code has its sentence in docs/Architecture.md, every
CMakeLists.txt begins with what it builds, and every page of docs/ that is
linked exists."""

import re

import sources

FOLDERS = ("dialects", "frontends", "compiler", "runtime")
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")


def main():
    faults, count = [], 0
    architecture = sources.read("docs/Architecture.md")
    described = set(re.findall(r"^\| `([^`]+?)/?`", architecture, re.MULTILINE))
    folders = {
        str(path.parent) for path in sources.code() if path.parts[0] in FOLDERS
    }
    for folder in sorted(folders):
        count += 1
        if folder not in described:
            faults.append(f"docs/Architecture.md has no row for `{folder}`")
    for folder in sorted(described):
        if folder.split("/")[0] in FOLDERS and not (sources.ROOT / folder).is_dir():
            faults.append(f"docs/Architecture.md describes {folder}, which does not exist")
    for path in sources.tracked():
        if path.name == "CMakeLists.txt":
            count += 1
            if not sources.read(path).startswith("# "):
                faults.append(f"{path} does not begin with a comment that says what it builds")
        if path.suffix == ".md":
            for target in LINK.findall(sources.read(path)):
                count += 1
                if not (sources.ROOT / path.parent / target).exists():
                    faults.append(f"{path} links {target}, which does not exist")
    sources.finish(faults, count, "folders and links")


if __name__ == "__main__":
    main()
