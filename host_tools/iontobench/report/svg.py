"""A figure as one `<svg>` element for a page that people print and hear read.

matplotlib leaves out what names a tool or a time; its SVG is then parsed and changed as XML. Every
id gets the plot's own prefix, colours become the page's variables (so that a dark page has light
lines), and a title and a description go first. matplotlib has no option for these: its ids are the
same in every figure, and it knows neither CSS variables nor `<desc>`.
"""

import io
import xml.etree.ElementTree as ET
from typing import Any

from markupsafe import Markup

from .plot_style import COLOURS, FONT

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_PAGE_FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
# Without these four, which it writes by itself, matplotlib writes no metadata at all.
NO_METADATA: dict[str, Any] = {"Creator": None, "Date": None, "Format": None, "Type": None}

ET.register_namespace("", _SVG)
ET.register_namespace("xlink", _XLINK)


def as_svg(figure: Any, prefix: str, title: str, description: str) -> Markup:
    """One `<svg>` element of a figure, ready for a page.

    Args:
        figure: matplotlib's.
        prefix: unique on the page; every id begins with it.
        title: what the plot is, short.
        description: what it shows, for those who do not see it.
    """
    raw = io.StringIO()
    figure.savefig(raw, format="svg", transparent=True, metadata=NO_METADATA)
    drawn = ET.fromstring(raw.getvalue())
    for element in drawn.iter():
        _fit(element, prefix)
    root = ET.Element(drawn.tag, {"viewBox": drawn.get("viewBox", ""), "role": "img"})
    for name, text in (("title", title), ("desc", description)):
        ET.SubElement(root, f"{{{_SVG}}}{name}", {"id": f"{prefix}-{name}"}).text = text
    root.set("aria-labelledby", f"{prefix}-title {prefix}-desc")
    root.extend(drawn)
    return Markup(ET.tostring(root, encoding="unicode"))


def _fit(element: ET.Element, prefix: str) -> None:
    """Change one element's attributes in place."""
    for name, value in element.items():
        if name == "id":
            value = f"{prefix}-{value.removeprefix('matplotlib.')}"
        elif name == f"{{{_XLINK}}}href":
            value = f"#{prefix}-{value.removeprefix('#')}"
        elif name == "d":
            value = " ".join(map(_short, value.split()))
        elif name == "style":
            value = "; ".join(_declared(one.strip()) for one in value.split(";"))
        element.set(name, value.replace("url(#", f"url(#{prefix}-"))


def _short(word: str) -> str:
    """Two decimals of a point are a hundredth of a pixel: no platform differs in them."""
    is_long = len(word.partition(".")[2]) > 2
    return f"{float(word):.2f}" if is_long else word


def _declared(declaration: str) -> str:
    """One declaration of a style, in the page's font and colours."""
    before, quote, _ = declaration.partition(f"'{FONT}'")
    if quote:
        return before + _PAGE_FONTS
    name, colon, value = declaration.partition(": ")
    if value in COLOURS:
        value = f"var(--{COLOURS[value]}, {value})"
    return f"{name}{colon}{value}"
