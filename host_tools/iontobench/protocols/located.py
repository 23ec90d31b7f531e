"""Errors of what is computed from a protocol get the line of the key that they name, and come in
the order of the file.

Must not change what is wrong, or what comes of it.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from iontobench.tomlfile.errors import in_file
from iontobench.tomlfile.source import Source

from .errors import ProtocolError
from .schema import Protocol

More = ParamSpec("More")
Got = TypeVar("Got")


def located(
    act: Callable[Concatenate[Protocol, More], Got],
) -> Callable[Concatenate[Protocol, More], Got]:
    """`act`, whose first argument is the protocol, with lines in its errors."""

    @wraps(act)
    def call(protocol: Protocol, *args: More.args, **kwargs: More.kwargs) -> Got:
        try:
            return act(protocol, *args, **kwargs)
        except ProtocolError as error:
            source = Source(protocol.file, protocol.toml)
            for one in error.all:
                source.locate(one)
            if len(error.all) == 1:
                raise
            found = sorted(error.all, key=in_file)
            raise found[0].with_others(found) from None

    return call
