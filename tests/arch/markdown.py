"""Reads markdown pages for tests: the tables below each heading, and the fenced blocks."""

import re
from pathlib import Path
from typing import NamedTuple

_FENCE = re.compile(r"```(\w*)")
_RULE = re.compile(r"[|\s:-]+")
_MARK = re.compile(r"<!-- (not run|run in a copy|file|edit): (.+?) -->")


class Block(NamedTuple):
    """A fenced block: its first line's number, its language, its lines.

    `mark` and `note` are of the comment right above it: `not run` with the reason, `run in a copy`
    of the tree, `file` with the name that a reader gives it, `edit` with the file that it changes.
    """

    page: Path
    line: int
    language: str
    lines: list[str]
    mark: str
    note: str

    @property
    def not_run(self) -> str:
        """Why it is not run, "" where it is."""
        return self.note if self.mark == "not run" else ""


def tables(page: Path) -> dict[str, list[list[str]]]:
    """The rows below each heading, without head and rule; a cell without its backticks."""
    found: dict[str, list[list[str]]] = {}
    heading, is_body = "", False
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        if not line.startswith("|"):
            is_body = False
        elif _RULE.fullmatch(line):
            is_body = True
        elif is_body:
            cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
            found.setdefault(heading, []).append([cell.strip() for cell in cells])
    return found


def column(page: Path, heading: str, at: int = 0) -> list[str]:
    """One column of the table below a heading, without backticks."""
    return [row[at].replace("`", "") for row in tables(page)[heading]]


def names(cell: str) -> list[str]:
    """What stands in backticks in a cell."""
    return re.findall(r"`([^`]+)`", cell)


def sections(page: Path) -> dict[str, str]:
    """The text below each heading, on one line."""
    found: dict[str, str] = {}
    heading = ""
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        else:
            found[heading] = f"{found.get(heading, '')} {line}"
    return {name: " ".join(text.split()) for name, text in found.items()}


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page; a comment `<!-- mark: note -->` right above one marks it."""
    found: list[Block] = []
    mark, is_open = ("", ""), False
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        fence = _FENCE.match(line)
        if is_open and fence:
            mark, is_open = ("", ""), False
        elif fence:
            is_open = True
            found.append(Block(page, number, fence[1], [], *mark))
        elif is_open:
            found[-1].lines.append(line)
        elif line.strip():
            given = _MARK.search(line)
            mark = (given[1], given[2]) if given else ("", "")
    return found
