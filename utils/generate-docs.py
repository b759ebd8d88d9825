#!/usr/bin/python3
# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Writes the references under docs/generated/ from what the build reads.

usage: generate-docs.py [--check] [--build DIR] FOLDER

NN.md and Kernel.md describe the operators, Passes.md the passes: all from the
TableGen files. ONNX.md lists what the importer knows, as the built
`swage-import` tells. With --check nothing is written: files that are not what
would be written are named, and the exit code is 1.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parent.parent
LLVM = pathlib.Path("/usr/lib/llvm-22")
NOTE = "<!-- Written by ./dev docs; change {} instead. -->\n"


class Records:
    """The records of a TableGen file."""

    def __init__(self, path):
        command = [LLVM / "bin/llvm-tblgen", "--dump-json", f"-I{ROOT}"]
        command += [f"-I{LLVM}/include", ROOT / path]
        text = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
        self.records = json.loads(text)

    def __getitem__(self, reference):
        """The record that a field refers to."""
        name = reference["def"] if isinstance(reference, dict) else reference
        return self.records[name]

    def instances(self, name):
        """The records of a class, in the order of the source."""
        found = [self.records[n] for n in self.records["!instanceof"][name]]
        return sorted(found, key=lambda r: (file_of(r), line_of(r)))


def file_of(record):
    return record["!locs"][0].partition(":")[0]


def line_of(record):
    return int(record["!locs"][0].partition(":")[2])


def purpose(path):
    """The sentences below the licence line of a file's banner."""
    lines = []
    for line in path.read_text().split("\n"):
        if not line.startswith("//"):
            break
        lines.append(line.lstrip("/ ").rstrip())
    text = "\n".join(lines).partition("LLVM Exceptions.")[2]
    return text.partition("===---")[0].strip()


def prose(text):
    return textwrap.dedent(text or "").strip()


def cell(text):
    """Text for a table, in which bars end a cell."""
    return " ".join(text.split()).replace("|", "\\|")


def capitalized(text):
    return text[:1].upper() + text[1:]


def value_type(records, reference):
    """How an operand or result is described."""
    record = records[reference]
    for wrapper, words in (("Variadic", "any number of: "), ("Optional", "optional: ")):
        if wrapper in record["!superclasses"]:
            return words + value_type(records, record["baseType"])
    return record["summary"].removesuffix(" values")


def attribute_type(records, reference):
    record = records[reference]
    if "DefaultValuedAttr" in record["!superclasses"]:
        default = record["defaultValue"].replace('\\"', '"')
        return f"{attribute_type(records, record['baseAttr'])}, `{default}` if not given"
    if "OptionalAttr" in record["!superclasses"]:
        return "optional: " + attribute_type(records, record["baseAttr"])
    return record["summary"].removesuffix(" attribute")


def members(records, op):
    """(kind, name, description) of operands, attributes and results."""
    rows = []
    for reference, name in op["arguments"]["args"]:
        if "Attr" in records[reference]["!superclasses"]:
            rows.append(("attribute", name, attribute_type(records, reference)))
        else:
            rows.append(("operand", name, value_type(records, reference)))
    for reference, name in op["results"]["args"]:
        rows.append(("result", name, value_type(records, reference)))
    return rows


def brief(records, op, dialect):
    """The operator's row in the table of its family."""
    rows = members(records, op)
    operands = ", ".join(name for kind, name, _ in rows if kind == "operand")
    attributes = ", ".join(f"`{name}`" for kind, name, _ in rows if kind == "attribute")
    meaning = capitalized(cell(op["summary"]))
    return f"| `{dialect}.{op['opName']}` | {operands} | {attributes} | {meaning} |"


def full(records, op, dialect):
    """The operator's own section."""
    lines = [f"### `{dialect}.{op['opName']}`", "", capitalized(op["summary"]) + ".", ""]
    if op["description"]:
        lines += [prose(op["description"]), ""]
    if op["assemblyFormat"]:
        form = " ".join(op["assemblyFormat"].split())
        lines += ["```", f"{dialect}.{op['opName']} {form}", "```", ""]
    rows = members(records, op)
    if rows:
        lines += ["| | name | type |", "|---|---|---|"]
        lines += [f"| {kind} | `{name}` | {cell(kinds)} |" for kind, name, kinds in rows]
        lines.append("")
    return lines


def write_dialect(source, dialect, heading):
    records = Records(source)
    folder = pathlib.Path(source).parent
    definition = next(r for r in records.instances("Dialect") if r["name"] == dialect)
    lines = [f"# {heading}", "", NOTE.format(f"{folder}/*.td")]
    lines += [prose(definition["description"]), ""]
    families = {}
    for op in records.instances("Op"):
        if records[op["opDialect"]]["name"] == dialect:
            families.setdefault(file_of(op), []).append(op)
    for file, ops in families.items():
        lines += [f"## {file}", "", purpose(ROOT / folder / file), ""]
        short = [op for op in ops if not op["description"] and dialect == "nn"]
        if short:
            lines += ["| operator | operands | attributes | meaning |", "|---|---|---|---|"]
            lines += [brief(records, op, dialect) for op in short] + [""]
        for op in ops:
            if op not in short:
                lines += full(records, op, dialect)
    return lines


def write_passes():
    sources = sorted(ROOT.glob("compiler/**/Passes.td"))
    lines = ["# Passes", "", NOTE.format("compiler/**/Passes.td")]
    lines += ["`swage-opt` runs each of them by its name.", ""]
    for source in sources:
        folder = source.parent.relative_to(ROOT)
        lines += [f"## {folder}", ""]
        records = Records(source)
        for entry in records.instances("PassBase"):
            if "Pass" not in entry["!superclasses"]:
                continue
            lines += [f"### `-{entry['argument']}`", "", entry["summary"] + ".", ""]
            lines += [prose(entry["description"]), ""]
            for option in map(records.__getitem__, entry["options"]):
                default = f" (`{option['defaultValue']}` if not given)" if option["defaultValue"] else ""
                lines.append(f"* option `{option['argument']}`: {option['description']}{default}")
            for statistic in map(records.__getitem__, entry["statistics"]):
                lines.append(f"* counts `{statistic['name']}`: {statistic['description']}")
            if entry["options"] or entry["statistics"]:
                lines.append("")
    return lines


def write_onnx(build):
    tool = build / "bin/swage-import"
    listing = subprocess.run([tool, "--operators"], check=True, stdout=subprocess.PIPE)
    operators = {}
    for line in listing.stdout.decode().splitlines():
        domain, name, since, least, most = line.split("\t")
        operators.setdefault((domain, name), []).append((int(since), least, most))
    lines = ["# Supported ONNX operators", "", NOTE.format("frontends/ONNX/Ops/*.cpp")]
    lines += [
        "An operator of a model is imported by the newest row whose version is not",
        "above the model's. *From* is the operator set version that a row begins",
        "with; what lies before the first row is not supported.",
        "",
        "| domain | operator | from | inputs |",
        "|---|---|---|---|",
    ]
    for (domain, name), versions in sorted(operators.items()):
        for since, least, most in sorted(versions):
            inputs = least if least == most else f"{least} to {most}"
            if most == "any":
                inputs = f"{least} or more"
            lines.append(f"| {domain or 'ai.onnx'} | {name} | {since} | {inputs} |")
    return lines + [""]


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("folder", type=pathlib.Path)
    options = parser.parse_args()
    pages = {
        "NN.md": write_dialect("dialects/NN/NNOps.td", "nn", "The `nn` dialect"),
        "Kernel.md": write_dialect(
            "dialects/Kernel/KernelOps.td", "kernel", "The `kernel` dialect"
        ),
        "Passes.md": write_passes(),
        "ONNX.md": write_onnx(options.build),
    }
    stale = []
    for name, lines in pages.items():
        path = options.folder / name
        text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"
        if path.exists() and path.read_text() == text:
            continue
        stale.append(str(path))
        if not options.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    if options.check and stale:
        sys.exit(f"{', '.join(stale)}: not up to date; run ./dev docs")


if __name__ == "__main__":
    main()
