"""What is wrong with a file, each as one line for the person who wrote it.

A line is `file:line: key: what was found; allowed: ...; what to do`. Must not print: whoever runs
the command shows the lines and leaves with `exit_code`.
"""

from collections.abc import Sequence
from math import inf
from typing import Any, Self

_TEXT_MAX = 60  # of a value quoted from the file
_BITS_MAX = 8192


class FileError(ValueError):
    """One thing that is wrong with a file; `all` has it and whatever else is wrong, in order.

    Args:
        file: the file's name as the person gave it.
        key: the TOML path, such as `phases[0].current_ma`; empty for the file as a whole.
        found: what is there.
        allowed: the range, the choices or the shape that would be accepted.
        hint: what to do about it.
        line: where the key is, from 1; None where that is not known.
    """

    exit_code = 2
    is_about_file = True  # False: the file is right, or there is none

    def __init__(
        self,
        file: str,
        key: str,
        found: str,
        allowed: str = "",
        hint: str = "",
        line: int | None = None,
    ):
        super().__init__(file, key, found, allowed, hint, line)
        self.file = file
        self.key = key
        self.found = found
        self.allowed = allowed
        self.hint = hint
        self.line = line
        self.all: tuple[FileError, ...] = (self,)

    def __str__(self) -> str:
        parts = [self.found]
        if self.allowed:
            parts.append(f"allowed: {self.allowed}")
        if self.hint:
            parts.append(self.hint)
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        where = f"{where}: {self.key}" if self.key else where
        return one_line(f"{where}: {'; '.join(parts)}")

    def with_others(self, errors: "Sequence[FileError]") -> Self:
        """The same error, to raise for all of `errors`, of which it is the first."""
        self.all = tuple(errors)
        return self

    def as_dict(self) -> dict[str, Any]:
        """Plain data for `--json`."""
        names = ("file", "line", "key", "found", "allowed", "hint")
        return {name: getattr(self, name) for name in names}


def in_file(error: FileError) -> float:
    """What to sort errors of one file by: its lines; what has none comes last."""
    return inf if error.line is None else error.line


def one_line(text: str) -> str:
    """`text` without line ends, control characters or runs of blanks."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def quote(value: object) -> str:
    """A value of the file as it may be shown: short, and always on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return f"an array of {len(value)}"
    if isinstance(value, int) and value.bit_length() > _BITS_MAX:
        return "a number without an end"  # Python refuses to write it in decimals
    text = one_line(repr(value) if isinstance(value, str) else str(value))
    return text if len(text) <= _TEXT_MAX else text[:_TEXT_MAX] + "..."
