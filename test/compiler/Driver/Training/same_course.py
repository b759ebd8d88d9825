# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Compares what an executable that trains printed with the metrics of `swage
train`, and pairs of checkpoints.

usage: same_course.py LOG METRICS (CHECKPOINT CHECKPOINT)...
"""

import json
import re
import sys

STATES = 1280  # bytes at the end of a checkpoint

lines = open(sys.argv[1]).read().splitlines()
records = [json.loads(line) for line in open(sys.argv[2])]
assert len(lines) == len(records) == 4, lines
assert len({record["lr"] for record in records}) == 4, records
for line, record in zip(lines, records):
    match = re.fullmatch(r"epoch \d/4: loss (\S+), validation loss (\S+), \d+ examples/s", line)
    assert match, line
    for text, key in zip(match.groups(), ("loss", "val_loss")):
        assert abs(float(text) - record[key]) <= 1e-5 * record[key], (line, record)

for one, other in zip(sys.argv[3::2], sys.argv[4::2]):
    one, other = (open(name, "rb").read()[-STATES:] for name in (one, other))
    assert one == other and any(one)
