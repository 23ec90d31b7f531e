"""Every hazard of firmware/DESIGN.md has a test that carries its id; no test names another."""

import ast
import functools
import re

from tests.arch.sources import ROOT

_ROW = re.compile(r"^\| (H-\d\d) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
_LONG = "pytest.mark.long"


def hazards() -> dict[str, str]:
    """Id to control of each row of firmware/DESIGN.md's table."""
    text = (ROOT / "firmware" / "DESIGN.md").read_text("utf-8")
    return {found[1]: found[3].strip() for found in _ROW.finditer(text)}


@functools.cache
def marked() -> dict[str, list[str]]:
    """Id to the tests that carry it (`pytest.mark.hazard("H-01", ...)`)."""
    return {one: [test for test, _ in rows] for one, rows in _rows().items()}


@functools.cache
def _rows() -> dict[str, list[tuple[str, bool]]]:
    """Id to each test that carries it, and whether the whole of it is in the long tier alone."""
    found: dict[str, list[tuple[str, bool]]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        source = path.read_text("utf-8")
        if "mark.hazard" in source:
            for test, marks in _marks(ast.parse(source)):
                is_long = any(ast.unparse(mark) == _LONG for mark in marks)
                for one in _named(marks):
                    found.setdefault(one, []).append((f"{path.name}: {test}", is_long))
    return found


def _marks(module: ast.Module):
    """(name, marks) of each test; the marks of a module are those of its tests too."""
    shared = []
    for node in module.body:
        if isinstance(node, ast.Assign):
            names = [ast.unparse(target) for target in node.targets]
            if names == ["pytestmark"]:
                listed = isinstance(node.value, ast.List | ast.Tuple)
                shared += node.value.elts if listed else [node.value]
            elif "hazard" in ast.unparse(node.value):  # a class of its own, and tables of marks
                long = [ast.parse(_LONG).body[0].value] * (_LONG in ast.unparse(node.value))
                yield names[0], [node.value, *long]
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name, [*node.decorator_list, *shared]


def _named(marks) -> set[str]:
    """The ids that marks name."""
    return {
        ast.literal_eval(argument)
        for mark in marks
        for node in ast.walk(mark)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.hazard"
        for argument in node.args
    }


def test_there_are_at_least_twenty_hazards_each_with_a_control():
    rows = hazards()
    assert len(rows) >= 20
    assert all(rows.values())


def test_every_hazard_has_a_test_that_carries_its_id():
    assert sorted(set(hazards()) - set(marked())) == []


def test_no_test_names_a_hazard_that_is_not_listed():
    assert sorted(set(marked()) - set(hazards())) == []


def test_every_hazard_has_a_test_in_the_short_tier():
    short = {one for one, rows in _rows().items() if not all(is_long for _, is_long in rows)}
    assert sorted(set(hazards()) - short) == []
