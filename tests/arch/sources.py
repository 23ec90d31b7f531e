"""The project's Python sources, parsed once, and what they import."""

import ast
import functools
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIRMWARE = ROOT / "firmware"
IONTO = FIRMWARE / "ionto"
CORE = IONTO / "core"
HOST = ROOT / "host_tools" / "iontobench"
BOARDS = ROOT / "boards"
SIM = HOST / "sim"


def files(*folders):
    """All Python files below, sorted."""
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


def name(path):
    """A path as tests print it."""
    return path.relative_to(ROOT).as_posix()


@functools.cache
def tree(path):
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def stored(node):
    """The names that a class or a function assigns on `self`."""
    return {
        part.attr
        for part in ast.walk(node)
        if isinstance(part, ast.Attribute)
        and isinstance(part.ctx, ast.Store)
        and isinstance(part.value, ast.Name)
        and part.value.id == "self"
    }


def package(path):
    """The dotted package that holds a file of the firmware or of the host tools; "" elsewhere."""
    for root in (FIRMWARE, ROOT / "host_tools"):
        if path.is_relative_to(root):
            return ".".join(path.parent.relative_to(root).parts)
    return ""


@functools.cache
def imports(path, top_level=False):
    """Absolute names of what a file imports: modules, and for `from m import n` also `m.n`."""
    nodes = ast.iter_child_nodes(tree(path)) if top_level else ast.walk(tree(path))
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = package(path).split(".")
                base = ".".join(parts[: len(parts) - node.level + 1] + ([base] if base else []))
            found.add(base)
            found |= {f"{base}.{alias.name}" for alias in node.names}
        elif top_level and isinstance(node, ast.Try | ast.If):
            found |= _inside(node)
    return frozenset(found)


def _inside(node):
    found = set()
    for child in ast.walk(node):
        if isinstance(child, ast.Import):
            found |= {alias.name for alias in child.names}
        elif isinstance(child, ast.ImportFrom):
            found.add(child.module or "")
    return found


def within(imported, *allowed):
    """Those imports that are in none of the allowed packages."""
    return {
        one
        for one in imported
        if not any(one == prefix or one.startswith(prefix + ".") for prefix in allowed)
    }
