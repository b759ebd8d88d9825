#!/usr/bin/env python3
# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Keeps the table of conformance cases, status.tsv, and guards it.

Without --check, runs every suite that is at hand, writes what passes into the
table and the page docs/generated/OnnxSupport.md from it. With --check, runs the
suites named and fails when a case that the table calls `pass` or `random` is not
that any more, or when any case crashes. Rows of cases that are not at hand stay as they
are, so that the table may be kept on a machine that lacks some.
"""
import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import support

HERE = pathlib.Path(__file__).resolve().parent
TESTDATA = pathlib.Path("/usr/share/libonnx-testdata/data")
ONNX_DATA = pathlib.Path(os.environ.get("SWAGE_ONNX_DATA", "/nonexistent"))

SUITES = {
    "onnx-node": ONNX_DATA / "onnx-node",
    "onnx-light": ONNX_DATA / "onnx-light",
    "testdata-node": TESTDATA / "node",
    "testdata-simple": TESTDATA / "simple",
    "testdata-pytorch-converted": TESTDATA / "pytorch-converted",
    "testdata-pytorch-operator": TESTDATA / "pytorch-operator",
}

# How `swage check` begins the reason of a case whose process did not end well.
CRASHES = ("crashed", "ended early", "did not end", "no process", "no pipe")


def run_cases(path, swage, jobs, options=()):
    """The results of the cases at a path: (status, reason, path of the model)."""
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder) / "report.json"
        # Small cases are held to the measure that ONNX has for them.
        command = [swage, "check", path, "--threads", "1", "--json", report]
        command += ["--mtol", "0"]
        subprocess.run(
            command + ["--jobs", str(jobs), "--timeout", "120", *options],
            stdout=subprocess.DEVNULL,
            check=False,
        )
        if not report.exists():
            sys.exit(f"error: swage check wrote no report on {path}")
        cases = json.loads(report.read_text())["cases"]
    return {
        case["name"]: (case["status"], case["reason"], case["model"]) for case in cases
    }


def run_suite(suite, swage, jobs, backend="auto"):
    return run_cases(SUITES[suite], swage, jobs, ("--backend", backend))


def has_crashed(reason):
    return reason.startswith(CRASHES)


def shorten(reason, limit=160):
    """A reason without what differs between machines."""
    reason = " ".join(reason.split())
    return reason if len(reason) <= limit else reason[: limit - 3] + "..."


def check(suites, swage, jobs, backend):
    """Compares the suites with the table; the number of cases that got worse."""
    table = support.read_table(HERE / "status.tsv")
    worse = 0
    for suite in suites:
        results = run_suite(suite, swage, jobs, backend)
        better = []
        for case, (status, reason, _) in results.items():
            row = table.get((suite, case))
            before = row.status if row else "new"
            fell = before in support.GOOD and status not in ("pass", before)
            if has_crashed(reason) or fell:
                worse += 1
                print(f"{suite}/{case}: was {before}, is {status}: {reason}")
            elif status in support.GOOD and before not in support.GOOD:
                better.append(case)
        counts = collections.Counter(status for status, _, _ in results.values())
        print(
            f"{suite}: {counts['pass']} passed, {counts['random']} random, "
            f"{counts['fail']} failed, {counts['unsupported']} unsupported"
        )
        if better:
            print(
                f"remark: {len(better)} cases pass that the table has otherwise "
                f"({', '.join(better[:5])}...); run test/conformance/update.py"
            )
    return worse


def update(suites, swage, jobs):
    """Writes the results of the suites into the table, and the page."""
    path = HERE / "status.tsv"
    table = support.read_table(path)
    for suite in suites:
        results = run_suite(suite, swage, jobs)
        for case, (status, reason, model) in results.items():
            operators = support.find_operators(model)
            table[suite, case] = support.Row(
                suite, case, status, shorten(reason), operators
            )
        print(f"{suite}: {len(results)} cases")
    support.write_table(path, table)
    for case in support.write_page(support.PAGE, table):
        print(f"no reason is given in support.py for {case}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=", ".join(SUITES))
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    parser.add_argument("--swage", default="swage", help="the program to test")
    parser.add_argument("--backend", default="auto", help="auto, llvm or halide")
    parser.add_argument("--jobs", type=int, default=min(os.cpu_count(), 8))
    arguments = parser.parse_args()
    for suite in arguments.suites:
        if suite not in SUITES:
            parser.error(f"there is no suite '{suite}'")
    suites = [
        suite
        for suite in arguments.suites or SUITES
        if SUITES[suite].is_dir() or print(f"remark: {suite} is not at hand")
    ]
    if arguments.check:
        worse = check(suites, arguments.swage, arguments.jobs, arguments.backend)
        sys.exit(worse > 0)
    update(suites, arguments.swage, arguments.jobs)


if __name__ == "__main__":
    main()
