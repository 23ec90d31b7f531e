"""The table of `check` and its verdict say one thing: what is shown, row by row and at the end."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.host.cli import call
from tests.host.protocol_bench import board_of
from tests.host.protocol_files import changed, written
from tests.support.tiers import thinned

from iontobench import resources
from iontobench.protocols import PROFILES, ProtocolError, check, list_protocols, render_check
from iontobench.protocols.checking import check_loaded
from iontobench.protocols.loader import parse

BOARDS = resources.board_names()


def shown(text):
    """The number that a cell begins with, or None for a dash."""
    match = re.match(r"(?:≥ )?(-?\d+(?:\.\d+)?) ", text + " ")
    return float(match.group(1)) if match else None


def agrees(result):
    """What is printed of a result, cell by cell."""
    for row in result.rows:
        bound, trip, limit = map(shown, (row.bound_text, row.trip_text, row.limit_text))
        within = bound >= limit if row.relation == "at least" else bound <= limit
        assert within == row.ok, row
        assert (row.verdict == "refused") == (not row.ok)
        assert (row.verdict == "at the limit") == (row.ok and bound == limit)
        assert trip is None or trip >= bound, row
    assert result.ok == (not result.reason)
    if result.rows:
        assert result.ok == all(row.ok for row in result.rows), result.reason
    text = render_check(result)
    last = text[text.rindex("\n") + 1 :] if result.ok else text
    assert last.startswith("accepted") == result.ok
    assert text.count("\nrefused under profile") == (not result.ok)


@pytest.mark.parametrize(
    ("name", "board", "profile"), thinned(list_protocols(), list(BOARDS), list(PROFILES), part=3)
)
def test_table_and_verdict_of_every_shipped_protocol_agree(name, board, profile):
    agrees(check(name, profile, board_of(board)))


CURRENT = st.integers(10, 30000).map(lambda ua: ua / 1000)
AREA = st.one_of(st.integers(50, 3000), st.just(800)).map(lambda mm2: mm2 / 100)
PROFILE = st.sampled_from(sorted(PROFILES))
DOSE = st.one_of(st.integers(10, 120_000), st.integers(79_900, 80_100)).map(lambda n: n / 1000)


@given(
    CURRENT, AREA, DOSE, st.integers(1, 60), st.sampled_from(BOARDS), st.sampled_from(["us", "eu"])
)
@example(current_ma=8.0, area_cm2=10.0, dose=40.0, ramp_s=20, board="virtual", profile="us")
@example(current_ma=2.0, area_cm2=0.5, dose=5.02, ramp_s=20, board="virtual", profile="us")
@example(current_ma=2.0, area_cm2=8.0, dose=80.04, ramp_s=20, board="virtual", profile="us")
@example(current_ma=4.0004, area_cm2=8.0, dose=80.0, ramp_s=20, board="virtual", profile="us")
@example(current_ma=2.001, area_cm2=4.0, dose=40.0, ramp_s=20, board="virtual", profile="us")
def test_table_and_verdict_of_any_protocol_agree(
    current_ma, area_cm2, dose, ramp_s, board, profile
):
    text = changed(
        ("= 2.0", f"= {current_ma}"),
        ("= 40.0", f"= {dose}"),
        ("= 10.0", f"= {area_cm2}"),
        ("ramp_up_s = 20.0", f"ramp_up_s = {ramp_s}.0"),
    )
    try:
        protocol = parse("mine.toml", text.encode(), "mine")
        result = check_loaded(protocol, profile, board_of(board))
    except ProtocolError:
        return
    agrees(result)
    crossed = check_loaded(protocol, profile, board_of("virtual_30ma"))
    agrees(crossed)


def test_what_a_board_cannot_make_is_not_said_to_be_cut_off_below_it():
    """8 mA on a board of 5 mA: the firmware never takes that program, so nothing cuts it."""
    result = check("tapwater-axilla", "us", board_of("virtual"))
    assert {row.trip_text for row in result.rows} == {"-"}
    assert all(one["trip"] is None for one in result.as_dict()["bounds"])
    assert "5.170" not in render_check(result)


def test_a_board_that_makes_it_says_where_it_cuts():
    result = check("tapwater-axilla", "us", board_of("virtual_30ma"))
    assert result.rows[0].trip > 8


def test_a_small_dose_is_shown_with_its_digits():
    said = call("check", "demo")
    assert re.search(r"gross charge +0\.05\d mA·min", said.out)


def test_advice_to_lower_the_highest_names_the_phase_that_is_above_it_too(tmp_path):
    said = call("check", "tapwater-hands", "--board", "virtual")
    assert "lower it and phases[0].current_ma to 5 mA or less" in " ".join(said.out.split())
    quick = ("ramp_down_s = 20.0", "max_current_ma = 4.5\nramp_down_s = 20.0")
    path = written(tmp_path, changed(quick))
    said = " ".join(call("check", path).out.split())
    assert "max_current_ma: lower it to 4 mA or less" in said
