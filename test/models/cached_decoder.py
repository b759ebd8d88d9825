"""GPT-2's decoder with keys and values of earlier tokens as inputs, and those
of all tokens as outputs: what generation runs, a token at a time."""

import torch
from torch import nn

import transformer


class Decoder(transformer.Decoder):
    """Takes `past_key_values.N.{key,value}` of [1, heads, past, width / heads]
    and gives `present.N.{key,value}`, which are longer by the new tokens."""

    def forward(self, input_ids, *past):
        size, earlier = input_ids.size(-1), past[0].size(2)
        positions = torch.arange(earlier, earlier + size, dtype=torch.long).unsqueeze(0)
        hidden = self.words(input_ids) + self.positions(positions)
        present = []
        for layer, key, value in zip(self.layers, past[::2], past[1::2]):
            attended, *joined = self.attend(layer, layer.attention_norm(hidden), key, value)
            present += joined
            hidden = hidden + attended
            inner = transformer.gelu_by_tanh(layer.expand(layer.norm(hidden)))
            hidden = hidden + layer.contract(inner)
        logits = nn.functional.linear(self.norm(hidden), self.words.weight)
        return (logits, *present)

    @staticmethod
    def attend(layer, hidden, past_key, past_value):
        parts = layer.attend(hidden).split(layer.width, dim=2)
        query, key, value = (transformer.split_heads(part, layer.heads) for part in parts)
        key = torch.cat((past_key, key), dim=-2)
        value = torch.cat((past_value, value), dim=-2)
        scores = torch.matmul(query, key.transpose(-1, -2)) / (value.size(-1) ** 0.5)
        queries, keys = query.size(-2), key.size(-2)
        causal = layer.causal[:, :, keys - queries : keys, :keys]
        lowest = torch.tensor(torch.finfo(torch.float32).min)
        weights = nn.functional.softmax(torch.where(causal, scores, lowest), dim=-1)
        context = transformer.merge_heads(torch.matmul(weights, value))
        return layer.project(context), key, value


def make(network) -> nn.Module:
    """The network in inference mode. Small embeddings leave more to say to what
    the layers make of the text; with larger ones it would repeat its last
    token, since the embeddings give the scores too."""
    model = Decoder(**network.options)
    with torch.no_grad():
        model.words.weight.mul_(0.02)
    return model.eval()
