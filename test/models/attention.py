"""Attention by itself: queries, keys and values of several heads."""

import math

import torch
from torch import nn


class Attention(nn.Module):
    """The softmax of scaled scores times values, causal or not, spelled as
    exports of decoders spell it."""

    def __init__(self, causal=False, context=1024):
        super().__init__()
        triangle = torch.tril(torch.ones((context, context), dtype=torch.uint8))
        triangle = triangle.view(1, 1, context, context).bool() if causal else None
        self.register_buffer("triangle", triangle)

    def forward(self, query, key, value):
        scores = torch.matmul(query, key.transpose(-1, -2)) / math.sqrt(query.size(-1))
        if self.triangle is not None:
            lowest = torch.tensor(torch.finfo(torch.float32).min)
            shown = self.triangle[:, :, : query.size(-2), : key.size(-2)]
            scores = torch.where(shown, scores, lowest)
        return torch.matmul(nn.functional.softmax(scores, dim=-1), value)


def make(network) -> nn.Module:
    return Attention(**network.options).eval()
