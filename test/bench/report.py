# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""The bench's table: text or markdown, one row a network and thread count."""

import datetime
import math
import os
import platform
import subprocess
from typing import Dict, List, Optional, Sequence

TITLES = {"ort": "ORT", "swage": "Swage"}
NAMES = {"ort": "ONNX Runtime", "swage": "Swage"}


def title(peer: str) -> str:
    """A peer in the table's head."""
    return TITLES.get(peer, peer)


def machine() -> Dict[str, object]:
    """What the times were taken on."""
    model = platform.processor() or platform.machine()
    try:
        told = subprocess.run(["lscpu"], capture_output=True, text=True, check=True)
        for line in told.stdout.splitlines():
            if line.startswith("Model name:"):
                model = line.split(":", 1)[1].strip()
    except (OSError, subprocess.CalledProcessError):
        pass
    day = datetime.datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %z")
    return {"cpu": model, "cores": os.cpu_count(), "date": day}


def errors(row: dict) -> List[str]:
    """What went wrong in a row."""
    cells = [row] + [cell for cell in row.values() if isinstance(cell, dict)]
    return [cell["error"] for cell in cells if "error" in cell]


def ratio(row: dict, peers: Sequence[str] = ("ort", "swage")) -> Optional[float]:
    """How many times as fast as the first peer the second is; None without both."""
    cells = [row.get(peer, {}) for peer in peers]
    if not all(cell.get("median_ms") for cell in cells):
        return None
    return cells[0]["median_ms"] / cells[1]["median_ms"]


def geometric_mean(values: List[float]) -> float:
    return math.exp(sum(map(math.log, values)) / len(values))


def milliseconds(value: float) -> str:
    return f"{value:.3f}" if value < 100 else f"{value:.1f}"


class Table:
    """Prints rows as they come, so that a long run shows its progress."""

    def __init__(self, markdown: bool, peers: List[str], memory: bool = False):
        self.markdown = markdown
        self.peers = peers
        self.memory = memory
        self.titles = ["network", "threads"]
        for peer in peers:
            self.titles += [f"{title(peer)} ms", f"{title(peer)} min"]
            self.titles += [f"{title(peer)} MB"] if memory else []
        self.both = len(peers) == 2
        if self.both:
            self.quotient = "/".join(map(title, peers))
            self.titles.append(self.quotient)

    def line(self, cells: List[str], note: str = "") -> None:
        if self.markdown:
            print("| " + " | ".join(cells) + " |" + note, flush=True)
            return
        widths = [20, 7] + [10] * (len(cells) - 2)
        first = f"{cells[0]:<{widths[0]}}"
        rest = "".join(f" {c:>{w}}" for c, w in zip(cells[1:], widths[1:]))
        print(first + rest + note, flush=True)

    def header(self, machine_facts: Dict[str, object], versions: Dict[str, str]) -> None:
        told = "{cpu}, {cores} cores, {date}".format(**machine_facts)
        used = [f"{NAMES.get(p, p)} {v}" for p, v in versions.items()]
        print("; ".join([told] + used))
        print("Median and least time of one inference in milliseconds.\n")
        self.line(self.titles)
        if self.markdown:
            self.line(["---"] + ["---:"] * (len(self.titles) - 1))

    def row(self, row: dict) -> None:
        cells = [str(row["network"]), str(row["threads"])]
        for peer in self.peers:
            cell = row[peer]
            if "error" in cell:
                cells += ["-", "-"] + ["-"] * self.memory
                continue
            cells += [milliseconds(cell["median_ms"]), milliseconds(cell["min_ms"])]
            cells += [f"{cell['memory_mb']:.0f}"] if self.memory else []
        if self.both:
            value = ratio(row, self.peers)
            cells.append(f"{value:.2f}" if value else "-")
        notes = [
            f"{title(peer)}: {row[peer]['error']}"
            for peer in self.peers
            if "error" in row[peer]
        ]
        self.line(cells, "  " + "; ".join(notes) if notes and not self.markdown else "")

    def footer(self, rows: List[dict]) -> None:
        """The geometric mean of the ratios by number of threads."""
        if not self.both:
            return
        print()
        for threads in sorted({row["threads"] for row in rows if "threads" in row}):
            values = [ratio(row, self.peers) for row in rows if row.get("threads") == threads]
            known = [value for value in values if value]
            if known:
                mean = geometric_mean(known)
                plural = "" if threads == 1 else "s"
                print(
                    f"geometric mean of {self.quotient}, {threads} thread{plural}, "
                    f"{len(known)} of {len(values)} networks: {mean:.2f}"
                )
