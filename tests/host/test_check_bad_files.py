"""Every bad file, by the command: lines with the file, exit 2, and nothing is started."""

import pytest
from tests.host import test_protocols_keys as keys
from tests.host import test_protocols_unsafe as unsafe
from tests.host import test_protocols_values as values
from tests.host.cli import call
from tests.host.protocol_files import changed, without_number, written
from tests.host.test_protocols_files import RAW

MALFORMED = {
    **{name: changed(case[0], *case[3:]) for name, case in keys.CASES.items()},
    **{name: changed(case[0], *case[3:]) for name, case in values.CASES.items()},
    **{name: raw for name, (raw, _) in RAW.items()},
}


UNSAFE = {name: changed(*case[0]) for name, case in unsafe.CASES.items()}


def refused(tmp_path, text, act):
    """What the command says of a file with this text: a line for each thing that is wrong."""
    path, data = written(tmp_path, text), tmp_path / "data"
    said = call(*act, path, *(["--data", data] if act[0] == "run" else []))
    assert said.code == 2
    assert not data.exists()
    lines = [one for one in said.err.splitlines() if not one.startswith("Bench only")]
    for line in lines:
        assert without_number(line).startswith(f"iontobench: {path}: ")
    assert lines
    assert len(set(lines)) == len(lines)
    return lines


def test_there_are_at_least_forty():
    assert len(MALFORMED) >= 40


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_file_starts_nothing(tmp_path, text):
    assert refused(tmp_path, text, ["run"]) == refused(tmp_path, text, ["check"])


@pytest.mark.parametrize("text", UNSAFE.values(), ids=UNSAFE)
def test_an_unsafe_file_starts_nothing(tmp_path, text):
    [line] = refused(tmp_path, text, ["run", "--board", "virtual"])
    assert "mine.toml:" in line
