"""What people read: numbers with units, and a sentence for every state and event."""

import pytest
from tests.host.live_models import model_at

from ionto.core import codes, command
from ionto.core.fields import FLAG_DIP, FLAG_LIMITED, FLAG_NEAR_COMPLIANCE
from iontobench import signs, text
from iontobench.link.events import Event, GapNote, LinkNote, Sample


@pytest.mark.parametrize(
    ("t_ms", "shown"),
    [
        (-5, "0:00"),
        (0, "0:00"),
        (999, "0:00"),
        (59_999, "0:59"),
        (60_000, "1:00"),
        (3_599_999, "59:59"),
        (3_600_000, "1:00:00"),
        (14_400_000, "4:00:00"),
    ],
)
def test_clock(t_ms, shown):
    assert text.clock(t_ms) == shown


@pytest.mark.parametrize(
    ("current_ua", "shown"),
    [(0, "0.000 mA"), (-0.2, "0.000 mA"), (2000.4, "2.000 mA"), (-3.0, "-0.003 mA")],
)
def test_current_has_no_negative_zero(current_ua, shown):
    assert text.milliamps(current_ua) == shown


def test_load_without_current_is_a_dash():
    assert text.kilohms(None) == "-"
    assert text.kilohms(5210) == "5.21 kΩ"


@pytest.mark.parametrize("code", codes.EVENT_NAMES)
def test_every_event_of_the_firmware_is_a_sentence(code):
    said = text.event(Event(0, 0, code, 1, 1))
    assert said
    assert "(a " not in said
    assert "\\" not in signs.spelled(said, "ascii"), "units aside, ASCII"


@pytest.mark.parametrize("fault", [name for name in codes.FAULT_NAMES if name])
def test_every_fault_is_named_and_said_to_be_off(fault):
    said = text.event(Event(0, 0, codes.EVENT_FAULT, fault, 32_000))
    assert codes.FAULT_NAMES[fault] in said
    assert "output off" in said
    assert "2.000 mA" in said


@pytest.mark.parametrize("state", codes.STATE_NAMES)
def test_every_state_is_words(state):
    sample = Sample(0, 0, state, 0, 0.0, 0.0, 0.0, 0, 0)
    assert text.state(sample).isascii()
    assert text.state(sample, brief=True) == codes.STATE_NAMES[state]


def test_states_and_events_of_a_newer_firmware_are_shown_as_numbers():
    assert text.state(Sample(0, 0, 99, 0, 0.0, 0.0, 0.0, 0, 0)) == "state 99"
    assert text.event(Event(0, 0, 99, 5, 6)) == "event 99 (a 5, b 6)"
    assert "fault 99" in text.event(Event(0, 0, codes.EVENT_FAULT, 99, 0))
    assert "command: 99" in text.event(Event(0, 0, codes.EVENT_COMMAND, 99, 0))


def test_flags_are_said_in_words():
    def said(flags):
        return text.state(Sample(0, 0, codes.STATE_HOLD, flags, 0.0, 0.0, 0.0, 0, 0))

    assert "limited by compliance" in said(FLAG_LIMITED | FLAG_NEAR_COMPLIANCE)
    assert "near compliance" in said(FLAG_NEAR_COMPLIANCE)
    assert "dip" in said(FLAG_DIP)
    assert said(0) == "holding the set level"


def test_command_event_names_the_command_and_its_value():
    assert text.event(Event(0, 0, codes.EVENT_COMMAND, command.SET, 1500)).endswith("set 1.500 mA")
    assert text.event(Event(0, 0, codes.EVENT_COMMAND, command.STOP, 0)) == "command: stop"


def test_lost_frames_and_odd_lines_get_a_line_each():
    model = model_at(1)
    assert "3 frames never arrived" in model.add(GapNote(100, 2, 3))
    assert model.missing == 3
    assert r"'\x1b[2J'" in model.add(LinkNote(150, "\x1b[2J"))
