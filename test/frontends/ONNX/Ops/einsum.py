# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Einsum against NumPy."""
import sys

import numpy

from cases import Suite, random

EQUATIONS = [
    ("ij->ji", [(3, 4)]),
    ("ij", [(3, 4)]),
    ("ba", [(3, 4)]),
    ("ij->", [(3, 4)]),
    ("ij->i", [(3, 4)]),
    ("ii->i", [(5, 5)]),
    ("ii", [(5, 5)]),
    ("...ii->...i", [(2, 3, 4, 4)]),
    ("iijj->ij", [(3, 3, 4, 4)]),
    ("iii->i", [(3, 3, 3)]),
    ("i,i->", [(5,), (5,)]),
    ("i,j->ij", [(5,), (4,)]),
    ("ij,jk->ik", [(3, 4), (4, 5)]),
    ("ij,jk", [(3, 4), (4, 5)]),
    ("ij,kj->ki", [(3, 4), (5, 4)]),
    ("bij,bjk->bik", [(2, 3, 4), (2, 4, 5)]),
    ("bhid,bhjd->bhij", [(2, 2, 3, 4), (2, 2, 5, 4)]),
    ("bihd,bjhd->bhij", [(2, 3, 2, 4), (2, 5, 2, 4)]),
    ("bijc,bijd->bcd", [(2, 3, 4, 5), (2, 3, 4, 6)]),
    ("...ij,...jk->...ik", [(2, 1, 3, 4), (3, 4, 5)]),
    ("...ij,jk->...ik", [(2, 3, 4), (4, 5)]),
    ("i...,i...->...", [(3, 4, 2), (3, 2)]),
    ("ab,bc,cd->ad", [(2, 3), (3, 4), (4, 5)]),
    ("ab,cb,db->acd", [(2, 3), (4, 3), (5, 3)]),
    ("ab,ab,ab->a", [(2, 3)] * 3),
    ("ij,k->j", [(3, 4), (5,)]),
    (" i j , j k -> i k ", [(3, 4), (4, 5)]),
    ("Ab,bA->A", [(3, 4), (4, 3)]),
    ("ij,ij->ij", [(3, 4), (1, 4)]),
]


def main(folder):
    suite = Suite(folder, 12)
    for equation, shapes in EQUATIONS:
        for dtype in ("float32", "float64"):
            operands = [
                random(*shape, dtype=dtype, seed=1 + index)
                for index, shape in enumerate(shapes)
            ]
            expected = numpy.einsum(equation, *operands)
            suite.add("Einsum", operands, [numpy.asarray(expected)], equation=equation)
    for dtype in ("int32", "int64"):
        operands = [
            (10 * random(*shape)).astype(dtype) for shape in ((3, 4), (4, 5))
        ]
        expected = numpy.einsum("ij,jk->ik", *operands)
        suite.add("Einsum", operands, [expected], equation="ij,jk->ik")
    suite.check()


if __name__ == "__main__":
    main(sys.argv[1])
