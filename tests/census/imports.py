"""Who imports whom among the modules of the product, read from the syntax trees.

An import inside a function, or under TYPE_CHECKING, does not run when its module is loaded: such
an import is marked, because a circle through it does not fail at start. `import_module("name")`
is an import too. The packages above an imported module are not counted as imported.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.arch.sources import tree

from .areas import PRODUCT, python

AT_LOAD, IN_FUNCTION, FOR_TYPES = "at_load", "in_function", "for_types"


class Import(NamedTuple):
    """One module names another; both as dotted names."""

    source: str
    target: str
    when: str


def modules(root: Path) -> dict[str, Path]:
    """The dotted name of each module of the product, and its file."""
    return {_dotted(root, path): path for path in python(root, PRODUCT)}


def imports(root: Path) -> list[Import]:
    """Every import of one module of the product by another."""
    known = modules(root)
    found = {
        Import(name, target, when)
        for name, path in known.items()
        for node, when in _statements(tree(path), AT_LOAD)
        for target in _targets(node, _package(name, path), known)
        if target != name
    }
    return sorted(found)


def counts(root: Path) -> dict[str, int]:
    """How many pairs of modules there are of each kind of import."""
    kinds = [one.when for one in imports(root)]
    return {when: kinds.count(when) for when in (AT_LOAD, IN_FUNCTION, FOR_TYPES)}


def folder(module: str, path: Path) -> str:
    """The package that a module belongs to; a package's own `__init__` belongs to it.

    The entries of the top package, `import iontobench` and `python -m iontobench`, stand for
    themselves: they name what other modules hold, and nobody imports them.
    """
    if path.parent.name == module.partition(".")[0] and path.stem in ("__init__", "__main__"):
        return f"{module.partition('.')[0]}.{path.stem}"
    return _package(module, path) or module


def _dotted(root: Path, path: Path) -> str:
    area = path.relative_to(root).parts[0]
    base = root if area == "boards" else root / area
    parts = path.relative_to(base).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _package(module: str, path: Path) -> str:
    return module if path.name == "__init__.py" else module.rpartition(".")[0]


def _statements(node: ast.AST, when: str) -> Iterator[tuple[ast.AST, str]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom | ast.Call):
            yield child, when
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _statements(child, IN_FUNCTION)
        elif isinstance(child, ast.If) and _name(child.test) == "TYPE_CHECKING":
            yield from _statements(ast.Module(child.body, []), FOR_TYPES)
            yield from _statements(ast.Module(child.orelse, []), when)
        else:
            yield from _statements(child, when)


def _name(node: ast.expr) -> str:
    """The last part of a plain or dotted name, "" for anything else."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _targets(node: ast.AST, package: str, known: dict[str, Path]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name in known)
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            parts = package.split(".")
            base = ".".join(parts[: len(parts) - node.level + 1] + ([base] if base else []))
        for alias in node.names:
            name = f"{base}.{alias.name}"
            found = name if name in known else base
            if found in known:
                yield found
    elif isinstance(node, ast.Call) and _name(node.func) == "import_module":
        yield from (one.value for one in node.args if getattr(one, "value", None) in known)
