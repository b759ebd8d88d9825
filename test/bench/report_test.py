# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Tests of the bench's table."""

import contextlib
import io
import unittest

import report

BOTH = {
    "network": "net",
    "threads": 1,
    "ort": {"median_ms": 10.0, "min_ms": 9.0},
    "swage": {"median_ms": 8.0, "min_ms": 7.5},
}
FAILED = {
    "network": "odd",
    "threads": 1,
    "ort": {"median_ms": 120.04, "min_ms": 118.0},
    "swage": {"error": "not supported"},
}


def printed(markdown, rows, memory=False):
    """What a table of `rows` looks like."""
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        table = report.Table(markdown, ["ort", "swage"], memory)
        for row in rows:
            table.row(row)
        table.footer(rows)
    return text.getvalue().splitlines()


class ReportTest(unittest.TestCase):
    def test_ratio_says_how_much_faster_swage_is(self):
        self.assertEqual(report.ratio(BOTH), 1.25)
        self.assertIsNone(report.ratio(FAILED))

    def test_markdown_row(self):
        first = printed(True, [BOTH])[0]
        self.assertEqual(first, "| net | 1 | 10.000 | 9.000 | 8.000 | 7.500 | 1.25 |")

    def test_memory_stands_behind_each_peers_times(self):
        used = {peer: dict(BOTH[peer], memory_mb=mb) for peer, mb in (("ort", 99.6), ("swage", 20))}
        first = printed(True, [dict(BOTH, **used)], memory=True)[0]
        self.assertEqual(
            first, "| net | 1 | 10.000 | 9.000 | 100 | 8.000 | 7.500 | 20 | 1.25 |"
        )

    def test_failed_peer_is_named_and_left_out_of_the_mean(self):
        lines = printed(False, [FAILED, BOTH])
        self.assertIn("120.0", lines[0])
        self.assertTrue(lines[0].endswith("Swage: not supported"))
        self.assertEqual(
            lines[-1], "geometric mean of ORT/Swage, 1 thread, 1 of 2 networks: 1.25"
        )

    def test_geometric_mean(self):
        self.assertAlmostEqual(report.geometric_mean([0.5, 2.0]), 1.0)

    def test_errors(self):
        self.assertEqual(report.errors(FAILED), ["not supported"])
        self.assertEqual(report.errors(BOTH), [])


if __name__ == "__main__":
    unittest.main()
