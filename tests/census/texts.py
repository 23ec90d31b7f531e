"""The texts of a file in which citations stand: comments, docstrings, strings, prose.

A string that is nothing but a file's name is a path that code opens, and no citation.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.arch.sources import tree

from .pages import outside_fences

_SUFFIX = ".md"
_PATH = re.compile(r"[\w./*-]*")
_OPENED = re.compile(r"""^\s*[rbuf]*["']""", re.IGNORECASE)
_CLOSED = re.compile(r"""["']\s*$""")
_TRIPLE = re.compile(r"""[rbuf]*("{3}|'{3})(.*)\1""", re.IGNORECASE | re.DOTALL)


class Text(NamedTuple):
    """A run of lines that are read together; the first is at `numbers[0]` of the file."""

    path: Path
    lines: list[str]
    numbers: list[int]
    is_whole_file: bool = False

    @property
    def body(self) -> str:
        return "\n".join(self.lines)

    def line_at(self, offset: int) -> int:
        """The line in the file of a place in the body."""
        return self.numbers[self.body.count("\n", 0, offset)]


def of_python(path: Path) -> Iterator[Text]:
    """The comments and the strings of a Python file that name a page."""
    source = path.read_text(encoding="utf-8")
    if _SUFFIX in source:
        yield from _comments(path, source)
        for node in _strings(tree(path)):
            lines = _unquoted(ast.get_source_segment(source, node) or "")
            yield Text(path, lines, [node.lineno + n for n in range(len(lines))])


def of_page(path: Path) -> Text:
    """The prose of a markdown page."""
    return _whole(path, outside_fences(path.read_text(encoding="utf-8")))


def of_toml(path: Path) -> Text:
    """The lines of a TOML file, without the marks of comments."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return _whole(path, [line.lstrip("# ") for line in lines])


def _whole(path: Path, lines: list[str]) -> Text:
    return Text(path, lines, list(range(1, len(lines) + 1)), is_whole_file=True)


def _comments(path: Path, source: str) -> Iterator[Text]:
    """Comments on lines that follow each other are one text: a citation may be wrapped."""
    run = Text(path, [], [])
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            number = token.start[0]
            if run.numbers and number != run.numbers[-1] + 1:
                yield run
                run = Text(path, [], [])
            run.lines.append(token.string.lstrip("#: "))
            run.numbers.append(number)
    if run.numbers:
        yield run


def _strings(node: ast.AST) -> Iterator[ast.expr]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.JoinedStr):
            parts = [one.value for one in child.values if isinstance(one, ast.Constant)]
            if any(_SUFFIX in str(part) for part in parts):
                yield child
        elif isinstance(child, ast.Constant) and isinstance(child.value, str):
            if _SUFFIX in child.value and not _PATH.fullmatch(child.value):
                yield child
        else:
            yield from _strings(child)


def _unquoted(segment: str) -> list[str]:
    """The lines of a string as written, without the quotes of its pieces."""
    triple = _TRIPLE.fullmatch(segment)
    if triple:
        return triple[2].splitlines()
    lines = segment.replace('\\"', '"').splitlines()
    return [_CLOSED.sub("", _OPENED.sub("", line)) for line in lines]
