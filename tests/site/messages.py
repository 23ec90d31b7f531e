"""The messages that the host tools print when something cannot be done, found in their sources.

A message is the text of an error that a command turns into one line. `…` stands for what is filled
in. Parts that only a developer of this project runs are left out.
"""

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

from tests.arch.sources import HOST, files, tree

GAP = "…"
_DEVELOPERS = (
    *("benchmarks", "circuit", "compiled", "testing", "sim"),
    *("chip/native", "chip/cache", "chip/usb", "chip/machine"),
    *("device/build", "device/inline", "device/machine_integers", "device/native_methods"),
)
_OF_PYTHON = frozenset(
    f"{name}Error"
    for name in (
        *("Value", "Type", "Runtime", "Key", "Index", "OS", "Attribute", "Import", "Lookup"),
        *("FileExists", "FileNotFound", "NotImplemented", "UnicodeEncode"),
    )
)


def texts(folders: tuple[Path, ...]) -> set[str]:
    """Every string of the sources, on one line each."""
    return {
        _one_line(_text(node))
        for path in files(*folders)
        for node in ast.walk(tree(path))
        if _is_text(node)
    }


@functools.cache
def told() -> dict[str, str]:
    """Each message of an error that a user may meet, and the file that it stands in."""
    found: dict[str, str] = {}
    for path in files(HOST):
        name = path.relative_to(HOST).as_posix()
        if not name.startswith(_DEVELOPERS):
            for message in _of_file(path):
                found.setdefault(message, name)
    return found


def _of_file(path: Path) -> Iterator[str]:
    for function in ast.walk(tree(path)):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and _is_error(node.func):
                    given = [_values(argument, function) for argument in node.args]
                    if len(given) > 1:  # the pieces of one line
                        given = [["; ".join(one for values in given for one in values)]]
                    yield from (_one_line(one) for values in given for one in values)


def _is_error(called: ast.expr) -> bool:
    name = ast.unparse(called).rpartition(".")[2]
    return name.endswith("Error") and name not in _OF_PYTHON


def _values(node: ast.expr, function: ast.FunctionDef) -> list[str]:
    """The texts that an expression may have; of a name those that the function gives it."""
    if isinstance(node, ast.IfExp):
        return _values(node.body, function) + _values(node.orelse, function)
    if _is_text(node):
        return [_text(node)]
    if not isinstance(node, ast.Name):
        return []
    return [
        text
        for given in ast.walk(function)
        if isinstance(given, ast.Assign) and not isinstance(given.value, ast.Name)
        if node.id in [ast.unparse(target) for target in given.targets]
        for text in _values(given.value, function)
    ]


def _is_text(node: ast.AST) -> bool:
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Add) and (_is_text(node.left) or _is_text(node.right))
    is_plain = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return is_plain or isinstance(node, ast.JoinedStr)


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(one) for one in node.values)
    if isinstance(node, ast.BinOp):
        return _text(node.left) + _text(node.right)
    return GAP


def _one_line(text: str) -> str:
    return " ".join(text.split())
