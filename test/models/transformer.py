"""BERT's encoder and GPT-2's decoder in plain PyTorch.

The operators are spelled as the common exports of these networks spell them
(decomposed layer norm and GELU, additive mask for one, where-mask sliced from
a triangular constant for the other), since that is what users bring.
"""

import math

import torch
from torch import nn


def split_heads(value, heads):
    size = value.size()[:-1] + (heads, value.size(-1) // heads)
    return value.view(size).permute(0, 2, 1, 3)


def merge_heads(value):
    value = value.permute(0, 2, 1, 3).contiguous()
    return value.view(value.size()[:-2] + (value.size(-2) * value.size(-1),))


class EncoderLayer(nn.Module):
    """Attention and feed-forward, each followed by its layer norm."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)
        self.project = nn.Linear(width, width)
        self.attention_norm = nn.LayerNorm(width, eps=1e-12)
        self.expand = nn.Linear(width, 4 * width)
        self.contract = nn.Linear(4 * width, width)
        self.norm = nn.LayerNorm(width, eps=1e-12)

    def forward(self, hidden, mask):
        query = split_heads(self.query(hidden), self.heads)
        key = split_heads(self.key(hidden), self.heads)
        value = split_heads(self.value(hidden), self.heads)
        scores = torch.matmul(query, key.transpose(-1, -2))
        scores = scores / math.sqrt(query.size(-1)) + mask
        weights = nn.functional.softmax(scores, dim=-1)
        context = merge_heads(torch.matmul(weights, value))
        hidden = self.attention_norm(self.project(context) + hidden)
        inner = nn.functional.gelu(self.expand(hidden))
        return self.norm(self.contract(inner) + hidden)


class Encoder(nn.Module):
    """BERT: embeddings, layers, and a pooled first token."""

    def __init__(self, layers, width, heads, vocabulary):
        super().__init__()
        self.words = nn.Embedding(vocabulary, width, padding_idx=0)
        self.positions = nn.Embedding(512, width)
        self.segments = nn.Embedding(2, width)
        self.norm = nn.LayerNorm(width, eps=1e-12)
        self.layers = nn.ModuleList(EncoderLayer(width, heads) for _ in range(layers))
        self.pooler = nn.Linear(width, width)
        self.register_buffer("position_ids", torch.arange(512).expand((1, -1)))

    def forward(self, input_ids, attention_mask, token_type_ids):
        mask = attention_mask[:, None, None, :].to(dtype=torch.float32)
        mask = (1.0 - mask) * torch.finfo(torch.float32).min
        positions = self.position_ids[:, : input_ids.size(1)]
        hidden = self.words(input_ids) + self.segments(token_type_ids)
        hidden = self.norm(hidden + self.positions(positions))
        for layer in self.layers:
            hidden = layer(hidden, mask)
        return hidden, torch.tanh(self.pooler(hidden[:, 0]))


class Affine(nn.Module):
    """A linear layer whose weight is input by output, as GPT-2 stores it."""

    def __init__(self, width, result):
        super().__init__()
        self.result = result
        self.weight = nn.Parameter(torch.randn(width, result) / math.sqrt(width))
        self.bias = nn.Parameter(0.2 * torch.randn(result))

    def forward(self, value):
        size = value.size()[:-1] + (self.result,)
        flat = value.view(-1, value.size(-1))
        return torch.addmm(self.bias, flat, self.weight).view(size)


def gelu_by_tanh(value):
    inner = math.sqrt(2.0 / math.pi) * (value + 0.044715 * torch.pow(value, 3.0))
    return 0.5 * value * (1.0 + torch.tanh(inner))


class DecoderLayer(nn.Module):
    """Causal attention and feed-forward, each after its layer norm."""

    def __init__(self, width, heads, context):
        super().__init__()
        self.heads = heads
        self.width = width
        self.attention_norm = nn.LayerNorm(width)
        self.attend = Affine(width, 3 * width)
        self.project = Affine(width, width)
        self.norm = nn.LayerNorm(width)
        self.expand = Affine(width, 4 * width)
        self.contract = Affine(4 * width, width)
        triangle = torch.tril(torch.ones((context, context), dtype=torch.uint8))
        self.register_buffer("causal", triangle.view(1, 1, context, context).bool())

    def attention(self, hidden):
        query, key, value = self.attend(hidden).split(self.width, dim=2)
        query = split_heads(query, self.heads)
        key = split_heads(key, self.heads)
        value = split_heads(value, self.heads)
        scores = torch.matmul(query, key.transpose(-1, -2))
        scores = scores / (value.size(-1) ** 0.5)
        queries, keys = query.size(-2), key.size(-2)
        causal = self.causal[:, :, keys - queries : keys, :keys]
        lowest = torch.tensor(torch.finfo(torch.float32).min)
        scores = torch.where(causal, scores, lowest)
        weights = nn.functional.softmax(scores, dim=-1)
        return self.project(merge_heads(torch.matmul(weights, value)))

    def forward(self, hidden):
        hidden = hidden + self.attention(self.attention_norm(hidden))
        inner = gelu_by_tanh(self.expand(self.norm(hidden)))
        return hidden + self.contract(inner)


class Decoder(nn.Module):
    """GPT-2: embeddings, layers, and a score of each next token. The scores
    share the embedding's weight."""

    def __init__(self, layers, width, heads, vocabulary, context=1024):
        super().__init__()
        self.words = nn.Embedding(vocabulary, width)
        self.positions = nn.Embedding(context, width)
        self.layers = nn.ModuleList(
            DecoderLayer(width, heads, context) for _ in range(layers)
        )
        self.norm = nn.LayerNorm(width)

    def forward(self, input_ids):
        size = input_ids.size()
        positions = torch.arange(size[-1], dtype=torch.long).unsqueeze(0)
        hidden = self.words(input_ids) + self.positions(positions)
        for layer in self.layers:
            hidden = layer(hidden)
        return nn.functional.linear(self.norm(hidden), self.words.weight)


def make(network) -> nn.Module:
    """The network in inference mode."""
    kind = Encoder if network.name.startswith("bert") else Decoder
    return kind(**network.options).eval()
