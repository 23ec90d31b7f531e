"""Makes matplotlib's SVG fit to be one of several inside a page that people print and hear read.

Every id gets the plot's own prefix, colours become the page's variables (so that a dark page has
light lines), a title and a description go first, and whatever names a tool or a time goes out.
"""

import re

from markupsafe import Markup, escape

# What plots.py draws with -> the page's variable. The value stays as the fallback.
COLOURS = {
    "#fefefe": "page",
    "#1b2733": "ink",
    "#5b6774": "faint",
    "#dde3e9": "grid",
    "#0b62a8": "current",
    "#8a94a0": "set",
    "#8a4b00": "voltage",
    "#00716b": "load",
    "#5a3ea6": "dose",
    "#c02020": "fault",
    "#b86e00": "warn",
    "#e3edf6": "phase-a",
    "#c9dff0": "phase-b",
    "#eceff2": "phase-off",
}
PAGE, INK, FAINT, GRID, CURRENT, SET, VOLTAGE, LOAD, DOSE, FAULT, WARN, *_PHASES = COLOURS
PHASE_A, PHASE_B, PHASE_OFF = _PHASES
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"


def finish(raw: str, prefix: str, title: str, description: str) -> Markup:
    """One `<svg>` element, ready for a page.

    Args:
        raw: what matplotlib wrote.
        prefix: unique on the page; every id begins with it.
        title: what the plot is, short.
        description: what it shows, for those who do not see it.
    """
    text = raw[raw.index("<svg") :].strip()
    text = re.sub(r"\s*<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->\n?", "", text, flags=re.DOTALL)
    text = re.sub(r'\bid="(?:matplotlib\.)?([^"]+)"', rf'id="{prefix}-\1"', text)
    text = re.sub(r'(xlink:href=")#', rf"\1#{prefix}-", text)
    text = re.sub(r"url\(#", f"url(#{prefix}-", text)
    text = re.sub(r"\bd=\"[^\"]*\"", lambda path: _short(path[0]), text)
    text = re.sub(r"'DejaVu Sans'[^;\"]*?(?=[;\"])", _FONT, text)
    for colour, name in COLOURS.items():
        text = text.replace(colour, f"var(--{name}, {colour})")
    head, rest = text.split(">", 1)
    view = re.search(r'viewBox="[^"]*"', head)
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'{view[0] if view else ""} role="img" '
        f'aria-labelledby="{prefix}-title {prefix}-desc">\n'
        f'<title id="{prefix}-title">{escape(title)}</title>\n'
        f'<desc id="{prefix}-desc">{escape(description)}</desc>'
    )
    return Markup(opening + rest)


def _short(path: str) -> str:
    """Two decimals of a point are a hundredth of a pixel: no platform differs in them."""
    rounded = re.sub(r"-?\d+\.\d{3,}", lambda found: f"{float(found[0]):.2f}", path)
    return re.sub(r"\s*\n", " ", rounded)
