# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Language models continue texts."""

import ctypes

import numpy

from ._library import Generation, Say, call, library


def generate(handle, prompt, *, max_tokens=64, temperature=0.0, top_k=0, top_p=1.0,
             seed=0, stop_tokens=(), say=None):
    """The tokens that follow those of `prompt`, as an array of int64.

    max_tokens   new tokens, at most
    temperature  divides the scores before a random choice; 0 takes the best token
    top_k        choose from so many of the best tokens; 0: all
    top_p        choose from the best tokens that have this probability together
    seed         what random choices follow from
    stop_tokens  the text ends after any of these
    say          called with each token as it comes; the text ends where it
                 returns True

    Compile with grow_caches=True to have a decoder's keys and values grow in
    place.
    """
    prompt = numpy.ascontiguousarray(prompt, dtype=numpy.int64).ravel()
    stops = (ctypes.c_int64 * max(len(stop_tokens), 1))(*stop_tokens)
    raised = []

    def on_token(_, token):
        try:
            return int(bool(say and say(token)))
        except BaseException as problem:  # raised below, on this side of C
            raised.append(problem)
            return 1

    # A 0 is the library's default there.
    options = Generation(
        max_tokens, stops, len(stop_tokens), temperature, top_k, top_p, seed,
        Say(on_token), None)
    if max_tokens < 1:
        return numpy.empty(0, numpy.int64)
    tokens, count = ctypes.c_void_p(), ctypes.c_uint64()
    call("swage_module_generate", handle, prompt.ctypes.data, prompt.size, options,
         ctypes.byref(tokens), ctypes.byref(count))
    try:
        if raised:
            raise raised[0]
        found = (ctypes.c_int64 * count.value).from_address(tokens.value)
        return numpy.array(found, dtype=numpy.int64)
    finally:
        library.swage_free(tokens)
