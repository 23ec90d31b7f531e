"""Do the compiled modules do the same as their sources, in every tick, to the last bit?"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from iontobench.compiled import select

ROOT = Path(__file__).parents[2]


def _hashes(which: str, compiled: bool) -> dict[str, str]:
    environment = {**os.environ, select.VARIABLE: "said" if compiled else ""}
    command = [sys.executable, "-m", "tests.compiled.scenarios", which]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _compare(which: str) -> int:
    why = select.problem()
    if why is not None:
        pytest.skip(why)
    plain, compiled = _hashes(which, compiled=False), _hashes(which, compiled=True)
    assert [title for title in plain if plain[title] != compiled[title]] == []
    return len(plain)


def test_every_tick_of_some_sessions_is_the_same_compiled():
    assert _compare("short") >= 10


@pytest.mark.long
def test_every_tick_with_every_fault_and_on_every_load_and_board_is_the_same_compiled():
    assert _compare("all") >= 100
