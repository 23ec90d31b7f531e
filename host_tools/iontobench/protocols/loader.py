"""Finds, reads and validates protocol files; everything wrong becomes one `ProtocolError`.

A name finds a protocol that ships with this package; anything with a separator in it or ending
in `.toml` is a path. Must not compile, and must not open more than a small regular file.
"""

import difflib
import os
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from .errors import ProtocolError, one_line
from .explain import explain
from .phases import check_phases
from .schema import KINDS, Protocol, ProtocolFile

_SHIPPED = Path(__file__).resolve().parent
_BYTES_MAX = 65536  # a hundred times the largest file that ships


def list_protocols() -> list[str]:
    """The names of the protocols that ship, sorted."""
    return sorted(path.stem for path in _SHIPPED.glob("*.toml"))


def load(name_or_path: str) -> Protocol:
    """Read a protocol by its name, or from a path (it has a separator or ends in `.toml`).

    Raises:
        ProtocolError: one line with the file, the key, what is allowed and what to do.
    """
    text = str(name_or_path)
    if text.endswith(".toml") or any(sep and sep in text for sep in ("/", os.sep, os.altsep)):
        return parse(text, _read(text, Path(text)), Path(text).stem)
    names = list_protocols()
    if text not in names:
        near = difflib.get_close_matches(text, names, n=1)
        hint = f"did you mean {near[0]}?" if near else "for a file of your own end it in .toml"
        raise ProtocolError(
            "protocols", "", f"there is none named {text!r}", ", ".join(names), hint
        )
    return parse(f"{text}.toml", _read(text, _SHIPPED / f"{text}.toml"), text)


def parse(file: str, raw: bytes, stem: str) -> Protocol:
    """Validate the bytes of one file whose name without its ending is `stem`.

    Raises:
        ProtocolError: as `load`.
    """
    text = _decode(file, raw)
    data = _with_kinds(_toml(file, text))
    try:
        content = msgspec.convert(data, ProtocolFile)
    except msgspec.ValidationError as error:
        raise explain(file, data, error) from None
    if content.name != stem:
        raise ProtocolError(
            file, "name", f"found {content.name!r}", f"{stem!r}", "it must be the file's own name"
        )
    check_phases(file, content)
    return Protocol(file=file, toml=text, **msgspec.structs.asdict(content))


def _read(file: str, path: Path) -> bytes:
    try:
        if not path.is_file():
            found = "this is no regular file" if path.exists() else "there is no such file"
            raise ProtocolError(file, "", found, "a TOML file", "check the path")
        with path.open("rb") as stream:
            raw = stream.read(_BYTES_MAX + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        if isinstance(error, ProtocolError):
            raise
        why = getattr(error, "strerror", None) or str(error)
        raise ProtocolError(file, "", f"cannot be read: {why}", "a readable TOML file") from None
    if len(raw) > _BYTES_MAX:
        allowed = f"at most {_BYTES_MAX} bytes"
        raise ProtocolError(file, "", "the file is too large", allowed, "is it a protocol?")
    return raw


def _decode(file: str, raw: bytes) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        found = f"line {line} is not UTF-8"
        raise ProtocolError(file, "", found, "UTF-8 text", "save it as UTF-8") from None
    if text.startswith("\ufeff"):
        found = "it starts with a byte order mark"
        raise ProtocolError(file, "", found, "UTF-8 text", "save it as UTF-8 without one")
    return text


def _toml(file: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProtocolError(
            file, "", f"not TOML: {one_line(str(error))}", "TOML 1.0", "correct that line"
        ) from None
    except (ValueError, RecursionError):  # a number of thousands of digits; deep nesting
        found = "not TOML that can be read: an endless number or too deep a nesting"
        raise ProtocolError(file, "", found, "TOML 1.0", "write plain numbers") from None


def _with_kinds(data: dict[str, Any]) -> dict[str, Any]:
    """The same; a phase that does not say its kind is a hold."""
    phases = data.get("phases")
    if not isinstance(phases, list):
        return data
    named = [{"kind": KINDS[0], **phase} if isinstance(phase, dict) else phase for phase in phases]
    return data | {"phases": named}
