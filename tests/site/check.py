"""Follows every link of the built site, and looks for what a browser would ask another server.

A link to another server that a reader may click is none of these: nothing is loaded by it.
"""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

_LOADED = {
    ("link", "href"),
    ("script", "src"),
    ("img", "src"),
    ("iframe", "src"),
    ("source", "src"),
}
_NOT_LOADED = ("canonical", "prev", "next")  # relations of a <link> that a browser does not fetch
_CSS_URL = re.compile(r"""(?:url\(|@import\s+)["']?((?:https?:)?//[^"')\s]+)""")


class _Page(HTMLParser):
    """The links, the loaded addresses and the anchors of one page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        for key in ("id", "name"):
            if given.get(key):
                self.anchors.add(given[key] or "")
        for key in ("href", "src"):
            value = given.get(key)
            if value is not None:
                self.links.append(value)
                is_fetched = not set((given.get("rel") or "").split()) & set(_NOT_LOADED)
                if (tag, key) in _LOADED and is_fetched:
                    self.loaded.append(value)


def warnings(said: str) -> list[str]:
    """The lines in which the site's generator warns."""
    return [
        line
        for line in said.splitlines()
        if re.search(r"\b(warning|error)s?\b|^griffe:", line, re.I)
    ]


def site(folder: Path) -> list[str]:
    """What is wrong with a built site, a line each; none where all is well."""
    read = {path: _read(path) for path in sorted(folder.rglob("*.html"))}
    wrong = []
    for path, page in read.items():
        name = path.relative_to(folder).as_posix()
        wrong += [f"{name}: asks {one}" for one in page.loaded if _is_away(one)]
        for link in page.links:
            if not _is_away(link) and not link.startswith(("data:", "mailto:", "javascript:")):
                wrong += _broken(folder, path, link, read)
    for path in sorted(folder.rglob("*.css")):
        wrong += [f"{path.name}: asks {one}" for one in _CSS_URL.findall(path.read_text("utf-8"))]
    return wrong


def _read(path: Path) -> _Page:
    page = _Page()
    page.feed(path.read_text("utf-8"))
    return page


def _is_away(link: str) -> bool:
    return link.startswith(("http://", "https://", "//"))


def _broken(folder: Path, path: Path, link: str, read: dict[Path, _Page]) -> list[str]:
    """A line where a link of the page `path` leads nowhere."""
    place, _, anchor = unquote(link).partition("#")
    place = place.partition("?")[0]
    target = (path.parent / place).resolve() if place else path
    where = f"{path.relative_to(folder).as_posix()}: {link}"
    if target.is_dir():
        target = target / "index.html"
    if not target.exists():
        return [f"{where}: no such file"]
    if anchor and anchor != "__top" and target in read and anchor not in read[target].anchors:
        return [f"{where}: no such anchor"]
    return []
