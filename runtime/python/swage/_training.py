# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Training: a compiled step and the tensors that it changes."""

import collections.abc
import ctypes
import os

import numpy

from . import _arrays
from ._library import Tensor, call, library
from ._module import Value, describe_inputs, load, order


class Tensors(collections.abc.Mapping):
    """What a step changes, by name. The arrays are the trainer's own memory:
    writing to them changes the parameters. Filters of convolutions are there in
    another order, so that their arrays are not contiguous: index them as they
    are, since to flatten one is to copy it."""

    def __init__(self, step):
        self._step = step
        self._values = {}
        for i in range(library.swage_trainer_num_tensors(step._handle)):
            value = Value(library.swage_trainer_tensor(step._handle, i).contents)
            self._values[value.name] = value

    def __iter__(self):
        return iter(self._values)

    def __len__(self):
        return len(self._values)

    def __getitem__(self, name):
        value = self._values[name]
        dtype = _arrays.numpy_dtype(value.code)
        count = int(numpy.prod(value.shape, dtype=numpy.int64))
        if count == 0:
            return numpy.empty(value.shape, dtype)
        dims = ctypes.POINTER(ctypes.c_int32)()
        address = library.swage_trainer_data(
            self._step._handle, name.encode(), ctypes.byref(dims))
        memory = (ctypes.c_byte * (count * dtype.itemsize)).from_address(address)
        # The array holds the memory, and the memory its owner.
        memory.owner = self._step
        array = numpy.frombuffer(memory, dtype)
        if not dims:
            return array.reshape(value.shape)
        # Memory of another order is seen in the model's through strides.
        dims = dims[:len(value.shape)]
        shape = [value.shape[dim] for dim in dims]
        return array.reshape(shape).transpose(numpy.argsort(dims))

    def __setitem__(self, name, array):
        self[name][...] = array


class Step:
    """A step of training.

        loss = step(x, target, lr=0.1)      inputs in order, or by name
        loss, outputs = step.evaluate(x, target)
        step.tensors["fc.weight"]           parameters, states, gradients
    """

    def __init__(self, handle, keep):
        self._handle = handle
        self._keep = keep
        self.inputs = [
            Value(library.swage_trainer_input(handle, i).contents)
            for i in range(library.swage_trainer_num_inputs(handle))]
        self.tensors = Tensors(self)

    def __del__(self):
        handle = getattr(self, "_handle", None)
        if handle and library is not None:
            library.swage_trainer_destroy(handle)

    def __call__(self, *positional, lr=0.0, **named):
        """One step; returns the loss of the batch before it."""
        keep = []
        inputs = describe_inputs(
            self.inputs, order(self.inputs, positional, named), keep)
        loss = ctypes.c_double()
        call("swage_trainer_step", self._handle, inputs, lr, ctypes.byref(loss))
        return loss.value

    def evaluate(self, *positional, **named):
        """The loss as outside of training, and the list of the model's outputs."""
        keep = []
        inputs = describe_inputs(
            self.inputs, order(self.inputs, positional, named), keep)
        count = ctypes.c_uint32()
        call("swage_trainer_num_outputs", self._handle, ctypes.byref(count))
        outputs = (Tensor * max(count.value, 1))()
        loss = ctypes.c_double()
        call("swage_trainer_evaluate", self._handle, inputs, ctypes.byref(loss),
             outputs)
        return loss.value, [_arrays.from_tensor(outputs[i])
                            for i in range(count.value)]

    @property
    def state_size(self):
        """Bytes of all parameters and states."""
        return library.swage_trainer_state_size(self._handle)

    def save(self, path):
        """Writes all that a step changes."""
        call("swage_trainer_save", self._handle, os.fsencode(path))

    def load(self, path):
        """Reads it back: training goes on as if it had not been interrupted."""
        call("swage_trainer_load", self._handle, os.fsencode(path))

    def export(self, path):
        """Writes the model as ONNX with the parameters that it has now."""
        call("swage_trainer_export", self._handle, os.fsencode(path))


def compile_train(model, *, loss="cross-entropy", optimizer="sgd", dims=None,
                  **options):
    """Compiles a step of a model's training.

    loss        "cross-entropy", "mse", ...; "huber,delta=0.5" has numbers
    optimizer   "sgd", "adam,beta1=0.8", ...; "none" for the gradients alone
    freeze      patterns of parameters that stay as they are
    train_only  patterns of the only parameters that are trained
    others      as of compile(), and clip_norm, clip_value
    """
    return Step(*load("swage_train", model, dims,
                      {"loss": loss, "optimizer": optimizer, **options}))
