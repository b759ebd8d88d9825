# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""numpy arrays as tensors of the library, and back. A sequence is a list, a map a
dict, and an optional without element is None."""

import ctypes

import numpy

from ._library import MAX_RANK, String, Tensor, library

# Element types, numbered as in ONNX. numpy lacks some of them; where the module
# ml_dtypes is installed it has them, otherwise arrays hold their bits.
_STRING = 8
_SEQUENCE, _OPTIONAL, _MAP = 256, 257, 258
_PLAIN = {
    1: "float32", 2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 6: "int32",
    7: "int64", 8: "str", 9: "bool", 10: "float16", 11: "float64", 12: "uint32",
    13: "uint64", 14: "complex64", 15: "complex128",
    _SEQUENCE: "sequence", _OPTIONAL: "optional", _MAP: "map",
}
_EXTENDED = {
    16: ("bfloat16", "uint16"), 17: ("float8_e4m3fn", "uint8"),
    18: ("float8_e4m3fnuz", "uint8"), 19: ("float8_e5m2", "uint8"),
    20: ("float8_e5m2fnuz", "uint8"), 21: ("uint4", "uint8"),
    22: ("int4", "int8"), 23: ("float4_e2m1fn", "uint8"),
    24: ("float8_e8m0fnu", "uint8"), 25: ("uint2", "uint8"),
    26: ("int2", "int8"),
}


def _extended(name, bits):
    try:
        import ml_dtypes
        return numpy.dtype(getattr(ml_dtypes, name))
    except (ImportError, AttributeError):
        return numpy.dtype(bits)


def dtype_name(code):
    """The name of an element type: "float32"."""
    return _PLAIN.get(code) or _EXTENDED[code][0]


def numpy_dtype(code):
    """The numpy type whose arrays hold elements of a type."""
    if code == _STRING:
        return numpy.dtype(object)
    if code in _PLAIN:
        return numpy.dtype(_PLAIN[code])
    return _extended(*_EXTENDED[code])


def _describe(array):
    return f"{array.dtype.name}[{','.join(map(str, array.shape))}]"


def to_array(name, value, code):
    """`value` as an array that the library may read, of the type that the input
    `name` has. Python numbers and lists take that type; arrays must have it."""
    wanted = numpy_dtype(code)
    if code == _STRING:
        return numpy.asarray(value, dtype=object)
    if not isinstance(value, numpy.ndarray):
        if hasattr(value, "__array__"):
            value = numpy.asarray(value)
        else:
            value = numpy.asarray(value, dtype=wanted)
    same = value.dtype == wanted or (
        code in _EXTENDED and value.dtype == numpy.dtype(_EXTENDED[code][1]))
    if not same:
        raise TypeError(
            f"input '{name}' is {_describe(value)}, but the model takes "
            f"{dtype_name(code)}; convert it with astype()")
    return numpy.ascontiguousarray(value).reshape(value.shape)


def check_shape(name, array, shape):
    """Raises when `array` cannot be the input `name`. Names of dimensions are
    the library's to compare."""
    if shape is None:
        return
    fits = array.ndim == len(shape) and all(
        not isinstance(size, int) or size == given
        for size, given in zip(shape, array.shape))
    if not fits:
        text = ",".join("?" if size is None else str(size) for size in shape)
        raise ValueError(
            f"input '{name}' has shape [{','.join(map(str, array.shape))}], "
            f"but the model takes [{text}]")


def to_tensor(array, code, keep):
    """A descriptor of `array`; what must live as long goes to the list `keep`."""
    if array.ndim > MAX_RANK:
        raise ValueError(f"an array of {array.ndim} dimensions is too many; "
                         f"at most {MAX_RANK} are supported")
    if code == _STRING:
        texts = [text if isinstance(text, bytes) else str(text).encode()
                 for text in array.flat]
        strings = (String * max(len(texts), 1))()
        for string, text in zip(strings, texts):
            string.data = ctypes.cast(ctypes.c_char_p(text), ctypes.c_void_p)
            string.size = len(text)
        keep += [texts, strings]
        data = ctypes.addressof(strings)
    else:
        keep.append(array)
        data = array.ctypes.data
    return Tensor(data, code, array.ndim,
                  (ctypes.c_int64 * MAX_RANK)(*array.shape))


def to_value(name, value, info, keep):
    """A descriptor of `value` as the input `name`, of which `info` is known."""
    if info.code not in (_SEQUENCE, _OPTIONAL, _MAP):
        array = to_array(name, value, info.code)
        check_shape(name, array, info.shape)
        return to_tensor(array, info.code, keep)
    if info.code == _OPTIONAL:
        parts = [] if value is None else [value]
    elif info.code == _MAP:
        if not isinstance(value, dict):
            raise TypeError(f"input '{name}' is a {type(value).__name__}, but "
                            "the model takes a dict")
        parts = [list(value.keys()), list(value.values())]
    elif isinstance(value, (list, tuple)):
        parts = value
    else:
        raise TypeError(f"input '{name}' is a {type(value).__name__}, but the "
                        "model takes a list of arrays")
    tensors = (Tensor * max(len(parts), 1))()
    for i, part in enumerate(parts):
        tensors[i] = to_value(name, part, info.part(i), keep)
    keep.append(tensors)
    return Tensor(ctypes.addressof(tensors), info.code, 1,
                  (ctypes.c_int64 * MAX_RANK)(len(parts)))


class _Memory:
    """The owner of memory that came from the library."""

    def __init__(self, address):
        self.address = address

    def __del__(self):
        if library is not None:
            library.swage_free(self.address)


def from_tensor(tensor, owner=None):
    """The value of an output, which takes the tensor's memory over."""
    shape = tuple(tensor.dims[i] for i in range(tensor.rank))
    count = int(numpy.prod(shape, dtype=numpy.int64))
    owner = owner or _Memory(tensor.data)
    if tensor.dtype in (_SEQUENCE, _OPTIONAL, _MAP):
        # Everything is one block of memory, which each array keeps.
        tensors = ctypes.cast(tensor.data, ctypes.POINTER(Tensor))
        parts = [from_tensor(tensors[i], owner) for i in range(count)]
        if tensor.dtype == _SEQUENCE:
            return parts
        if tensor.dtype == _MAP:
            return dict(zip(parts[0].tolist(), parts[1].tolist()))
        return parts[0] if parts else None
    if tensor.dtype == _STRING:
        strings = ctypes.cast(tensor.data, ctypes.POINTER(String))
        texts = [ctypes.string_at(strings[i].data, strings[i].size)
                 .decode(errors="surrogateescape") for i in range(count)]
        array = numpy.empty(count, dtype=object)
        array[:] = texts
        return array.reshape(shape)
    dtype = numpy_dtype(tensor.dtype)
    if count == 0:
        return numpy.empty(shape, dtype)
    memory = (ctypes.c_byte * (count * dtype.itemsize)).from_address(tensor.data)
    # The array holds the memory, and the memory its owner.
    memory.owner = owner
    return numpy.frombuffer(memory, dtype).reshape(shape)
