# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Normalisations, activations and rotary embeddings as PyTorch's exporter
writes them.

usage: layer_exports.py FOLDER

Says of each whether it gives PyTorch's numbers, which of the operators looked
for it becomes, and how many kernels.
"""

import math
import pathlib
import re
import sys

import torch
from torch import nn
from torch.nn import functional

import exports
from exports import LENGTH

WIDTH = 32
LOOKED_FOR = re.compile(r"nn\.(layer_norm|rms_norm|gelu|silu|erf|tanh|sigmoid|sqrt|rsqrt)\b")
SCALE = 1 + 0.1 * torch.arange(WIDTH)


class Function(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *inputs):
        return self.function(*inputs)


def layer_norm(x):
    return functional.layer_norm(x, (WIDTH,), SCALE, SCALE - 2)


def layer_norm_spelled(x):
    centred = x - x.mean(-1, keepdim=True)
    return SCALE * (centred / torch.sqrt((centred**2).mean(-1, keepdim=True) + 1e-12)) - 2


def rms_norm(x):
    """As LLaMA has it."""
    wide = x.to(torch.float32)
    wide = wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + 1e-6)
    return SCALE * wide.to(x.dtype)


def rms_norm_divides(x):
    return x / torch.sqrt((x * x).mean(-1, keepdim=True) + 1e-6) * SCALE


def rms_norm_shifted(x):
    """As Gemma has it: one is added to the scale."""
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * (1.0 + SCALE)


class Operator(torch.autograd.Function):
    """RMSNormalization, as the standard has it from version 23 on."""

    @staticmethod
    def forward(context, x, scale):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * scale

    @staticmethod
    def symbolic(graph, x, scale):
        made = graph.op("later::RMSNormalization", x, scale, axis_i=-1, epsilon_f=1e-6)
        return made.setType(x.type())


def rms_norm_operator(x):
    return Operator.apply(x, SCALE)


class Block(nn.Module):
    """A layer around the input, a normalisation, and a layer behind that."""

    def __init__(self, norm):
        super().__init__()
        self.norm = norm
        self.inner, self.outer = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)

    def forward(self, x):
        return self.outer(self.norm(x + self.inner(x)))


def gelu(x):
    return functional.gelu(x)


def gelu_spelled(x):
    return x * 0.5 * (1.0 + torch.erf(x / math.sqrt(2.0)))


def gelu_tanh(x):
    return functional.gelu(x, approximate="tanh")


def gelu_new(x):
    return 0.5 * x * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * torch.pow(x, 3.0))))


def gelu_fast(x):
    return 0.5 * x * (1.0 + torch.tanh(x * 0.7978845608 * (1.0 + 0.044715 * x * x)))


def gelu_quick(x):
    return x * torch.sigmoid(1.702 * x)


def silu(x):
    return functional.silu(x)


class Gated(nn.Module):
    """SwiGLU and GEGLU, of two layers or of one that is taken apart."""

    def __init__(self, activation, packed):
        super().__init__()
        self.activation, self.packed = activation, packed
        self.layer = nn.Linear(WIDTH, 2 * WIDTH if packed else WIDTH)
        self.other = nn.Linear(WIDTH, WIDTH)

    def forward(self, x):
        if self.packed:
            value, gate = self.layer(x).chunk(2, dim=-1)
        else:
            value, gate = self.other(x), self.layer(x)
        return value * self.activation(gate)


class Tables(nn.Module):
    """Angles of rotary embeddings, computed once."""

    def __init__(self, turn):
        super().__init__()
        frequencies = 0.1 ** (torch.arange(0, WIDTH, 2).float() / WIDTH)
        angles = torch.outer(torch.arange(128).float(), frequencies)
        self.register_buffer("cosine", angles.cos())
        self.register_buffer("sine", angles.sin())
        self.turn = turn

    def forward(self, x):
        length = x.shape[-2]
        return self.turn(x, self.cosine[:length], self.sine[:length])


def rotary_halves(x, cosine, sine):
    cosine, sine = (torch.cat((part, part), -1) for part in (cosine, sine))
    turned = torch.cat((-x[..., WIDTH // 2 :], x[..., : WIDTH // 2]), -1)
    return x * cosine + turned * sine


def rotary_parts(x, cosine, sine):
    low, high = x[..., : WIDTH // 2], x[..., WIDTH // 2 :]
    return torch.cat((low * cosine - high * sine, high * cosine + low * sine), -1)


def rotary_pairs(x, cosine, sine):
    even, odd = x[..., ::2], x[..., 1::2]
    both = (even * cosine - odd * sine, even * sine + odd * cosine)
    return torch.stack(both, -1).flatten(-2)


# Near misses.


def other_axis(x):
    centred = x - x.mean(1, keepdim=True)
    return centred / torch.sqrt((centred**2).mean(1, keepdim=True) + 1e-5)


def unbiased(x):
    """The sum of squares is divided by one less."""
    centred = x - x.mean(-1, keepdim=True)
    return centred / torch.sqrt((centred**2).sum(-1, keepdim=True) / (WIDTH - 1) + 1e-5)


def epsilon_outside(x):
    return x / (torch.sqrt((x * x).mean(-1, keepdim=True)) + 1e-5)


def other_root(x):
    return x * 0.5 * (1.0 + torch.erf(x / 1.5))


def other_cube(x):
    return 0.5 * x * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * (x + 0.05 * torch.pow(x, 3.0))))


def other_gate(x):
    return x * torch.sigmoid(x + 1)


EXPORTS = [
    (layer_norm, (11, 13, 17)),
    (layer_norm_spelled, (11, 14)),
    (rms_norm, (11, 14)),
    (rms_norm_divides, (14,)),
    (rms_norm_shifted, (14,)),
    (rms_norm_operator, (23,)),
    ("rms_norm_block", Block(rms_norm), (14,)),
    ("rms_norm_operator_block", Block(rms_norm_operator), (23,)),
    (gelu, (11, 14)),
    (gelu_spelled, (14,)),
    (gelu_tanh, (14,)),
    (gelu_new, (14,)),
    (gelu_fast, (14,)),
    (gelu_quick, (14,)),
    (silu, (14,)),
    ("swiglu", Gated(functional.silu, False), (14,)),
    ("swiglu_packed", Gated(functional.silu, True), (11, 14)),
    ("geglu", Gated(functional.gelu, False), (14,)),
    ("geglu_packed", Gated(functional.gelu, True), (14,)),
    ("geglu_tanh", Gated(gelu_tanh, True), (14,)),
    ("rotary_halves", Tables(rotary_halves), (11, 14)),
    ("rotary_parts", Tables(rotary_parts), (14,)),
    ("rotary_pairs", Tables(rotary_pairs), (14,)),
    (other_axis, (14,)),
    (unbiased, (14,)),
    (epsilon_outside, (14,)),
    (other_root, (14,)),
    (other_cube, (14,)),
    (other_gate, (14,)),
]


def describe(path):
    found = sorted(set(LOOKED_FOR.findall(exports.compiled(path, "graph"))))
    text = exports.compiled(path, "constants")
    kernels = len(re.findall(r"kernel\.call @", text))
    return ", ".join(found or ["none"]) + f", {kernels} kernel{'s' * (kernels != 1)}"


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(3)
    given = {"x": torch.randn((1, LENGTH, WIDTH), generator=torch.Generator().manual_seed(7))}
    for name, *module, versions in EXPORTS:
        if not module:
            name, module = name.__name__, [Function(name)]
        for opset in versions:
            path, result = exports.check(name, *module, given, opset, folder)
            print(f"{name} {opset}: {result}, {describe(path)}", flush=True)


if __name__ == "__main__":
    main()
