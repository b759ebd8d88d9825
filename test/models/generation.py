#!/usr/bin/python3
"""Lets PyTorch and Swage continue a text, and compares the tokens.

usage: generation.py [NAME] [--tokens N] [--swage FILE] [--threads N]

NAME is a network of the family cached_decoder. Both take the best token each
time. Where PyTorch's best two scores are closer than rounding, the texts may
part; that is counted as an error all the same, and said.
"""

import argparse
import importlib
import os
import pathlib
import subprocess
import sys

import torch

import build
import conditioning
import inputs
import networks
import peer

PROMPT = [464, 11, 13, 257, 262, 7]
# Scores closer than this, relative to their magnitude, are as good as equal.
TIE = 1e-5


def by_torch(network, prompt, count):
    """The tokens, and the step where the best two scores were closest."""
    torch.manual_seed(inputs.seed_of(network.name))
    model = importlib.import_module(network.family).make(network)
    conditioning.condition(model, build.sample(network))
    caches = [torch.zeros([0 if size == "past" else size for size in spec.shape])
              for spec in network.inputs[1:]]
    tokens, unread, closest = [], list(prompt), float("inf")
    with torch.no_grad():
        for _ in range(count):
            scores, *caches = model(torch.tensor([unread]), *caches)
            best = torch.topk(scores[0, -1].double(), 2)
            closest = min(closest, float((best.values[0] - best.values[1])
                                         / best.values.abs().max()))
            unread = [int(best.indices[0])]
            tokens += unread
    return tokens, closest


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("name", nargs="?", default="gpt2_cached_small")
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--threads", default="2")
    folder = os.environ.get("SWAGE_BUILD_DIR") or networks.REPOSITORY / "build"
    parser.add_argument("--swage", default=pathlib.Path(folder) / "bin" / "swage")
    options = parser.parse_args()

    network = networks.load()[options.name]
    out = networks.cache()
    out.mkdir(parents=True, exist_ok=True)
    build.build(network, out, peer.version(), force=False)
    vocabulary = network.options["vocabulary"]
    prompt = [token % vocabulary for token in PROMPT]
    wanted, closest = by_torch(network, prompt, options.tokens)
    command = [options.swage, "generate", out / network.name / "model.onnx",
               "--prompt-ids", ",".join(map(str, prompt)),
               "--max-tokens", str(options.tokens), "--threads", options.threads]
    said = subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True)
    tokens = [int(word) for word in said.stdout.split()]
    if tokens != wanted:
        at = next((i for i, (a, b) in enumerate(zip(tokens, wanted)) if a != b), len(wanted))
        print(f"the texts part at token {at}: PyTorch {wanted[at:at + 3]}, Swage "
              f"{tokens[at:at + 3]}" + (", where scores are nearly equal" if closest < TIE else ""))
        return 1
    print(f"{len(tokens)} tokens agree, {len(set(tokens))} different ones; "
          f"the closest decision was by {closest:.1g}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
