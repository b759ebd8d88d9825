#!/usr/bin/python3
# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Writes runtime/values/case_table.h: upper and lower case by Unicode.

usage: case-table.py > runtime/values/case_table.h

A character has another case where that is one character, too. Neighbours that
lie equally far from theirs become one range.
"""

import unicodedata

LAST = 0x110000


def ranges(change):
    """(first, last, step, distance) for runs of characters that `change` moves."""
    found = []
    for code in range(LAST):
        other = change(chr(code))
        if len(other) != 1 or ord(other) == code:
            continue
        distance = ord(other) - code
        if found and found[-1][3] == distance:
            first, last, step, _ = found[-1]
            gap = code - last
            if gap <= 2 and (first == last or gap == step):
                found[-1] = (first, code, gap, distance)
                continue
        found.append((code, code, 1, distance))
    return found


def table(name, rows):
    print(f"\nstatic const swage_case_range {name}[] = {{")
    for first, last, step, distance in rows:
        print(f"    {{0x{first:X}, 0x{last:X}, {step}, {distance}}},")
    print("};")


print(f"""\
//===- case_table.h - upper and lower case by Unicode ---------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Made by utils/case-table.py from Unicode {unicodedata.unidata_version}. Characters
// first, first + step, ... last become what lies `distance` from them.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_VALUES_CASE_TABLE_H
#define SWAGE_VALUES_CASE_TABLE_H

#include <stdint.h>

// clang-format off
typedef struct swage_case_range {{
  uint32_t first;
  uint32_t last;
  uint32_t step;
  int32_t distance;
}} swage_case_range;""")
table("swage_to_lower", ranges(str.lower))
table("swage_to_upper", ranges(str.upper))
print("\n#endif")
