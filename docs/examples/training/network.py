# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Builds small ONNX networks with fresh weights, layer by layer.

    net = Network("x", [None, 1, 8, 8])
    net.conv(16, 3, pads=1); net.relu(); net.maxpool(2)
    net.flatten(); net.dense(10)
    net.save("net.onnx")

None is the batch, which stays open. Weights begin as PyTorch's do: uniform, by
the number of inputs.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


class Network:
    def __init__(self, name, shape, dtype=TensorProto.FLOAT, seed=0):
        self.random = np.random.default_rng(seed)
        self.nodes, self.weights = [], []
        self.input = helper.make_tensor_value_info(
            name, dtype, ["batch" if size is None else size for size in shape])
        self.value, self.shape = name, list(shape)
        self.layers = 0

    # ---- Parts ----

    def parameter(self, name, array):
        self.weights.append(
            numpy_helper.from_array(np.ascontiguousarray(array, dtype=np.float32), name))
        return name

    def uniform(self, name, shape, fan_in):
        bound = fan_in ** -0.5
        return self.parameter(name, self.random.uniform(-bound, bound, shape))

    def constant(self, array):
        name = f"constant{len(self.nodes)}"
        self.nodes.append(helper.make_node(
            "Constant", [], [name], value=numpy_helper.from_array(np.asarray(array))))
        return name

    def node(self, op, *inputs, **attributes):
        """Adds a node on the value so far and `inputs`; its output is the value."""
        return self.apply(op, [self.value, *inputs], **attributes)

    def apply(self, op, inputs, **attributes):
        output = f"{op.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [output], **attributes))
        self.value = output
        return output

    def name(self, kind):
        self.layers += 1
        return f"{kind}{self.layers}"

    # ---- Layers ----

    def dense(self, units, name=None):
        """On the last dimension."""
        name, width = name or self.name("dense"), self.shape[-1]
        weight = self.uniform(name + ".weight", (width, units), width)
        bias = self.uniform(name + ".bias", (units,), width)
        if len(self.shape) == 2:
            self.node("Gemm", weight, bias)
        else:
            self.node("MatMul", weight)
            self.node("Add", bias)
        self.shape[-1] = units

    def conv(self, filters, size, pads=0, strides=1, bias=True, name=None):
        name, channels = name or self.name("conv"), self.shape[1]
        fan_in = channels * size * size
        inputs = [self.uniform(name + ".weight", (filters, channels, size, size), fan_in)]
        if bias:
            inputs.append(self.uniform(name + ".bias", (filters,), fan_in))
        self.node("Conv", *inputs, pads=[pads] * 4, strides=[strides] * 2)
        spatial = [(s + 2 * pads - size) // strides + 1 for s in self.shape[2:]]
        self.shape = [None, filters, *spatial]

    def batch_norm(self, name=None):
        name, channels = name or self.name("norm"), self.shape[1]
        self.node("BatchNormalization",
                  self.parameter(name + ".scale", np.ones(channels)),
                  self.parameter(name + ".bias", np.zeros(channels)),
                  self.parameter(name + ".mean", np.zeros(channels)),
                  self.parameter(name + ".variance", np.ones(channels)))

    def layer_norm(self, name=None):
        name, width = name or self.name("norm"), self.shape[-1]
        self.node("LayerNormalization", self.parameter(name + ".scale", np.ones(width)),
                  self.parameter(name + ".bias", np.zeros(width)))

    def relu(self):
        self.node("Relu")

    def dropout(self, ratio):
        self.node("Dropout", self.constant(np.float32(ratio)))

    def maxpool(self, size, strides=None, pads=0):
        strides = strides or size
        self.node("MaxPool", kernel_shape=[size] * 2, strides=[strides] * 2, pads=[pads] * 4)
        self.shape[2:] = [(s + 2 * pads - size) // strides + 1 for s in self.shape[2:]]

    def global_pool(self):
        self.node("GlobalAveragePool")
        self.shape[2:] = [1, 1]
        self.flatten()

    def flatten(self):
        self.node("Flatten")
        self.shape = [None, int(np.prod(self.shape[1:]))]

    def embedding(self, words, width, name=None):
        name = name or self.name("embedding")
        table = self.parameter(name + ".weight", self.random.normal(0, 0.1, (words, width)))
        self.apply("Gather", [table, self.value], axis=0)
        self.shape.append(width)

    def lstm(self, units, name=None):
        """[batch, length, width] -> [batch, length, units]"""
        name, width = name or self.name("lstm"), self.shape[-1]
        self.node("Transpose", perm=[1, 0, 2])
        self.node("LSTM", self.uniform(name + ".weights", (1, 4 * units, width), units),
                  self.uniform(name + ".recurrent", (1, 4 * units, units), units),
                  self.uniform(name + ".bias", (1, 8 * units), units), hidden_size=units)
        self.node("Squeeze", self.constant([1]))
        self.node("Transpose", perm=[1, 0, 2])
        self.shape[-1] = units

    def attention(self, heads, name=None):
        """Causal self-attention over [batch, length, width]."""
        name, width = name or self.name("attention"), self.shape[-1]
        length, size = self.shape[1], width // heads
        before = self.value

        def head(part):
            self.value = before
            self.node("MatMul", self.uniform(f"{name}.{part}", (width, width), width))
            self.node("Reshape", self.constant([0, length, heads, size]))
            return self.node("Transpose", perm=[0, 2, 3, 1] if part == "key" else [0, 2, 1, 3])

        query, key, value = head("query"), head("key"), head("value")
        self.apply("MatMul", [query, key])
        self.node("Mul", self.constant(np.float32(size ** -0.5)))
        self.node("Add", self.constant(np.triu(np.full((length, length), -1e9, np.float32), 1)))
        self.node("Softmax", axis=-1)
        self.node("MatMul", value)
        self.node("Transpose", perm=[0, 2, 1, 3])
        self.node("Reshape", self.constant([0, length, width]))
        self.dense(width, name + ".out")

    def residual(self, build):
        """Adds what `build` makes of the value to the value."""
        before, shape = self.value, list(self.shape)
        build()
        if self.shape != shape:
            inner, self.value, after = self.value, before, self.shape
            self.shape = list(shape)
            self.conv(after[1], 1, strides=shape[2] // after[2], bias=False)
            before, self.value = self.value, inner
        self.node("Add", before)

    def branches(self, *builds):
        """Several networks on the value, joined along the channels."""
        before, shape, outputs, channels = self.value, list(self.shape), [], 0
        for build in builds:
            self.value, self.shape = before, list(shape)
            build()
            outputs.append(self.value)
            channels += self.shape[1]
        self.apply("Concat", outputs, axis=1)
        self.shape[1] = channels

    # ---- The model ----

    def save(self, path):
        shape = ["batch" if size is None else size for size in self.shape]
        output = helper.make_tensor_value_info(self.value, TensorProto.FLOAT, shape)
        graph = helper.make_graph(self.nodes, "network", [self.input], [output], self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)],
                                  ir_version=8)
        onnx.checker.check_model(model)
        onnx.save(model, path)
