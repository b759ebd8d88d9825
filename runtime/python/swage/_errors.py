# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Exceptions, one for each kind of failure that the library tells apart."""


class Error(Exception):
    """Something failed; the text says what."""


class BadModel(Error):
    """The file is not a valid model."""


class Unsupported(Error):
    """A valid model that this compiler cannot take; the text names every node."""


class BadArgument(Error, ValueError):
    """An option or a tensor is not what was asked for."""


# The values of swage_status.
BY_STATUS = {1: Error, 2: BadModel, 3: Unsupported, 4: BadArgument}
