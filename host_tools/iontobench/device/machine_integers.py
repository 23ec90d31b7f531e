"""Compiles methods of the core to machine integers (viper), from a source that stays plain Python.

In viper an attribute or a call gives an object, and arithmetic wants integers. So each of them
whose value is used as a number is written as `int(..)`, every parameter is annotated, and the
decorator stands in the empty line above: all lines keep their number. Results stay within 31 bits,
as the core promises, so both ways give the same. Text is replaced in place.
"""

import ast
from collections.abc import Iterator
from typing import NamedTuple


class Viper(NamedTuple):
    """A method to compile, as `Class.method`.

    `words` are its parameters that are arrays of 32 bits; `objects` the attributes that are no
    numbers.
    """

    name: str
    words: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()


def as_machine_integers(source: str, viper: Viper) -> str:
    """The same source with one method for viper.

    Raises:
        LookupError: no such method, or no empty line above it.
    """
    method = _method(ast.parse(source), viper.name)
    lines = source.splitlines(keepends=True)
    above = method.lineno - 2
    if lines[above].strip():
        raise LookupError(f"no empty line above {viper.name}")
    edits = [*_annotations(method, viper), *_conversions(method, viper)]
    for line, column, text in sorted(edits, key=lambda edit: edit[:2], reverse=True):
        raw = lines[line - 1].encode()
        lines[line - 1] = (raw[:column] + text.encode() + raw[column:]).decode()
    lines[above] = f"{' ' * method.col_offset}@micropython.viper\n"
    return "".join(lines)


_Edit = tuple[int, int, str]  # line, column, what is inserted there


def _method(tree: ast.Module, name: str) -> ast.FunctionDef:
    owner, _, wanted = name.partition(".")
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == owner:
            for method in node.body:
                if isinstance(method, ast.FunctionDef) and method.name == wanted:
                    return method
    raise LookupError(f"no method {name} to compile to machine integers")


def _annotations(method: ast.FunctionDef, viper: Viper) -> Iterator[_Edit]:
    for argument in method.args.args[1:]:
        kind = "ptr32" if argument.arg in viper.words else "int"
        yield argument.lineno, argument.end_col_offset or 0, f": {kind}"
    if any(isinstance(node, ast.Return) and node.value for node in ast.walk(method)):
        last = method.args.args[-1]
        yield last.lineno, (last.end_col_offset or 0) + 1, " -> int"


def _conversions(method: ast.FunctionDef, viper: Viper) -> Iterator[_Edit]:
    """`int(` and `)` around every attribute and call that is read as a number."""
    bare = {id(node.func) for node in ast.walk(method) if isinstance(node, ast.Call)} | {
        id(node.value) for node in ast.walk(method) if isinstance(node, ast.Attribute | ast.Expr)
    }
    for node in ast.walk(method):
        if not isinstance(node, ast.Call | ast.Attribute) or id(node) in bare:
            continue
        if isinstance(node, ast.Call) or (
            isinstance(node.ctx, ast.Load) and node.attr not in viper.objects
        ):
            yield node.lineno, node.col_offset, "int("
            yield node.end_lineno or 0, node.end_col_offset or 0, ")"
