# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Shares the time of a bench among the rows of its table."""

import time
from typing import Optional

# A round that is shorter says little, even of a small network.
LEAST_ROUND = 0.05


class Budget:
    """How long a round may take so that all rows fit into `seconds`; without
    a bound, always `longest`. Compiling and loading take part of the time: as
    much for each row that is left as for those that are done."""

    def __init__(self, seconds: Optional[float], longest: float, rows: int, rounds: int):
        self.longest = longest
        self.rows_left = rows
        self.rounds = rounds  # of a row, those of all peers together
        self.end = None if seconds is None else time.monotonic() + seconds
        self.done = 0
        self.overhead = 0.0

    def is_over(self) -> bool:
        return self.end is not None and time.monotonic() >= self.end

    def round(self) -> float:
        """The length of the next row's rounds."""
        if self.end is None:
            return self.longest
        row = (self.end - time.monotonic()) / max(self.rows_left, 1)
        other = self.overhead / self.done if self.done else 0.0
        return min(self.longest, max(LEAST_ROUND, (row - other) / self.rounds))

    def finish(self, taken: float, measured: float) -> None:
        """A row is done: what it took, and how much of that was rounds."""
        self.rows_left -= 1
        self.done += 1
        self.overhead += max(0.0, taken - measured)
