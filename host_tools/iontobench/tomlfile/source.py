"""The text of one file: read, decoded and parsed, with the line of every key.

What is no small regular file of UTF-8 TOML is one line, since nothing further can be judged. The
line of a syntax error is read from `tomllib`'s text where its error has no `lineno`: Python has
that attribute from 3.14 on. Must not know the shape of any file.
"""

import os
import re
import tomllib
from functools import cached_property
from pathlib import Path
from typing import Any

from .errors import FileError, one_line, quote
from .lines import Path as KeyPath
from .lines import lines_of, path_of

BYTES_MAX = 65536  # a hundred times the largest file that ships
_ENDING = ".toml"
_ENDLESS_KEY = re.compile(
    r"""(?<![A-Za-z0-9_."'-])(?:(?:[A-Za-z0-9_-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){1000}"""
)
_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)$")


def is_file_name(name: str) -> bool:
    """Whether a name is a path: it has a separator in it or ends in `.toml`."""
    separators = ("/", os.sep, os.altsep)
    return name.lower().endswith(_ENDING) or any(sep and sep in name for sep in separators)


def file_hint(name: str) -> str:
    """What to type for a file of one's own, where `name` is neither known nor a path."""
    if "\0" not in name and Path(name + _ENDING).is_file():
        return f"did you mean {name}{_ENDING}?"
    return f"for a file of your own give its name with {_ENDING}"


class Source:
    """One file's text as TOML; `file` is its name as the person gave it, `error` what to raise.

    Raises:
        FileError: of the kind `error`; no TOML.
    """

    def __init__(self, file: str, text: str, error: type[FileError] = FileError):
        self.file = file
        self.text = text
        self.error_type = error
        self.data = self._parsed()

    @classmethod
    def read(cls, file: str, path: Path, error: type[FileError] = FileError) -> "Source":
        """The file at `path`.

        Raises:
            FileError: of the kind `error`; no such file, not readable, too large, or no TOML.
        """
        return cls.decoded(file, _read(file, path, error), error)

    @classmethod
    def decoded(cls, file: str, raw: bytes, error: type[FileError] = FileError) -> "Source":
        """As `read`, from the bytes."""
        return cls(file, _decode(file, raw, error), error)

    def error(self, path: KeyPath, found: str, allowed: str = "", hint: str = "") -> FileError:
        """What is wrong with the key at `path`; one that is missing has its table's line."""
        return self.error_type(
            self.file, shown(path), found, allowed, hint, self.line(path) or self.line(path[:-1])
        )

    def line(self, path: KeyPath) -> int | None:
        """Where a key is, from 1; None where that is not known."""
        return self._lines.get(path)

    def locate(self, error: FileError) -> None:
        """Give an error that names a key of this file the key's line."""
        if error.line is None and error.file == self.file:
            path = path_of(error.key)
            error.line = self.line(path) or self.line(path[:-1])

    @cached_property
    def _lines(self) -> dict[KeyPath, int]:
        return lines_of(self.text, self.data)

    def _parsed(self) -> dict[str, Any]:
        try:
            if _ENDLESS_KEY.search(self.text):
                raise RecursionError  # tomllib takes a minute for a key of 30,000 parts
            return tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            words = one_line(str(error))
            raise self.error_type(
                *(self.file, "", f"not TOML: {words}", "TOML 1.0", "correct that line"),
                line=_line_of(error, words),
            ) from None
        except (ValueError, RecursionError):  # a number of thousands of digits; deep nesting
            found = "not TOML that can be read: an endless number or too deep a nesting"
            raise self.error_type(
                self.file, "", found, "TOML 1.0", "write plain numbers and tables"
            ) from None


def shown(path: KeyPath) -> str:
    """A path as people write it: `phases[0].current_ma`; odd keys in quotes, and short."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            key = step if re.fullmatch(r"[A-Za-z0-9_-]{1,60}", step) else quote(step)
            text += f".{key}" if text else key
    return text


def _line_of(error: tomllib.TOMLDecodeError, words: str) -> int | None:
    told = getattr(error, "lineno", None)
    at = _AT_LINE.search(words)
    return told if told is not None else int(at[1]) if at else None


def _read(file: str, path: Path, kind: type[FileError]) -> bytes:
    try:
        if not path.is_file():
            found = "this is no regular file" if path.exists() else "there is no such file"
            raise kind(file, "", found, "a TOML file", "check the path")
        with path.open("rb") as stream:
            raw = stream.read(BYTES_MAX + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        if isinstance(error, FileError):
            raise
        why = getattr(error, "strerror", None) or str(error)
        raise kind(file, "", f"cannot be read: {why}", "a readable TOML file") from None
    if len(raw) > BYTES_MAX:
        raise kind(
            *(file, "", "the file is too large", f"at most {BYTES_MAX} bytes"),
            "shorten it: a file of this kind has some dozen lines",
        )
    return raw


def _decode(file: str, raw: bytes, kind: type[FileError]) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        found = f"line {line} is not UTF-8"
        raise kind(file, "", found, "UTF-8 text", "save it as UTF-8", line) from None
    if text.startswith("\ufeff"):
        found = "it starts with a byte order mark"
        raise kind(file, "", found, "UTF-8 text", "save it as UTF-8 without one", 1)
    return text
