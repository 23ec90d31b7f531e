"""The areas of the project, their files and their sizes in lines.

An area is a folder below the root; documents are counted wherever they lie. A hidden folder and
`node_modules` hold nothing of the project.
"""

import statistics
from pathlib import Path

from tests.arch.sources import files

PRODUCT = ("firmware", "host_tools", "boards")
AREAS = (*PRODUCT, "tests")
SMALL_LINES = 60  # fewer than these are counted apart: a fragment, or a concept of its own


def python(root: Path, areas: tuple[str, ...]) -> list[Path]:
    """The Python files of some areas, sorted within each."""
    return [path for area in areas for path in files(root / area) if _is_ours(root, path)]


def pages(root: Path) -> list[Path]:
    """The markdown pages of the project, sorted."""
    return sorted(root.glob("*.md")) + _below(root, "*.md", (*AREAS, "docs"))


def toml(root: Path) -> list[Path]:
    """The TOML files of the areas, sorted."""
    return _below(root, "*.toml", AREAS)


def sizes(root: Path) -> dict[str, dict[str, float]]:
    """Of each area: Python files, their lines, the median, and how many are small."""
    found = {area: _sizes(python(root, (area,))) for area in AREAS}
    return {**found, "docs": _sizes(pages(root))}


def _sizes(paths: list[Path]) -> dict[str, float]:
    lines = [len(path.read_text(encoding="utf-8").splitlines()) for path in paths]
    return {
        "files": len(lines),
        "lines": sum(lines),
        "median_lines": statistics.median(lines) if lines else 0,
        "under_60_lines": sum(count < SMALL_LINES for count in lines),
    }


def _below(root: Path, pattern: str, areas: tuple[str, ...]) -> list[Path]:
    found = (path for area in areas for path in (root / area).rglob(pattern))
    return sorted(path for path in found if _is_ours(root, path))


def _is_ours(root: Path, path: Path) -> bool:
    folders = path.relative_to(root).parts[:-1]
    return not any(one.startswith(".") or one == "node_modules" for one in folders)
