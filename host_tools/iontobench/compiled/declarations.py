"""Reads the reviewed `.pxd` files of `types/`, and compares them with the sources.

A class whose attributes are typed has a fixed set of them: an attribute that the source sets and
the file does not declare would raise in the middle of a session. So the comparison is a part of
every build, and each difference is one line that says what to change and where.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

TYPES = Path(__file__).with_name("types")
_EVERY_TICK = "# every tick\n"
_CLASS = re.compile(r"cdef class (\w+)(?:\((\w+)\))?:")
_ATTRIBUTES = re.compile(
    r"cdef (?:public |readonly )?(\([^)]*\)|[\w ]*?\w) ?(?<=[ )])(\w+(?:, \w+)*)$"
)
_FUNCTION = re.compile(r"cpdef (?:inline )?(?:(\([^)]*\)|[\w ]+?) )??(\w+)\((.*)\)(?: .*)?$")
_LOCALS = re.compile(r"@cython\.locals\((.*)\)$")


class Function(NamedTuple):
    """A declared function or method: its parameters by name, each with its type."""

    parameters: dict[str, str]


class TypedClass(NamedTuple):
    """A declared class: its base, its attributes by name, its methods by name."""

    base: str
    attributes: dict[str, str]
    methods: dict[str, Function]


class Declarations(NamedTuple):
    """What one file of `types/` declares."""

    path: Path
    classes: dict[str, TypedClass]
    functions: dict[str, Function]


class DeclarationError(ValueError):
    """A line of `types/` that cannot be read; the text names file and line."""


def modules() -> dict[str, Path]:
    """Every module that is compiled with types, and its file of `types/`."""
    return {path.name.removesuffix(".pxd"): path for path in sorted(TYPES.glob("*.*.pxd"))}


def is_of_every_tick(path: Path) -> bool:
    """Whether a file's first line is `# every tick`: compiled without checks of indices and None.

    Such a module takes part in every tick, and keeps its parts from their construction on.
    """
    return path.read_text("utf-8").startswith(_EVERY_TICK)


def read(path: Path) -> Declarations:
    """What a file declares.

    Raises:
        DeclarationError: a line that is none of the few forms that are used there.
    """
    found = Declarations(path, {}, {})
    typed: TypedClass | None = None
    for number, line in enumerate(_joined(path), 1):
        text = line.split("#")[0].rstrip()
        words = text.strip()
        if (
            not words
            or words in ("pass", "import cython")
            or "cimport " in words
            or _LOCALS.match(words)
        ):
            continue
        if (match := _CLASS.fullmatch(words)) is not None:
            typed = found.classes[match[1]] = TypedClass(match[2] or "", {}, {})
        elif (match := _FUNCTION.fullmatch(words)) is not None:
            functions = typed.methods if typed and text.startswith(" ") else found.functions
            functions[match[2]] = Function(_parameters(match[3]))
        elif typed and (match := _ATTRIBUTES.fullmatch(words)) is not None:
            for name in match[2].split(", "):
                typed.attributes[name] = match[1]
        else:
            raise DeclarationError(f"{path.name}:{number}: cannot read {words!r}")
    return found


def differences(found: Declarations, source: Path) -> Iterator[str]:
    """Each way in which a file does not fit its source, as one line."""
    tree = ast.parse(source.read_text("utf-8"))
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    kept = functions_of(tree)
    where = found.path.name
    for name, function in found.functions.items():
        yield from _unlike(where, "", functions.get(name), name, function)
    for name, typed in found.classes.items():
        node = classes.get(name)
        if node is None:
            yield f"{where}: {source.name} has no class {name}: remove it there"
            continue
        methods = {one.name: one for one in node.body if isinstance(one, ast.FunctionDef)}
        for method, function in typed.methods.items():
            yield from _unlike(where, f"{name}.", methods.get(method), method, function)
        named = {
            one.target.id
            for one in node.body
            if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
        }
        own = named | set(attributes_set(node)) - kept_functions(node, set(typed.attributes), kept)
        inherited = _inherited(found, typed)
        for attribute in sorted(own - set(typed.attributes) - inherited):
            yield f"{where}: {name} sets {attribute} in {source.name}: declare it with its type"
        for attribute in sorted(set(typed.attributes) - own):
            yield f"{where}: {name} never sets {attribute} in {source.name}: remove it there"


def attributes_set(node: ast.ClassDef) -> dict[str, list[ast.expr | None]]:
    """The attributes of `self` that a class's methods set, each with the values."""
    found: dict[str, list[ast.expr | None]] = {}
    for one in ast.walk(node):
        if isinstance(one, ast.Assign):
            targets, value = one.targets, one.value
        elif isinstance(one, ast.AnnAssign | ast.AugAssign):
            targets, value = [one.target], one.value
        else:
            continue
        for target in targets:
            for each in target.elts if isinstance(target, ast.Tuple) else [target]:
                if _is_own(each):
                    found.setdefault(each.attr, []).append(value)  # type: ignore[attr-defined]
    return found


def functions_of(tree: ast.Module) -> set[str]:
    """The names of a module's own functions and of what it imports, classes not."""
    found = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            found |= {alias.asname or alias.name for alias in node.names}
    return {name for name in found if name.islower()}


def kept_functions(node: ast.ClassDef, declared: set[str], functions: set[str]) -> set[str]:
    """Attributes that only keep a function or another attribute's bound method: a short call.

    They are recognised by having no declaration, and one value: `part.method`, `a.b.method` or
    one of `functions`.
    """
    return {
        name
        for name, values in attributes_set(node).items()
        if name not in declared and len(values) == 1 and _is_function(values[0], functions)
    }


def _is_function(value: ast.expr | None, functions: set[str]) -> bool:
    if isinstance(value, ast.Name):
        return value.id in functions
    return isinstance(value, ast.Attribute)


def _is_own(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    )


def _unlike(
    where: str, prefix: str, node: ast.FunctionDef | None, name: str, function: Function
) -> Iterator[str]:
    if node is None:
        yield f"{where}: the source has no {prefix}{name}: remove it there"
        return
    names = [one.arg for one in node.args.args]
    if names != list(function.parameters):
        told = ", ".join(names)
        yield f"{where}: {prefix}{name} takes ({told}) in the source: declare the same"


def _inherited(found: Declarations, typed: TypedClass) -> set[str]:
    names: set[str] = set()
    base = typed.base
    known = {name: one for path in modules().values() for name, one in _classes(path).items()}
    while base:
        typed = found.classes.get(base) or known.get(base) or TypedClass("", {}, {})
        names |= set(typed.attributes)
        base = typed.base
    return names


def _classes(path: Path) -> dict[str, TypedClass]:
    return read(path).classes


def _joined(path: Path) -> Iterator[str]:
    """The file's lines; one that a bracket leaves open goes on in the next."""
    held = ""
    for line in path.read_text("utf-8").splitlines():
        held = f"{held} {line.strip()}" if held else line
        if held.count("(") <= held.count(")"):
            yield held.replace("( ", "(").replace(" )", ")").replace(",)", ")")
            held = ""


def _parameters(text: str) -> dict[str, str]:
    found = {}
    for one in re.split(r",(?![^(]*\))", text):
        words = one.strip().removesuffix("=*").rsplit(" ", 1)
        if words[-1]:
            found[words[-1]] = words[0] if len(words) == 2 else "object"
    return found
