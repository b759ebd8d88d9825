# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Compares gradients, and losses over ten steps, with PyTorch's.

usage: compare_torch.py gradients|steps
"""

import sys

import torch
import torch.nn.functional as F

import networks
import swage

TOLERANCE = 1e-4


def compare_gradients(name):
    network, (x, target), loss, reference = networks.make(name)
    step = swage.compile_train(networks.export(network, x), loss=loss, optimizer="none",
                               threads=1)
    value = step(x.numpy(), target.numpy())
    expected = reference(network(x), target)
    expected.backward()
    worst = abs(value - expected.item()) / abs(expected.item())
    for parameter, tensor in network.named_parameters():
        own = torch.from_numpy(step.tensors[f"gradient.{parameter}"])
        error = (own - tensor.grad).abs().max() / tensor.grad.abs().max()
        worst = max(worst, error.item())
    print(f"{name}: {'agrees' if worst < TOLERANCE else f'differs by {worst:.2g}'}")
    return worst < TOLERANCE


OPTIMIZERS = {
    "sgd": lambda p, lr: torch.optim.SGD(p, lr),
    "sgd,weight-decay=0.1": lambda p, lr: torch.optim.SGD(p, lr, weight_decay=0.1),
    "momentum": lambda p, lr: torch.optim.SGD(p, lr, momentum=0.9),
    "nesterov": lambda p, lr: torch.optim.SGD(p, lr, momentum=0.9, nesterov=True),
    "rmsprop": torch.optim.RMSprop,
    "adagrad": torch.optim.Adagrad,
    "adam": torch.optim.Adam,
    "adamw,weight-decay=0.2": lambda p, lr: torch.optim.AdamW(p, lr, weight_decay=0.2),
}


def compare_steps(name, optimizer, lr, clip=0, accumulate=1):
    """Ten steps or more; the loss of each must agree."""
    network, (x, target), loss, reference = networks.make(name)
    options = {"clip_norm": clip} if clip else {}
    step = swage.compile_train(networks.export(network, x), loss=loss, optimizer=optimizer,
                               threads=1, accumulate=accumulate, **options)
    other = OPTIMIZERS[optimizer](network.parameters(), lr)
    worst = 0
    for i in range(10 * accumulate):
        # Other data in each step; numbers of words stay as they are.
        data = x * (1 - 0.05 * (i % accumulate)) if x.is_floating_point() else x
        value = step(data.numpy(), target.numpy(), lr=lr)
        expected = reference(network(data), target)
        if i % accumulate == 0:
            other.zero_grad()
        (expected / accumulate).backward()
        if (i + 1) % accumulate == 0:
            if clip:
                torch.nn.utils.clip_grad_norm_(network.parameters(), clip)
            other.step()
        worst = max(worst, abs(value - expected.item()) / abs(expected.item()))
    text = f"{name} {optimizer}" + (f" clip {clip}" if clip else "")
    text += f" accumulate {accumulate}" if accumulate > 1 else ""
    print(f"{text}: {'agrees' if worst < TOLERANCE else f'differs by {worst:.2g}'}")
    return worst < TOLERANCE


LOSSES = {
    "mse": F.mse_loss, "l1": F.l1_loss, "huber": F.huber_loss,
    "huber,delta=0.3": lambda y, t: F.huber_loss(y, t, delta=0.3),
    "bce-with-logits": F.binary_cross_entropy_with_logits,
    "cross-entropy,smoothing=0.2": lambda y, t: F.cross_entropy(y, t, label_smoothing=0.2),
    "cross-entropy,ignore=2": lambda y, t: F.cross_entropy(y, t, ignore_index=2),
}


def compare_loss(loss):
    torch.manual_seed(2)
    network, x = torch.nn.Linear(6, 4), torch.randn(8, 6)
    target = torch.randn(8, 4).sigmoid()
    if loss.startswith("cross"):
        target = torch.randint(0, 4, (8,))
    step = swage.compile_train(networks.export(network, x), loss=loss, optimizer="none")
    value = step(x.numpy(), target.numpy())
    expected = LOSSES[loss](network(x), target)
    expected.backward()
    own = torch.from_numpy(step.tensors["gradient.weight"])
    error = max(abs(value - expected.item()), (own - network.weight.grad).abs().max().item())
    print(f"{loss}: {'agrees' if error < 1e-5 else f'differs by {error:.2g}'}")
    return error < 1e-5


def main():
    if sys.argv[1] == "gradients":
        good = [compare_gradients(name) for name in networks.NETWORKS]
        good += [compare_loss(loss) for loss in LOSSES]
    else:
        good = [compare_steps(name, optimizer, lr)
                for name in ("cnn", "transformer", "lstm")
                for optimizer, lr in (("sgd", 0.1), ("adam", 0.01))]
        good += [compare_steps("mlp", optimizer, 0.01) for optimizer in OPTIMIZERS]
        good.append(compare_steps("mlp", "momentum", 0.1, clip=0.5))
        good.append(compare_steps("mlp", "adam", 0.01, clip=0.1, accumulate=3))
        good.append(compare_steps("cnn", "momentum", 0.1, accumulate=2))
    sys.exit(not all(good))


if __name__ == "__main__":
    main()
