"""Marks: an operator's remark, from the key `m` to the record, the views and the report."""

import json

import pytest
from tests.host.cli import call
from tests.host.live_models import model_at
from tests.host.synthetic_sessions import header

from ionto.core import codes
from iontobench.link.events import Mark, Sample
from iontobench.link.listener import HostLink
from iontobench.records import RecordWriter, read, verify
from iontobench.records.verify import DAMAGED, INTACT
from iontobench.report import tables
from iontobench.sessions.controls import Controls
from iontobench.sessions.real_time_pacer import Pacer
from iontobench.sessions.recording import Guard

HOSTILE = "\x1b[2J<script>\r\n\u202e\udcff\0"


def controls(t_ms=700_000):
    model = model_at(600)
    model.add(Sample(9999, t_ms, codes.STATE_HOLD, 2, 2000.0, 2000.0, 0.0, 6000, 100))
    return Controls(model, Pacer(60.0))


def typed(held, text):
    """What a person gets for typing `text`, key by key."""
    return [ask for key in text for ask in held.press(key)]


@pytest.mark.parametrize("enter", ["\r", "\n"])
def test_m_and_a_text_and_enter_make_a_mark_at_the_newest_sample(enter):
    held = controls()
    assert typed(held, f"m moved the pad {enter}") == [Mark(700_000, "moved the pad")]
    assert held.note == "marked: moved the pad"


def test_no_letter_of_a_mark_is_a_command_and_after_it_they_are_again():
    held = controls()
    assert typed(held, "m s q p + - r\r") == [Mark(700_000, "s q p + - r")]
    assert held.press("s") == ["stop"]


@pytest.mark.parametrize("text", ["mstop\x1b", "m\r", "m  \r", "ma\x7f\r", "ma\b\r"])
def test_esc_and_an_empty_text_make_no_mark(text):
    held = controls()
    assert typed(held, text) == []
    assert held.note == "no mark was made"
    assert held.press("s") == ["stop"]


def test_a_text_is_corrected_letter_by_letter_and_shown_while_it_is_typed():
    held = controls()
    assert typed(held, "mpaf\x7fd") == []
    assert held.note.endswith(": pad_")
    assert "Esc" in held.note
    assert held.press("\r") == [Mark(700_000, "pad")]


def test_control_characters_are_no_letters_and_a_long_text_ends_at_its_limit():
    [mark] = typed(controls(), "m" + "\0\x01\t" + "x" * 200 + "\r")
    assert mark.text == "x" * 80


class Asking:
    """A listener that asks for something once, and keeps what it is told."""

    def __init__(self, *asks):
        self.items = []
        self._asks = list(asks)

    def on_item(self, item):
        self.items.append(item)

    def on_tick(self, t_us):
        asks, self._asks = self._asks, []
        return asks


def test_a_mark_goes_to_every_listener_and_not_to_the_board():
    mark = Mark(5000, "here")
    one, other = Asking(mark, "pause"), Asking()
    sent = HostLink([Guard([one]), other]).poll(20_000)
    assert one.items == other.items == [mark]
    assert b"pause" in sent
    assert b"here" not in sent


@pytest.fixture
def marked(tmp_path):
    """`marked(text, ...)` is the path of a record with these marks."""

    def make(*texts):
        path = tmp_path / "record.jsonl"
        with RecordWriter(path, header()) as writer:
            for at, text in enumerate(texts):
                writer.item(Mark(1000 + at, text))
            writer.close({"outcome": "complete"})
        return path

    return make


def test_a_mark_is_a_line_of_the_record_shown_by_show_and_report(marked):
    path = marked("lifted an edge")
    record = read(path)
    assert record.verdict.status == INTACT
    assert record.marks == [Mark(1000, "lifted an edge")]
    shown = call("records", "show", path, "--json")
    assert shown.object["marks"] == [{"t_s": 1.0, "text": "lifted an edge"}]
    assert "mark: 'lifted an edge', at 1.000 s" in call("records", "show", path).out
    assert tables.events(record) == [("0:01.000", "Mark: 'lifted an edge'", False)]


def test_hostile_and_endless_texts_are_kept_cut_and_harm_no_terminal_or_page(marked):
    path = marked(HOSTILE, "x" * 500, "")
    record = read(path)
    assert record.verdict.status == INTACT
    assert [len(mark.text) <= 80 for mark in record.marks] == [True] * 3
    assert record.marks[1].text == "x" * 80
    assert record.marks[2].text == "?"
    said = call("records", "show", path)
    assert said.code == 0
    for shown in (said.out.replace("\n", ""), "".join(row[1] for row in tables.events(record))):
        assert shown.isprintable()
    line = model_at(1000).add(record.marks[0])
    assert line.isprintable()


@pytest.mark.parametrize("row", [[1], [1, ""], [1.5, "a"], "a", [1, "x" * 81]])
def test_a_mark_of_another_shape_is_damage(tmp_path, row):
    with RecordWriter(tmp_path / "r", header()) as writer:
        writer._append(json.dumps({"mark": row}).encode())
    assert verify(tmp_path / "r").status == DAMAGED
