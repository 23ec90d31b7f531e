"""Do the compiled modules do the same as their sources, in every tick, to the last bit?"""

import json

import pytest
from tests.support.compiled import compiled_or_skip, python


def _hashes(which: str, compiled: bool) -> dict[str, str]:
    done = python("-m", "tests.compiled.scenarios", which, asked="said" if compiled else "")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _compare(which: str) -> int:
    compiled_or_skip()
    plain, compiled = _hashes(which, compiled=False), _hashes(which, compiled=True)
    assert [title for title in plain if plain[title] != compiled[title]] == []
    return len(plain)


def test_every_tick_of_some_sessions_is_the_same_compiled():
    assert _compare("short") >= 6


@pytest.mark.long
def test_every_tick_with_every_fault_and_on_every_load_and_board_is_the_same_compiled():
    assert _compare("all") >= 100
