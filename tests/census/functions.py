"""The longest functions, in lines from `def` to the last line; decorators do not count."""

import ast
from pathlib import Path

from tests.arch.sources import tree

from .areas import AREAS, python


def longest(root: Path, count: int) -> list[dict]:
    """The longest functions of the product and the tests, the longest first."""
    rows = [
        (node.end_lineno - node.lineno + 1, f"{name}:{node.lineno}", node.name)
        for path in python(root, AREAS)
        for name in [path.relative_to(root).as_posix()]
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    rows.sort(key=lambda row: (-row[0], row[1:]))
    return [{"lines": n, "place": place, "name": name} for n, place, name in rows[:count]]
