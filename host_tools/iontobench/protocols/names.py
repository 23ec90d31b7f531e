"""Which name a protocol has: its file's own, as far as that is a name.

A record's folder has the name, so it holds a-z, 0-9 and - alone: a file `M_high 2.toml` is the
protocol `m-high-2`. A file of whose name nothing is left (`___.toml`) may hold any name. Must not
open a file.
"""

import re

from iontobench.disk import slug
from iontobench.tomlfile.errors import FileError, quote
from iontobench.tomlfile.source import Source

from .schema import NAME_MAX, NAME_PATTERN


def is_name(text: object) -> bool:
    """Whether a protocol can be called so."""
    return isinstance(text, str) and re.fullmatch(NAME_PATTERN, text) is not None


def name_for(stem: str) -> str | None:
    """The name for a file that is called `stem`.toml; None where it leaves the choice."""
    return stem if is_name(stem) else slug(stem, NAME_MAX) or None


def name_hint(stem: str) -> str:
    """What to do about a name that cannot be."""
    name = name_for(stem)
    return f'write name = "{name}", after the file' if name else ""


def check_name(source: Source, stem: str) -> list[FileError]:
    """What is wrong with a name that could be one, but is not the file's."""
    name, told = name_for(stem), source.data.get("name")
    if name is None or told == name or not is_name(told):
        return []
    return [source.error(("name",), f"found {quote(told)}", repr(name), name_hint(stem))]
