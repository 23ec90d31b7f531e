"""Holds the data of a file against the shape that a msgspec struct gives, and tells every error.

msgspec judges, one key at a time, so that one error does not hide the next: `msgspec.convert`
stops at its first error and gives that one's path in its text alone. The path of an error is that
of the walk through the tables here, so no text of msgspec is taken apart. A key that is probably
another one misspelt is one error: the other one is not told as missing too. Units are the ranges'.
Must not know what a file means.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import inf
from types import MappingProxyType
from typing import Annotated, Any, TypeVar, get_args, get_origin

import msgspec
from msgspec import Struct, inspect

from . import ranges
from .errors import FileError, in_file, one_line, quote
from .lines import Path
from .near import misspelt, near_choice, near_key
from .source import Source

Shape = TypeVar("Shape", bound=Struct)
_SUGGESTED_MAX = 200  # keys of one file for which the nearest is looked up: it takes 0.5 ms
_NAMED_MAX = 24  # keys that a line names
_NOTHING: Mapping[str, str] = MappingProxyType({})


def read_as(
    source: Source,
    data: dict[str, Any],
    shape: type[Shape],
    *,
    also: Sequence[FileError] = (),
    hints: Mapping[str, str] = _NOTHING,
    barred: Mapping[str, str] = _NOTHING,
    given: Mapping[str, Any] = _NOTHING,
) -> Shape:
    """The struct that `data` makes.

    Args:
        source: the text, for the lines.
        data: what it says, with anything that goes without saying filled in.
        also: what is known to be wrong already.
        hints: what to do about a key of the top, where that is more than its type can tell.
        barred: keys of the shape that are no business of a file, and what to do about one.
        given: their values.

    Raises:
        FileError: `all` has everything that is not of this shape: what is wrong, then what is
            missing, each in the order of the text.
    """
    errors, content = list(also), None
    fallback = "no file of this kind"
    if not barred.keys() & source.data.keys():
        try:
            content = msgspec.convert({**data, **given}, shape)
        except msgspec.ValidationError as error:
            fallback = one_line(str(error))
    if content is None:
        judge = _Judge(source, shape, hints, barred)
        judge.table((), data, shape)
        found = [
            *sorted([*errors, *judge.wrong], key=in_file),
            *sorted(judge.missing, key=in_file),
        ]
        errors = found or [source.error((), fallback)]
    if content is None or errors:
        raise errors[0].with_others(errors)
    return content


class _Judge:
    """One file's judgement; `wrong` and `missing` grow."""

    def __init__(
        self,
        source: Source,
        shape: type[Struct],
        hints: Mapping[str, str],
        barred: Mapping[str, str],
    ):
        self._source = source
        self._places = _places(shape)
        self._hints = hints
        self._barred = barred
        self.wrong: list[FileError] = []
        self.missing: list[FileError] = []

    def table(self, path: Path, value: dict[str, Any], shape: type[Struct]) -> None:
        """Unknown keys, keys that are missing, and the values of the others."""
        fields = {
            field.encode_name: field
            for field in msgspec.structs.fields(shape)
            if path or field.encode_name not in self._barred
        }
        kinds = {name: inspect.type_info(field.type) for name, field in fields.items()}
        tag = shape.__struct_config__.tag_field
        absent = kinds.keys() - value.keys()
        for key in value:
            if key not in fields and key != tag:
                absent.discard(self._unknown(path, key, kinds, absent))
        for name, field in fields.items():
            if name in value:
                self._value((*path, name), value[name], field.type, kinds[name])
            elif field.required and name in absent:
                hint = self._hint_of((*path, name)) or "add it"
                allowed = ranges.allowed(kinds[name], name)
                self.missing.append(self._source.error((*path, name), "missing", allowed, hint))

    def _value(self, path: Path, value: Any, of: Any, kind: inspect.Type) -> None:
        found = ranges.bare(kind)
        if isinstance(found, inspect.ListType):
            self._array(path, value, found, kind, of)
        elif isinstance(ranges.members(kind)[0], inspect.StructType):
            self._one_of(path, value, kind)
        elif not _is(value, of):
            hint = self._hint_of(path) or _hint(value, kind, str(path[-1]))
            self._add(path, f"found {quote(value)}", ranges.allowed(kind, str(path[-1])), hint)

    def _array(
        self, path: Path, value: Any, found: inspect.ListType, kind: inspect.Type, of: Any
    ) -> None:
        least, most = found.min_length or 0, found.max_length or len(value)
        if not isinstance(value, list) or not least <= len(value) <= most:
            hint = "correct it"
            if isinstance(value, dict):
                hint = f"write [[{path[-1]}]] for each"
            self._add(path, f"found {quote(value)}", ranges.allowed(kind), hint)
        has_tables = isinstance(ranges.members(found.item_type)[0], inspect.StructType)
        for index, one in enumerate(value if isinstance(value, list) else ()):
            if has_tables:
                self._one_of((*path, index), one, found.item_type)
            else:
                self._value((*path, index), one, _of_items(of), found.item_type)

    def _one_of(self, path: Path, value: Any, kind: inspect.Type) -> None:
        """A table of one shape, or of one of those that a tag tells apart."""
        structs = ranges.members(kind)
        if not isinstance(value, dict):
            self._add(path, f"found {quote(value)}", "a table", "write a table")
            return
        tag = structs[0].tag_field
        if tag is None or len(structs) == 1:
            self.table(path, value, structs[0].cls)
            return
        tags = {one.tag: one for one in structs}
        if tag not in value and (wrong := misspelt(tag, value)):
            allowed = f"{tag}, one of {', '.join(tags)}"
            self._add((*path, wrong), "unknown key", allowed, f"did you mean {tag}?")
            value = {tag if key == wrong else key: one for key, one in value.items()}
        told = value.get(tag)
        near = told if isinstance(told, str) and told in tags else near_choice(told, tags)
        if near != told or near is None:
            hint = f"did you mean {near!r}?" if near else "choose one of them"
            self._add((*path, tag), f"found {quote(told)}", f"one of {', '.join(tags)}", hint)
        if near is not None:
            self.table(path, value, tags[near].cls)

    def _unknown(
        self, path: Path, key: str, kinds: Mapping[str, inspect.Type], absent: set[str]
    ) -> str:
        """Tell an unknown key; returns the key that was probably meant, or nothing."""
        if not path and key in self._barred:
            self._add((key,), "unknown key", _names(kinds), self._barred[key])
            return ""
        meant, allowed, hint = self._suggest(path, key, kinds, absent)
        self._add((*path, key), "unknown key", allowed, hint)
        return meant

    def _suggest(
        self, path: Path, key: str, kinds: Mapping[str, inspect.Type], absent: set[str]
    ) -> tuple[str, str, str]:
        """The same quantity in its unit, else the nearest key, else the place of this one."""
        stem = key.rpartition("_")[0]
        for name, kind in kinds.items():
            if stem and stem == name.rpartition("_")[0] and (unit := ranges.unit(kind, name)):
                hint = f"give it in {unit}, as {name}"
                return self._meant(name, kind, hint, absent)
        if key in self._places:
            return "", _names(kinds), f"it belongs in {self._places[key]}"
        near = near_key(key, kinds) if len(self.wrong) < _SUGGESTED_MAX else None
        if near:
            return self._meant(near, kinds[near], f"did you mean {near}?", absent)
        table = self._source_name(path)
        return "", _names(kinds), f"remove it from {table}"

    def _meant(
        self, name: str, kind: inspect.Type, hint: str, absent: set[str]
    ) -> tuple[str, str, str]:
        allowed = f"{name}, {ranges.allowed(kind, name)}"
        if name not in absent:
            return "", allowed, f"remove it: there is {name} too"
        return name, allowed, hint

    def _source_name(self, path: Path) -> str:
        return self._source.error(path, "").key or "the file"

    def _hint_of(self, path: Path) -> str:
        return self._hints.get(str(path[0]), "") if len(path) == 1 else ""

    def _add(self, path: Path, found: str, allowed: str, hint: str) -> None:
        self.wrong.append(self._source.error(path, found, allowed, hint))


def _names(kinds: Iterable[str]) -> str:
    """The keys that there are; of many the first ones."""
    names = list(kinds)
    more = f" and {len(names) - _NAMED_MAX} more" if len(names) > _NAMED_MAX else ""
    return ", ".join(names[:_NAMED_MAX]) + more


def _of_items(of: Any) -> Any:
    """The type of an array's items, from the array's own."""
    while get_origin(of) is Annotated:
        of = get_args(of)[0]
    return get_args(of)[0]


def _is(value: Any, of: Any) -> bool:
    try:
        msgspec.convert(value, of)
    except msgspec.ValidationError:
        return False
    return True


def _hint(value: Any, kind: inspect.Type, key: str) -> str:
    """What to do about a value that its type does not take."""
    found, unit = ranges.bare(kind), ranges.unit(kind, key)
    if choices := ranges.choices(kind):
        near = near_choice(value, choices)
        return f"did you mean {near!r}?" if near else "choose one of them"
    if isinstance(found, inspect.FloatType | inspect.IntType):
        what = "write a number"
        if isinstance(value, str):
            what = "write a number without quotes"
        elif not isinstance(value, bool) and isinstance(value, int | float) and abs(value) < inf:
            what = "choose a number in that range"
        return what + (f", in {unit}" if unit else "")
    if isinstance(found, inspect.BoolType):
        return "write it without quotes"
    return "correct it" if isinstance(value, str) else "write it in quotes"


def _places(shape: type[Struct]) -> dict[str, str]:
    """Every key of the shape with the table it belongs in."""
    found: dict[str, str] = {}

    def visit(kind: inspect.Type, path: str) -> None:
        structs = [ranges.bare(one) for one in ranges.members(kind)]
        for number, one in enumerate(structs):
            if isinstance(one, inspect.ListType):
                visit(one.item_type, f"[[{path}]]")
            elif isinstance(one, inspect.StructType):
                place = path if path.startswith("[") or not path else f"[{path}]"
                place += f" of kind {one.tag}" if number else ""
                for field in one.fields:
                    found.setdefault(field.encode_name, place or "the top of the file")
                    visit(field.type, f"{path}.{field.encode_name}" if path else field.encode_name)

    visit(inspect.type_info(shape), "")
    return found
