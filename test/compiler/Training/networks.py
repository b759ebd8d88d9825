# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Networks of PyTorch that the tests of training compare with."""

import io

import torch
from torch import nn
import torch.nn.functional as F

torch.set_num_threads(1)


class MLP(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 16), nn.Tanh(),
                         nn.Linear(16, 5))


class CNN(nn.Sequential):
    def __init__(self):
        super().__init__(
            nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.AvgPool2d(2),
            nn.Flatten(), nn.Linear(64, 10))


class ResidualBlock(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(4, 8, 3, stride=2, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(8)
        self.second = nn.Conv2d(8, 8, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(8)
        self.shortcut = nn.Conv2d(4, 8, 1, stride=2, bias=False)
        self.head = nn.Linear(8, 5)

    def forward(self, x):
        y = F.relu(self.norm1(self.first(x)))
        y = F.relu(self.norm2(self.second(y)) + self.shortcut(x))
        return self.head(y.mean((2, 3)))


class TransformerBlock(nn.Module):
    """Embedding, causal attention and a feed-forward layer, each with a norm."""

    def __init__(self, words=11, width=16, heads=2, length=6):
        super().__init__()
        self.words = nn.Embedding(words, width)
        self.places = nn.Parameter(torch.randn(length, width) * 0.1)
        self.norm1 = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.up = nn.Linear(width, 2 * width)
        self.down = nn.Linear(2 * width, width)
        self.head = nn.Linear(width, words)
        self.heads = heads
        self.register_buffer("mask", torch.full((length, length), -1e9).triu(1),
                             persistent=False)

    def forward(self, tokens):
        x = self.words(tokens) + self.places
        batch, length, width = x.shape
        split = (batch, length, 3, self.heads, width // self.heads)
        q, k, v = self.qkv(self.norm1(x)).reshape(split).permute(2, 0, 3, 1, 4).unbind(0)
        scores = q @ k.transpose(-2, -1) / (width // self.heads) ** 0.5 + self.mask
        y = (scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, length, width)
        x = x + self.out(y)
        x = x + self.down(F.gelu(self.up(self.norm2(x))))
        return self.head(x)


class CharacterLSTM(nn.Module):
    def __init__(self, words=11, width=12):
        super().__init__()
        self.words = nn.Embedding(words, width)
        self.lstm = nn.LSTM(width, width, batch_first=True)
        self.head = nn.Linear(width, words)

    def forward(self, tokens):
        return self.head(self.lstm(self.words(tokens))[0])


def images(batch=4, channels=1, size=8, classes=10):
    return torch.randn(batch, channels, size, size), torch.randint(0, classes, (batch,))


def tokens(batch=3, length=6, words=11):
    return (torch.randint(0, words, (batch, length)), torch.randint(0, words, (batch, length)))


def sequence_loss(output, target):
    return F.cross_entropy(output.flatten(0, 1), target.flatten())


# Name: network, batch, loss of Swage, loss of PyTorch.
NETWORKS = {
    "mlp": (MLP, lambda: (torch.randn(6, 20), torch.randint(0, 5, (6,))),
            "cross-entropy", F.cross_entropy),
    "cnn": (CNN, images, "cross-entropy", F.cross_entropy),
    "residual": (ResidualBlock, lambda: images(channels=4, classes=5),
                 "cross-entropy", F.cross_entropy),
    "transformer": (TransformerBlock, tokens, "cross-entropy,axis=-1", sequence_loss),
    "lstm": (CharacterLSTM, tokens, "cross-entropy,axis=-1", sequence_loss),
}


def make(name):
    """A network, a batch (input, target), and both losses."""
    torch.manual_seed(1)
    network, batch, loss, reference = NETWORKS[name]
    network = network().train()
    return network, batch(), loss, reference


def export(network, x):
    """The bytes of the network as ONNX, as it is in training."""
    file = io.BytesIO()
    torch.onnx.export(network, (x,), file, input_names=["x"], output_names=["y"],
                      training=torch.onnx.TrainingMode.TRAINING, do_constant_folding=False,
                      opset_version=14)
    return file.getvalue()
