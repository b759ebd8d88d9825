# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Swage compiles neural networks to native code.

    import swage
    model = swage.compile("model.onnx")
    y = model(x)                      # x, y: numpy arrays

The compiler itself is libswage.so, reached through ctypes; models run on the
arrays' own memory.
"""

from ._errors import BadModel, Error, Unsupported
from ._module import Module, Value, compile
from ._training import Step, compile_train
from ._library import version

__all__ = ["BadModel", "Error", "Module", "Step", "Unsupported", "Value", "compile",
           "compile_train", "version"]
