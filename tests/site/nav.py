"""The navigation of the site: what docs/zensical.toml lists."""

import re
import tomllib
from pathlib import Path

from tests.arch.sources import ROOT

CONFIG = ROOT / "docs" / "zensical.toml"
COMING = ("page.md",)  # listed before it is written; its line is left out until then


def listed(text: str | None = None) -> list[str]:
    """Every page of the navigation, in its order."""
    nav = tomllib.loads(text or CONFIG.read_text("utf-8"))["project"]["nav"]
    return list(_pages(nav))


def present(target: Path) -> str:
    """The configuration, without the lines of coming pages that `target` does not have yet."""
    text = CONFIG.read_text("utf-8")
    for page in COMING:
        if not (target / page).exists():
            text = re.sub(rf'^ *\{{ "[^"]+" = "{re.escape(page)}" \}},\n', "", text, flags=re.M)
    return text


def _pages(entry):
    if isinstance(entry, str):
        yield entry
    else:
        for one in entry if isinstance(entry, list) else entry.values():
            yield from _pages(one)
