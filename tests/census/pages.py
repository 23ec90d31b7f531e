"""The markdown pages that the project holds, and the headings of each.

A page is looked for in the folder of the file that cites it, in each folder above that up to the
root, and in `docs`. A heading is known by its whole text, by its text without a leading number, by
that number, and by its link anchor; case and emphasis do not count.
"""

import functools
import os
import re
from pathlib import Path

from . import areas

_FENCE = re.compile(r"\s*(```|~~~)")
_HEADING = re.compile(r"#{1,6}\s+(.*?)[\s#]*$")
_NUMBERED = re.compile(r"(\d+(?:\.\d+)*[a-z]?)[.):]?\s+(.*)")


class Pages:
    """The pages below a root."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._held = set(areas.pages(root))

    def find(self, cited: str, citing: Path) -> Path | None:
        """The page that a file means, or None where the project does not hold it."""
        above = [one for one in citing.parents if one.is_relative_to(self._root)]
        for place in (*above, self._root / "docs"):
            page = Path(os.path.normpath(place / cited))
            if page in self._held:
                return page
        return None


@functools.cache
def headings(page: Path) -> set[str]:
    """Every way to name a section of a page, in small letters; anchors begin with #."""
    found = set()
    for line in outside_fences(page.read_text(encoding="utf-8")):
        match = _HEADING.match(line)
        if match:
            found |= _names(match[1])
    return found


def plain(text: str) -> str:
    """Text without emphasis, line ends and capitals."""
    return " ".join(re.sub(r"[`*_]", "", text).split()).lower().rstrip(".")


def outside_fences(text: str) -> list[str]:
    """The lines of a page; those of a fenced block, which is no prose, are empty."""
    lines = []
    is_fenced = False
    for line in text.splitlines():
        is_mark = _FENCE.match(line) is not None
        lines.append("" if is_fenced or is_mark else line)
        is_fenced ^= is_mark
    return lines


def _names(heading: str) -> set[str]:
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    names = {plain(text), "#" + re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")}
    numbered = _NUMBERED.match(plain(text))
    return names | set(numbered.groups()) if numbered else names
