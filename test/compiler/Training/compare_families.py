# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Compares the gradients of all families of networks in test/models with
PyTorch's.

usage: compare_families.py [--f32] [NAME...]

Each network is compiled in f64, where it must agree with PyTorch to 1e-7 in the
norm of each parameter's gradient, and in f32. A gradient in f32 is as good as its
sums are long, and normalisation amplifies what they lose: PyTorch itself is off
by more than 1e-4 in some layers. So the truth is PyTorch's gradient in f64, and
Swage may be off by 1e-4 or by three times what PyTorch is off.

ReLU and largest values of windows have kinks: a sum that rounds to the other side
of one changes the gradient by much more than rounding, in PyTorch as in Swage, at
other places. f64 shows that the gradients at kinks are right. A network that is off
in f32 is therefore compared once more with smooth functions in their place; what
is still off then is an error. --f32 leaves f64 out.
"""

import argparse
import contextlib
import copy
import io
import pathlib
import sys

import onnx
import onnx.numpy_helper
import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "models"))
import importlib  # noqa: E402

import networks  # noqa: E402
import swage  # noqa: E402

# Relative errors of f32 and f64.
TOLERANCE = {torch.float32: 1e-4, torch.float64: 1e-7}

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
    "inception_v3": (4, 3, 128, 128), "convnext_small": IMAGES, "vit_small": IMAGES,
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
        if isinstance(getattr(module, "eps", None), float):  # as ONNX has it
            module.eps = torch.tensor(module.eps, dtype=torch.float32).item()
    return model


@contextlib.contextmanager
def smooth():
    """Lets PyTorch's modules compute functions without kinks in the place of those
    that have some. SiLU has the values of ReLU far from 0."""
    functions = torch.nn.functional
    kinks = {name: getattr(functions, name)
             for name in ("relu", "relu6", "hardtanh", "hardswish", "hardsigmoid", "max_pool2d")}

    def silu(x, *bounds, inplace=False):
        return functions.silu(x)

    def mean(x, kernel_size, stride=None, padding=0, *rest, **others):
        # Windows that end beyond the image have as many values as the others.
        return functions.avg_pool2d(x, kernel_size, stride, padding)

    try:
        for name in ("relu", "relu6", "hardtanh", "hardswish"):
            setattr(functions, name, silu)
        functions.hardsigmoid = lambda x, inplace=False: torch.sigmoid(x)
        functions.max_pool2d = mean
        yield
    finally:
        for name, function in kinks.items():
            setattr(functions, name, function)


class First(torch.nn.Module):
    """The first of a network's outputs."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, *inputs):
        outputs = self.network(*inputs)
        return outputs[0] if isinstance(outputs, tuple) else outputs


def widen(contents):
    """An f64 network without the f32 that masks are made of, in it or by the exporter."""
    single, double = onnx.TensorProto.FLOAT, onnx.TensorProto.DOUBLE
    model = onnx.load_from_string(contents)
    for node in model.graph.node:
        for attribute in node.attribute:
            if node.op_type == "Cast" and attribute.name == "to" and attribute.i == single:
                attribute.i = double
            elif node.op_type == "Constant" and attribute.t.data_type == single:
                value = onnx.numpy_helper.to_array(attribute.t).astype("float64")
                attribute.t.CopyFrom(onnx.numpy_helper.from_array(value))
    return model.SerializeToString()


def export(model, inputs, names, opset):
    file = io.BytesIO()
    torch.onnx.export(model, inputs, file, input_names=names, output_names=["y"],
                      training=torch.onnx.TrainingMode.TRAINING, do_constant_folding=False,
                      opset_version=opset)
    exact = next(model.parameters()).dtype == torch.float64
    return widen(file.getvalue()) if exact else file.getvalue()


def gradients(model, inputs, target, dtype):
    model.to(dtype).zero_grad()
    state = copy.deepcopy(model.state_dict())  # with its version, unlike a dict of it
    inputs = [x.to(dtype) if x.is_floating_point() else x for x in inputs]
    loss = torch.nn.functional.mse_loss(model(*inputs), target.to(dtype))
    loss.backward()
    model.load_state_dict(state)  # statistics have moved
    return loss.item(), {name: parameter.grad.double().clone()
                         for name, parameter in model.named_parameters()
                         if parameter.grad is not None}


def step_of(model, inputs, names, opset, target):
    """The loss and a function from a parameter's name to its gradient, by Swage."""
    step = swage.compile_train(export(model, tuple(inputs), names, opset), loss="mse",
                               optimizer="none", threads=1)
    loss = step(*[x.numpy() for x in inputs], target.numpy())
    return loss, lambda name: torch.from_numpy(step.tensors[f"gradient.{name}"].copy()).double()


def errors(entry, shape, dtype):
    """What is off in `dtype`, a line each, the largest error, and how many parameters."""
    torch.manual_seed(0)
    model = First(make_network(entry))
    inputs = [make_input(spec, shape) for spec in entry.inputs]
    target = torch.randn_like(model(*inputs))
    _, own = gradients(model, inputs, target, dtype)
    # Normalisation of batches has had its present form since operator set 14.
    converted = [x.to(dtype) if x.is_floating_point() else x for x in inputs]
    value, gradient_of = step_of(model, converted, [spec.name for spec in entry.inputs],
                                 max(entry.opset, 14), target.to(dtype))
    loss, exact = gradients(model, inputs, target, torch.float64)

    worst, bad = abs(value - loss) / abs(loss), []
    if not worst < TOLERANCE[dtype]:
        bad.append(f"the loss is {value}, not {loss}")
    largest = max(gradient.norm() for gradient in exact.values())
    for name, truth in exact.items():
        # What is zero but for rounding is measured against the others.
        scale = max(truth.norm(), 1e-4 * largest)
        error = (gradient_of(name) - truth).norm() / scale
        theirs = (own[name] - truth).norm() / scale
        worst = max(worst, error.item())
        if not error < max(TOLERANCE[dtype], 3 * theirs):
            bad.append(f"{name} is off by {error:.2g}, PyTorch by {theirs:.2g}")
    return bad, worst, len(exact)


def agrees(name, shape, types):
    entry = networks.load()[name]
    said, good = [], True
    for dtype in types:
        kind = str(dtype)[len("torch."):]
        bad, worst, count = errors(entry, shape, dtype)
        told = f"{kind} {worst:.1e}"
        if bad and dtype == torch.float32:
            told += f" (kinks: {bad[0]})"
            with smooth():
                bad, worst, count = errors(entry, shape, dtype)
            told += f", smooth {worst:.1e}"
        said.append(told + "".join(f"\n    {kind}: {line}" for line in bad[:5]))
        good = good and not bad
    print(f"{name}: {'agrees' if good else 'differs'} in {count} parameters, largest error "
          + ", ".join(said), flush=True)
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--f32", action="store_true", help="leave f64 out")
    options = parser.parse_args()
    torch.set_num_threads(1)
    chosen = options.names or TABLE
    types = [torch.float32] if options.f32 else [torch.float64, torch.float32]
    good = [agrees(name, TABLE[name], types) for name in chosen]
    print(f"{sum(good)} of {len(good)} networks agree")
    sys.exit(not all(good))


if __name__ == "__main__":
    main()
