"""What the segments of a program may be: each kind by the words that it uses, and no others."""

import binascii

import pytest

from ionto.core import program
from ionto.core.program import Program

from .good_program import BOARD, refused, words


def segments_of(*made, **header):
    """The header of `words` with other segments: each a dict of its words by name."""
    whole = words(**header)[: program.HEADER_LEN]
    whole[program.H_SEGMENTS] = len(made)
    for one in made:
        segment = [0] * program.SEGMENT_LEN
        for name, value in one.items():
            segment[getattr(program, name)] = value
        whole += segment
    return whole


CHARGE = {"S_KIND": 1, "S_LEVEL_UA": 2000, "S_SLEW_UA_S": 100, "S_CHARGE_UC": 5, "S_POLARITY": -1}
TIME = {"S_KIND": 2, "S_LEVEL_UA": 2000, "S_SLEW_UA_S": 100, "S_TIME_MS": 5, "S_POLARITY": -1}
OFF = {"S_KIND": 3, "S_TIME_MS": 5, "S_POLARITY": -1}
PULSES = {
    **{"S_KIND": 4, "S_LEVEL_UA": 2000, "S_SLEW_UA_S": 100, "S_POLARITY": -1},
    **{"S_ON_MS": 10, "S_OFF_MS": 10, "S_EDGE_MS": 1, "S_COUNT": 1},
}
KINDS = {"charge": CHARGE, "time": TIME, "off": OFF, "pulses": PULSES}
NAMED = {
    **{"S_LEVEL_UA": "level_ua", "S_SLEW_UA_S": "slew_ua_s", "S_CHARGE_UC": "charge_uc"},
    **{"S_TIME_MS": "time_ms", "S_ON_MS": "on_ms", "S_OFF_MS": "off_ms"},
    **{"S_EDGE_MS": "edge_ms", "S_COUNT": "count"},
}


@pytest.mark.hazard("H-25")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("word", NAMED)
def test_a_word_that_a_kind_does_not_use_is_0_and_one_that_it_uses_is_not(kind, word):
    one = KINDS[kind]
    Program(segments_of(TIME, one), BOARD)
    if word not in one:
        refused(segments_of(TIME, {**one, word: 1}), f"segment 1 {NAMED[word]}: 1 is not within 0")
    elif (kind, word) == ("pulses", "S_SLEW_UA_S"):
        Program(segments_of(TIME, {**one, word: 0}), BOARD)  # at once
    else:
        refused(segments_of(TIME, {**one, word: 0}), f"segment 1 {NAMED[word]}: 0 is not within")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("spare", [10, 11])
def test_a_spare_word_is_0(kind, spare):
    made = segments_of(TIME, KINDS[kind])
    made[program.HEADER_LEN + program.SEGMENT_LEN + spare] = 1
    refused(made, "segment 1 spare")


@pytest.mark.hazard("H-25", "H-31")
@pytest.mark.parametrize(
    ("word", "low", "high"),
    [
        ("S_ON_MS", 10, 480_000),
        ("S_OFF_MS", 10, 480_000),
        ("S_EDGE_MS", 1, 1000),
        ("S_COUNT", 1, 100_000),
        ("S_LEVEL_UA", 1, 2000),
        ("S_SLEW_UA_S", 0, 100),
    ],
)
def test_pulses_keep_their_ranges(word, low, high):
    for good in (low, high):
        Program(segments_of({**PULSES, word: good}), BOARD)
    for bad in (low - 1, high + 1):
        refused(segments_of({**PULSES, word: bad}), f"segment 0 {NAMED[word]}")


def test_a_program_does_not_begin_with_a_wait():
    refused(segments_of(OFF, TIME), "segment 0 kind: a program does not begin with OFF")


def test_the_first_segment_has_the_headers_polarity_and_later_ones_either():
    refused(segments_of({**TIME, "S_POLARITY": 1}), "segment 0 polarity")
    for kind in KINDS.values():
        Program(segments_of(TIME, {**kind, "S_POLARITY": 1}), BOARD)
        refused(segments_of(TIME, {**kind, "S_POLARITY": 0}), "segment 1 polarity")


@pytest.mark.hazard("H-16", "H-25")
@pytest.mark.parametrize("waits", [1, 3])
def test_waits_and_energised_time_together_stay_within_four_hours(waits):
    most_ms = (14_400 - 2440) * 1000 + 999
    parts = [{**OFF, "S_TIME_MS": most_ms // waits}] * waits
    Program(segments_of(TIME, *parts), BOARD)
    parts[-1] = {**OFF, "S_TIME_MS": most_ms // waits + waits}
    refused(segments_of(TIME, *parts), "time_s and the times of OFF segments pass the wall of 4 h")


OTHER = {**TIME, "S_POLARITY": 1}


@pytest.mark.hazard("H-14")
@pytest.mark.parametrize(
    ("first", "second", "turns"),
    [
        *((TIME, TIME, False), (TIME, CHARGE, False), (CHARGE, TIME, False)),
        *((CHARGE, CHARGE, False), (TIME, OTHER, True), (TIME, OFF, True), (TIME, PULSES, True)),
        *((PULSES, TIME, True), (PULSES, PULSES, True), (CHARGE, PULSES, True)),
    ],
)
def test_only_a_hold_after_a_hold_of_the_same_polarity_starts_from_its_level(first, second, turns):
    made = Program(segments_of(first, second), BOARD)
    assert made.is_to_zero(0) == turns
    assert made.is_to_zero(1)
    waited = Program(segments_of(TIME, OFF, TIME), BOARD)
    assert [waited.is_to_zero(at) for at in range(3)] == [True] * 3


def test_a_program_knows_the_checksum_of_its_words():
    made = words()
    assert Program(made, BOARD).crc == binascii.crc_hqx(program.pack(made), 0xFFFF)
