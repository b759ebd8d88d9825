#!/usr/bin/env python3
# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""The table of conformance cases and the page that is made of it.

The page names every case that does not pass, and why; one without a reason is an
error.

As a program, writes docs/generated/OnnxSupport.md (or the file named) from
status.tsv, for which no suite and no compiler is needed.
"""
import collections
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
PAGE = HERE.parent.parent / "docs" / "generated" / "OnnxSupport.md"

# How `swage check` calls cases that are as they should be: of those that draw at
# random, no more than type, shape and bounds can be.
GOOD = ("pass", "random")

# Why a case does not pass: all whose name or suite/name matches.
REASONS = {
    r"test_dft_inverse(_opset19)?": "expects 1.9e-07 of rounding noise where the result "
    "is 0 (Swage: 3e-15)",
    r"testdata-node/test_adam_multiple": "the expected numbers are those of epsilon = "
    "0.01, which the model does not have; newer versions of the case pass",
    r"testdata-node/test_cast(like)?_FLOAT_to_BFLOAT16.*": "expects truncation, where the "
    "standard rounds, or declares shapes that its inputs do not have; newer forms "
    "without _expanded pass",
    r"testdata-node/test_castlike_BFLOAT16_to_FLOAT.*": "declares a shape that its "
    "input does not have; newer versions of the case pass",
}

HEADER = ("suite", "case", "status", "reason", "operators")
Row = collections.namedtuple("Row", HEADER)


def read_table(path):
    """The rows by suite and case; none when there is no table yet."""
    if not path.exists():
        return {}
    rows = {}
    for line in path.read_text().splitlines()[1:]:
        fields = line.split("\t")
        row = Row(*fields, *[""] * (len(HEADER) - len(fields)))
        rows[row.suite, row.case] = row
    return rows


def write_table(path, table):
    lines = ["\t".join(HEADER)]
    for key in sorted(table):
        # A row's last fields may be empty; no line ends in white space.
        lines.append("\t".join(table[key]).rstrip())
    path.write_text("\n".join(lines) + "\n")


def find_operators(model):
    """The operators of a model as `Add:14 ai.onnx.ml.Binarizer:1`, with the
    opset of the model, sorted."""
    import onnx

    proto = onnx.load(model, load_external_data=False)
    opsets = {opset.domain or "ai.onnx": opset.version for opset in proto.opset_import}
    found = set()

    def visit(nodes):
        for node in nodes:
            domain = node.domain or "ai.onnx"
            name = node.op_type if domain == "ai.onnx" else f"{domain}.{node.op_type}"
            if not any(f.name == node.op_type for f in proto.functions):
                found.add(f"{name}:{opsets.get(domain, 1)}")
            for attribute in node.attribute:
                visit(attribute.g.node)
                for graph in attribute.graphs:
                    visit(graph.node)

    visit(proto.graph.node)
    for function in proto.functions:
        visit(function.node)
    return " ".join(sorted(found))


def format_versions(versions):
    """Opsets as ranges of what was seen: `7, 13-15`."""
    ranges = []
    for version in sorted(versions):
        if ranges and ranges[-1][1] == version - 1:
            ranges[-1][1] = version
        else:
            ranges.append([version, version])
    return ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in ranges)


def find_reason(row):
    """Why a case does not pass; nothing where that is not known."""
    for pattern, reason in REASONS.items():
        if re.fullmatch(pattern, row.case) or re.fullmatch(
            pattern, f"{row.suite}/{row.case}"
        ):
            return reason
    return None


def write_page(path, table):
    """By operator: the opsets seen, and how many cases with it pass."""
    totals = collections.Counter()
    outcomes = collections.defaultdict(collections.Counter)
    versions = collections.defaultdict(set)
    suites = collections.defaultdict(collections.Counter)
    for row in table.values():
        suites[row.suite][row.status] += 1
        for entry in row.operators.split():
            operator, version = entry.rsplit(":", 1)
            totals[operator] += 1
            versions[operator].add(int(version))
            outcomes[operator][row.status] += 1

    lines = [
        "# Which ONNX operators work",
        "",
        "Made by `test/conformance/support.py` from `test/conformance/status.tsv`,",
        "which holds the outcome of every case of the ONNX backend suites; do not edit.",
        "",
        "| suite | pass | random | fail | unsupported |",
        "|---|---|---|---|---|",
    ]
    for suite, counts in sorted(suites.items()):
        lines.append(
            f"| {suite} | {counts['pass']} | {counts['random']} | {counts['fail']} "
            f"| {counts['unsupported']} |"
        )
    lines += [
        "",
        "A case counts for every operator that its model contains. A case is random",
        "when an output depends on numbers that an operator draws: the standard does",
        "not say which, so that of these outputs the type, the shape and the bounds",
        "were compared, and the values of all others. A case that is unsupported was",
        "refused with a reason before anything was compiled.",
        "",
        "| operator | opsets seen | cases passed |",
        "|---|---|---|",
    ]
    for operator in sorted(totals, key=lambda name: (name.count("."), name.lower())):
        counts = outcomes[operator]
        passed = f"{counts['pass']} of {totals[operator]}"
        if counts["random"]:
            passed += f", {counts['random']} random"
        lines.append(
            f"| {operator} | {format_versions(versions[operator])} | {passed} |"
        )
    lines += [
        "",
        "## Cases that do not pass",
        "",
        "| suite | case | why |",
        "|---|---|---|",
    ]
    unknown = []
    for _, row in sorted(table.items()):
        if row.status in GOOD:
            continue
        reason = find_reason(row)
        if reason is None:
            unknown.append(f"{row.suite}/{row.case}: {row.status}: {row.reason}")
        lines.append(f"| {row.suite} | {row.case} | {reason or row.reason} |")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    return unknown


if __name__ == "__main__":
    unexplained = write_page(
        pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE,
        read_table(HERE / "status.tsv"),
    )
    if unexplained:
        sys.exit("no reason is given in REASONS for\n" + "\n".join(unexplained))
