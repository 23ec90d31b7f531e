"""Copies of the firmware and its tests under build/mutants, to be altered in.

mutmut finds a package below `src` only, and a constant is altered in its file: so neither works
on the tree itself. Must not write anywhere else.
"""

import shutil
from pathlib import Path

from tests.arch.sources import BOARDS, FIRMWARE, ROOT

PLACE = ROOT / "build" / "mutants"
PARTS = [
    *("supervisor", "slow_checks", "steady", "envelope", "integrity", "limits", "program"),
    *("command", "session", "transitions", "segment", "waits", "proof", "window"),
]
# A survivor costs the time of every test. These are about telemetry and 31 bits, or run hundreds
# of sessions; what only they would notice counts as unnoticed.
_IGNORED = ("telemetry", "telemetry_credit", "checked_int", "latch_stateful")
_DESELECTED = (
    "test_proof.py::test_a_proof_left_in_any_tick_ends_without_a_fault_and_with_an_armed_limiter",
    "test_loop_off.py::test_after_a_fault_the_gate_is_low_in_that_tick_and_stays_so",
)
PYTEST = [
    *("-x", "-q", "-m", "not long or thinned", "--hypothesis-profile=mutants"),
    *(f"--ignore=tests/core/test_{name}.py" for name in _IGNORED),
    *(f"--deselect=tests/core/{name}" for name in _DESELECTED),
]

_SETTINGS = """\
[tool.pytest.ini_options]
addopts = "--import-mode=importlib"
pythonpath = [".", "src"]
markers = ["hazard(*ids): as in the project's own settings"]
"""


def build(name: str) -> Path:
    """Make a copy called `name`, in which the tests of the core can run; return where it is."""
    place = PLACE / name
    shutil.rmtree(place, ignore_errors=True)
    _copy(FIRMWARE / "ionto", place / "src" / "ionto")
    _copy(FIRMWARE, place / "firmware")  # tests read its sources
    _copy(BOARDS, place / "boards")
    for folder in ("arch", "core", "support"):
        _copy(ROOT / "tests" / folder, place / "tests" / folder)
    shutil.copy(ROOT / "tests" / "conftest.py", place / "tests")
    (place / "pyproject.toml").write_text(_SETTINGS, encoding="utf-8")
    return place


def _copy(source: Path, to: Path) -> None:
    shutil.copytree(source, to, ignore=shutil.ignore_patterns("__pycache__"))
