"""Finds the line of every key of a TOML file that `tomllib` has already accepted.

`tomllib` keeps no positions, and another parser might accept other files than `tomllib` does. So
the text is read a second time, for its keys alone: values are
skipped over. The keys found have to be exactly those of the parsed data; where they are not, there
are no lines at all, since a wrong line is worse than none. Must not judge TOML.
"""

import re
import tomllib
from typing import Any

Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_ONE_LINE = {'"': re.compile(r'"(?:[^"\\]|\\.)*"'), "'": re.compile(r"'[^']*'")}
_MANY_LINES = {
    '"""': re.compile(r'"""(?:[^\\]|\\.)*?"""(?:"{0,2})', re.DOTALL),
    "'''": re.compile(r"'''.*?'''(?:'{0,2})", re.DOTALL),
}
_DEPTH_MAX = 50  # no file of ours is deeper; the time and the memory for paths grow as its square
_SCALAR = re.compile(r"[^,\]}\n#]+")


def lines_of(text: str, data: dict[str, Any]) -> dict[Path, int]:
    """The line, from 1, of each key, table and array element of `data`.

    A table has the line of its own header; without one, of what first names it.
    """
    scanner = _Scanner(text.replace("\r\n", "\n"))
    try:
        found = scanner.scan()
    except (_LostError, ValueError, RecursionError):
        return {}
    return found if found.keys() == _paths(data) else {}


def path_of(key: str) -> Path:
    """A key as it is shown, such as `phases[0].current_ma`, as a path."""
    steps = re.findall(r"[A-Za-z0-9_-]+|\[\d+\]", key)
    return tuple(int(step[1:-1]) if step.startswith("[") else step for step in steps)


def _paths(data: dict[str, Any]) -> set[Path]:
    found: set[Path] = set()
    waiting: list[tuple[Path, Any]] = [((), data)]
    while waiting:
        path, value = waiting.pop()
        found.add(path)
        if isinstance(value, dict):
            waiting += [((*path, key), inner) for key, inner in value.items()]
        elif isinstance(value, list):
            waiting += [((*path, index), inner) for index, inner in enumerate(value)]
    found.discard(())
    return found


class _LostError(Exception):
    """The scanner does not know where it is."""


class _Scanner:
    """One walk over the text; `_at` is the place of the next character."""

    def __init__(self, text: str):
        self._text = text
        self._at = 0
        self._counted_to = 0
        self._line = 1
        self._found: dict[Path, int] = {}
        self._valued: set[Path] = set()
        self._lengths: dict[Path, int] = {}  # of arrays of tables

    def scan(self) -> dict[Path, int]:
        """Every key with its line.

        Raises:
            _LostError: something that cannot be at its place.
        """
        table: Path = ()
        while True:
            self._match(_BLANK)
            if self._at == len(self._text):
                return self._found
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> Path:
        """`[a.b]` or `[[a.b]]`; returns the path of the table that it opens."""
        many = self._text.startswith("[[", self._at)
        self._at += 2 if many else 1
        *outer, last = self._keys()
        path: Path = ()
        for key in outer:
            path = self._newest((*path, key))
            self._note(path)
        path = (*path, last)
        if many:
            self._note(path)
            index = self._lengths[path] = self._lengths.get(path, 0) + 1
            path = (*path, index - 1)
        else:
            path = self._newest(path)
            self._found.pop(path, None)  # `[a]` below `[a.b]`: its own header is its place
        self._note(path)
        self._expect("]]" if many else "]")
        return path

    def _newest(self, path: Path) -> Path:
        """The last element where the path is an array of tables."""
        if path not in self._lengths:
            return path
        return (*path, self._lengths[path] - 1)

    def _pair(self, table: Path) -> None:
        """`a.b = value` in a table."""
        path = table
        for key in self._keys():
            path = (*path, key)
            self._note(path)
        if path in self._valued:
            raise _LostError
        self._valued.add(path)
        self._expect("=")
        self._match(_SPACE)
        self._value(path)

    def _keys(self) -> list[str]:
        keys: list[str] = []
        while True:
            self._match(_SPACE)
            keys.append(self._key())
            self._match(_SPACE)
            if not self._text.startswith(".", self._at):
                return keys
            self._at += 1

    def _key(self) -> str:
        mark = self._text[self._at : self._at + 1]
        if mark not in _ONE_LINE or not mark:
            return self._take(_BARE_KEY)
        quoted = self._take(_ONE_LINE[mark])
        return tomllib.loads(f"key = {quoted}")["key"]

    def _value(self, path: Path) -> None:
        for mark, whole in (*_MANY_LINES.items(), *_ONE_LINE.items()):
            if self._text.startswith(mark, self._at):
                self._take(whole)
                return
        if self._text.startswith("[", self._at):
            self._array(path)
        elif self._text.startswith("{", self._at):
            self._inline(path)
        else:
            self._take(_SCALAR)

    def _array(self, path: Path) -> None:
        self._at += 1
        index = 0
        while not self._ends("]"):
            self._note((*path, index))
            self._value((*path, index))
            self._comma("]")
            index += 1

    def _inline(self, path: Path) -> None:
        self._at += 1
        while not self._ends("}"):
            self._pair(path)
            self._comma("}")

    def _ends(self, mark: str) -> bool:
        self._match(_BLANK)
        if not self._text.startswith(mark, self._at):
            return False
        self._at += 1
        return True

    def _comma(self, end: str) -> None:
        """Over a comma, which only the end may stand for."""
        self._match(_BLANK)
        if self._text.startswith(",", self._at):
            self._at += 1
        elif not self._text.startswith(end, self._at):
            raise _LostError

    def _note(self, path: Path) -> None:
        if len(path) > _DEPTH_MAX:
            raise _LostError
        if path not in self._found:
            self._line += self._text.count("\n", self._counted_to, self._at)
            self._counted_to = self._at
            self._found[path] = self._line

    def _expect(self, mark: str) -> None:
        self._match(_SPACE)
        if not self._text.startswith(mark, self._at):
            raise _LostError
        self._at += len(mark)

    def _take(self, pattern: re.Pattern[str]) -> str:
        start = self._at
        self._match(pattern)
        if self._at == start:
            raise _LostError
        return self._text[start : self._at]

    def _match(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self._text, self._at)
        if found:
            self._at = found.end()
