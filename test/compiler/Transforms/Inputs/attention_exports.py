# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Attention as PyTorch's exporter writes it, in many spellings.

usage: attention_exports.py FOLDER

Exports every spelling with its length left open, runs it, compares with what
PyTorch computes, and says what it becomes: one kernel, or parts.
"""

import math
import pathlib
import sys

import torch
from torch import nn
from torch.nn import functional

import exports
from exports import LENGTH

HEADS, SIZE = 4, 16
TIMES = 2  # heads of queries for one of keys
WIDTH = HEADS * SIZE
LOWEST = torch.finfo(torch.float32).min


def split(value, heads=HEADS):
    return value.view(value.shape[0], value.shape[1], heads, SIZE).transpose(1, 2)


def join(value):
    return value.transpose(1, 2).reshape(value.shape[0], -1, WIDTH)


def attend(query, key, value, change=lambda scores: scores, scale=SIZE**-0.5):
    scores = query @ key.transpose(-1, -2) * scale
    return functional.softmax(change(scores), dim=-1) @ value


# Projections.


class Separate(nn.Module):
    """A linear layer for each of queries, keys and values."""

    def __init__(self, groups=HEADS):
        super().__init__()
        self.groups = groups
        self.layers = nn.ModuleList(
            nn.Linear(WIDTH, heads * SIZE) for heads in (HEADS, groups, groups)
        )

    def forward(self, x):
        q, k, v = (layer(x) for layer in self.layers)
        q, k, v = split(q), split(k, self.groups), split(v, self.groups)
        return join(attend(q, *self.share(k, v)))

    def share(self, *values):
        return values


class Expanded(Separate):
    """Shared keys and values, repeated as transformers repeat them."""

    def share(self, *values):
        times = HEADS // self.groups
        for value in values:
            batch, heads, length, size = value.shape
            wide = value[:, :, None].expand(batch, heads, times, length, size)
            yield wide.reshape(batch, HEADS, length, size)


class Packed(nn.Module):
    """One linear layer, whose result is taken apart by `parts`."""

    def __init__(self, parts):
        super().__init__()
        self.layer, self.parts = nn.Linear(WIDTH, 3 * WIDTH), parts

    def forward(self, x):
        return join(attend(*self.parts(self.layer(x))))


def by_split(x):
    return (split(part) for part in x.split(WIDTH, dim=2))


def by_chunk(x):
    return (split(part) for part in x.chunk(3, dim=-1))


def by_unbind(x):
    x = x.reshape(x.shape[0], x.shape[1], 3, HEADS, SIZE)
    return x.permute(2, 0, 3, 1, 4).unbind(0)


def by_head(x):
    """As GPT-NeoX lays them out: queries, keys and values of a head together."""
    x = x.view(x.shape[0], x.shape[1], HEADS, 3 * SIZE)
    return (part.permute(0, 2, 1, 3) for part in x.split(SIZE, dim=-1))


class Module(nn.Module):
    """PyTorch's own module, which puts heads into the batch."""

    def __init__(self, causal=False):
        super().__init__()
        self.layer, self.causal = nn.MultiheadAttention(WIDTH, HEADS), causal

    def forward(self, x):
        x, mask = x.transpose(0, 1), None
        if self.causal:
            mask = torch.full((x.shape[0], x.shape[0]), -math.inf).triu(1)
        return self.layer(x, x, x, need_weights=False, attn_mask=mask)[0].transpose(0, 1)


# Scores: functions of queries, keys and values in heads, and a mask.


class Scores(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *inputs):
        return self.function(*inputs)


def scale_divides(q, k, v):
    return functional.softmax(q @ k.transpose(-1, -2) / math.sqrt(SIZE), dim=-1) @ v


def scale_on_queries(q, k, v):
    return attend(q / math.sqrt(q.shape[-1]), k, v, scale=1)


def scale_on_keys(q, k, v):
    return attend(q, k * SIZE**-0.5, v, scale=1)


def scale_on_both(q, k, v):
    root = math.sqrt(math.sqrt(SIZE))
    return attend(q / root, k / root, v, scale=1)


def scale_from_size(q, k, v):
    root = torch.tensor(k.shape[-1], dtype=torch.float32).sqrt()
    return functional.softmax(q @ k.transpose(-1, -2) / root, dim=-1) @ v


def by_einsum(q, k, v):
    weights = torch.einsum("bhid,bhjd->bhij", q, k).mul(SIZE**-0.5).softmax(-1)
    return torch.einsum("bhij,bhjd->bhid", weights, v)


def spelled_softmax(q, k, v):
    scores = q @ k.transpose(-1, -2) * SIZE**-0.5
    powers = torch.exp(scores - scores.amax(-1, keepdim=True))
    return powers / powers.sum(-1, keepdim=True) @ v


def in_batch(q, k, v):
    q, k, v = (x.reshape(-1, x.shape[2], SIZE) for x in (q, k, v))
    weights = torch.bmm(q * SIZE**-0.5, k.transpose(1, 2)).softmax(-1)
    return torch.bmm(weights, v).view(-1, HEADS, q.shape[1], SIZE)


def one_key_head(q, k, v):
    """Multi-query: the only head is broadcast."""
    return attend(q, k[:, :1], v[:, :1])


def softmax_with_cast(q, k, v):
    scores = q @ k.transpose(-1, -2) * SIZE**-0.5
    return functional.softmax(scores, dim=-1, dtype=torch.float32).to(q.dtype) @ v


# Masks.


def added(q, k, v, mask):
    bias = (1.0 - mask[:, None, None, :].float()) * -10000.0
    return attend(q, k, v, lambda scores: scores + bias)


def added_lowest(q, k, v, mask):
    bias = (1.0 - mask[:, None, None, :].float()) * LOWEST
    return attend(q, k, v, lambda scores: scores + bias)


def filled(q, k, v, mask):
    hidden = (mask == 0)[:, None, None, :]
    return attend(q, k, v, lambda scores: scores.masked_fill(hidden, -math.inf))


def chosen(q, k, v, mask):
    shown = mask[:, None, None, :].bool()
    lowest = torch.tensor(LOWEST)
    return attend(q, k, v, lambda scores: torch.where(shown, scores, lowest))


def subtracted(q, k, v, mask):
    """As T5 and XLNet write it."""
    return attend(q, k, v, lambda scores: scores - 1e30 * (1.0 - mask[:, None, None, :].float()))


def inverted(q, k, v, mask):
    """As transformers write it: rows from columns, filled where not one."""
    wide = mask[:, None, None, :].expand(-1, 1, q.shape[2], -1).to(torch.float32)
    bias = 1.0 - wide
    bias = bias.masked_fill(bias.bool(), LOWEST)
    return attend(q, k, v, lambda scores: scores + bias)


def lengths(q, k, v):
    return q.shape[-2], k.shape[-2]


def causal_by_tril(q, k, v):
    shown = torch.tril(torch.ones(*lengths(q, k, v)))
    return attend(q, k, v, lambda scores: scores.masked_fill(shown == 0, -math.inf))


def causal_by_triu(q, k, v):
    bias = torch.triu(torch.full(lengths(q, k, v), -math.inf), diagonal=1)
    return attend(q, k, v, lambda scores: scores + bias)


def causal_by_range(q, k, v):
    queries, keys = lengths(q, k, v)
    shown = torch.arange(keys)[None, :] <= torch.arange(queries)[:, None]
    return attend(q, k, v, lambda scores: scores.masked_fill(~shown, LOWEST))


def causal_by_fill(q, k, v):
    """As transformers' decoders make it: full, then filled by positions."""
    size = q.shape[-2]
    mask = torch.full((size, size), torch.tensor(LOWEST))
    places = torch.arange(size)
    mask = mask.masked_fill(places < (places + 1).view(size, 1), 0)
    return attend(q, k, v, lambda scores: scores + mask[None, None])


def causal_and_padding(q, k, v, mask):
    size = q.shape[-2]
    places = torch.arange(size)
    causal = torch.full((size, size), LOWEST)
    causal = causal.masked_fill(places < (places + 1).view(size, 1), 0)
    padding = 1.0 - mask[:, None, None, :].expand(-1, 1, size, size).float()
    padding = padding.masked_fill(padding.bool(), LOWEST)
    bias = (causal[None, None] + padding).clamp(min=LOWEST)
    return attend(q, k, v, lambda scores: scores + bias)


class Triangle(nn.Module):
    """GPT-2: a constant triangle, sliced."""

    def __init__(self):
        super().__init__()
        triangle = torch.tril(torch.ones(128, 128, dtype=torch.bool))
        self.register_buffer("triangle", triangle[None, None])

    def forward(self, q, k, v):
        queries, keys = lengths(q, k, v)
        shown = self.triangle[:, :, keys - queries : keys, :keys]
        lowest = torch.tensor(LOWEST)
        return attend(q, k, v, lambda scores: torch.where(shown, scores, lowest))


def windowed(q, k, v):
    """A query sees keys near it."""
    place = torch.arange(q.shape[-2])
    far = (place[None, :] - place[:, None]).abs() > 5
    return attend(q, k, v, lambda scores: scores.masked_fill(far, -math.inf))


def biased(q, k, v):
    """ALiBi: a slope for each head, which hides nothing."""
    slopes = torch.tensor([2.0 ** -(h + 1) for h in range(HEADS)]).view(1, HEADS, 1, 1)
    places = torch.arange(k.shape[-2]).float()
    return attend(q, k, v, lambda scores: scores + slopes * places)


def capped(q, k, v):
    """Gemma: scores go through a tanh."""
    return attend(q, k, v, lambda scores: torch.tanh(scores / 3) * 3)


# Rotary embeddings.


def angles(length):
    frequencies = 1.0 / 10000 ** (torch.arange(0, SIZE, 2).float() / SIZE)
    return torch.outer(torch.arange(length).float(), frequencies)


def rotate_half(x):
    return torch.cat((-x[..., SIZE // 2 :], x[..., : SIZE // 2]), dim=-1)


def rotary_halves(q, k, v):
    both = torch.cat((angles(q.shape[-2]),) * 2, dim=-1)
    cosine, sine = both.cos(), both.sin()
    q, k = (x * cosine + rotate_half(x) * sine for x in (q, k))
    return attend(q, k, v)


def rotary_pairs(q, k, v):
    cosine, sine = (f(angles(q.shape[-2])) for f in (torch.cos, torch.sin))

    def turn(x):
        even, odd = x[..., ::2], x[..., 1::2]
        both = (even * cosine - odd * sine, even * sine + odd * cosine)
        return torch.stack(both, dim=-1).flatten(-2)

    return attend(turn(q), turn(k), v)


# Heads that share keys and values: each of these is for TIMES queries' heads in
# turn, as repeat_interleave repeats them. (The exporter of PyTorch 1.13 writes that
# itself wrongly where a length is open; later ones write what `expanded` is.)


def shared(repeat):
    def attention(q, k, v):
        return attend(q, repeat(k), repeat(v))

    attention.__name__ = "keys_" + repeat.__name__
    return attention


def expanded(x):
    wide = x[:, :, None].expand(-1, -1, TIMES, -1, -1)
    return wide.reshape(x.shape[0], HEADS, x.shape[2], SIZE)


def expanded_flat(x):
    return x[:, :, None].expand(-1, -1, TIMES, -1, -1).flatten(1, 2)


def tiled(x):
    return x[:, :, None].repeat(1, 1, TIMES, 1, 1).flatten(1, 2)


def stacked(x):
    return torch.stack([x] * TIMES, 2).flatten(1, 2)


def joined(x):
    return torch.cat([x[:, :, None]] * TIMES, 2).reshape(x.shape[0], HEADS, x.shape[2], SIZE)


def in_turn(x):
    """A near miss: all heads, and then all of them again."""
    return x.repeat(1, TIMES, 1, 1)


def joined_in_turn(x):
    return torch.cat([x] * TIMES, 1)


def crossed(x):
    """Another: some heads more often than others, and in another order."""
    return x[:, torch.tensor([0, 1, 1, 0])]


# Near misses: what must stay apart, or must not be cut short.


def over_queries(q, k, v):
    return (q @ k.transpose(-1, -2)).softmax(-2) @ v


def over_heads(q, k, v):
    return (q @ k.transpose(-1, -2)).softmax(1) @ v


def weights_seen(q, k, v):
    weights = (q @ k.transpose(-1, -2)).softmax(-1)
    return weights @ v + weights.mean()


def best_only(q, k, v):
    """What is hidden depends on the scores themselves."""

    def keep(scores):
        most = scores.amax(-1, keepdim=True)
        return scores.masked_fill(scores < most - 1, -math.inf)

    return attend(q, k, v, keep)


def hidden_after(q, k, v):
    """Masked behind the softmax: sums are those of all keys."""
    queries, keys = lengths(q, k, v)
    shown = torch.tril(torch.ones(queries, keys))
    return ((q @ k.transpose(-1, -2)).softmax(-1) * shown) @ v


def no_softmax(q, k, v):
    return torch.tanh(q @ k.transpose(-1, -2)) @ v


HEADED, MASKED, SHARED, HIDDEN = "qkv", "qkvm", "qkv shared", "x"
EXPORTS = [
    # name, module, inputs, versions of the operators
    ("separate", Separate(), HIDDEN, (11, 13, 17)),
    ("expanded", Expanded(2), HIDDEN, (11, 13)),
    ("multi_query", Separate(1), HIDDEN, (13,)),
    ("packed_split", Packed(by_split), HIDDEN, (11, 13)),
    ("packed_chunk", Packed(by_chunk), HIDDEN, (13,)),
    ("packed_unbind", Packed(by_unbind), HIDDEN, (13,)),
    ("packed_by_head", Packed(by_head), HIDDEN, (13,)),
    ("module", Module(), HIDDEN, (11, 14)),
    ("module_causal", Module(True), HIDDEN, (14,)),
    ("triangle", Triangle(), HEADED, (11, 14)),
]
for inputs, functions in (
    (HEADED, (scale_divides, scale_on_queries, scale_on_keys, scale_on_both)),
    (HEADED, (scale_from_size, by_einsum, spelled_softmax, in_batch, one_key_head)),
    (HEADED, (softmax_with_cast,)),
    (MASKED, (added, added_lowest, filled, chosen, subtracted, inverted)),
    (HEADED, (causal_by_tril, causal_by_triu, causal_by_range, causal_by_fill)),
    (MASKED, (causal_and_padding,)),
    (HEADED, (windowed, biased, capped, rotary_halves, rotary_pairs)),
    (SHARED, map(shared, (expanded, expanded_flat, tiled, stacked, joined))),
    (SHARED, map(shared, (in_turn, joined_in_turn, crossed))),
    (HEADED, (over_queries, over_heads, weights_seen, best_only, hidden_after, no_softmax)),
):
    for function in functions:
        EXPORTS.append((function.__name__, Scores(function), inputs, (14,)))

INPUTS = {
    HIDDEN: {"x": (1, LENGTH, WIDTH)},
    HEADED: {name: (1, HEADS, LENGTH, SIZE) for name in "qkv"},
    SHARED: {n: (1, HEADS // (1 if n == "q" else TIMES), LENGTH, SIZE) for n in "qkv"},
    MASKED: {**{name: (1, HEADS, LENGTH, SIZE) for name in "qkv"}, "m": (1, LENGTH)},
}


def values(kind):
    generator = torch.Generator().manual_seed(7)
    given = {n: torch.randn(s, generator=generator) for n, s in INPUTS[kind].items()}
    if "m" in given:
        given["m"] = (torch.arange(LENGTH)[None] < LENGTH - 11).long()
    return given


def describe(path):
    """What the network becomes: its kernels of attention, and whether anything
    of the size of the scores is in memory."""
    text = exports.compiled(path, "kernels")
    calls = [line for line in text.splitlines() if "kernel.call" in line]
    fused = sum("@attention" in call for call in calls)
    if fused != 1:
        return "in parts" if not fused else f"{fused} kernels of attention"
    # Keys and values are operands as they are given, and nothing else is computed.
    operands = calls[0].split("outs(")[0].split(" : ")[-1].split(", ")
    given = f"x{HEADS // TIMES}x1x?x{SIZE}xf32"
    if len(calls) == 1 and sum(given in operand for operand in operands) == 2:
        return "fused, keys once"
    stored = sum("?x?x" in call.split("->")[-1].replace("?x4x?", "") for call in calls)
    return "fused" + (f", {stored} of the size of scores in memory" if stored else "")


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(3)
    for name, module, kind, versions in EXPORTS:
        for opset in versions:
            path, result = exports.check(name, module, values(kind), opset, folder)
            print(f"{name} {opset}: {result}, {describe(path)}", flush=True)


if __name__ == "__main__":
    main()
