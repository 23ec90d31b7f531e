"""What a key of a protocol file accepts, in words: ranges and units have one home, `schema.py`."""

from typing import Any

from msgspec import inspect

from iontobench.tomlfile import ranges
from iontobench.tomlfile.lines import path_of

from .schema import KINDS, ProtocolFile

_SCHEMA = inspect.type_info(ProtocolFile)
_KIND = inspect.LiteralType(KINDS)  # the key that tells the kinds of phases apart


def range_of(key: str) -> str:
    """What the key at a path such as `phases[0].dose_mamin` accepts, in words."""
    kinds: list[inspect.Type] = [_SCHEMA]
    for step in path_of(key):
        members = [one for kind in kinds for one in ranges.members(kind)]
        kinds = [_inside(one, step) for one in members if _has(one, step)]
    return ranges.allowed(kinds[0])


def _has(bare: Any, step: str | int) -> bool:
    return isinstance(bare, inspect.ListType) or any(f.encode_name == step for f in bare.fields)


def _inside(bare: Any, step: str | int) -> inspect.Type:
    if isinstance(bare, inspect.ListType):
        return bare.item_type
    if step == bare.tag_field:
        return _KIND
    return next(field.type for field in bare.fields if field.encode_name == step)
