"""Citations of pages, and those that lead nowhere.

A page is cited by its file's name. Its section is given in one of these ways: after a comma in
square brackets, or in a comment or string that begins with the page, or with a semicolon and the
page (up to the next semicolon; what follows a further comma or a colon is a place within the
section); after a comma in quotes; by a number; by a link's anchor. Addresses on the web are no
pages.
"""

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from . import areas, texts
from .pages import Pages, headings, plain
from .texts import Text

_URL = re.compile(r"\w+://[^\s)>\]]+")
_PAGE = re.compile(r"(?<![\w./*}-])[\w./-]*\w\.md\b(?!\w)")
_BRACKETS = re.compile(r"\[[^\[\]]*\]")
_NUMBER = re.compile(r"(?:,?\s+section)?\s+(\d+[a-z]?)\b")
_QUOTED = re.compile(r""",\s+["“]([^"”]+)["”]""")
_ANCHOR = re.compile(r"(#[\w-]+)")
_LISTED = re.compile(r",\s+([^;\]]+)")
_ENDS = re.compile(r"[,:]|\.\s|$")


class Citation(NamedTuple):
    """A page that a text names, and the section that it names of it, "" for none."""

    path: Path
    line: int
    page: str
    section: str


def unresolved(root: Path) -> list[dict]:
    """Each citation without its page or its section: where it stands, and what is missing."""
    return missing(every(root), root)


def missing(cited: list[Citation], root: Path) -> list[dict]:
    """Those of these citations without their page or section, as `unresolved` tells them."""
    pages = Pages(root)
    found = []
    for one in cited:
        lacks = _missing(one, pages)
        if lacks:
            where = f"{one.path.relative_to(root).as_posix()}:{one.line}"
            section = _cuts(one.section)[0] if one.section else ""
            found.append({"place": where, "page": one.page, "section": section, "missing": lacks})
    return found


def citations(text: Text) -> Iterator[Citation]:
    """The citations of one text."""
    body = _URL.sub(lambda match: " " * len(match[0]), text.body)
    spans = [match.span() for match in _BRACKETS.finditer(body)]
    is_cited = not text.is_whole_file and _PAGE.match(body.lstrip("; \n")) is not None
    for match in _PAGE.finditer(body):
        place = match.start()
        is_listed = is_cited or any(first < place < last for first, last in spans)
        section = " ".join(_section(body, match.end(), is_listed).split())
        yield Citation(text.path, text.line_at(place), match[0], section)


def every(root: Path) -> list[Citation]:
    """Each citation of the tree, sorted."""
    python = chain.from_iterable(map(texts.of_python, areas.python(root, areas.AREAS)))
    pages = map(texts.of_page, areas.pages(root))
    toml = map(texts.of_toml, areas.toml(root))
    return sorted({one for text in chain(python, pages, toml) for one in citations(text)})


def _section(body: str, after: int, is_listed: bool) -> str:
    for form in (_ANCHOR, _NUMBER, _QUOTED, *([_LISTED] if is_listed else [])):
        match = form.match(body, after)
        if match:
            return "" if _PAGE.match(match[1]) else match[1]
    return ""


def _missing(one: Citation, pages: Pages) -> str:
    page = pages.find(one.page, one.path)
    if page is None:
        return "page"
    known = headings(page)
    return (
        "" if not one.section or any(plain(c) in known for c in _cuts(one.section)) else "section"
    )


def _cuts(section: str) -> list[str]:
    """What may be the heading: the text up to each comma, colon and full stop, shortest first."""
    return [section[: match.start()] for match in _ENDS.finditer(section)]
