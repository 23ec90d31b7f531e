"""Records of every version: old ones intact, with the right names; version 3's optional keys."""

import json
from pathlib import Path

import pytest
from tests.host.cli import call
from tests.host.report_pages import Page, make
from tests.host.synthetic_sessions import header, small

from ionto.core import codes
from iontobench.link.events import LiveFault, Sample
from iontobench.records import RecordError, RecordWriter, read, verify
from iontobench.records.format import sample_of, sample_row
from iontobench.records.reader import OLD_STATES, UNKNOWN, old_states, todays_state
from iontobench.records.verify import DAMAGED, INTACT
from iontobench.report import write_report
from iontobench.report.facts import asked

pytestmark = pytest.mark.drawn

FIXTURES = Path(__file__).parent / "fixtures"
EVERY = sorted(path.name for path in FIXTURES.glob("*.jsonl"))
# What each session went through: the states' names, from its events.
FIRST_HOLD = ["ramp", "hold", "contact lost", "rest", "probe"]
PAUSE = ["ramp", "hold", "pausing", "paused", "rest", "probe"]
PROVEN_HOLD = ["proof", *FIRST_HOLD, "proof", *PAUSE, "proof", "ramp", "hold", "turning"]
REVERSAL = ["rest", "probe", "proof", "ramp", "hold", "turning", "off", "rest", "probe", "proof"]
EVERY_STATE = ["probe", *PROVEN_HOLD, *REVERSAL, "pulses", "ramp down", "done"]
ELEVEN_STATES = ["probe", *FIRST_HOLD, *PAUSE, "ramp", "hold", "ramp down", "done"]
STATES = {
    "v1-eleven-states.jsonl": ELEVEN_STATES,
    "v1-eleven-states-fault.jsonl": ["probe", "ramp", "hold", "contact lost", "fault"],
    "v1-every-state.jsonl": EVERY_STATE,
    "v2-every-state.jsonl": EVERY_STATE,
    "v2-fault.jsonl": ["probe", "proof", "ramp", "hold", "contact lost", "fault"],
}
FAULTS = [name for name in EVERY if "fault" in name]


def entered(record):
    return [
        codes.STATE_NAMES[event.a] for event in record.events if event.code == codes.EVENT_STATE
    ]


def test_every_fixture_is_told_of_here():
    assert sorted(STATES) == EVERY


@pytest.mark.parametrize("name", EVERY)
def test_a_record_of_an_old_version_is_intact_and_shown(name):
    path = FIXTURES / name
    assert verify(path).status == INTACT
    assert call("records", "verify", path).code == 0
    shown = call("records", "show", path, "--json")
    assert shown.code == 0
    assert shown.object["outcome"] == ("fault" if name in FAULTS else "complete")


@pytest.mark.parametrize("name", EVERY)
def test_states_of_an_old_record_have_their_names(name):
    record = read(FIXTURES / name)
    assert entered(record) == STATES[name]
    seen = {codes.STATE_NAMES[sample.state] for sample in record.samples}
    assert seen <= set(STATES[name])
    assert {"ramp", "hold"} <= seen
    last = STATES[name][-1]
    assert codes.STATE_NAMES[record.samples[-1].state] == last


@pytest.mark.parametrize("name", EVERY)
def test_an_event_of_an_old_record_has_the_name_that_was_written_with_it(name):
    path = FIXTURES / name
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    written = [line["name"] for line in lines if "event" in line]
    assert [codes.EVENT_NAMES[event.code] for event in read(path).events] == written


@pytest.mark.parametrize("name", FAULTS)
def test_the_fault_of_an_old_record_is_told(name):
    faults = [event.a for event in read(FIXTURES / name).events if event.code == codes.EVENT_FAULT]
    assert [codes.FAULT_NAMES[fault] for fault in faults] == ["open"]


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.short_cases("v1-every-state.jsonl", "v2-every-state.jsonl")
def test_an_old_record_has_a_report(name, tmp_path):
    write_report(FIXTURES / name, tmp_path / "report.html")
    text = Page((tmp_path / "report.html").read_text("utf-8")).text
    assert ("open" if name in FAULTS else "complete") in text


@pytest.mark.parametrize("name", EVERY)
def test_the_program_of_an_old_record_is_read_as_it_was_written(name):
    program = asked(read(FIXTURES / name).header)
    # the plan counts the start, 0.44 s with the gate low
    dose_uc, length_ms = (2000.0, 5440.0) if "eleven" in name else (3510.0, 14540.0)
    assert (program.dose_uc, program.length_ms, program.peak_ua) == (dose_uc, length_ms, 500)


@pytest.mark.parametrize("name", ["v1-every-state.jsonl", "v2-every-state.jsonl"])
def test_states_of_an_old_record_follow_when_todays_numbers_change(name, monkeypatch):
    before = read(FIXTURES / name)
    moved = tuple(number + 100 for number in OLD_STATES)
    monkeypatch.setattr("iontobench.records.reader.OLD_STATES", moved)
    after = read(FIXTURES / name)
    assert [item.state for item in after.samples] == [item.state + 100 for item in before.samples]
    for was, now in zip(before.events, after.events, strict=True):
        moves_by = 100 if was.code == codes.EVENT_STATE else 0
        assert (now.code, now.a, now.b) == (was.code, was.a + moves_by, was.b)


def test_a_column_of_the_host_stands_behind_a_frames_and_an_older_row_has_none():
    sample = Sample(7, 1300, codes.STATE_HOLD, 2, 500.0, 499.9375, -0.5, 6000, 650)
    row = sample_row(sample)
    assert row == sample.row()
    assert sample_of(row) == sample_of((*row, 3000)) == sample


def test_the_first_version_had_eleven_states_and_later_fifteen():
    eleven = {"format_version": 1, "columns": {"states": ["x"] * 11}}
    assert len(old_states(eleven)) == 11
    assert old_states({"format_version": 1}) == OLD_STATES
    assert old_states(eleven | {"format_version": 2}) == OLD_STATES
    assert len(OLD_STATES) == 15


@pytest.mark.parametrize("number", [-1, 15, 1 << 53])
def test_a_number_that_an_old_record_could_not_have_is_no_state_of_today(number):
    assert todays_state(OLD_STATES, number) == UNKNOWN
    assert UNKNOWN not in codes.STATE_NAMES


def test_a_record_of_today_has_todays_states():
    assert old_states({"format_version": 3}) is None
    assert todays_state(None, 77) == 77


OPTIONAL = {
    "compliance_drawn_mv": 38_400,
    "load_model": {"name": "series RC", "parameters": {"r_ohm": 5000, "c_nf": 12.5}},
    "label": "dummy load no. 3",
}


def written(path, **changes):
    """A record whose header nobody has looked at before it was written."""
    with RecordWriter(path, header()) as writer:
        writer._stream.truncate(0)
        writer._stream.seek(0)
        writer.lines, writer.head = 0, b"0" * 64
        head = {"disclaimer": "x", "format": "iontobench-record", "format_version": 3}
        writer._append(json.dumps({"header": head | changes}, separators=(",", ":")).encode())
        writer.close({})
    return path


def test_optional_keys_of_version_3_come_back_and_are_shown(tmp_path):
    path = make(tmp_path, small(), {"outcome": "fault"}, **OPTIONAL)
    record = read(path)
    assert record.verdict.status == INTACT
    assert {key: record.header[key] for key in OPTIONAL} == OPTIONAL
    session = call("records", "show", path, "--json").object["session"]
    assert session["compliance_drawn_mv"] == 38_400
    assert (session["label"], session["load_model"]) == ("dummy load no. 3", "series RC")
    assert "dummy load no. 3" in call("records", "show", path).out


def test_a_record_without_optional_keys_is_whole(tmp_path):
    path = make(tmp_path, small(), {"outcome": "fault"})
    assert read(path).verdict.status == INTACT
    assert not OPTIONAL.keys() & read(path).header.keys()


@pytest.mark.parametrize(
    "wrong",
    [
        {"compliance_drawn_mv": 0},
        {"compliance_drawn_mv": 38.4},
        {"compliance_drawn_mv": "40 V"},
        {"label": ""},
        {"label": "x" * 81},
        {"label": 3},
        {"load_model": "forearm"},
        {"load_model": {"parameters": {}}},
        {"load_model": {"name": "RC", "parameters": {"r_ohm": [1]}}},
        {"load_model": {"name": "RC", "colour": "red"}},
    ],
)
def test_an_optional_key_of_another_shape_is_refused_and_when_read_is_damage(tmp_path, wrong):
    (key,) = wrong
    with pytest.raises(RecordError, match=key) as caught:
        RecordWriter(tmp_path / "refused", header(**wrong))
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "refused").exists()
    verdict = verify(written(tmp_path / "wrong", **wrong))
    assert (verdict.status, verdict.damaged_line) == (DAMAGED, 1)
    assert "optional key" in verdict.reason


def test_a_header_that_nobody_looked_at_before_is_whole_where_its_keys_are_right(tmp_path):
    assert verify(written(tmp_path / "right", **OPTIONAL)).status == INTACT


def test_a_fault_injected_live_is_a_line_of_the_record_and_shown(tmp_path):
    live = [LiveFault(1200, "open:50"), LiveFault(1900, "x" * 200)]
    path = tmp_path / "record.jsonl"
    with RecordWriter(path, header()) as writer:
        for one in live:
            writer.item(one)
        writer.close({"outcome": "complete"})
    record = read(path)
    assert record.verdict.status == INTACT
    assert record.faults_live == [live[0], LiveFault(1900, "x" * 80)]
    shown = call("records", "show", path, "--json").object["faults_live"]
    assert shown[0] == {"t_s": 1.2, "fault": "open:50"}
    assert "open:50" in call("records", "show", path).out


@pytest.mark.parametrize("row", [[1], [1, ""], [1.5, "open"], "open"])
def test_a_live_fault_of_another_shape_is_damage(tmp_path, row):
    with RecordWriter(tmp_path / "r", header()) as writer:
        writer._append(json.dumps({"fault_live": row}).encode())
    assert verify(tmp_path / "r").status == DAMAGED


@pytest.mark.parametrize("version", [0, "3", "x", None, [3]])
def test_a_version_that_never_was_is_one_clear_line(tmp_path, version):
    path = written(tmp_path / "r", format_version=version)
    with pytest.raises(RecordError, match=r"this program reads 1, 2 and 3$"):
        verify(path)
    said = call("records", "verify", path)
    assert said.code == 2
    assert "Traceback" not in said.err + said.out


def test_a_newer_version_says_that_a_newer_program_is_needed(tmp_path):
    path = written(tmp_path / "r", format_version=4)
    said = call("records", "show", path)
    assert said.code == 2
    assert "format 4; this program reads 1, 2 and 3; use a newer iontobench" in said.err
