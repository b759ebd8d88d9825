# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Training within a memory budget, and with activations in 16 bits.

usage: memory.py EXAMPLES

Writes deep.onnx, a network whose activations take most of its memory, and checks
what `swage inspect --train` says of it, and that the numbers are the same.
"""

import json
import subprocess
import sys

import numpy as np

sys.path.insert(0, sys.argv[1])
from network import Network  # noqa: E402
import swage  # noqa: E402


def check(name, condition):
    assert condition, name
    print(f"ok: {name}")


net = Network("x", [None, 3, 32, 32])
for stage in range(16):
    net.conv(8, 3, pads=1, bias=False, name=f"conv{stage}")
    net.batch_norm(f"norm{stage}")
    net.relu()
net.maxpool(8)
net.flatten()
net.dropout(0.1)
net.dense(10, name="head")
net.save("deep.onnx")


def inspect(*options):
    """The facts, or the error."""
    command = ["swage", "inspect", "deep.onnx", "--train", "--batch", "16", "--json", *options]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return json.loads(result.stdout) if result.returncode == 0 else result.stderr


def train(**options):
    """The losses of some steps, and the largest weights' sums after them."""
    random = np.random.default_rng(0)
    target = random.integers(0, 10, 16)
    x = random.normal(size=(16, 3, 32, 32)).astype(np.float32)
    x += target.reshape(-1, 1, 1, 1) / 5
    step = swage.compile_train("deep.onnx", dims={"batch": 16}, threads=1, optimizer="momentum",
                               **options)
    losses = [step(x.astype(np.float32), target, lr=0.003) for _ in range(12)]
    return np.array(losses)


free = inspect()
check("nothing is computed again without a budget", free["recompute"] == 0)
full = free["working_set_bytes"]
levels, reference = [], train()
check("it learns", reference[-1] < 0.7 * reference[0])
for part in (0.8, 0.6, 0.45):
    budget = int(full * part)
    facts = inspect("--memory-budget", str(budget))
    check(f"within {part} of the memory", facts["working_set_bytes"] <= budget)
    levels.append(facts["recompute"])
    losses = train(memory_budget=budget)
    # Sums in another order, which training makes more of.
    check(f"the same losses within {part}", np.allclose(losses[:4], reference[:4], rtol=1e-4)
          and np.allclose(losses, reference, rtol=2e-2))
check("less memory costs more", levels == sorted(levels) and levels[0] >= 1 and levels[-1] > 1)
check("too little is an error", "does not fit into 0.1 MB: with all values computed again that "
      "can be, it takes" in inspect("--memory-budget", "100k"))

narrow = inspect("--activations-type", "bf16")["working_set_bytes"]
check("activations of 16 bits take less", narrow < 0.7 * full)
for kind, tolerance in (("bf16", 0.02), ("f16", 0.003)):
    losses = train(activations_type=kind)
    check(f"{kind} is near", 0 < abs(losses[0] / reference[0] - 1) < tolerance
          and losses[-1] < 0.7 * losses[0])
both = inspect("--activations-type", "bf16", "--memory-budget", str(int(narrow * 0.7)))
check("both together", both["working_set_bytes"] <= narrow * 0.7 and both["recompute"] >= 1)
try:
    train(activations_type="f8")
except swage.Error as error:
    check("types", "there are f32, f16 and bf16" in str(error))
