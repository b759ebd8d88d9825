# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Tests of the bench's time."""

import unittest
from unittest import mock

import budget
from budget import Budget


class BudgetTest(unittest.TestCase):
    def setUp(self):
        self.now = 100.0
        clock = mock.patch.object(budget.time, "monotonic", lambda: self.now)
        clock.start()
        self.addCleanup(clock.stop)

    def test_without_bound_rounds_have_their_length(self):
        free = Budget(None, 0.5, rows=1000, rounds=8)
        self.now += 1e6
        self.assertEqual(free.round(), 0.5)
        self.assertFalse(free.is_over())

    def test_rows_share_the_time(self):
        bound = Budget(16, 5, rows=4, rounds=8)
        self.assertEqual(bound.round(), 0.5)
        # A row that took twice its share leaves less to the others, and what
        # was not measuring is set aside.
        self.now += 8
        bound.finish(taken=8, measured=7)
        self.assertAlmostEqual(bound.round(), (8 / 3 - 1) / 8)

    def test_rounds_are_not_too_short_and_end(self):
        bound = Budget(1, 5, rows=1000, rounds=8)
        self.assertEqual(bound.round(), budget.LEAST_ROUND)
        self.now += 1
        self.assertTrue(bound.is_over())


if __name__ == "__main__":
    unittest.main()
