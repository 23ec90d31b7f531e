"""Every hazard of firmware/DESIGN.md has a test that carries its id; no test names another."""

import ast
import re
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_ROW = re.compile(r"^\| (H-\d\d) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def hazards() -> dict[str, str]:
    """Id to control of each row of firmware/DESIGN.md's table."""
    text = (_ROOT / "firmware" / "DESIGN.md").read_text("utf-8")
    return {found[1]: found[3].strip() for found in _ROW.finditer(text)}


def marked() -> dict[str, list[str]]:
    """Id to the files whose tests carry it (`pytest.mark.hazard("H-01", ...)`)."""
    found: dict[str, list[str]] = {}
    for path in sorted((_ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.hazard":
                for argument in node.args:
                    found.setdefault(ast.literal_eval(argument), []).append(path.name)
    return found


def test_there_are_at_least_twenty_hazards_each_with_a_control():
    rows = hazards()
    assert len(rows) >= 20
    assert all(rows.values())


def test_every_hazard_has_a_test_that_carries_its_id():
    assert sorted(set(hazards()) - set(marked())) == []


def test_no_test_names_a_hazard_that_is_not_listed():
    assert sorted(set(marked()) - set(hazards())) == []
