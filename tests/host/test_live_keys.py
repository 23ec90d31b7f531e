"""Keys: what each does, that escape sequences do nothing, and that the terminal is given back."""

import os
import sys

import pytest
from tests.host.live_models import about, model_at

from ionto.core import codes
from iontobench.cli import keys
from iontobench.link.events import Sample
from iontobench.sessions.controls import KEYS, Controls
from iontobench.sessions.real_time_pacer import Pacer

posix = pytest.mark.skipif(sys.platform == "win32", reason="termios is POSIX")


def controls(state=codes.STATE_HOLD, speed=60.0):
    model = model_at(600)
    model.add(Sample(9999, 700_000, state, 2, 2000.0, 2000.0, 0.0, 6000, 100))
    return Controls(model, Pacer(speed))


@pytest.mark.parametrize(
    ("state", "sent"),
    [
        (codes.STATE_RAMP, ["pause"]),
        (codes.STATE_HOLD, ["pause"]),
        (codes.STATE_PAUSED, ["resume"]),
        (codes.STATE_PROBE, []),
        (codes.STATE_RAMP_DOWN, []),
        (codes.STATE_PAUSING, []),
        (codes.STATE_REST, []),
        (codes.STATE_DONE, []),
    ],
)
@pytest.mark.parametrize("key", [" ", "p"])
def test_space_pauses_while_energised_and_resumes_while_paused(state, sent, key):
    held = controls(state)
    assert held.press(key) == sent
    assert held.note


@pytest.mark.parametrize("key", ["s", "q"])
def test_s_asks_for_a_stop(key):
    assert controls().press(key) == ["stop"]


def test_set_point_moves_in_steps_and_stays_within_the_programs_peak():
    held = controls()
    assert held.press("+") == []
    assert "stays within" in held.note
    assert held.press("-") == ["set 1900"]
    assert held.press("_") == ["set 1800"]
    assert held.press("=") == ["set 1900"]
    sent = [held.press("-") for _ in range(30)]
    assert sent[17] == ["set 100"]
    assert sent[18:] == [[]] * 12


def test_set_point_is_left_alone_while_not_energised():
    held = controls(codes.STATE_PAUSED)
    assert held.press("-") == []
    assert "while energised" in held.note


def test_speed_keys_change_the_pace_and_send_nothing():
    pacer = Pacer(60.0)
    held = Controls(model_at(600), pacer)
    assert held.press("<") == []
    assert pacer.speed == 20.0
    assert held.press(">") == held.press(">") == held.press(">") == []
    assert pacer.speed is None
    held.press("<")
    assert pacer.speed == 120.0


def test_slowest_speed_is_real_time():
    pacer = Pacer(2.0)
    held = Controls(model_at(600), pacer)
    for _ in range(3):
        held.press("<")
    assert pacer.speed == 1.0


def test_w_changes_the_span_of_the_plot():
    held = controls()
    assert held.whole
    held.press("w")
    assert not held.whole


@pytest.mark.parametrize("key", ["x", "S", "\r", "\n", "é", "0", "\x00"])
def test_other_keys_do_nothing(key):
    held = controls()
    assert held.press(key) == []
    assert held.note == ""


def test_no_character_has_two_meanings():
    every = "".join(key.keys for key in KEYS)
    assert len(every) == len(set(every))


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("s", "s"),
        ("\x1b[A", ""),
        ("\x1b[1;5Cs", "s"),
        ("\x1bOP", ""),
        ("\x1b", "\x1b"),
        ("w\x1b", "w\x1b"),
        ("\x1bs", ""),
        ("w\x1b[3~s", "ws"),
        ("\x1b[", ""),
        ("\x1b[<0;12;3Ms", "s"),
    ],
)
def test_escape_sequences_are_no_keys(typed, left):
    assert keys.plain_keys(typed) == left


@posix
def test_keys_are_read_one_by_one_and_the_terminal_is_given_back():
    import pty
    import termios

    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)
    with keys.PosixKeys(slave) as reader:
        during = termios.tcgetattr(slave)
        assert not during[3] & (termios.ICANON | termios.ECHO)
        assert during[3] & termios.ISIG
        assert reader.poll() == ""
        os.write(master, b"s\x1b[A ")
        assert reader.poll() == "s "
        assert reader.poll() == ""
    assert termios.tcgetattr(slave) == before
    os.close(master)
    os.close(slave)


@posix
def test_terminal_is_given_back_after_an_exception():
    import pty
    import termios

    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)
    with pytest.raises(ZeroDivisionError), keys.PosixKeys(slave):
        raise ZeroDivisionError
    assert termios.tcgetattr(slave) == before
    os.close(master)
    os.close(slave)


@posix
def test_terminal_that_went_away_gives_no_more_keys():
    import pty

    master, slave = pty.openpty()
    with keys.PosixKeys(slave) as reader:
        os.close(master)
        assert reader.poll() == ""
        assert reader.poll() == ""
    os.close(slave)


def test_input_that_is_no_terminal_has_no_keys(monkeypatch):
    with open(os.devnull) as null:
        monkeypatch.setattr("sys.stdin", null)
        with keys.open_keys() as reader:
            assert isinstance(reader, keys.NoKeys)
            assert reader.poll() == ""


def test_closed_input_has_no_keys(monkeypatch):
    monkeypatch.setattr("sys.stdin", None)
    assert isinstance(keys.open_keys(), keys.NoKeys)


def test_about_gives_the_peak_that_bounds_the_set_point():
    assert about().timeline.peak_ua == 2000
