"""The program's words: packing, the checksum, and a parser that lets nothing past a wall."""

import binascii
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionto.core import limits, program
from ionto.core.program import Program, ProgramError

from .good_program import BOARD, refused, words

WORD = st.integers(-program._WORD_MAX, program._WORD_MAX)


def said_of(act, given):
    with pytest.raises(ProgramError) as caught:
        act(given)
    return str(caught.value)


def test_the_checksum_is_ccitt_false():
    assert program.crc16(b"123456789") == 0x29B1
    assert program.crc16(b"") == 0xFFFF


@given(st.binary(max_size=200))
def test_the_checksum_agrees_with_the_standard_library(data):
    assert program.crc16(data) == binascii.crc_hqx(data, 0xFFFF)


@given(st.binary(min_size=1, max_size=60), st.data())
def test_the_checksum_finds_every_single_changed_bit(data, draw):
    bit = draw.draw(st.integers(0, 8 * len(data) - 1))
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << (bit % 8)
    assert program.crc16(changed) != program.crc16(data)


@given(st.lists(WORD, max_size=40))
def test_packed_words_are_little_endian_and_come_back(made):
    data = program.pack(made)
    assert data == struct.pack(f"<{len(made)}i", *made)
    assert program.unpack(data) == made


@given(st.binary(min_size=4, max_size=4))
def test_any_four_bytes_are_a_word_in_range_or_refused(data):
    value = struct.unpack("<i", data)[0]
    if -(2**30) < value < 2**30:
        assert program.unpack(data) == [value]
    else:
        with pytest.raises(ProgramError, match="word 0"):
            program.unpack(data)


BEYOND = [2**30, 2**30 + 1, 2**31 - 1, -(2**31), -(2**31) + 1, -(2**30) - 1, -(2**30)]


@pytest.mark.parametrize("word", [2**30 - 1, 0x3F000000, 1, 0, -1, -(2**24), -(2**30) + 1])
def test_the_last_words_within_31_bits_come_back(word):
    assert program.unpack(program.pack([word])) == [word]


@pytest.mark.parametrize("word", BEYOND)
@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_word_beyond_31_bits_is_refused_by_its_place(word, at):
    said = said_of(program.unpack, struct.pack(f"<{at + 1}i", *([7] * at), word))
    assert said == f"word {at} is beyond +-2^30"
    said = said_of(program.pack, [7] * at + [word])
    assert said == f"word {at}: {word} is beyond +-2^30"


@pytest.mark.parametrize("length", [1, 2, 3, 5, 79])
def test_bytes_that_are_no_whole_words_are_refused(length):
    assert said_of(program.unpack, bytes(length)) == f"{length} bytes are not whole 32-bit words"


def test_a_good_program_gives_its_header_and_segments():
    made = Program(words(segments=2), BOARD)
    assert (made.polarity, made.peak_ua, made.slew_ua_s, made.down_slew_ua_s) == (
        -1,
        2000,
        100,
        100,
    )
    assert (made.charge_uc, made.time_s, made.area_mm2) == (2426000, 2440, 1000)
    assert (made.probe_min_q4, made.segments) == (80, 2)
    assert made.word(1, program.S_CHARGE_UC) == 2400000
    assert made.word(0, program.S_KIND) == program.HOLD_CHARGE


# The word, the first value that is refused on either side, and the name in the message.
EDGES = [
    ("H_VERSION", 2, 4, "version"),
    ("H_SEGMENTS", 0, 33, "segments"),
    ("H_POLARITY", -2, 2, "polarity"),
    ("H_PEAK_UA", 0, 5001, "peak_ua"),
    ("H_SLEW_UA_S", 0, 10001, "slew_ua_s"),
    ("H_DOWN_SLEW_UA_S", 16, 101, "down_slew_ua_s"),
    ("H_CHARGE_UC", 0, 100000001, "charge_uc"),
    ("H_TIME_S", 0, 14401, "time_s"),
    ("H_AREA_MM2", 9, 200001, "area_mm2"),
    ("H_DENSITY_UA_CM2", 0, 2001, "density_ua_cm2"),
    ("H_PROBE_MIN_Q4", 0, 81, "probe_min_q4"),
    ("H_LEAST_OHM", -1, 1000001, "least_ohm"),
    ("H_LIFT_PERCENT", 0, 101, "lift_percent"),
    ("S_KIND", 0, 5, "segment 0 kind"),
    ("S_LEVEL_UA", 0, 2001, "segment 0 level_ua"),
    ("S_SLEW_UA_S", 0, 101, "segment 0 slew_ua_s"),
    ("S_CHARGE_UC", 0, 2426001, "segment 0 charge_uc"),
    ("S_POLARITY", -2, 2, "segment 0 polarity"),
]


@pytest.mark.parametrize(("name", "low", "high", "text"), EDGES, ids=[e[0] for e in EDGES])
def test_a_word_outside_its_range_is_refused_with_its_name_and_the_range(name, low, high, text):
    for value in (low, high, program._WORD_MAX, -program._WORD_MAX):
        said = said_of(parse, words(**{name: value}))
        assert said == f"{text}: {value} is not within {low + 1}..{high - 1}"


# What else has to change for the word to be good at the end of its range.
SMALLEST = {"H_PEAK_UA": 1, "S_LEVEL_UA": 1}
COMPANY = {
    "H_PEAK_UA": {"S_LEVEL_UA": 1},
    "H_SLEW_UA_S": {"S_SLEW_UA_S": 1, "H_DOWN_SLEW_UA_S": 1, "H_PEAK_UA": 119, "S_LEVEL_UA": 1},
    "H_CHARGE_UC": {"S_CHARGE_UC": 1},
    "H_AREA_MM2": SMALLEST,
    "H_DENSITY_UA_CM2": SMALLEST,
    "H_POLARITY": {},
}


@pytest.mark.parametrize(("name", "low", "high", "text"), EDGES[2:13] + EDGES[14:17])
def test_a_word_at_either_end_of_its_range_is_taken(name, low, high, text):
    for value in (low + 1, high - 1):
        company = COMPANY.get(name, {})
        if name == "H_POLARITY":
            company = {"S_POLARITY": value}
        made = words(**{**company, name: value})
        assert parse(made).words == made


@pytest.mark.hazard("H-16")
@pytest.mark.parametrize(
    ("peak_ua", "slowest_ua_s"), [(1, 1), (119, 1), (120, 2), (238, 2), (239, 3), (5000, 43)]
)
def test_a_ramp_down_from_the_peak_that_takes_more_than_119_s_is_refused(peak_ua, slowest_ua_s):
    changes = {"H_PEAK_UA": peak_ua, "S_LEVEL_UA": 1}
    assert parse(words(H_DOWN_SLEW_UA_S=slowest_ua_s, **changes))
    said = said_of(parse, words(H_DOWN_SLEW_UA_S=slowest_ua_s - 1, **changes))
    assert said == f"down_slew_ua_s: {slowest_ua_s - 1} is not within {slowest_ua_s}..100"


@pytest.mark.parametrize("count", [1, 2, 31, 32])
def test_up_to_32_segments_are_taken_each_at_its_place(count):
    made = words(segments=count)
    for segment in range(count):
        made[program.HEADER_LEN + segment * program.SEGMENT_LEN + program.S_LEVEL_UA] = segment + 1
    parsed = parse(made)
    levels = [parsed.word(segment, program.S_LEVEL_UA) for segment in range(count)]
    assert (parsed.segments, levels) == (count, list(range(1, count + 1)))


def parse(made):
    return Program(made, BOARD)


def test_polarity_0_is_neither():
    assert said_of(parse, words(H_POLARITY=0)) == "polarity: 0 is neither +1 nor -1"
    text = "segment 0 polarity: %d is not the header's +1 or -1"
    assert said_of(parse, words(S_POLARITY=0)) == text % 0
    assert said_of(parse, words(S_POLARITY=1)) == text % 1


def test_a_time_segment_needs_its_time_within_the_wall():
    by_time = {"S_KIND": program.HOLD_TIME, "S_CHARGE_UC": 0}
    Program(words(S_TIME_MS=14400000, **by_time), BOARD)
    Program(words(S_TIME_MS=1, **by_time), BOARD)
    refused(words(S_TIME_MS=0, **by_time), "segment 0 time_ms")
    refused(words(S_TIME_MS=14400001, **by_time), "segment 0 time_ms")


@pytest.mark.hazard("H-25")
def test_a_peak_above_the_density_wall_is_refused():
    Program(words(H_DENSITY_UA_CM2=200), BOARD)
    said = said_of(parse, words(H_DENSITY_UA_CM2=199))
    assert said == "peak_ua: 2000 on 1000 mm2 is above 199 uA/cm2"


@pytest.mark.parametrize("length", [0, 1, 11])
def test_less_than_a_header_is_refused(length):
    said = said_of(parse, words()[:length])
    assert said == f"{length} words are less than a header of 13"


def test_words_that_do_not_match_the_count_of_segments_are_refused():
    assert said_of(parse, words()[:13]) == "13 words do not hold 1 segments"
    assert said_of(parse, words()[:-1]) == "24 words do not hold 1 segments"
    assert said_of(parse, [*words(), 0]) == "26 words do not hold 1 segments"
    assert said_of(parse, words(segments=2)[:-12]) == "25 words do not hold 2 segments"


def test_the_last_of_several_segments_is_checked_too():
    made = words(segments=3)
    made[program.HEADER_LEN + 2 * program.SEGMENT_LEN + program.S_LEVEL_UA] = 2001
    refused(made, "segment 2 level_ua")


@pytest.mark.hazard("H-25")
@given(st.lists(WORD, max_size=60))
def test_any_words_are_refused_or_within_every_wall(made):
    try:
        parsed = Program(made, BOARD)
    except ProgramError:
        return
    within_walls(parsed)


@given(
    st.integers(0, program.HEADER_LEN + program.SEGMENT_LEN - 1),
    WORD | st.integers(-10, 30000),
)
def test_one_changed_word_is_refused_or_within_every_wall(index, value):
    made = words()
    made[index] = value
    try:
        parsed = Program(made, BOARD)
    except ProgramError:
        return
    within_walls(parsed)


def within_walls(parsed):
    assert parsed.polarity in (-1, 1)
    assert 1 <= parsed.peak_ua <= BOARD.max_ua
    assert parsed.peak_ua * 100 <= parsed.area_mm2 * limits.DENSITY_MAX_UA_CM2
    assert 1 <= parsed.down_slew_ua_s <= parsed.slew_ua_s <= limits.SLEW_MAX_UA_S
    assert 1 <= parsed.charge_uc <= limits.CHARGE_MAX_UC
    assert 1 <= parsed.time_s <= limits.TIME_WALL_S
    for segment in range(parsed.segments):
        assert 1 <= parsed.word(segment, program.S_LEVEL_UA) <= parsed.peak_ua
        assert 1 <= parsed.word(segment, program.S_SLEW_UA_S) <= parsed.slew_ua_s


NO_BRIDGE = limits.Board("no bridge", 5000, 40000, 40, bridge=False)


@pytest.mark.hazard("H-13", "H-14")
def test_a_board_without_a_bridge_refuses_every_reversed_segment_and_nothing_else():
    forwards = {"H_POLARITY": 1, "S_POLARITY": 1}
    assert Program(words(**forwards), NO_BRIDGE).polarity == 1
    with pytest.raises(ProgramError, match="segment 0 polarity: -1 needs a bridge"):
        Program(words(), NO_BRIDGE)
    later = words(2, **forwards)
    with pytest.raises(ProgramError, match="segment 1 polarity: -1 needs a bridge"):
        Program(later, NO_BRIDGE)
