"""The screen of the live view: everything in words, in any terminal, with and without UTF-8."""

import io
import re

import pytest
from rich.console import Console
from tests.host.live_models import about, model_at

from ionto.core import codes
from ionto.core.fields import FLAG_DIP, FLAG_LIMITED
from iontobench import text
from iontobench.cli.screen import Screen
from iontobench.link.events import Event, Sample
from iontobench.sessions.controls import KEYS, Controls
from iontobench.sessions.progress import Progress
from iontobench.sessions.real_time_pacer import Pacer


def drawn(model, width=80, height=24, has_keys=True, ascii_only=False, whole=True):
    controls = Controls(model, Pacer(60.0))
    controls.whole = whole
    return Screen(model, controls, has_keys, ascii_only).draw(width, height, "60 x real time")


def rows(*args, **kwargs):
    return drawn(*args, **kwargs).plain.split("\n")


def test_24_rows_of_80_columns_show_everything():
    shown = rows(model_at(600))
    text = "\n".join(shown)
    assert len(shown) <= 24
    assert max(len(row) for row in shown) <= 80
    for part in (
        "HOLD",
        "holding the set level",
        "10:00 of about 20:20",
        "set point   2.000 mA",
        "current",
        "voltage",
        "kΩ",
        "of 40.00 mA·min",
        "left",
        "60 x real time",
        "never people",
        "Ctrl-C off at once",
    ):
        assert part in text


def test_every_key_of_the_table_is_shown():
    text = "\n".join(rows(model_at(600)))
    for key in KEYS:
        assert f"{key.shown} " in text
        assert key.label in text


@pytest.mark.parametrize("width", [40, 57, 80, 200])
@pytest.mark.parametrize("height", [12, 16, 24, 60])
@pytest.mark.parametrize("until_s", [-1, 0, 10, 1220])
def test_any_terminal_is_filled_and_never_exceeded(width, height, until_s):
    shown = rows(model_at(until_s), width, height)
    assert len(shown) <= height
    assert max(len(row) for row in shown) <= width


def test_small_terminal_loses_the_plot_and_keeps_the_state_and_the_keys():
    text = "\n".join(rows(model_at(600), 60, 12))
    assert "the whole session" not in text
    assert "holding the set level" in text
    assert "Ctrl-C" in text


SMALL = [(130, 45), (80, 24), (60, 20), (57, 16), (40, 12)]
VALUES = {
    "set point": "2.000 mA",
    "current": r"-?[12]\.\d{3} mA",
    "voltage": r"\d+\.\d\d V",
    "load": r"\d+\.\d\d kΩ",
    "peak": r"2\.\d{3} mA",
    "frames lost": "none",
}


@pytest.mark.parametrize(("width", "height"), SMALL)
@pytest.mark.parametrize(("until_s", "open_at_s"), [(10, None), (600, None), (1220, 300)])
def test_every_word_of_a_small_terminal_is_a_word_of_the_large_one(
    width, height, until_s, open_at_s
):
    """Nothing is cut in the middle: what has no room is left out, with a mark at most."""
    model = model_at(until_s, open_at_s)
    large = words_of(rows(model, 200, 60)) | words_of(model.lines)
    lines = rows(model, width, height)
    plot = [at for at, row in enumerate(lines) if re.search("[┤│└]", row)]
    times = [plot[-1] + 1] if plot else []
    said = [row for at, row in enumerate(lines) if at not in plot + times]
    assert words_of(said) - {"…", ">"} <= large


def words_of(lines):
    """Words and numbers without the punctuation behind them, and without the dose's bar."""
    return {word.rstrip(",;") for row in lines for word in row.split() if word[0] not in "█░"}


@pytest.mark.parametrize(("width", "least"), [(130, 6), (80, 6), (60, 6), (57, 4), (40, 4)])
def test_a_narrow_terminal_has_fewer_values_and_whole_ones(width, least):
    text = "\n".join(rows(model_at(600), width, 20))
    shown = [name for name in VALUES if re.search(rf"\b{name}\b", text)]
    assert len(shown) >= least
    assert shown[:4] == list(VALUES)[:4]
    for name in shown:
        assert re.search(rf"\b{name} +{VALUES[name]}(?= |$)", text, re.MULTILINE), name


def test_dose_is_whole_on_a_narrow_terminal():
    [dose] = [row for row in rows(model_at(600), 40, 12) if row.startswith("dose")]
    assert re.fullmatch(r"dose [█░]{5,} \d+\.\d\d of 40\.00 mA·min( \(\d+%\))?", dose)


@pytest.mark.parametrize(("width", "height"), [(60, 20), (40, 12)])
def test_time_is_whole_on_a_narrow_terminal(width, height):
    [state] = [row for row in rows(model_at(600), width, height) if " HOLD " in row]
    assert re.search(r"  10:00( of about 20:20)?$", state)


@pytest.mark.parametrize("flags", [0, FLAG_LIMITED, FLAG_DIP, FLAG_LIMITED | FLAG_DIP])
@pytest.mark.parametrize("state", codes.STATE_NAMES)
@pytest.mark.parametrize("width", [40, 57, 80])
def test_state_and_time_of_any_state_are_whole(width, state, flags):
    model = model_at(600)
    model.add(Sample(9999, 13_000_000, state, flags, 2000.0, 2000.0, 0.0, 6000, 100))
    shown = rows(model, width, 12)[3]
    assert text.state_name(state).upper() in shown.upper()
    large = rows(model, 200, 12)[3].replace(";", "")
    assert set(shown.replace(";", "").split()) <= set(large.split())
    assert re.search(r"  3:36:40( of about 20:20)?$", shown)


def test_event_that_has_no_room_is_left_off_at_a_word_with_a_mark():
    model = model_at(600)
    model.add(Event(9998, 7_000_000, codes.EVENT_DRIFT, 1_591_000, 1_910_000))
    [event] = [row for row in rows(model, 40, 12) if "rises" in row]
    assert event.endswith("load rises: …")
    [ascii_event] = [row for row in rows(model, 40, 12, ascii_only=True) if "rises" in row]
    assert ascii_event.endswith("...")
    assert "the load rises: 1591.00 kΩ 3 min ago, 1910.00 kΩ now" in "\n".join(rows(model, 80, 24))


def test_where_no_plot_has_room_the_events_have_all_of_it():
    shown = rows(model_at(1220, open_at_s=300), 60, 20)
    assert sum(bool(re.match(r" +\d+:\d\d\.\d{3}  ", row)) for row in shown) == 9
    assert len(rows(model_at(1220, open_at_s=300), 40, 12)) <= 12


def test_a_plot_of_two_rows_is_no_plot():
    assert "the whole session" not in "\n".join(rows(model_at(600), 60, 20))
    assert "the whole session" in "\n".join(rows(model_at(600), 80, 24))


def test_q_is_on_the_key_line():
    assert re.search(r"\bs q stop by a ramp", "\n".join(rows(model_at(600))))


def test_before_the_first_sample_it_says_so():
    text = "\n".join(rows(Progress(about())))
    assert "no sample yet" in text
    assert "0.00 of 40.00 mA·min" in text


def test_ascii_terminal_gets_ascii_only():
    text = "\n".join(rows(model_at(600), ascii_only=True))
    assert text.isascii()
    assert " kOhm" in text
    assert "of 40.00 mA min" in text
    assert "####" in text
    assert "***" in text


def test_fault_is_said_in_words_and_its_event_stays():
    text = "\n".join(rows(model_at(1220, open_at_s=300)))
    assert " FAULT " in text
    assert "fault, output off" in text
    assert "FAULT: open" in text


def test_without_keys_it_says_why():
    text = "\n".join(rows(model_at(600), has_keys=False))
    assert "no keys: the input is no terminal" in text
    assert "Ctrl-C" in text


def test_last_minutes_and_whole_session_are_named():
    assert "the whole session" in "\n".join(rows(model_at(600)))
    assert "the last 5 minutes" in "\n".join(rows(model_at(600), whole=False))


def test_dose_bar_grows_with_the_dose():
    full = [
        row.count("█") for t_s in (30, 600, 1200) for row in rows(model_at(t_s)) if "dose" in row
    ]
    assert full == sorted(full)
    assert full[0] < full[1] < full[2]


def test_nothing_is_told_by_colour_alone():
    """Printed without any style, the text is the same."""
    stream = io.StringIO()
    console = Console(file=stream, width=80, height=24, no_color=True, force_terminal=False)
    console.print(drawn(model_at(600)))
    plain = [row.rstrip() for row in stream.getvalue().rstrip("\n").split("\n")]
    assert plain == "\n".join(row.rstrip() for row in rows(model_at(600))).rstrip().split("\n")


def test_final_plot_fits_above_the_summary():
    screen = Screen(model_at(1220), Controls(model_at(1220), Pacer(None)), True, False)
    final = screen.final(80).plain.split("\n")
    assert len(final) <= 11
    assert max(len(row) for row in final) <= 80
