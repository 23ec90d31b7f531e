"""The pages of the site: which files they come from, and their links there.

A page of `docs/` keeps its place. The pages elsewhere get a place of the site (`_ELSEWHERE`, and
boards' pages a name of their folder). A link to another file of the project leads to a copy of
it in `files/`. Markdown is left as it is, but for two habits of GitHub's that Python-Markdown
does not have: lists indented by two, and lists right below a paragraph.
"""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from tests.arch.sources import ROOT
from tests.census.pages import headings

from . import notebook

_ELSEWHERE = {
    "README.md": "project/readme.md",
    "CHANGELOG.md": "project/changelog.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "firmware/DESIGN.md": "project/design.md",
    "docs/README.md": "reference/index.md",
}
_LINK = re.compile(r"\[([^\[\]]*)\]\(([^)\s#]*)(#[^)\s]*)?\)")
_SOURCE = re.compile(r"\[(?:F\d+|RP2040-E\d+)(?:, (?:F\d+|RP2040-E\d+))*\](?!\()")
_CITED = re.compile(r"\[((?:docs|firmware|boards)/[\w./-]+\.md)(, ([^\[\]]+))?\](?!\()")
_ITEM = re.compile(r"( *)([-*]|1\.) ")
_IN_LIST = re.compile(r" *(?:[-*]|\d+\.) | +\S")
_FENCE = re.compile(r" *```")
_CODE = re.compile(r"(^ *```.*?^ *```$)", re.MULTILINE | re.DOTALL)
_DEEPER = {0: 0, 2: 4, 3: 4, 5: 8}  # spaces of GitHub's lists -> Python-Markdown's


def sources(root: Path = ROOT) -> dict[str, str]:
    """Each page of the project, by its path, and its place in the site."""
    found = {name: place for name, place in _ELSEWHERE.items() if (root / name).exists()}
    for page in sorted((root / "docs").rglob("*.md")):
        name = page.relative_to(root).as_posix()
        found.setdefault(name, name.removeprefix("docs/"))
    for page in sorted((root / "docs").rglob("*.ipynb")):
        name = page.relative_to(root).as_posix()
        found[name] = name.removeprefix("docs/").replace(".ipynb", ".md")
    for page in sorted((root / "boards").rglob("README.md")):
        folder = page.parent.relative_to(root / "boards").as_posix()
        found[page.relative_to(root).as_posix()] = f"boards/{folder.replace('/', '-')}.md"
    return found


def stage(target: Path, root: Path = ROOT) -> None:
    """Copy every page into the folder `target`, with the files that the pages link to."""
    places = sources(root)
    for name, place in places.items():
        text = (root / name).read_text("utf-8")
        if name.endswith(".ipynb"):
            text = notebook.as_page(text)
        write(target / place, for_site(text, name, places, target, root))
    shutil.copytree(root / "docs" / "pictures", target / "pictures", dirs_exist_ok=True)


def write(path: Path, text: str) -> None:
    """A text file, and the folders that it needs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def for_site(
    text: str,
    name: str,
    places: dict[str, str],
    target: Path,
    root: Path = ROOT,
    base: str | None = None,
) -> str:
    """The text of the page `name` as the site's generator takes it.

    Its links begin in its own folder, or in `base`. Files that it links to are copied to `target`.
    """
    here = PurePosixPath(places[name]).parent
    folder = PurePosixPath(name).parent if base is None else PurePosixPath(base)

    def there(match: re.Match) -> str:
        text, link, anchor = match[1], match[2], match[3] or ""
        if not link or "://" in link or link.startswith("data:"):
            return match[0]
        path = os.path.normpath(folder / link).replace(os.sep, "/")
        if (root / path).is_dir() and f"{path}/README.md" not in places:
            return f"{text} (`{path}`)"
        return f"[{text}]({_relative(_place(path, places, target, root), here)}{anchor})"

    def cited(match: re.Match) -> str:
        place = places.get(match[1])
        if place is None:
            return match[0]
        anchor = _anchor(root / match[1], match[3] or "")
        return f"{match[0]}({_relative(place, here)}{anchor})"

    def sourced(match: re.Match) -> str:
        return f"{match[0]}({_relative('sources.md', here)})"

    def linked(part: str) -> str:
        return _SOURCE.sub(sourced, _CITED.sub(cited, _LINK.sub(there, part)))

    parts = _CODE.split(text)  # text and code by turns
    parts[::2] = map(linked, parts[::2])
    return "".join(f"{line}\n" for line in _lines("".join(parts)))


def _lines(text: str) -> Iterator[str]:
    """The lines of a page with its lists as Python-Markdown wants them; code as it is."""
    shift, is_code, before = 0, False, ""
    for line in text.splitlines():
        indent = len(line) - len(line.lstrip(" "))
        if not is_code:
            shift = _DEEPER.get(indent, 2 * indent) - indent
            if _ITEM.match(line) and before.strip() and not _IN_LIST.match(before):
                yield ""
        yield " " * shift + line if line.strip() else ""
        is_code ^= bool(_FENCE.match(line))
        before = line


def _place(path: str, places: dict[str, str], target: Path, root: Path) -> str:
    """Where a file of the project is in the site; a file that is no page is copied there."""
    if path in places:
        return places[path]
    if f"{path}/README.md" in places:
        return places[f"{path}/README.md"]
    if path.startswith("docs/pictures/"):
        return path.removeprefix("docs/")
    if (root / path).is_file():
        copy = target / "files" / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / path, copy)
    return f"files/{path}"


def _relative(place: str, here: PurePosixPath) -> str:
    return os.path.relpath(place, here).replace(os.sep, "/")


def _anchor(page: Path, section: str) -> str:
    """The anchor of the heading that a citation names; what follows it is a place within."""
    for end in [match.start() for match in re.finditer(r"[,:;]|$", section)]:
        name = slug(section[:end])
        if section and f"#{name}" in headings(page):
            return f"#{name}"
    return ""


def slug(heading: str) -> str:
    """The anchor of a heading, as Python-Markdown makes it."""
    plain = re.sub(r"[^\w\s-]", "", heading.replace("`", "")).strip().lower()
    return re.sub(r"[-\s]+", "-", plain)
