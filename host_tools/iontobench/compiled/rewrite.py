"""Prepares a source for Cython: what a type cannot say, in the same places and lines.

Five changes, each of which keeps the meaning:

- a constant of a module (`NAME`, `codes.NAME`) becomes its number;
- a bound method that is kept in an attribute or a local name is called on its object, a function
  that is kept so by its own name;
- a method of the base class, `super().wait()`, is named, `Base.wait(self)`;
- an element of an array of words is read from and written to its C array;
- an imported function with declared types is imported by Cython, for a call without objects.

Text is replaced within its line, so that a traceback names the source's own line.
"""

import ast
import importlib
import re
from collections.abc import Iterable, Iterator

from . import select
from .declarations import Declarations, Function, functions_of, kept_functions

SAMPLES, TABLE = "SampleBuffer", "WordTable"  # the types of what `words` makes
_ARRAYS = (SAMPLES, TABLE)
_CONSTANT = re.compile(r"_?[A-Z][A-Z0-9_]*")
_MATH = ("exp", "ldexp", "sqrt")  # of `math`: the C library's own, which `math` calls
Edit = tuple[int, int, int, str]  # line, first and last byte, new text
Known = dict[str, Declarations]  # by module


class RewriteError(ValueError):
    """A source that is written in a way that this module does not understand; one line."""


def prepared(text: str, module: str, known: Known) -> str:
    """The source of `module` for Cython.

    Args:
        known: what is declared of each compiled module.

    Raises:
        RewriteError: a construct that cannot be rewritten.
    """
    tree = ast.parse(text)
    lines = text.splitlines(keepends=True)
    edits = [*_constants(tree, module)]
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            edits += _methods(node, known, module, functions_of(tree))
        elif isinstance(node, ast.FunctionDef):
            types = known[module].functions.get(node.name, Function({}))
            edits += _arrays(node, types, {})
    _edit(lines, edits)
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            _import(node, module, known, lines)
    return "".join(lines)


def _edit(lines: list[str], edits: list[Edit]) -> None:
    """Change the lines; a change within another's place is none any more."""
    by_line: dict[int, list[Edit]] = {}
    for edit in set(edits):
        by_line.setdefault(edit[0], []).append(edit)
    for line, found in by_line.items():
        raw = lines[line - 1].encode()
        for edit in sorted(found, reverse=True):
            _, start, end, new = edit
            outer = [one for one in found if one[1] <= start and end <= one[2] and one != edit]
            if not outer:
                raw = raw[:start] + new.encode() + raw[end:]
        lines[line - 1] = raw.decode()


def _at(node: ast.expr | ast.stmt, new: str) -> Edit:
    if node.end_lineno != node.lineno:
        raise RewriteError(f"line {node.lineno}: longer than a line")
    return node.lineno, node.col_offset, node.end_col_offset or 0, new


# Constants


def _constants(tree: ast.Module, module: str) -> Iterator[Edit]:
    """Every use of a constant of this or another module, outside of the imports."""
    bound = _bound(tree)
    own = {name for name in _top_names(tree) if bound.get(name) == 1}
    numbers = {name: _number(module, name) for name in own if _CONSTANT.fullmatch(name)}
    whole = _modules_imported(tree, module)
    for name, (source, constant) in _constants_imported(tree, module).items():
        if name not in bound:
            numbers[name] = _number(source, constant)
    for node in ast.walk(tree):
        value = None
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            value = numbers.get(node.id)
        elif isinstance(node, ast.Attribute) and _CONSTANT.fullmatch(node.attr):
            owner = node.value.id if isinstance(node.value, ast.Name) else ""
            is_module = owner in whole and owner not in bound
            value = _number(whole[owner], node.attr) if is_module else None
        if value is not None:
            yield _at(node, f"({value!r})" if value < 0 else repr(value))  # type: ignore[arg-type]


def constant_sources(modules: Iterable[str]) -> set[str]:
    """The modules that `modules` take constants from, and those that these take theirs from."""
    found: set[str] = set()
    waiting = [*modules]
    while waiting:
        module = waiting.pop()
        tree = ast.parse(select.source_of(module).read_text("utf-8"))
        new = {source for source in _constant_givers(tree, module) if source not in found}
        found |= new
        waiting += new
    return found


def _constant_givers(tree: ast.Module, module: str) -> Iterator[str]:
    for source, name in _constants_imported(tree, module).values():
        if select.source_of(source).is_file() and _number(source, name) is not None:
            yield source
    whole = _modules_imported(tree, module)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and _CONSTANT.fullmatch(node.attr):
            source = whole.get(ast.unparse(node.value))
            if source and _number(source, node.attr) is not None:
                yield source


def _constants_imported(tree: ast.Module, module: str) -> dict[str, tuple[str, str]]:
    """Module and name of each constant that is imported, by its name here."""
    return {
        alias.asname or alias.name: (_source(node, module), alias.name)
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if _CONSTANT.fullmatch(alias.name)
    }


def _modules_imported(tree: ast.Module, module: str) -> dict[str, str]:
    """Each module of this project that is imported whole, by its name here."""
    named = {
        alias.asname or alias.name: f"{_source(node, module)}.{alias.name}"
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name.islower()
    }
    return {name: source for name, source in named.items() if _is_module(source)}


def _bound(tree: ast.Module) -> dict[str, int]:
    """How often each name is bound, wherever, but for imports."""
    count: dict[str, int] = {}
    for node in ast.walk(tree):
        name = None
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            name = node.id
        elif isinstance(node, ast.arg):
            name = node.arg
        if name is not None:
            count[name] = count.get(name, 0) + 1
    return count


def _top_names(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                for each in target.elts if isinstance(target, ast.Tuple) else [target]:
                    if isinstance(each, ast.Name):
                        yield each.id


def _number(module: str, name: str) -> int | float | None:
    value = getattr(importlib.import_module(module), name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if abs(value) < 2**63 else None


def _source(node: ast.ImportFrom, module: str) -> str:
    if not node.level:
        return node.module or ""
    package = module.rsplit(".", node.level)[0]
    return f"{package}.{node.module}" if node.module else package


def _is_module(name: str) -> bool:
    if not name.startswith(("ionto.", "iontobench.")):
        return False
    try:
        importlib.import_module(name)
    except ModuleNotFoundError:
        return False
    return True


# Kept functions and arrays


def _methods(node: ast.ClassDef, known: Known, module: str, others: set[str]) -> Iterator[Edit]:
    typed = known[module].classes.get(node.name)
    if typed is None:
        return
    declared = set(typed.attributes) | _base_attributes(known, typed.base)
    short = kept_functions(node, declared, others)
    chains: dict[str, str] = {}
    functions = [one for one in node.body if isinstance(one, ast.FunctionDef)]
    for function in functions:
        chains |= _chains(function, short, others)
    if lost := short - set(chains):
        raise RewriteError(f"{node.name}: {', '.join(sorted(lost))}: of no attribute; declare it")
    for function in functions:
        yield from _calls(function, chains)
        yield from _supers(function, typed.base)
        types = typed.methods.get(function.name, Function({}))
        lists = {name: kind for name, kind in typed.attributes.items() if kind in _ARRAYS}
        yield from _arrays(function, types, lists)


def _base_attributes(known: Known, base: str) -> set[str]:
    """What a class inherits, from whichever module: no two classes have the same name."""
    for found in known.values():
        typed = found.classes.get(base)
        if typed is not None:
            return set(typed.attributes) | _base_attributes(known, typed.base)
    return set()


def _chains(function: ast.FunctionDef, short: set[str], others: set[str]) -> dict[str, str]:
    """Of each kept function, where it is: `_check` is `self.supervisor.check`."""
    names = {name: name for name in ("self", *others)}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], node.value
            if isinstance(target, ast.Name) and (chain := _chain(value, names)):
                names[target.id] = chain
            elif isinstance(value, ast.Name) and _own(target) not in ("", *short):
                names.setdefault(value.id, f"self.{_own(target)}")
    found = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
            name = node.targets[0].attr
            if name in short and (chain := _chain(node.value, names)):
                found[name] = chain
    return found


def _chain(node: ast.expr, names: dict[str, str]) -> str | None:
    """`self.a.b` of an expression, where it is one; a local name counts as what it stands for."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute) and (chain := _chain(node.value, names)):
        return f"{chain}.{node.attr}"
    return None


def _calls(function: ast.FunctionDef, chains: dict[str, str]) -> Iterator[Edit]:
    """Calls of kept functions, where they are; keeping them does nothing any more."""
    local: dict[str, str] = {}
    gone: set[ast.expr] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], node.value
            if _own(target) in chains:
                yield _at(node, "pass")
                gone |= {target, value}
            elif _own(value) in chains and isinstance(target, ast.Name):
                local[target.id] = chains[_own(value)]
                yield _at(node, "pass")
                gone |= {target, value}
    for node in ast.walk(function):
        if node in gone or not isinstance(node, ast.expr):
            continue
        if isinstance(node, ast.Name) and node.id in local:
            yield _at(node, local[node.id])
        elif _own(node) in chains:
            yield _at(node, chains[_own(node)])


def _supers(function: ast.FunctionDef, base: str) -> Iterator[Edit]:
    """`super().wait()` is `Base.wait(self)`: a typed method has no cell for its class."""
    for node in ast.walk(function):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and ast.unparse(node.func.value) == "super()"
            and not node.func.attr.startswith("__")
        ):
            yield _at(node.func.value, base)
            line, end = node.func.end_lineno or 0, (node.func.end_col_offset or 0) + 1
            yield line, end, end, "self, " if node.args else "self"


def _own(node: ast.expr) -> str:
    """The name of an attribute of `self`, else nothing."""
    is_own = (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    )
    return node.attr if is_own else ""  # type: ignore[attr-defined]


def _arrays(function: ast.FunctionDef, types: Function, own: dict[str, str]) -> Iterator[Edit]:
    """Elements of arrays: those of parameters, attributes and local names with such a type."""
    names = {name for name, kind in types.parameters.items() if kind in _ARRAYS}
    for node in ast.walk(function):
        if not isinstance(node, ast.Assign):
            continue
        target, value = node.targets[0], node.value
        is_array = _own(value) in own or ast.unparse(value).endswith(".tick.buf")
        if isinstance(target, ast.Name) and is_array:
            names.add(target.id)
        if _own(target) in own and isinstance(value, ast.Call):
            made = own[_own(target)]
            yield _at(value, f"{SAMPLES}()") if made == SAMPLES else _at(value.func, made)
    for node in ast.walk(function):
        if isinstance(node, ast.Subscript):
            is_name = isinstance(node.value, ast.Name) and node.value.id in names
            if is_name or _own(node.value) in own:
                line, end = node.value.end_lineno or 0, node.value.end_col_offset or 0
                yield line, end, end, ".v"


# Imports


def _import(node: ast.ImportFrom, module: str, known: Known, lines: list[str]) -> None:
    """Let Cython import what has declared types, in the first line of the import."""
    source = _source(node, module)
    if source == "math":
        typed = [one for one in node.names if one.name in _MATH]
        place = "libc.math"
    else:
        functions = known[source].functions if source in known else {}
        typed = [one for one in node.names if one.name in functions]
        place = source
    if not typed:
        return
    rest = [one for one in node.names if one not in typed]
    first, last = node.lineno, node.end_lineno or node.lineno
    for number in range(first, last + 1):
        lines[number - 1] = "\n"
    parts = [f"from cython.cimports.{place} import {_names(typed)}"]
    if rest:
        parts.append(f"from {'.' * node.level}{node.module or ''} import {_names(rest)}")
    lines[first - 1] = "; ".join(parts) + "\n"


def _names(found: list[ast.alias]) -> str:
    return ", ".join(f"{one.name} as {one.asname}" if one.asname else one.name for one in found)
