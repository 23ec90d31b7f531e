"""The screen of the live view: everything in words, in any terminal, with and without UTF-8."""

import io

import pytest
from rich.console import Console
from tests.host.live_models import about, model_at

from iontobench.cli.controls import KEYS, Controls
from iontobench.cli.model import Model
from iontobench.cli.pace import Pacer
from iontobench.cli.screen import Screen


def drawn(model, width=80, height=24, has_keys=True, ascii_only=False, whole=True):
    controls = Controls(model, Pacer(60.0))
    controls.whole = whole
    return Screen(model, controls, has_keys, ascii_only).draw(width, height, 60.0)


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
        "kOhm",
        "of 40.00 mA min",
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


def test_before_the_first_sample_it_says_so():
    text = "\n".join(rows(Model(about())))
    assert "no sample yet" in text
    assert "0.00 of 40.00 mA min" in text


def test_ascii_terminal_gets_ascii_only():
    text = "\n".join(rows(model_at(600), ascii_only=True))
    assert text.isascii()
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
