"""Every function of the listed parts, altered by mutmut one operator or value at a time."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from .mutant import Mutant
from .workplace import PYTEST, build

_RESULT = re.compile(r"^\s*(\S+__mutmut_\d+): (.+)$")
_METHOD = re.compile(r"^ionto\.core\.(\w+)\.x(?:_|ǁ(\w+)ǁ)(\w+?)__mutmut_\d+$")

# Most mutants die in the first milliseconds, if those tests come first that take no longer. And
# mutmut asks the environment at every call of every function which mutant it is to be: once a run
# is enough.
_HASTE = """\
from mutmut.mutation import trampoline
from mutmut.state import state


_ask = trampoline.get_mutant_under_test


def pytest_sessionstart():
    name = _ask()
    trampoline.get_mutant_under_test = lambda: name


def pytest_sessionfinish():
    trampoline.get_mutant_under_test = _ask


def pytest_collection_modifyitems(items):
    took_s = state().duration_by_test
    items.sort(key=lambda item: took_s.get(item.nodeid, 0.0))
"""
_SETTINGS = """\

[tool.mutmut]
source_paths = ["src"]
only_mutate = [{only}]
also_copy = ["boards", "firmware", "conftest.py"]
pytest_add_cli_args_test_selection = ["tests/core"]
pytest_add_cli_args = [{pytest}]
timeout_multiplier = 2.0
timeout_constant = 10.0
"""


def run(parts: list[str], workers: int) -> list[Mutant]:
    """Alter `parts`; return every mutant, those with their lines that no test has failed on.

    Raises:
        RuntimeError: mutmut itself failed.
    """
    place = _place(parts)
    said = subprocess.run([*_mutmut(), "run", "--max-children", str(workers)], cwd=place)
    if said.returncode:
        raise RuntimeError(f"mutmut ended with {said.returncode}; see above")
    return list(_results(place))


def _place(parts: list[str]) -> Path:
    """A copy with mutmut's own settings for `parts`."""
    place = build("functions")
    only = ", ".join(f'"src/ionto/core/{part}.py"' for part in parts)
    options = ", ".join(f'"{option}"' for option in PYTEST)
    with (place / "pyproject.toml").open("a", encoding="utf-8") as settings:
        settings.write(_SETTINGS.format(only=only, pytest=options))
    (place / "conftest.py").write_text(_HASTE, encoding="utf-8")
    return place


def _results(place: Path) -> Iterator[Mutant]:
    for line in _said(place, "results", "--all", "true").splitlines():
        found = _RESULT.match(line)
        if not found:
            continue
        name, fate = found.groups()
        mutant = Mutant(_where(name), "", "", fate)
        yield mutant if fate == "killed" else mutant._replace(**_lines(place, name))


def _where(name: str) -> str:
    found = _METHOD.match(name)
    if not found:
        return name
    module, of_class, function = found.groups()
    return ".".join(part for part in (module, of_class, function) if part)


def _lines(place: Path, name: str) -> dict[str, str]:
    """The lines that a mutant takes away and puts there."""
    shown = _said(place, "show", name).splitlines()
    return {key: _joined(shown, sign) for key, sign in (("was", "-"), ("becomes", "+"))}


def _joined(shown: list[str], sign: str) -> str:
    found = [line[1:].strip() for line in shown if line.startswith(sign)]
    return "\n".join(line for line in found if not line.startswith(sign * 2))


def _mutmut() -> list[str]:
    return [sys.executable, "-m", "mutmut"]


def _said(place: Path, *args: str) -> str:
    environment = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1"}
    said = subprocess.run(
        [*_mutmut(), *args], cwd=place, capture_output=True, text=True, env=environment, check=True
    )
    return said.stdout
