#!/usr/bin/env python3
# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Guards the conformance cases in the two other modes of `swage check`.

Of the cases that the table status.tsv calls `pass` or `random`, so many in a
hundred have to be so with every dimension of their inputs left open (dynamic) and with their
inputs compiled in (constant-inputs); none may crash. --share N looks at every
N-th case only. Those that do not pass are listed.
"""
import argparse
import os
import pathlib
import sys
import tempfile

import support
import update

HERE = pathlib.Path(__file__).resolve().parent
# What share of the cases passes at least, in percent.
LEAST = {"dynamic": 95, "constant-inputs": 97}


def run(names, mode, swage, jobs):
    """The results of some cases, which are linked into a folder."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, case in names.items():
            (root / name).symlink_to(case)
        return update.run_cases(root, swage, jobs, (f"--{mode}",))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("suites", nargs="*", metavar="SUITE")
    parser.add_argument("--mode", choices=LEAST, action="append")
    parser.add_argument("--share", type=int, default=1, metavar="N")
    parser.add_argument("--swage", default="swage", help="the program to test")
    parser.add_argument("--jobs", type=int, default=min(os.cpu_count(), 8))
    arguments = parser.parse_args()

    table = support.read_table(HERE / "status.tsv")
    faults = 0
    for suite in arguments.suites or update.SUITES:
        names = {
            case.name: case
            for case in sorted(update.SUITES[suite].iterdir())
            if (row := table.get((suite, case.name))) and row.status in support.GOOD
        }
        names = dict(list(names.items())[:: arguments.share])
        for mode in arguments.mode or LEAST:
            results = run(names, mode, arguments.swage, arguments.jobs)
            passed = 0
            for name, (status, reason, _) in results.items():
                passed += status in support.GOOD
                if status not in support.GOOD:
                    print(f"{suite}/{name} --{mode}: {status} {reason}")
                faults += update.has_crashed(reason)
            share = 100 * passed / max(len(results), 1)
            faults += share < LEAST[mode]
            print(
                f"{suite} --{mode}: {passed} of {len(results)} passed, {share:.1f} %; "
                f"{LEAST[mode]} % have to"
            )
    sys.exit(faults > 0)


if __name__ == "__main__":
    main()
