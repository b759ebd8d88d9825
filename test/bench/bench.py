#!/usr/bin/python3
# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Times Swage and ONNX Runtime side by side and prints the ratios.

usage: bench.py [MODEL...] [--threads 1,2] [--seconds S] [--rounds R] [--round S]
                [--dim NAME=N]... [--only swage|ort] [--weights-type f16|bf16]
                [--memory] [--markdown] [--json FILE]

A MODEL is a network of test/models, one of those at another size or a set of
them (cases.json), a .onnx file, or a test case's folder; without one, every
network is timed. With --weights-type, Swage with weights of that type is timed
against Swage with those of the model. Both run the same inputs, in turns within
one run, so that a slow spell of the machine meets both. With --memory the table has
the most megabytes that each process had in use at once, of which ONNX Runtime's
includes Node.js. With --seconds the
whole table takes about that long: rounds get shorter, and what finds no time
left is not measured. A peer that is not installed is left out.
"""

import argparse
import json
import os
import pathlib
import statistics
import sys
import tempfile
import time
from typing import Dict, List, Optional

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "models"))

import cases
import networks
import report
from budget import Budget
from peers import Case, OrtPeer, PeerError, SwagePeer


def is_timed(network: networks.Network) -> bool:
    """Whether a bench of everything has the network."""
    at_hand = network.family != "data" or "SWAGE_ONNX_DATA" in os.environ
    return at_hand and not network.variant


def summarise(rounds: List[dict]) -> dict:
    """One peer's rounds as one row."""
    return {
        "median_ms": statistics.median(r["median_ms"] for r in rounds),
        "min_ms": min(r["min_ms"] for r in rounds),
        "runs": sum(r["runs"] for r in rounds),
        "rounds": rounds,
    }


def measure(
    case: Case, peers: List, threads: int, rounds_of: int, seconds: float, memory: bool = False
) -> dict:
    """Rounds of all peers in turns; one row of the table."""
    row: Dict[str, object] = {"network": case.name, "threads": threads}
    sessions = {}
    most: Dict[str, float] = {}
    rounds: Dict[str, List[dict]] = {}
    for peer in peers:
        try:
            sessions[peer.name] = peer.start(case, threads)
        except PeerError as reason:
            row[peer.name] = {"error": str(reason)}
    try:
        for _ in range(rounds_of):
            for name in list(sessions):
                try:
                    done = sessions[name].round(seconds)
                    rounds.setdefault(name, []).append(done)
                except PeerError as reason:
                    sessions.pop(name).close()
                    rounds.pop(name, None)
                    row[name] = {"error": str(reason)}
        if memory:
            most = {name: session.memory() for name, session in sessions.items()}
    finally:
        for session in sessions.values():
            session.close()
    row.update({name: summarise(done) for name, done in rounds.items()})
    for name, megabytes in most.items():
        row[name]["memory_mb"] = megabytes
    return row


def parse(arguments: Optional[List[str]] = None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("models", nargs="*", metavar="MODEL")
    parser.add_argument("--threads", default="1,2", help="thread counts, by commas")
    parser.add_argument("--seconds", type=float, help="how long the whole run may take")
    parser.add_argument("--round", type=float, default=0.5, help="seconds of a round at most")
    parser.add_argument("--rounds", type=int, default=4, help="rounds of each peer")
    parser.add_argument("--dim", action="append", default=[], metavar="NAME=N")
    parser.add_argument("--only", choices=("swage", "ort"))
    parser.add_argument("--weights-type", choices=("f16", "bf16"))
    parser.add_argument("--memory", action="store_true", help="show the most memory in use")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE")
    build = os.environ.get("SWAGE_BUILD_DIR") or networks.REPOSITORY / "build"
    swage = pathlib.Path(build) / "bin" / "swage"
    parser.add_argument("--swage", type=pathlib.Path, default=swage, metavar="FILE")
    options = parser.parse_args(arguments)
    if options.rounds < 1 or options.round <= 0 or (options.seconds or 1) <= 0:
        parser.error("--rounds, --round and --seconds must be positive")
    return options


def find_peers(options, folder: pathlib.Path) -> List:
    """The peers to time; a remark says which are not on this machine."""
    peers = []
    if options.weights_type:
        for weights in ("f32", options.weights_type):
            peers.append(SwagePeer(options.swage, folder, options.dim, weights))
    elif options.only != "swage":
        peers.append(OrtPeer(options.dim))
    if options.only != "ort" and not options.weights_type:
        peers.append(SwagePeer(options.swage, folder, options.dim))
    for peer in list(peers):
        missing = peer.missing()
        if missing:
            print(f"remark: {peer.title} is left out: {missing}", file=sys.stderr)
            peers.remove(peer)
    return peers


def run(
    names: List[str], peers: List, options, table: report.Table, folder: pathlib.Path
) -> List[dict]:
    """All rows of the table, printed as they come."""
    rows: List[dict] = []
    thread_counts = [int(count) for count in options.threads.split(",")]
    budget = Budget(
        options.seconds,
        options.round,
        len(names) * len(thread_counts),
        options.rounds * len(peers),
    )
    for name in names:
        if budget.is_over():
            print(f"{name}: not measured: the time is up", file=sys.stderr)
            continue
        start = time.monotonic()
        try:
            case = cases.case_of(name, folder)
        except PeerError as reason:
            print(f"{name}: {reason}", file=sys.stderr)
            rows.append({"network": name, "error": str(reason)})
            continue
        for threads in thread_counts:
            length = budget.round()
            row = measure(case, peers, threads, options.rounds, length, options.memory)
            rows.append(row)
            table.row(row)
            budget.finish(time.monotonic() - start, length * budget.rounds)
            start = time.monotonic()
        for peer in peers:
            peer.finish(case)
    return rows


def main() -> int:
    options = parse()
    names = cases.expand(options.models)
    if not names:
        names = [n.name for n in networks.load().values() if is_timed(n)]
    with tempfile.TemporaryDirectory(prefix="swage-bench-") as temporary:
        folder = pathlib.Path(temporary)
        peers = find_peers(options, folder)
        if not peers:
            return 1
        versions = {peer.name: peer.version() for peer in peers}
        table = report.Table(options.markdown, list(versions), options.memory)
        table.header(report.machine(), versions)
        rows = run(names, peers, options, table, folder)
        table.footer(rows)
    if options.json:
        found = {"machine": report.machine(), "versions": versions, "rows": rows}
        options.json.write_text(json.dumps(found, indent=1) + "\n")
    return 1 if any(report.errors(row) for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
