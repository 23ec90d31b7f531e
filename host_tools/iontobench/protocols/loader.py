"""Finds, reads and validates protocol files; everything wrong becomes one `ProtocolError`.

A name finds a protocol that ships with this package; anything with a separator in it or ending
in `.toml` is a path. Two steps: the shape of the file, and, where that is right, what its phases
have to agree on. Each step tells everything that it finds. Must not compile.

A protocol's name is its file's own, as far as that is a name. A record's folder has the name, so
it holds a-z, 0-9 and - alone: a file `M_high 2.toml` is the protocol `m-high-2`. A file of whose
name nothing is left (`___.toml`) may hold any name.
"""

import difflib
import re
from pathlib import Path
from typing import Any

import msgspec

from iontobench.disk import slug
from iontobench.tomlfile.errors import FileError, quote
from iontobench.tomlfile.judge import read_as
from iontobench.tomlfile.near import misspelt
from iontobench.tomlfile.source import Source, file_hint, is_file_name

from .limits import PROFILES, Profile
from .schema import KINDS, NAME_MAX, NAME_PATTERN, Protocol, ProtocolFile
from .schema_errors import ProtocolError, UnknownNameError, check_phases

_SHIPPED = Path(__file__).resolve().parent


def list_protocols() -> list[str]:
    """The names of the protocols that ship, sorted."""
    return sorted(path.stem for path in _SHIPPED.glob("*.toml"))


def load(name_or_path: str) -> Protocol:
    """Read a protocol by its name, or from a path (it has a separator or ends in `.toml`).

    Raises:
        ProtocolError: a line with the file, the key, what is allowed and what to do; `all` has
            every line.
    """
    text = str(name_or_path)
    if is_file_name(text):
        path = Path(text)
        return _protocol(Source.read(text, path, ProtocolError), path.stem)
    names = list_protocols()
    if text not in names:
        near = difflib.get_close_matches(text, names, n=1)
        hint = f"did you mean {near[0]}?" if near else file_hint(text)
        raise UnknownNameError(
            "protocols", "", f"there is none named {text!r}", ", ".join(names), hint
        )
    return _protocol(Source.read(f"{text}.toml", _SHIPPED / f"{text}.toml", ProtocolError), text)


def parse(file: str, raw: bytes, stem: str) -> Protocol:
    """Validate the bytes of one file whose name without its ending is `stem`.

    Raises:
        ProtocolError: as `load`.
    """
    return _protocol(Source.decoded(file, raw, ProtocolError), stem)


def profile(name: str) -> Profile:
    """The limits profile of that name.

    Raises:
        UnknownNameError: no such profile.
    """
    if name not in PROFILES:
        near = difflib.get_close_matches(name, PROFILES, n=1)
        hint = f"did you mean {near[0]}?" if near else "choose one of them"
        raise UnknownNameError(
            "limits profile", "", f"there is none named {name!r}", ", ".join(PROFILES), hint
        )
    return PROFILES[name]


def is_name(text: object) -> bool:
    """Whether a protocol can be called so."""
    return isinstance(text, str) and re.fullmatch(NAME_PATTERN, text) is not None


def name_for(stem: str) -> str | None:
    """The name for a file that is called `stem`.toml; None where it leaves the choice."""
    return stem if is_name(stem) else slug(stem, NAME_MAX) or None


def _protocol(source: Source, stem: str) -> Protocol:
    content = read_as(
        source,
        _with_kinds(source.data),
        ProtocolFile,
        also=_check_name(source, stem),
        hints={"name": _name_hint(stem)},
    )
    if errors := check_phases(source, content):
        raise errors[0].with_others(errors)
    return Protocol(file=source.file, toml=source.text, **msgspec.structs.asdict(content))


def _name_hint(stem: str) -> str:
    """What to do about a name that cannot be."""
    name = name_for(stem)
    return f'write name = "{name}", after the file' if name else ""


def _check_name(source: Source, stem: str) -> list[FileError]:
    """What is wrong with a name that could be one, but is not the file's."""
    name, told = name_for(stem), source.data.get("name")
    if name is None or told == name or not is_name(told):
        return []
    return [source.error(("name",), f"found {quote(told)}", repr(name), _name_hint(stem))]


def _with_kinds(data: dict[str, Any]) -> dict[str, Any]:
    """The same; a phase that does not say its kind is a hold."""
    phases = data.get("phases")
    if not isinstance(phases, list):
        return data
    return data | {"phases": [_with_kind(phase) for phase in phases]}


def _with_kind(phase: Any) -> Any:
    if not isinstance(phase, dict) or misspelt("kind", phase):
        return phase
    return {"kind": KINDS[0], **phase}
