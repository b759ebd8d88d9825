"""A multi-layer perceptron and recurrent networks over tokens."""

import torch
from torch import nn


class Classifier(nn.Module):
    """Embedding, two LSTM layers, and a class from the last state."""

    def __init__(self, vocabulary=8000, width=128, hidden=256, classes=5):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.lstm = nn.LSTM(width, hidden, num_layers=2, batch_first=True)
        self.head = nn.Linear(hidden, classes)

    def forward(self, tokens):
        states, _ = self.lstm(self.embedding(tokens))
        return self.head(states[:, -1])


class Tagger(nn.Module):
    """Embedding, one recurrent layer, and a score of each tag at each token."""

    def __init__(self, layer, directions, width=64, hidden=128):
        super().__init__()
        self.embedding = nn.Embedding(4000, width)
        self.layer = layer(
            width, hidden, batch_first=True, bidirectional=directions == 2
        )
        self.head = nn.Linear(directions * hidden, 17)

    def forward(self, tokens):
        states, _ = self.layer(self.embedding(tokens))
        return self.head(states)


def perceptron() -> nn.Module:
    return nn.Sequential(
        nn.Linear(784, 512),
        nn.ReLU(),
        nn.Linear(512, 256),
        nn.ReLU(),
        nn.Linear(256, 10),
    )


MAKERS = {
    "mlp": perceptron,
    "mlp_batch": perceptron,
    "lstm_classifier": Classifier,
    "gru_tagger": lambda: Tagger(nn.GRU, 2),
    "rnn_tagger": lambda: Tagger(nn.RNN, 1),
}


def make(network) -> nn.Module:
    """The network in inference mode, its recurrent weights large enough that
    a state depends on more than the last few tokens."""
    model = MAKERS[network.options.get("base", network.name)]().eval()
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, nn.RNNBase):
                for parameter in module.parameters():
                    parameter.mul_(1.5)
    return model
