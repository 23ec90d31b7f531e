"""Class names that more than one module of the product defines."""

import ast
from pathlib import Path

from tests.arch.sources import tree

from .areas import PRODUCT, python


def shared(root: Path) -> list[dict]:
    """Each shared name with its places (file:line), by name."""
    places: dict[str, list[tuple[Path, int]]] = {}
    for path in python(root, PRODUCT):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append((path, node.lineno))
    return [
        {"name": name, "places": [f"{path.relative_to(root).as_posix()}:{n}" for path, n in found]}
        for name, found in sorted(places.items())
        if len({path for path, _ in found}) > 1
    ]
