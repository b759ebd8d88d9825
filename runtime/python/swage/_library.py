# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""libswage.so and the declarations of swage/swage.h."""

import ctypes
import os
import pathlib

from ._errors import BY_STATUS, Error

MAX_RANK = 16


class Tensor(ctypes.Structure):
    """swage_tensor"""

    _fields_ = [
        ("data", ctypes.c_void_p),
        ("dtype", ctypes.c_int32),
        ("rank", ctypes.c_int32),
        ("dims", ctypes.c_int64 * MAX_RANK),
    ]


class String(ctypes.Structure):
    """swage_string"""

    _fields_ = [("data", ctypes.c_void_p), ("size", ctypes.c_int64)]


class ValueInfo(ctypes.Structure):
    """swage_value_info"""


ValueInfo._fields_ = [
    ("name", ctypes.c_char_p),
    ("dtype", ctypes.c_int32),
    ("rank", ctypes.c_int32),
    ("dims", ctypes.POINTER(ctypes.c_int64)),
    ("dim_names", ctypes.POINTER(ctypes.c_char_p)),
    ("element", ctypes.POINTER(ValueInfo)),
    ("dim_ranges", ctypes.POINTER(ctypes.c_int64)),
]


Say = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int64)


class Generation(ctypes.Structure):
    """swage_generation"""

    _fields_ = [
        ("max_tokens", ctypes.c_uint64),
        ("stop_tokens", ctypes.POINTER(ctypes.c_int64)),
        ("num_stop_tokens", ctypes.c_uint64),
        ("temperature", ctypes.c_double),
        ("top_k", ctypes.c_uint64),
        ("top_p", ctypes.c_double),
        ("seed", ctypes.c_uint64),
        ("say", Say),
        ("user", ctypes.c_void_p),
    ]


_P = ctypes.c_void_p
_ERROR = ctypes.POINTER(_P)

# Name: (result, parameters). Functions with a status return it.
_FUNCTIONS = {
    "swage_version": (ctypes.c_char_p, []),
    "swage_free": (None, [_P]),
    "swage_compile_options_create": (_P, []),
    "swage_compile_options_destroy": (None, [_P]),
    "swage_compile_options_set": (
        ctypes.c_int, [_P, ctypes.c_char_p, ctypes.c_char_p, _ERROR]),
    "swage_compile_file": (
        ctypes.c_int, [ctypes.c_char_p, _P, ctypes.POINTER(_P), _ERROR]),
    "swage_compile_memory": (
        ctypes.c_int,
        [_P, ctypes.c_size_t, _P, ctypes.POINTER(_P), _ERROR]),
    "swage_module_destroy": (None, [_P]),
    "swage_module_num_inputs": (ctypes.c_uint32, [_P]),
    "swage_module_num_outputs": (ctypes.c_uint32, [_P]),
    "swage_module_input": (ctypes.POINTER(ValueInfo), [_P, ctypes.c_uint32]),
    "swage_module_output": (ctypes.POINTER(ValueInfo), [_P, ctypes.c_uint32]),
    "swage_module_facts": (ctypes.c_char_p, [_P]),
    "swage_module_run": (
        ctypes.c_int,
        [_P, ctypes.POINTER(Tensor), ctypes.POINTER(Tensor), _P, _ERROR]),
    "swage_module_generate": (
        ctypes.c_int,
        [_P, _P, ctypes.c_uint64, ctypes.POINTER(Generation), ctypes.POINTER(_P),
         ctypes.POINTER(ctypes.c_uint64), _ERROR]),
    "swage_module_emit": (
        ctypes.c_int,
        [_P, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_int, _ERROR]),
    "swage_train_file": (
        ctypes.c_int, [ctypes.c_char_p, _P, ctypes.POINTER(_P), _ERROR]),
    "swage_train_memory": (
        ctypes.c_int,
        [_P, ctypes.c_size_t, _P, ctypes.POINTER(_P), _ERROR]),
    "swage_trainer_destroy": (None, [_P]),
    "swage_trainer_num_inputs": (ctypes.c_uint32, [_P]),
    "swage_trainer_input": (ctypes.POINTER(ValueInfo), [_P, ctypes.c_uint32]),
    "swage_trainer_num_tensors": (ctypes.c_uint32, [_P]),
    "swage_trainer_tensor": (ctypes.POINTER(ValueInfo), [_P, ctypes.c_uint32]),
    "swage_trainer_data": (_P, [_P, ctypes.c_char_p, _P]),
    "swage_trainer_state_size": (ctypes.c_uint64, [_P]),
    "swage_trainer_step": (
        ctypes.c_int,
        [_P, ctypes.POINTER(Tensor), ctypes.c_double,
         ctypes.POINTER(ctypes.c_double), _ERROR]),
    "swage_trainer_evaluate": (
        ctypes.c_int,
        [_P, ctypes.POINTER(Tensor), ctypes.POINTER(ctypes.c_double),
         ctypes.POINTER(Tensor), _ERROR]),
    "swage_trainer_num_outputs": (
        ctypes.c_int, [_P, ctypes.POINTER(ctypes.c_uint32), _ERROR]),
    "swage_trainer_save": (ctypes.c_int, [_P, ctypes.c_char_p, _ERROR]),
    "swage_trainer_load": (ctypes.c_int, [_P, ctypes.c_char_p, _ERROR]),
    "swage_trainer_export": (ctypes.c_int, [_P, ctypes.c_char_p, _ERROR]),
}


def _candidates():
    """Where the library may be, best first."""
    chosen = os.environ.get("SWAGE_LIBRARY")
    if chosen:
        yield chosen
        return
    # Installed to PREFIX/lib/.../swage, or used in place from the sources.
    for folder in pathlib.Path(__file__).resolve().parents:
        for inner in (".", "lib", "build/lib"):
            path = folder / inner / "libswage.so"
            if path.exists():
                yield str(path)
    yield "libswage.so.0"


def _load():
    problems = []
    for path in _candidates():
        try:
            library = ctypes.CDLL(path)
        except OSError as problem:
            problems.append(str(problem))
            continue
        for name, (result, parameters) in _FUNCTIONS.items():
            function = getattr(library, name)
            function.restype = result
            function.argtypes = parameters
        return library
    raise ImportError(
        "cannot load libswage.so: " + "; ".join(problems)
        + "; set SWAGE_LIBRARY to its path")


library = _load()


def call(name, *arguments):
    """Calls a function with a status; a failure becomes an exception."""
    message = _P()
    status = getattr(library, name)(*arguments, ctypes.byref(message))
    if status == 0:
        return
    text = "out of memory"
    if message.value:
        text = ctypes.string_at(message.value).decode(errors="replace")
        library.swage_free(message)
    raise BY_STATUS.get(status, Error)(text)


def version():
    """The version of the library."""
    return library.swage_version().decode()
