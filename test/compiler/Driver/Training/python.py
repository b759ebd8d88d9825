# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Training from Python: steps in place, evaluation, state, models.

usage: python.py, where make.py has been
"""

import numpy as np

import swage


def check(name, condition):
    assert condition, name
    print(f"ok: {name}")


def make(**options):
    return swage.compile_train("net.onnx", dims={"batch": 10}, threads=1, **options)


data = np.load("train.npz")
x, target = data["x"][:10], data["target"][:10]
step = make(optimizer="momentum", freeze=["conv*"])
check("inputs", [value.name for value in step.inputs] == ["x", "target"])
check("tensors", set(step.tensors) == {
    name for stem in ("norm.scale", "norm.bias", "head.weight", "head.bias")
    for name in (stem, stem + ".momentum")} | {"norm.mean", "norm.variance", "step"})
check("state size", step.state_size == sum(step.tensors[name].nbytes for name in step.tensors))

weight = step.tensors["head.weight"]
before = weight.copy()
losses = [step(x, target, lr=0.1) for _ in range(20)]
check("steps in place", losses[-1] < losses[0] / 2 and not np.array_equal(weight, before))
check("counts", step.tensors["step"] == 20)

loss, outputs = step.evaluate(x, target=target)
check("evaluation", outputs[0].shape == (10, 3)
      and abs(loss - -np.log(np.exp(outputs[0])[range(10), target]
                             / np.exp(outputs[0]).sum(1)).mean()) < 1e-5)

step.save("python.state")
other = make(optimizer="momentum", freeze="conv*")
other.load("python.state")
check("save and load", step(x, target, lr=0.1) == other(x, target, lr=0.1)
      and np.array_equal(step.tensors["head.weight"], other.tensors["head.weight"]))

step.export("python.onnx")
model = swage.compile("python.onnx", dims={"batch": 10})
_, outputs = step.evaluate(x, target)
check("export", np.allclose(model(x), outputs[0], atol=1e-5))

step.tensors["head.weight"] = 0
scores = step.evaluate(x, target)[1][0]
check("set", (scores == scores[0]).all())

free = swage.compile_train(open("net.onnx", "rb").read(), dims={"batch": 10}, optimizer="none",
                           clip_value=1e-3)
free(x, target)
gradient = free.tensors["gradient.head.weight"]
check("gradients", np.abs(gradient).max() <= np.float32(1e-3) and gradient.any())

lamb = make(optimizer="lamb,weight-decay=0.1", train_only="head.weight")
w = lamb.tensors["head.weight"].astype(np.float64)
gradients = make(optimizer="none", train_only="head.weight")
gradients(x, target)
g = gradients.tensors["gradient.head.weight"].astype(np.float64)
lamb(x, target, lr=0.01)
update = g / (np.abs(g) + 1e-6) + 0.1 * w
expected = w - 0.01 * np.linalg.norm(w) / np.linalg.norm(update) * update
check("lamb", np.abs(lamb.tensors["head.weight"] - expected).max() < 1e-6)

for arguments, text in (
        ({"loss": "cross"}, "there is no loss 'cross'"),
        ({"optimizer": "adam,beta3=1"}, "has no number 'beta3'; it has beta1, beta2"),
        ({"freeze": "layer"}, "no parameter matches 'layer'"),
        ({"clip_norm": -1}, "expected a number that is not negative")):
    try:
        make(**arguments)
        check(text, False)
    except swage.Error as error:
        check(text, text in str(error))
try:
    swage.compile_train("net.onnx")
    check("sizes", False)
except swage.Error as error:
    check("sizes", "bind symbolic dimensions with --dim NAME=N" in str(error))

# Adapters: the matrix stays, its factors learn, and the model gets their sum.
adapted = make(optimizer="sgd", lora="rank=2,alpha=6,targets=head.weight")
check("adapters", set(adapted.tensors) == {
    "step", "head.weight.lora_left", "head.weight.lora_right"})
left, right = adapted.tensors["head.weight.lora_left"], adapted.tensors["head.weight.lora_right"]
check("adapters begin as nothing", left.shape == (36, 2) and left.any() and not right.any())
losses = [adapted(x, target, lr=0.1) for _ in range(100)]
check("adapters learn", losses[-1] < losses[0] / 2 and right.any())
_, outputs = adapted.evaluate(x, target)
adapted.export("adapted.onnx")
merged = swage.compile("adapted.onnx", dims={"batch": 10})
check("adapters are merged", np.allclose(merged(x), outputs[0], atol=1e-5))
plain = swage.compile("net.onnx", dims={"batch": 10})(x)
check("merged is another model", not np.allclose(plain, outputs[0], atol=1e-2))
