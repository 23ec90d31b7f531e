"""A segment by itself: its words, where its charge and its time end, and its pulses."""

import pytest
from tests.support.programs import make_program, off, pulses, segment

from ionto.core import program
from ionto.core.pulses import Pulses
from ionto.core.segment import NEVER_MS, NEVER_UC, Segment

CHARGE = segment(program.HOLD_CHARGE, 1200, 800, 5000, polarity=-1)
KINDS = [segment(time_ms=700), CHARGE, pulses(30, 20, 2, 5, slew_ua_s=300), off(900)]


def taken(index=0, segments=None, gross_uc=0, **header):
    """Segment `index` of a program of `segments`, with `gross_uc` before it."""
    part = Segment(Pulses())
    part.take(make_program(segments=segments or KINDS, **header), index, gross_uc)
    return part


def test_a_segment_takes_its_words_and_nothing_of_the_one_before():
    part = taken(0, gross_uc=100)
    assert (part.index, part.polarity, part.level_q4, part.slew_ua_s) == (0, 1, 32_000, 1000)
    assert (part.full_uc, part.held_ms, part.ends_at_zero) == (100, 0, True)
    part.held_ms = 300
    part.take(make_program(segments=KINDS), 1, 250)
    assert (part.index, part.kind, part.polarity) == (1, program.HOLD_CHARGE, -1)
    assert (part.level_q4, part.slew_ua_s) == (1200 * 16, 800)
    assert (part.full_uc, part.held_ms) == (250 + 5000, 0)


@pytest.mark.parametrize("index", range(4))
def test_a_segment_is_of_one_kind_and_only_the_fourth_is_the_last(index):
    part = taken(index)
    assert (part.is_charge(), part.is_pulses(), part.is_off()) == (
        index == 1,
        index == 2,
        index == 3,
    )
    assert part.is_last() == (index == 3)


def test_the_charge_can_be_counted_again_from_elsewhere():
    part = taken(1, gross_uc=250)
    part.begin_at(400)
    assert part.full_uc == 5400


@pytest.mark.parametrize(("asked_ua", "level_ua"), [(-5, 1), (0, 1), (1, 1), (2, 2), (1999, 1999)])
def test_an_adjustment_is_at_least_1_ua(asked_ua, level_ua):
    part = taken()
    part.adjust(asked_ua)
    assert part.level_q4 == level_ua * 16


@pytest.mark.parametrize(("asked_ua", "level_ua"), [(2000, 2000), (2001, 2000), (2**29, 2000)])
def test_an_adjustment_is_at_most_the_peak_whatever_the_level_was(asked_ua, level_ua):
    part = taken(segments=[segment(level_ua=500)], peak_ua=2000)
    part.adjust(asked_ua)
    assert part.level_q4 == level_ua * 16


@pytest.mark.parametrize(
    ("from_q4", "slew_ua_s", "reserve_uc"),
    [
        (2000 * 16, 1000, 2000),
        (2000 * 16 + 15, 1000, 2000),
        (333 * 16, 1000, 55),
        (44 * 16, 1000, 0),
        (45 * 16, 1000, 1),
        (200 * 16, 17, 1176),
        (0, 1000, 0),
    ],
)
def test_a_ramp_down_adds_half_its_level_times_its_time(from_q4, slew_ua_s, reserve_uc):
    part = taken(segments=[segment(slew_ua_s=slew_ua_s)], slew_ua_s=1000, down_slew_ua_s=slew_ua_s)
    found = part.reserve_uc(from_q4)
    assert (found, type(found)) == (reserve_uc, int)


def test_a_segment_that_a_level_follows_keeps_nothing_for_a_ramp_down():
    part = taken(segments=[segment(), segment(level_ua=500)])
    assert not part.ends_at_zero
    assert part.reserve_uc(32_000) == 0


@pytest.mark.parametrize(
    ("from_ua", "end_uc"), [(0, 5100), (1200, 5100 - 720), (2000, 5100 - 2000)]
)
def test_the_end_of_a_charge_is_looked_at_a_ramp_down_before(from_ua, end_uc):
    part = taken(1, gross_uc=100)
    assert part.end_uc(from_ua * 16) == end_uc


@pytest.mark.parametrize("index", [0, 2, 3])
def test_a_segment_that_does_not_end_by_charge_has_no_end_charge(index):
    assert taken(index).end_uc(32_000) == NEVER_UC


@pytest.mark.parametrize(
    ("index", "until_ms"),
    [(0, 4000 + 700 - 150), (1, NEVER_MS), (2, NEVER_MS), (3, 4000 + 900 - 150)],
)
def test_a_hold_by_time_and_a_wait_end_after_what_is_left_of_their_time(index, until_ms):
    part = taken(index)
    part.held_ms = 150
    assert part.until_ms(4000) == until_ms


@pytest.mark.hazard("H-06")
@pytest.mark.parametrize(
    ("level_ua", "slew_ua_s", "from_q4", "ramp_ms"),
    [
        (2000, 1000, 0, 2000),
        (2000, 1000, 8000, 1500),
        (500, 1000, 32_000, 1500),
        (2000, 1000, 32_000, 0),
        (2000, 1000, 31_999, 1),
        (2000, 1000, 32_001, 1),
        (2000, 1000, 31_984, 1),
        (2000, 1000, 31_983, 2),
        (1000, 999, 0, 1002),
        (1000, 999, 1, 1001),
    ],
)
def test_a_ramp_takes_its_way_at_its_slew_up_or_down_rounded_up(
    level_ua, slew_ua_s, from_q4, ramp_ms
):
    part = taken(segments=[segment(level_ua=level_ua, slew_ua_s=slew_ua_s)])
    found = part.ramp_ms(from_q4)
    assert (found, type(found)) == (ramp_ms, int)


def test_a_train_that_begins_at_once_has_no_ramp():
    assert taken(segments=[pulses(30, 20, 2, 5)]).ramp_ms(0) == 0
    assert taken(2).ramp_ms(0) == 6667


def test_a_train_has_its_own_shape_and_goes_on_after_the_pulse_that_had_begun():
    part = taken(2)
    gains = []
    for _ in range(2):
        part.start_pulses()
        assert part.pulses.left == (4 if gains else 5)
        gains = [part.pulses.step(1000) for _ in range(54)]
        assert gains == [256, 768, *[1024] * 30, 768, 256, *[0] * 20]
        part.start_pulses()
        part.pulses.step(1000)
        part.leave_pulses()
    part.start_pulses()
    assert part.pulses.left == 3
