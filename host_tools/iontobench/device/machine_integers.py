"""Compiles methods of the core to machine integers (viper), from a source that stays plain Python.

In viper an attribute, an item or a call gives an object, and arithmetic wants integers. So each of
them whose value is used as a number is written as `int(..)`, every parameter is annotated, and the
decorator stands in the empty line above: all lines keep their number. `min` and `max` of two
become a comparison: a call of theirs takes ten times as long. Results stay within 31 bits, as the
core promises, so both ways give the same. Text is replaced in place.
"""

import ast
from collections.abc import Iterator
from typing import NamedTuple


class Viper(NamedTuple):
    """A method to compile, as `Class.method`.

    `words` are its parameters that are arrays of 32 bits; `objects` the parameters and attributes
    that are no numbers; `tables` the names whose items are none.
    """

    name: str
    words: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()


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
    for line, column, until, text in sorted(edits, key=lambda edit: edit[:2], reverse=True):
        raw = lines[line - 1].encode()
        lines[line - 1] = (raw[:column] + text.encode() + raw[until:]).decode()
    lines[above] = f"{' ' * method.col_offset}@micropython.viper\n"
    return "".join(lines)


_ANSWERS = (ast.Compare, ast.BoolOp)
_Edit = tuple[int, int, int, str]  # line, column from and to, what stands there then


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
        if argument.arg not in viper.objects:
            kind = "ptr32" if argument.arg in viper.words else "int"
            yield _insert(argument.lineno, argument.end_col_offset, f": {kind}")
    if any(isinstance(node, ast.Return) and node.value for node in ast.walk(method)):
        last = method.args.args[-1]
        yield _insert(last.lineno, (last.end_col_offset or 0) + 1, " -> int")


def _conversions(method: ast.FunctionDef, viper: Viper) -> Iterator[_Edit]:
    """`int(` and `)` around all that is read as a number; `min` and `max` as comparisons."""
    bare = set(_bare(method))
    results = (node.value for node in ast.walk(method) if isinstance(node, ast.Return))
    answers = {id(result) for result in results if isinstance(result, _ANSWERS)}
    for node in ast.walk(method):
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Attribute):
            yield from _sum(node)
        if isinstance(node, ast.Call):
            yield from _denials(node)
        if id(node) in bare:
            continue
        if isinstance(node, ast.Call) and _is_choice(node):
            first, second = (_number(argument, viper) for argument in node.args)
            sign = "<" if ast.unparse(node.func) == "min" else ">"
            chosen = f"({first} if {first} {sign} {second} else {second})"
            yield node.lineno, node.col_offset, node.end_col_offset or 0, chosen
        elif isinstance(node, ast.expr) and (_is_number(node, viper) or id(node) in answers):
            yield _insert(node.lineno, node.col_offset, "int(")
            yield _insert(node.end_lineno or 0, node.end_col_offset, ")")


def _bare(method: ast.FunctionDef) -> Iterator[int]:
    """Nodes that stay as they are: called, looked into, thrown away, or part of a choice."""
    for node in ast.walk(method):
        if isinstance(node, ast.Call):
            yield id(node.func)
            if _is_choice(node):
                yield from map(id, node.args)
        elif isinstance(node, ast.Attribute | ast.Subscript | ast.Expr):
            yield id(node.value)
        elif isinstance(node, ast.For):
            yield id(node.iter)


def _is_number(node: ast.expr, viper: Viper) -> bool:
    """Whether the value of this node is an object that is read as a number."""
    if isinstance(node, ast.Attribute):
        return isinstance(node.ctx, ast.Load) and node.attr not in viper.objects
    if isinstance(node, ast.Subscript):
        name = ast.unparse(node.value).rpartition(".")[2]
        return isinstance(node.ctx, ast.Load) and name not in (*viper.words, *viper.tables)
    return isinstance(node, ast.Call)


def _is_choice(call: ast.Call) -> bool:
    """`min` or `max` of two numbers that may be read twice."""
    named = isinstance(call.func, ast.Name) and call.func.id in ("min", "max")
    simple = (ast.Name, ast.Constant, ast.Attribute)
    return named and len(call.args) == 2 and all(isinstance(one, simple) for one in call.args)


def _sum(node: ast.AugAssign) -> Iterator[_Edit]:
    """`self.at += by` reads an object too: `self.at = int(self.at) + (by)`."""
    target = ast.unparse(node.target)
    sign = ast.unparse(ast.BinOp(ast.Name(""), node.op, ast.Name(""))).strip()
    begun = f"{target} = int({target}) {sign} ("
    yield node.lineno, node.col_offset, node.value.col_offset, begun
    yield _insert(node.end_lineno or 0, node.end_col_offset, ")")


def _denials(call: ast.Call) -> Iterator[_Edit]:
    """`look(not by)` has a value that viper does not make: `look(0 if by else 1)`."""
    for node in call.args:
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            yield node.lineno, node.col_offset, node.operand.col_offset, "0 if "
            yield _insert(node.end_lineno or 0, node.end_col_offset, " else 1")


def _number(node: ast.expr, viper: Viper) -> str:
    text = ast.unparse(node)
    return f"int({text})" if _is_number(node, viper) else text


def _insert(line: int, column: int | None, text: str) -> _Edit:
    return line, column or 0, column or 0, text
