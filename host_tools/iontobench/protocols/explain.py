"""Puts msgspec's verdict on a file into one line a person can act on.

msgspec judges; its message only tells where. The value found there and the range that the schema
gives for that key make the line, so that ranges and units have one home, `schema.py`.
Must not judge: a file that msgspec accepts never comes here.
"""

import difflib
import re
from typing import Any

import msgspec
from msgspec import inspect

from .errors import ProtocolError, one_line, quote
from .schema import KINDS, ProtocolFile

_PATH = re.compile(r" - at `\$\.?([a-z0-9_.\[\]]*)`$")
_STEP = re.compile(r"[a-z0-9_]+|\[\d+\]")
_SCHEMA = inspect.type_info(ProtocolFile)
_KIND = inspect.LiteralType(KINDS)  # the key that tells the kinds of phases apart


def explain(file: str, data: dict[str, Any], error: msgspec.ValidationError) -> ProtocolError:
    """The error to raise for `data` (the parsed file) that msgspec has rejected."""
    match = _PATH.search(str(error))
    path = match.group(1) if match else ""
    value, kind = _descend(data, path)
    struct = _member(kind, value)
    if isinstance(struct, inspect.StructType) and isinstance(value, dict):
        return _table(file, path, value, struct) or ProtocolError(file, path, one_line(str(error)))
    return ProtocolError(file, path, f"found {quote(value)}", allowed(kind), _hint(value, kind))


def allowed(kind: inspect.Type) -> str:
    """What a key of this type accepts, in words, with the unit."""
    unit = _unit(kind)
    bare = _bare(kind)
    match bare:
        case inspect.FloatType() | inspect.IntType():
            whole = "a whole number, " if isinstance(bare, inspect.IntType) else ""
            return f"{whole}{bare.ge:g} to {bare.le:g} {unit}"
        case inspect.LiteralType():
            return "one of " + ", ".join(sorted(map(str, bare.values)))
        case inspect.StrType():
            return (
                f"text of {bare.min_length} to {bare.max_length} characters"
                if bare.max_length
                else f"text of {_note(kind)}"
            )
        case inspect.ListType():
            return f"an array of {bare.min_length} to {bare.max_length} tables"
        case inspect.BoolType():
            return "true or false"
    return "a table"


def range_of(path: str) -> str:
    """What the key at a path such as `phases[0].dose_mamin` accepts, in words."""
    kinds: list[inspect.Type] = [_SCHEMA]
    for step in _STEP.findall(path):
        members = [one for kind in kinds for one in _members(kind)]
        kinds = [_inside(one, step) for one in members if _has(one, step)]
    return allowed(kinds[0])


def _has(bare: Any, step: str) -> bool:
    return isinstance(bare, inspect.ListType) or any(f.encode_name == step for f in bare.fields)


def _inside(bare: Any, step: str) -> inspect.Type:
    if isinstance(bare, inspect.ListType):
        return bare.item_type
    if step == bare.tag_field:
        return _KIND
    return next(field.type for field in bare.fields if field.encode_name == step)


def _descend(value: Any, path: str) -> tuple[Any, inspect.Type]:
    """The value and the type at a path of known keys."""
    kind: inspect.Type = _SCHEMA
    for step in _STEP.findall(path):
        kind = _inside(_member(kind, value), step)
        value = value[int(step[1:-1]) if step.startswith("[") else step]
    return value, kind


def _members(kind: inspect.Type) -> list[Any]:
    """The structs of a union that a tag tells apart, or the one type that there is."""
    types = kind.types if isinstance(kind, inspect.UnionType) else ()
    structs = [one for one in types if isinstance(one, inspect.StructType)]
    return structs or [_bare(kind)]


def _member(kind: inspect.Type, value: Any) -> Any:
    """Which of them a value is; the first where it does not say."""
    members = _members(kind)
    if len(members) == 1 or not isinstance(value, dict):
        return members[0]
    tag = value.get(members[0].tag_field)
    return next((one for one in members if one.tag == tag), members[0])


def _table(
    file: str, path: str, value: dict[str, Any], struct: inspect.StructType
) -> ProtocolError | None:
    """An unknown or a missing key of one table; unknown first, it may be the missing one."""
    fields = {f.encode_name: f.type for f in struct.fields}
    for key in value:
        if key not in fields and key != struct.tag_field:
            shown = _join(path, key if key.isidentifier() else quote(key))
            return ProtocolError(file, shown, "unknown key", *_suggest(key, path, fields))
    for field in struct.fields:
        if field.required and field.encode_name not in value:
            key = _join(path, field.encode_name)
            return ProtocolError(file, key, "missing", allowed(field.type), "add it")
    return None


def _suggest(key: str, path: str, fields: dict[str, inspect.Type]) -> tuple[str, str]:
    """(allowed, hint): the same quantity in its unit, else the nearest key, else the place."""
    stem = key.rpartition("_")[0]
    for name, kind in fields.items():
        if stem and _unit(kind) and stem == name.rpartition("_")[0]:
            return f"{name}, {allowed(kind)}", f"give it in {_unit(kind)}, as {name}"
    known = _all_keys()
    if key in known:
        return ", ".join(fields), f"it belongs in {known[key]}"
    near = difflib.get_close_matches(key, fields, n=1, cutoff=0.5)
    if near:
        return f"{near[0]}, {allowed(fields[near[0]])}", f"did you mean {near[0]}?"
    return ", ".join(fields), f"remove it from {path or 'the file'}"


def _all_keys() -> dict[str, str]:
    """Every key of the schema with the table it belongs in."""
    found: dict[str, str] = {}

    def visit(kind: inspect.Type, path: str) -> None:
        for bare in _members(kind):
            if isinstance(bare, inspect.ListType):
                visit(bare.item_type, f"[[{path}]]")
            elif isinstance(bare, inspect.StructType):
                place = path if path.startswith("[") or not path else f"[{path}]"
                if bare.tag not in (None, KINDS[0]):
                    place = f"{place} of kind {bare.tag}"
                for field in bare.fields:
                    found.setdefault(field.encode_name, place or "the top of the file")
                    visit(field.type, _join(path, field.encode_name))

    visit(_SCHEMA, "")
    return found


def _hint(value: Any, kind: inspect.Type) -> str:
    unit = _unit(kind)
    if not unit:
        return "write it without quotes" if isinstance(kind, inspect.BoolType) else "correct it"
    if isinstance(value, str):
        return f"write a number without quotes, in {unit}"
    return f"write a number, in {unit}"


def _bare(kind: inspect.Type) -> Any:
    """The type inside metadata and inside `| None`."""
    if isinstance(kind, inspect.Metadata):
        return _bare(kind.type)
    if isinstance(kind, inspect.UnionType):
        return _bare(next(t for t in kind.types if not isinstance(t, inspect.NoneType)))
    return kind


def _unit(kind: inspect.Type) -> str:
    if isinstance(kind, inspect.UnionType):
        return next((unit for unit in map(_unit, kind.types) if unit), "")
    return (kind.extra or {}).get("unit", "") if isinstance(kind, inspect.Metadata) else ""


def _note(kind: inspect.Type) -> str:
    schema = kind.extra_json_schema if isinstance(kind, inspect.Metadata) else None
    return (schema or {}).get("description", "any length")


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
