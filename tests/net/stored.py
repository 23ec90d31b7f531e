"""The net as stored: text of one block a session, an item a line, and how two of them differ."""

import difflib
from pathlib import Path

from .recording import Items

_MARK, _INDENT = "# ", "    "
Net = dict[str, Items]


def read(path: Path) -> Net:
    """A stored net: items of each session by its title; none where nothing is stored."""
    net: Net = {}
    if not path.exists():
        return net
    items: Items = {}
    lines: list[str] = []
    for line in path.read_text("utf-8").splitlines():
        if line.startswith(_MARK):
            items = net[line.removeprefix(_MARK)] = {}
        elif line.startswith(_INDENT):
            lines.append(line.removeprefix(_INDENT))
        elif line:
            name, _, value = line.partition(": ")
            lines = items[name.removesuffix(":")] = [value] if value else []
    return net


def write(path: Path, net: Net) -> None:
    """Store a net, as `read` reads it."""
    text = []
    for title, items in net.items():
        text.append(f"{_MARK}{title}")
        for name, lines in items.items():
            if len(lines) == 1:
                text.append(f"{name}: {lines[0]}")
            else:
                text += [f"{name}:", *(_INDENT + line for line in lines)]
        text.append("")
    path.write_text("\n".join(text), encoding="utf-8")


def differences(stored: Net, found: Net) -> list[str]:
    """What changed, a block of lines for each session and item; empty where nothing did."""
    told = []
    for title in {**stored, **found}:
        was, now = stored.get(title), found.get(title)
        if was is None or now is None:
            told.append(f"{title}: {'not stored' if was is None else 'stored, but no session'}")
            continue
        for name in {**was, **now}:
            before, after = was.get(name, []), now.get(name, [])
            if before != after:
                rows = difflib.unified_diff(before, after, n=0, lineterm="")
                changed = [row for row in rows if not row.startswith(("---", "+++", "@@"))]
                told.append("\n".join([f"{title}: {name}", *(f"  {row}" for row in changed)]))
    return told
