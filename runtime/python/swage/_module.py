# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Models: compile them, ask them, run them."""

import ctypes
import json
import os

from . import _arrays
from ._generate import generate
from ._library import Tensor, call, library


class Value:
    """An input or output of a model: its name, dtype ("float32") and shape. A
    dimension that only a run knows is its name there, or None. Of a sequence or
    an optional, `element` describes what it holds, and of a map `key` and `value`
    do; a shape may be None there."""

    def __init__(self, info):
        self.name = info.name.decode(errors="replace")
        self.code = info.dtype
        self.dtype = _arrays.dtype_name(info.dtype)
        self.element = self.key = self.value = None
        if self.dtype == "map":
            self.key, self.value = Value(info.element[0]), Value(info.element[1])
        elif info.element:
            self.element = Value(info.element.contents)
        if info.rank < 0:
            self.shape = None
            return
        shape = []
        for i in range(info.rank):
            size = info.dims[i]
            if size < 0:
                name = info.dim_names[i] if info.dim_names else None
                size = name.decode(errors="replace") if name else None
            shape.append(size)
        self.shape = tuple(shape)

    def part(self, index):
        """What is known of a container's part."""
        return self.element or (self.key, self.value)[index]

    def _type(self):
        if self.key:
            return f"map({self.key.dtype},{self.value.dtype})"
        if self.element:
            return f"{self.dtype}({self.element._type()})"
        if self.shape is None:
            return f"{self.dtype}[...]"
        shape = ",".join("?" if size is None else str(size) for size in self.shape)
        return f"{self.dtype}[{shape}]"

    def __repr__(self):
        return f"{self.name}: {self._type()}"


class Module:
    """A compiled model. Threads may run one at the same time.

        model(x)              one input, or several in order
        model({"x": x})       inputs by name
        model(x=x)

    gives the output, or a tuple where there are several; `run` gives a dict.
    """

    def __init__(self, handle, keep):
        self._handle = handle
        self._keep = keep  # the bytes of a model in memory
        self.inputs = [
            Value(library.swage_module_input(handle, i).contents)
            for i in range(library.swage_module_num_inputs(handle))]
        self.outputs = [
            Value(library.swage_module_output(handle, i).contents)
            for i in range(library.swage_module_num_outputs(handle))]

    def __del__(self):
        handle = getattr(self, "_handle", None)
        if handle and library is not None:
            library.swage_module_destroy(handle)

    def __repr__(self):
        inputs = ", ".join(map(repr, self.inputs))
        outputs = ", ".join(map(repr, self.outputs))
        return f"<swage.Module ({inputs}) -> ({outputs})>"

    @property
    def facts(self):
        """All static facts: opset, producer, target, sizes, ..."""
        return json.loads(library.swage_module_facts(self._handle))

    def __call__(self, *positional, **named):
        if len(positional) == 1 and isinstance(positional[0], dict) and not named:
            named, positional = positional[0], ()
        results = self._run(order(self.inputs, positional, named))
        return results[0] if len(results) == 1 else tuple(results)

    def run(self, inputs):
        """Runs on a dict of inputs and gives a dict of outputs."""
        results = self._run(order(self.inputs, (), inputs))
        return {value.name: result for value, result in zip(self.outputs, results)}

    def generate(self, prompt, **options):
        """Continues a text with a language model; see swage.generate."""
        return generate(self._handle, prompt, **options)

    def emit(self, path, kind="shared", weights_in_file=False):
        """Writes the model as an artifact: exe, shared, static, object or
        header."""
        call("swage_module_emit", self._handle, kind.encode(), os.fsencode(path),
             int(weights_in_file))

    def _run(self, values):
        keep = []
        inputs = describe_inputs(self.inputs, values, keep)
        outputs = (Tensor * max(len(self.outputs), 1))()
        call("swage_module_run", self._handle, inputs, outputs, None)
        return [_arrays.from_tensor(outputs[i]) for i in range(len(self.outputs))]


def order(values, positional, named):
    """One value for each input, in order."""
    names = [value.name for value in values]
    if len(positional) > len(names):
        raise TypeError(f"the model takes {len(names)} inputs, not "
                        f"{len(positional)}")
    given = dict(zip(names, positional))
    for name, value in named.items():
        if name not in names:
            raise TypeError(f"the model has no input '{name}'; it has "
                            + ", ".join(f"'{name}'" for name in names))
        if name in given:
            raise TypeError(f"there are two values for the input '{name}'")
        given[name] = value
    missing = [name for name in names if name not in given]
    if missing:
        raise TypeError("there is no value for the input "
                        + ", ".join(f"'{name}'" for name in missing))
    return [given[name] for name in names]


def describe_inputs(values, arrays, keep):
    """Descriptors of arrays that are inputs, checked."""
    inputs = (Tensor * max(len(values), 1))()
    for i, (info, value) in enumerate(zip(values, arrays)):
        inputs[i] = _arrays.to_value(info.name, value, info, keep)
    return inputs


def load(function, model, dims, options):
    """Calls a function that compiles a model, with options by name. Returns the
    handle and what must live as long."""
    handle = ctypes.c_void_p()
    settings = library.swage_compile_options_create()
    try:
        for name, size in (dims or {}).items():
            if isinstance(size, (list, tuple)):
                size = "..".join(str(bound) for bound in size)
            call("swage_compile_options_set", settings, b"dim",
                 f"{name}={size}".encode())
        for key, value in options.items():
            for each in value if isinstance(value, (list, tuple)) else [value]:
                text = str(each).lower() if isinstance(each, bool) else str(each)
                call("swage_compile_options_set", settings,
                     key.replace("_", "-").encode(), text.encode())
        if isinstance(model, (bytes, bytearray, memoryview)):
            # A copy of what can change; bytes are used where they lie.
            keep = bytes(model)
            call(f"{function}_memory", keep, len(keep), settings,
                 ctypes.byref(handle))
        else:
            keep = None
            call(f"{function}_file", os.fsencode(model), settings,
                 ctypes.byref(handle))
    finally:
        library.swage_compile_options_destroy(settings)
    return handle, keep


def compile(model, *, dims=None, **options):
    """Compiles an ONNX model: the path of a file, or its bytes.

    dims     sizes for symbolic dimensions, or the least and the greatest that
             they will have, {"batch": 4, "length": (1, 2048)}
    threads  threads of a run; all processors by default
    others   as in swage.h, with '_' for '-': opt_level=2, target="x86-64-v3"
    """
    return Module(*load("swage_compile", model, dims, options))
