"""Frames as the host reads them: whole ones to items, everything else to None."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionto.core import codes
from ionto.core.command import NONE, Command
from ionto.core.crc import CRC_START, crc_nibble
from ionto.core.fields import EVENT_WIDTHS, SAMPLE_WIDTHS
from ionto.core.telemetry import EVENT, SAMPLE, STATUS
from iontobench.link.events import Event, Sample
from iontobench.link.frames import command_line, decode


def frame(values, widths):
    """An independent encoder, by text formatting; without the newline."""
    digits = "".join(
        f"{value & (16**width - 1):0{width}x}" for value, width in zip(values, widths, strict=True)
    )
    crc = CRC_START
    for digit in digits:
        crc = crc_nibble(crc, int(digit, 16))
    return b"~" + digits.encode() + b"%04x" % crc


def sample_frame(kind=SAMPLE, seq=7, t_ms=1000):
    return frame([kind, seq, t_ms, 3, 2, 32000, -5, -16, -1234, 2_400_000], SAMPLE_WIDTHS)


def event_frame(seq=7, code=codes.EVENT_STATE, a=1, b=-2, t_ms=1000):
    return frame([EVENT, seq, t_ms, code, a, b], EVENT_WIDTHS)


@pytest.mark.parametrize("kind", [SAMPLE, STATUS])
def test_a_sample_and_a_status_are_read_in_the_units_people_use(kind):
    expected = Sample(
        seq=7,
        t_ms=1000,
        state=3,
        flags=2,
        set_ua=2000.0,
        current_ua=-0.3125,
        difference_ua=-1.0,
        load_mv=-1234,
        dose_uc=2_400_000,
    )
    assert decode(sample_frame(kind)) == (kind, expected)


def test_an_event_keeps_the_signs_of_its_numbers():
    assert decode(event_frame()) == (EVENT, Event(7, 1000, codes.EVENT_STATE, 1, -2))


def test_the_load_is_voltage_over_current_or_unknown_below_20_ua():
    item = decode(frame([1, 0, 0, 3, 2, 0, 32000, 0, 10_000, 0], SAMPLE_WIDTHS))[1]
    assert item.load_ohm == 5000
    assert decode(sample_frame())[1].load_ohm is None


@pytest.mark.parametrize("line", [sample_frame(), event_frame(), sample_frame(STATUS)])
def test_every_frame_cut_short_lengthened_or_with_a_changed_bit_is_none(line):
    for cut in range(len(line)):
        assert decode(line[:cut]) is None
    assert decode(line + b"0") is None
    whole = decode(line)
    for bit in range(8 * len(line)):
        changed = bytearray(line)
        changed[bit // 8] ^= 1 << bit % 8
        # The case of a hexadecimal letter carries nothing.
        assert decode(bytes(changed)) in ((whole,) if bytes(changed).lower() == line else (None,))


@given(st.binary(max_size=60), st.booleans())
def test_no_bytes_at_all_raise(data, as_frame):
    found = decode(b"~" + data if as_frame else data)
    assert found is None or found[0] in (SAMPLE, EVENT, STATUS)


@pytest.mark.parametrize("kind", [0, 4, 15])
def test_a_frame_of_an_unknown_type_is_none(kind):
    assert decode(frame([kind, *[0] * 9], SAMPLE_WIDTHS)) is None


@pytest.mark.parametrize("text", ["stop", "set 1500", "beat 65535"])
def test_a_command_line_is_what_the_firmware_takes(text):
    parser = Command()
    found = [parser.step(byte) for byte in command_line(text)]
    assert [word for word in found if word != NONE] == found[-1:]
