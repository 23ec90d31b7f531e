"""The parser of commands: valid commands come from valid lines only, whatever else arrives."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ionto.core import command
from ionto.core.command import COMMAND_NAMES, Command
from ionto.core.crc import crc16
from iontobench.link.frames import command_line

PLAIN = re.compile(rb"(stop|pause|resume|\?)|(set|beat) ([0-9]+)")
NUMBERS = {command.SET, command.BEAT}
ALWAYS = {command.STOP, command.PAUSE, command.QUERY}  # they only lead to less


def heard(data, supervised=0):
    """(command, value) of every line in `data` that the parser takes for a command."""
    parser = Command()
    parser.reset(supervised)
    found = [(parser.step(byte), parser.value) for byte in data]
    return [pair for pair in found if pair[0] != command.NONE]


def meant(line, supervised=False):
    """The same for one line without its end, by a regular expression; None where it is none."""
    body, star, crc = line.partition(b"*")
    if star and crc != b"%04x" % crc16(body):
        return None
    match = PLAIN.fullmatch(body)
    if match is None:
        return None
    word = command.WORDS.index(match[1] or match[2])
    if supervised and not star and word not in ALWAYS:
        return None
    if match[1]:
        return word, 0
    value = int(match[3])
    return (word, value) if value < 100_000 else None


PIECES = st.sampled_from(
    [
        *(b"stop", b"pause", b"resume", b"set", b"beat", b"?", b" ", b"*", b"\r", b"\n"),
        *(b"0", b"1500", b"99999", b"100000"),
        *(command_line("stop"), command_line("set 1500"), command_line("?")),
    ]
)
STREAMS = st.one_of(
    st.binary(max_size=80),
    st.lists(st.one_of(PIECES, st.binary(max_size=2)), max_size=25).map(b"".join),
)


@given(STREAMS, st.booleans())
@example(b"set 0*\nset *\nset\n", False)
@example(b"\n\n?\n", True)
def test_any_bytes_are_rejected_or_a_command_in_range_from_a_valid_line(data, supervised):
    expected = [meant(line, supervised) for line in data.split(b"\n")[:-1]]
    found = heard(data, supervised)
    assert found == [pair for pair in expected if pair is not None]
    for word, value in found:
        assert command.STOP <= word <= command.QUERY
        assert 0 <= value < 100_000
        assert word in NUMBERS or value == 0


@pytest.mark.parametrize("text", ["stop", "pause", "resume", "set 1500", "beat 17", "?"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_command_is_heard_from_a_person_and_from_a_tool(text, end):
    word, _, number = text.partition(" ")
    expected = [(command.WORDS.index(word.encode()), int(number or 0))]
    assert heard(text.encode() + end.encode()) == expected
    assert heard(command_line(text)[:-1] + end.encode()) == expected


@pytest.mark.parametrize("text", ["stop", "pause", "resume", "set 1500", "beat 17", "?"])
def test_in_a_tools_session_only_what_leads_to_less_is_heard_without_a_checksum(text):
    word = command.WORDS.index(text.partition(" ")[0].encode())
    assert bool(heard(text.encode() + b"\n", supervised=1)) == (word in ALWAYS)
    assert heard(command_line(text), supervised=1) == heard(command_line(text))


@pytest.mark.parametrize("text", ["set 1500", "beat 1234", "resume"])
def test_no_beginning_of_a_tools_line_is_a_command_in_its_session(text):
    line = command_line(text)
    assert all(heard(line[:cut] + b"\n", supervised=1) == [] for cut in range(len(line) - 1))


def test_a_line_refused_for_its_missing_checksum_counts_as_garbage():
    parser = Command()
    parser.reset(1)
    for byte in b"beat 1\n" * 40:
        last = parser.step(byte)
    assert last == command.GARBAGE


@pytest.mark.parametrize(
    "text", ["stop", "pause", "resume", "set 1500", "beat 17", "beat 65535", "?"]
)
def test_a_tools_line_with_one_changed_bit_is_never_another_command(text):
    line = command_line(text)
    right = heard(line)
    for bit in range(8 * (len(line) - 1)):
        changed = bytearray(line)
        changed[bit // 8] ^= 1 << (bit % 8)
        assert heard(bytes(changed)) in ([], right), bytes(changed)


@pytest.mark.parametrize("text", ["set 1500", "beat 123", "stop", "resume"])
def test_a_tools_line_with_one_lost_byte_is_never_another_command(text):
    line = command_line(text)
    for at in range(len(line) - 1):
        assert heard(line[:at] + line[at + 1 :]) == [], line[:at]


def test_a_crc_has_four_digits_neither_more_nor_fewer():
    number = next(n for n in range(1000) if crc16(b"beat %d" % n) < 0x1000)
    body = b"beat %d" % number
    crc = crc16(body)
    assert heard(body + b"*%04x\n" % crc) == [(command.BEAT, number)]
    assert heard(body + b"*%03x\n" % crc) == []
    assert heard(body + b"*%05x\n" % crc) == []
    assert heard(body + b"*\n") == []


def test_a_damaged_line_does_not_spoil_the_next():
    assert heard(b"st\x00op\nstop\n") == [(command.STOP, 0)]


@pytest.mark.parametrize("length", [64, 65, 66, 200])
def test_a_line_longer_than_its_room_is_nothing_however_it_begins(length):
    line = b"set " + b"1500".rjust(length - 4, b"0")
    assert heard(line + b"\n") == ([(command.SET, 1500)] if length == 64 else [])


def test_a_new_session_has_heard_nothing():
    parser = Command()
    assert (parser.value, parser.garbage) == (0, 0)
    for byte in b"set 1500\nst":
        parser.step(byte)
    parser.reset()
    assert (parser.value, parser.garbage) == (0, 0)
    assert [parser.step(byte) for byte in b"op\n"] == [command.NONE] * 3, "no half of a line"


def test_it_is_garbage_from_256_bytes_on():
    parser = Command()
    assert [parser.step(byte) for byte in b"x" * 255] == [command.NONE] * 255
    assert [parser.step(byte) for byte in b"x\n"] == [command.GARBAGE] * 2


def test_garbage_counts_every_byte_until_a_valid_line():
    parser = Command()
    for byte in b"x" * 256:
        parser.step(byte)
    assert parser.garbage == command.GARBAGE_MAX
    for byte in b"\nbeat 1\n":
        parser.step(byte)
    assert parser.garbage == 0


def test_every_command_has_a_name_and_a_word():
    assert len(COMMAND_NAMES) == len(command.WORDS) == command.QUERY + 1
