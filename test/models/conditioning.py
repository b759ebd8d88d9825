"""Random weights under which a comparison of outputs means something.

Default initialisations are made for training: batch-norm statistics are 0 and
1, some heads are zero, and signals fade or explode over a deep network, so
that an error anywhere could vanish before the output. One pass over sample
inputs rescales every layer, in the order of execution, to unit variance, and
randomises what normalisations and biases carry.
"""

import torch
from torch import nn

NORMALISED = (nn.BatchNorm1d, nn.BatchNorm2d)
WEIGHTED = (nn.Conv1d, nn.Conv2d, nn.Linear)


def uniform(tensor: torch.Tensor, low: float, high: float) -> None:
    tensor.copy_(torch.empty_like(tensor).uniform_(low, high))


def normal(tensor: torch.Tensor, deviation: float) -> None:
    tensor.copy_(torch.randn_like(tensor) * deviation)


def randomise_affine(module: nn.Module) -> None:
    """Scales and offsets of a normalisation."""
    if module.weight is not None:
        uniform(module.weight, 0.7, 1.3)
    if module.bias is not None:
        normal(module.bias, 0.2)


def calibrate_statistics(module: nn.Module, arguments) -> None:
    """Running statistics near, but not at, those of the sample."""
    (value,) = arguments
    axes = [axis for axis in range(value.dim()) if axis != 1]
    mean = value.mean(axes)
    variance = value.var(axes, unbiased=False).clamp_min(1e-3)
    spread = torch.empty_like(variance).uniform_(0.7, 1.5)
    module.running_mean.copy_(mean + 0.2 * variance.sqrt() * torch.randn_like(mean))
    module.running_var.copy_(variance * spread)


def rescale(module: nn.Module, arguments, result):
    """Divides weights by the deviation of what they produce."""
    if module.bias is not None:
        module.bias.zero_()
        result = module.forward(*arguments)
    if module.weight.abs().max() == 0:
        normal(module.weight, 1.0)
        result = module.forward(*arguments)
    module.weight.div_(result.std().clamp_min(1e-6))
    if module.bias is not None:
        normal(module.bias, 0.2)
    return module.forward(*arguments)


def condition(model: nn.Module, samples) -> None:
    """Rescales and randomises `model` in place by one pass over `samples`."""
    handles = []
    seen = set()

    def once(function):
        def hook(module, *rest):
            if module in seen:
                return None
            seen.add(module)
            return function(module, *rest)

        return hook

    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, NORMALISED):
                randomise_affine(module)
                handles.append(
                    module.register_forward_pre_hook(once(calibrate_statistics))
                )
            elif isinstance(module, nn.LayerNorm):
                randomise_affine(module)
            elif isinstance(module, WEIGHTED):
                handles.append(module.register_forward_hook(once(rescale)))
        model(*samples)
    for handle in handles:
        handle.remove()
