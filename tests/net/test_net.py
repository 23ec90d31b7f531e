"""The short net: the sessions do what is stored, and the net notices a small change.

The short tier runs all of it on the compiled modules, where there are some, and an eighth of it on
the sources; the long tier and `make net` run all of it on the sources.
"""

import pytest
from tests.support.compiled import compiled_or_skip, python
from tests.support.tiers import thinned

from ionto.core import regulator
from iontobench.protocols import list_protocols
from iontobench.sim.faults import KINDS

from .cases import ADCS, FOLDER, SEEDS, TIERS, faulty, parse, short_tier
from .recording import record
from .stored import differences, read, write

_STORED = read(FOLDER / "short.txt")
_STATES = {
    *("probe", "proof", "ramp", "hold", "pulses", "ramp down", "turning", "rest", "off"),
    *("pausing", "paused", "contact lost"),
}


def compared(case):
    """What one session does otherwise than stored."""
    stored = {case.title: _STORED[case.title]} if case.title in _STORED else {}
    return differences(stored, {case.title: record(case)})


def test_every_session_of_the_short_net_does_what_is_stored_on_the_compiled_modules():
    compiled_or_skip()
    done = python("-m", "tests.net", "short", "--workers", "1", asked="1")
    assert done.returncode == 0, done.stdout
    assert "compiled modules are in use" in done.stderr
    assert f"short: {len(_STORED)} sessions, 0 items changed" in done.stdout


@pytest.mark.parametrize("case", thinned(short_tier(), part=8), ids=lambda case: case.title)
def test_a_session_does_what_is_stored_item_by_item(case):
    changed = compared(case)
    assert not changed, "\n".join([*changed, "meant? make net ARGS=--write, and say why"])


@pytest.mark.parametrize("tier", TIERS)
def test_a_stored_net_has_each_session_of_its_tier_and_no_other(tier):
    stored = read(FOLDER / f"{tier}.txt")
    if not stored:
        pytest.skip(f"the {tier} net is not stored: make net ARGS='{tier} --write'")
    assert list(stored) == [case.title for case in TIERS[tier]()]


def test_every_shipped_protocol_is_whole_in_the_net_with_both_converters_and_two_seeds():
    found = [case for cases in TIERS.values() for case in cases() if case.is_whole]
    assert {(case.protocol, case.adc, case.seed) for case in found} == {
        (name, adc, seed) for name in list_protocols() for adc in ADCS for seed in SEEDS
    }


def test_every_kind_of_fault_is_in_the_net():
    struck = {text.split("@")[0] for case in faulty() for text in case.faults}
    assert struck == set(KINDS)


def test_faults_strike_in_every_state_of_a_session():
    struck = set()
    for case in faulty():
        rows = [line.split(" ", 1) for line in _STORED[case.title]["states"]]
        for text in case.faults:
            at_ms = float(text.split("@")[1].split(":")[0]) * 1000
            before = [name for from_ms, name in rows if float(from_ms) <= at_ms]
            struck.add(before[-1].split(",")[0])
    assert struck >= _STATES


@pytest.mark.parametrize("adc", ADCS)
def test_one_constant_of_the_regulator_less_is_noticed(monkeypatch, adc):
    case = parse(f"whole demo {adc} 1")
    assert compared(case) == []
    monkeypatch.setattr(regulator, "_KI_Q10", regulator._KI_Q10 - 1)
    changed = {text.splitlines()[0] for text in compared(case)}
    assert changed >= {f"{case.title}: drive", f"{case.title}: true current"}


def test_one_more_millisecond_of_a_fault_is_noticed():
    title = "short demo resistor:2000 ideal 1 open@2:{}"
    first, second = (record(parse(title.format(ms))) for ms in (40, 41))
    assert differences({"one": first}, {"one": second})


def test_what_is_written_is_read_and_a_difference_names_its_session_and_item(tmp_path):
    net = {"one": {"ending": ["a", "b"], "none": [], "gate": ["1: 2"]}, "two": {"gate": ["3"]}}
    write(tmp_path / "net.txt", net)
    assert read(tmp_path / "net.txt") == net
    other = {"one": {**net["one"], "ending": ["a", "c"]}, "three": {}}
    assert differences(net, other) == [
        "one: ending\n  -b\n  +c",
        "two: stored, but no session",
        "three: not stored",
    ]


@pytest.mark.parametrize("line", ["half demo ideal 1", "demo ideal 1"])
def test_a_line_that_is_no_session_is_refused(line):
    with pytest.raises(ValueError, match="neither whole nor short"):
        parse(line)
