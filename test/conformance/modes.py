#!/usr/bin/env python3
# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Guards the conformance cases in the two other modes of `swage check`.

A case that the table status.tsv calls `pass` has to pass with every dimension
of its inputs left open (`dynamic`) and with its inputs compiled in
(`constant-inputs`) as well, unless exceptions.tsv says why it does not. With
--update, writes exceptions.tsv anew from what does not pass; --share N looks at
every N-th case only.
"""
import argparse
import os
import pathlib
import sys
import tempfile

import support
import update

HERE = pathlib.Path(__file__).resolve().parent
EXCEPTIONS = HERE / "exceptions.tsv"
MODES = ("dynamic", "constant-inputs")


def read_exceptions():
    """The reasons by mode, suite and case."""
    exceptions = {}
    for line in EXCEPTIONS.read_text().splitlines()[1:]:
        mode, suite, case, reason = line.split("\t")
        exceptions[mode, suite, case] = reason
    return exceptions


def write_exceptions(exceptions):
    lines = ["mode\tsuite\tcase\treason"]
    for key, reason in sorted(exceptions.items()):
        lines.append("\t".join((*key, reason)))
    EXCEPTIONS.write_text("\n".join(lines) + "\n")


def run(suite, mode, names, swage, jobs):
    """The results of some cases of a suite, which are linked into a folder."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, case in names.items():
            (root / name).symlink_to(case)
        return update.run_cases(root, swage, jobs, (f"--{mode}",))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("suites", nargs="*", metavar="SUITE")
    parser.add_argument("--mode", choices=MODES, action="append")
    parser.add_argument("--share", type=int, default=1, metavar="N")
    parser.add_argument("--update", action="store_true", help="write exceptions.tsv")
    parser.add_argument("--swage", default="swage", help="the program to test")
    parser.add_argument("--jobs", type=int, default=min(os.cpu_count(), 8))
    arguments = parser.parse_args()

    table = support.read_table(HERE / "status.tsv")
    exceptions = read_exceptions()
    worse = 0
    for suite in arguments.suites or update.SUITES:
        names = {
            case.name: case
            for case in sorted(update.SUITES[suite].iterdir())
            if (row := table.get((suite, case.name))) and row.status == "pass"
        }
        names = dict(list(names.items())[:: arguments.share])
        for mode in arguments.mode or MODES:
            results = run(suite, mode, names, arguments.swage, arguments.jobs)
            failed = {
                name: reason
                for name, (status, reason, _) in results.items()
                if status != "pass"
            }
            print(
                f"{suite} --{mode}: {len(results) - len(failed)} of {len(results)} "
                f"passed, {100 * (1 - len(failed) / max(len(results), 1)):.1f} %"
            )
            if arguments.update:
                for name in results:
                    exceptions.pop((mode, suite, name), None)
                for name, reason in failed.items():
                    exceptions[mode, suite, name] = update.shorten(reason)
                continue
            for name, reason in failed.items():
                if (mode, suite, name) not in exceptions or update.has_crashed(reason):
                    worse += 1
                    print(f"{suite}/{name} --{mode}: {reason}")
    if arguments.update:
        write_exceptions(exceptions)
    sys.exit(worse > 0)


if __name__ == "__main__":
    main()
