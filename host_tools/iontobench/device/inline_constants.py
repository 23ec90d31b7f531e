"""Writes public constants of other modules as literals, which MicroPython's own `const` cannot.

A public constant of another module costs the chip a global look-up or two in every tick; as a
literal it costs nothing. Text is replaced in place, on its own line, so that a traceback still
names the right line. Only names whose value is an `int` made by `const(..)` in a module of
`ionto.core` are touched, and only where nothing in the file binds them again.
"""

import ast
import importlib
from pathlib import Path

_CORE = "ionto.core"


def constants_of(module: str) -> dict[str, int]:
    """The `NAME = const(..)` of a module of `ionto.core`, by name."""
    loaded = importlib.import_module(f"{_CORE}.{module}")
    tree = ast.parse(Path(loaded.__file__ or "").read_text("utf-8"))
    names = [
        node.targets[0].id
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name)
        and node.value.func.id == "const"
    ]
    return {name: getattr(loaded, name) for name in names}


def inline_constants(source: str) -> str:
    """The same source with constants of the core as literals."""
    tree = ast.parse(source)
    names, modules = _imported(tree)
    bound = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    } | {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    lines = source.splitlines(keepends=True)
    edits = [
        (node.lineno, node.col_offset, node.end_col_offset or 0, value)
        for node in ast.walk(tree)
        if isinstance(node, ast.expr)
        and (value := _value(node, names, modules, bound)) is not None
    ]
    for line, start, end, value in sorted(edits, reverse=True):
        raw = lines[line - 1].encode()
        literal = f"({value})" if value < 0 else str(value)
        lines[line - 1] = (raw[:start] + literal.encode() + raw[end:]).decode()
    return "".join(lines)


def _imported(tree: ast.Module) -> tuple[dict[str, int], dict[str, dict[str, int]]]:
    """Constants imported by name, and core modules imported whole."""
    names: dict[str, int] = {}
    modules: dict[str, dict[str, int]] = {}
    for node in tree.body:
        if not isinstance(node, ast.ImportFrom) or not node.level:
            continue
        package = (node.module or "").removeprefix("core").lstrip(".")
        for alias in node.names:
            if package:
                known = _constants_or_none(package)
                if alias.name in known:
                    names[alias.asname or alias.name] = known[alias.name]
            elif known := _constants_or_none(alias.name):
                modules[alias.asname or alias.name] = known
    return names, modules


def _constants_or_none(module: str) -> dict[str, int]:
    try:
        return constants_of(module)
    except ModuleNotFoundError:
        return {}


def _value(
    node: ast.expr, names: dict[str, int], modules: dict[str, dict[str, int]], bound: set[str]
) -> int | None:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        if isinstance(node.ctx, ast.Load) and node.value.id not in bound:
            return modules.get(node.value.id, {}).get(node.attr)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in bound:
        return names.get(node.id)
    return None
