"""What the core may not do, by its syntax trees: no floats, no surroundings, no allocation a tick.

Every function of the core counts as a tick path but those listed here with the reason, so that a
new helper is held to the rules until someone says why not.
"""

import ast
import functools

import pytest

from .sources import CORE, FIRMWARE, HOST, IONTO, files, name, stored, tree

COLD = {
    "__init__": "allocates, once",
    "first_rows": "called by __init__",
    "listed": "called at the prompt",
    "_entry": "called at import",
    "drive_scale": "called by __init__",
}
COLD_MODULES = {"program.py"}  # parsing: it may raise and format
TICKS = [path for path in files(CORE) if path.name not in COLD_MODULES]
FORBIDDEN_NAMES = {
    *("print", "open", "input", "exec", "eval", "float", "divmod", "round", "sorted", "complex"),
    *("time", "machine", "sys", "os", "gc"),
}
ALLOCATING = {
    ast.JoinedStr: "an f-string",
    ast.ListComp: "a comprehension",
    ast.SetComp: "a comprehension",
    ast.DictComp: "a comprehension",
    ast.GeneratorExp: "a generator",
    ast.Lambda: "a closure",
    ast.Slice: "a slice",
    ast.Dict: "a dict",
    ast.Set: "a set",
    ast.List: "a list",
    ast.Starred: "a star",
    ast.Yield: "a generator",
}


def ids(path):
    return name(path)


def functions(path):
    """(name, node) of every function and method of a file."""
    return [
        (node.name, node) for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef)
    ]


@pytest.mark.parametrize("path", files(CORE), ids=ids)
def test_the_core_has_no_float_and_no_true_division(path):
    for node in ast.walk(tree(path)):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float | complex))
        is_division = isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)
        assert not is_division, f"line {node.lineno}: / makes a float"


@pytest.mark.parametrize("path", files(CORE), ids=ids)
def test_the_core_has_no_clock_pin_file_or_print(path):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Name):
            assert node.id not in FORBIDDEN_NAMES, f"line {node.lineno}: {node.id}"


@pytest.mark.parametrize("path", TICKS, ids=ids)
def test_a_tick_path_makes_no_object(path):
    for function, node in functions(path):
        if function in COLD:
            continue
        assert (node.args.vararg, node.args.kwarg) == (None, None), f"{function}: *args"
        for part in ast.walk(node):
            why = ALLOCATING.get(type(part))
            assert why is None, f"{function}, line {part.lineno}: {why}"
            formats = isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mod)
            assert not (formats and isinstance(part.left, ast.Constant)), f"{function}: formatting"
            nested = isinstance(part, ast.FunctionDef) and part is not node
            assert not nested, f"{function}: a closure"
            if isinstance(part, ast.Return):
                assert not isinstance(part.value, ast.Tuple), f"{function}: a tuple result"


@functools.cache
def _methods():
    return {
        function.name
        for path in files(IONTO)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef)
        for function in node.body
        if isinstance(function, ast.FunctionDef)
    }


@pytest.mark.parametrize("path", [*TICKS, IONTO / "loop.py"], ids=ids)
def test_no_bound_method_is_taken_but_in_init(path):
    """`f = obj.method` makes an object; with the heap locked it is a MemoryError."""
    own = set().union(*(stored(node) for _, node in functions(path)))
    methods = _methods() - own
    for function, node in functions(path):
        if function == "__init__":
            continue
        called = {id(part.func) for part in ast.walk(node) if isinstance(part, ast.Call)}
        for part in ast.walk(node):
            if isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Load):
                taken = part.attr in methods and id(part) not in called
                assert not taken, f"{function}, line {part.lineno}: {part.attr}"


@pytest.mark.parametrize("path", files(FIRMWARE, HOST), ids=ids)
def test_no_assert_guards_anything(path):
    assert not [node.lineno for node in ast.walk(tree(path)) if isinstance(node, ast.Assert)]


@pytest.mark.parametrize("path", files(CORE), ids=ids)
def test_attributes_are_made_before_the_first_tick(path):
    """A new attribute in a tick may grow the instance's table: an allocation."""
    for node in ast.walk(tree(path)):
        if not isinstance(node, ast.ClassDef) or node.bases:
            continue
        methods = {part.name: part for part in node.body if isinstance(part, ast.FunctionDef)}
        made = set()
        waiting = ["__init__", "start"]
        seen = set()
        while waiting:
            method = waiting.pop()
            if method in seen or method not in methods:
                continue
            seen.add(method)
            made |= stored(methods[method])
            waiting += _called(methods[method])
        for method in methods.values():
            assert stored(method) <= made, f"{node.name}.{method.name}: {stored(method) - made}"


def _called(method):
    return [
        part.func.attr
        for part in ast.walk(method)
        if isinstance(part, ast.Call)
        and isinstance(part.func, ast.Attribute)
        and isinstance(part.func.value, ast.Name)
        and part.func.value.id == "self"
    ]
