"""The largest attribute tables of the firmware: attributes of `self` of a class and its bases.

MicroPython keeps an object's attributes in a hash table, which grows only when a new attribute
finds no slot [MicroPython 1.26, py/map.c]. A look-up compares entry after entry until it meets the
name or a free slot. A method is looked up there first and is not there: in a full table that
compares every entry, so that a tick is slower.
"""

import ast
from pathlib import Path

from tests.arch.sources import stored, tree

from .areas import python

# The sizes that a table takes, one after the other [MicroPython 1.26, py/map.c].
_SLOTS = (0, 2, 4, 6, 8, 10, 12, 17, 23, 29, 37, 47, 59, 73, 97, 127, 167, 223, 293)


def largest(root: Path, count: int) -> list[dict]:
    """The classes with the most attributes, with the slots that their table has and has free."""
    classes = {
        node.name: (path, node)
        for path in python(root, ("firmware",))
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef)
    }
    rows = []
    for name, (path, node) in classes.items():
        size = len(_attributes(name, classes, ()))
        slots = next((slots for slots in _SLOTS if slots >= size), size)
        place = f"{path.relative_to(root).as_posix()}:{node.lineno}"
        row = {"attributes": size, "slots": slots, "free": slots - size}
        rows.append({**row, "place": place, "name": name})
    return sorted(rows, key=lambda row: (-row["attributes"], row["place"]))[:count]


def _attributes(name: str, classes: dict, under: tuple[str, ...]) -> set[str]:
    """The names that a class and its bases assign on `self`."""
    _, node = classes[name]
    found = stored(node)
    for base in node.bases:
        parent = base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")
        if parent in classes and parent not in (name, *under):
            found |= _attributes(parent, classes, (name, *under))
    return found
