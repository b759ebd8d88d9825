# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Compares the gradients of all families of networks in test/models with
PyTorch's.

usage: compare_families.py [NAME...]

A gradient in f32 is as good as its sums are long, and normalisation amplifies
what they lose: PyTorch itself is off by more than 1e-4 in some layers. So the
truth is PyTorch's gradient in f64, and Swage may be off by 1e-4 or by three
times what PyTorch is off, in the norm of each parameter's gradient.
"""

import io
import pathlib
import sys
import time

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "models"))
import importlib  # noqa: E402

import networks  # noqa: E402
import swage  # noqa: E402

TOLERANCE = 1e-4

# Name: the sizes that differ from those of networks.json, to be quick. Large
# networks have a smaller one of their family here: VGG AlexNet, wide_resnet50_2
# and resnet50 resnext50_32x4d, ViT, Swin, ConvNeXt, BERT and GPT-2 the small
# ones, which are made by the same code.
IMAGES = (2, 3, 64, 64)
TABLE = {
    "mlp": (4, 784), "lstm_classifier": (2, 12), "gru_tagger": (2, 9), "rnn_tagger": (2, 9),
    "squeezenet1_1": IMAGES, "resnet18": IMAGES, "mobilenet_v2": IMAGES,
    "alexnet": (2, 3, 224, 224), "resnext50_32x4d": IMAGES, "densenet121": IMAGES,
    "mobilenet_v3_large": IMAGES, "efficientnet_b0": IMAGES, "shufflenet_v2_x1_0": IMAGES,
    "mnasnet1_0": IMAGES, "regnet_y_400mf": IMAGES, "googlenet": IMAGES,
    "inception_v3": (2, 3, 96, 96), "convnext_small": IMAGES, "vit_small": IMAGES,
    "swin_small": IMAGES, "bert_small": (2, 16), "gpt2_small": (2, 16),
}


def make_input(spec, shape):
    kind = spec.kind
    if kind.startswith("tokens"):
        return torch.randint(0, int(kind[len("tokens"):]), shape)
    if kind == "segment":
        return torch.randint(0, 2, shape)
    if kind == "mask":
        mask = torch.ones(shape, dtype=torch.int64)
        mask[0, -3:] = 0
        return mask
    return torch.randn(shape)


def make_network(entry):
    """The network in training, without anything random."""
    model = importlib.import_module(entry.family).make(entry).train()
    for module in model.modules():
        for name in ("p", "dropout"):
            if isinstance(getattr(module, name, None), float):
                setattr(module, name, 0.0)
    return model


class First(torch.nn.Module):
    """The first of a network's outputs."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, *inputs):
        outputs = self.network(*inputs)
        return outputs[0] if isinstance(outputs, tuple) else outputs


def export(model, inputs, names, opset):
    file = io.BytesIO()
    torch.onnx.export(model, inputs, file, input_names=names, output_names=["y"],
                      training=torch.onnx.TrainingMode.TRAINING, do_constant_folding=False,
                      opset_version=opset)
    return file.getvalue()


def gradients(model, inputs, target, dtype):
    model.to(dtype).zero_grad()
    state = {name: value.clone() for name, value in model.state_dict().items()}
    inputs = [x.to(dtype) if x.is_floating_point() else x for x in inputs]
    loss = torch.nn.functional.mse_loss(model(*inputs), target.to(dtype))
    loss.backward()
    model.load_state_dict(state)  # statistics have moved
    return loss.item(), {name: parameter.grad.double().clone()
                         for name, parameter in model.named_parameters()
                         if parameter.grad is not None}


def compare(name, shape):
    torch.manual_seed(0)
    entry = networks.load()[name]
    model = First(make_network(entry))
    inputs = [make_input(spec, shape) for spec in entry.inputs]
    target = torch.randn_like(model(*inputs))
    _, single = gradients(model, inputs, target, torch.float32)
    # Normalisation of batches has had its present form since operator set 14.
    contents = export(model, tuple(inputs), [spec.name for spec in entry.inputs],
                      max(entry.opset, 14))
    loss, exact = gradients(model, inputs, target, torch.float64)

    begin = time.time()
    step = swage.compile_train(contents, loss="mse", optimizer="none", threads=1)
    seconds = time.time() - begin
    value = step(*[x.numpy() for x in inputs], target.numpy())
    worst, bad = abs(value - loss) / abs(loss), []
    largest = max(gradient.norm() for gradient in exact.values())
    for parameter, truth in exact.items():
        own = torch.from_numpy(step.tensors[f"gradient.{parameter}"].copy()).double()
        # What is zero but for rounding is measured against the others.
        scale = max(truth.norm(), 1e-4 * largest)
        error, theirs = (own - truth).norm() / scale, (single[parameter] - truth).norm() / scale
        worst = max(worst, error.item())
        if not error < max(TOLERANCE, 3 * theirs):
            bad.append(f"{parameter} is off by {error:.2g}, PyTorch by {theirs:.2g}")
    if not abs(value - loss) < 1e-4 * abs(loss):
        bad.append(f"the loss is {value}, not {loss}")
    print(f"{name}: {'differs' if bad else 'agrees'} in {len(exact)} parameters, "
          f"largest error {worst:.1e}, compiled in {seconds:.0f} s", flush=True)
    for line in bad[:5]:
        print(f"    {line}", flush=True)
    return not bad


def main():
    torch.set_num_threads(1)
    chosen = sys.argv[1:] or TABLE
    good = [compare(name, TABLE[name]) for name in chosen]
    print(f"{sum(good)} of {len(good)} networks agree")
    sys.exit(not all(good))


if __name__ == "__main__":
    main()
