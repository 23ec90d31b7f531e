"""`iontobench replay`: equal where nothing has changed, else the first item that differs."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from tests.host.cli import call

import iontobench
from ionto.core import regulator
from iontobench.sessions.replay import RUNGS, replay
from iontobench.sessions.targets import target_for

FIXTURES = Path(__file__).parent / "fixtures"


def recorded(folder, act=None, protocol="demo", **options):
    """The record of a session; `act` steps it, else it runs by itself."""
    with iontobench.Session(protocol, data_dir=folder, clear=True, **options) as session:
        if act is not None:
            act(session)
        if session.is_running:
            session.finish()
    [record] = Path(folder).rglob("record.jsonl")
    return record


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """A session with an open lead, whose record has a snapshot."""
    return recorded(tmp_path_factory.mktemp("plain"), faults="open@6.5")


def altered(record, folder, change):
    """The record with its lines as `change(lines)` leaves them, and a chain that verifies."""
    lines = [json.loads(line) for line in record.read_text("utf-8").splitlines()]
    for line in lines:
        del line["h"]
    change(lines)
    path, head = folder / "record.jsonl", "0" * 64
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        for at, line in enumerate(lines):
            if "close" in line:
                line["close"] |= {"lines": at, "head": head}
            body = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
            head = hashlib.sha256((head + body).encode()).hexdigest()
            stream.write(f'{body[:-1]},"h":"{head}"}}\n')
    return path


def test_a_session_that_a_fault_ended_is_equal_with_its_snapshot(plain):
    found = replay(plain)
    assert found.is_equal, found.difference
    assert found.items == found.of_items > 70
    assert (found.notes, found.recorded_firmware) == ([], found.firmware)


def test_commands_marks_and_faults_of_a_live_session_are_done_again(tmp_path):
    def act(session):
        session.step(4.0)
        session.set(150)
        session.step(1.0)
        session.mark("a remark")
        session.pause()
        session.step(2.5)
        session.resume()
        session.step(3.1)
        session.inject("part-lift:20")
        session.step(0.33)
        session.inject("a-offset@14.0123457:30")

    found = replay(recorded(tmp_path, act, seed=3, faults="mains@9:20"))
    assert found.is_equal, found.difference
    assert found.items > 200


@pytest.mark.long
def test_commands_that_were_sent_together_are_sent_together_again(tmp_path):
    def act(session):
        session.step(5.0)
        for current_ua in (200, 210, 220):
            session.set(current_ua)
        session.step(0.02)
        session.stop()

    found = replay(recorded(tmp_path, act, seed=6))
    assert found.is_equal, found.difference


@pytest.mark.long
def test_a_calibrated_board_is_replayed_with_the_calibration_of_its_record(tmp_path):
    found = replay(recorded(tmp_path, seed=7, adc="rp2040", skin="palm"))
    assert found.is_equal, found.difference


@pytest.mark.long
def test_a_load_from_a_file_is_replayed_without_the_file(tmp_path):
    skin = tmp_path / "mine.toml"
    assert call("skins", "new", "-o", skin).code == 0
    record = recorded(tmp_path / "data", skin=skin)
    skin.unlink()
    assert replay(record).is_equal


def test_an_interrupted_session_is_compared_up_to_its_last_item_and_says_so(tmp_path):
    def act(session):
        session.step(6.0)
        session.off()

    found = replay(recorded(tmp_path, act))
    assert found.is_equal, found.difference
    assert found.items == found.of_items
    assert found.notes == ["compared up to the record's last item: it was interrupted"]


def test_a_cut_record_is_compared_as_far_as_it_verifies(plain, tmp_path):
    cut = tmp_path / "record.jsonl"
    cut.write_bytes(b"".join(plain.read_bytes().splitlines(keepends=True)[:40])[:-7])
    found = replay(cut)
    assert (found.is_equal, found.items) == (True, 38)
    assert "incomplete" in found.notes[0]


def test_another_firmware_is_told_by_the_first_item_and_column_that_differ(plain, monkeypatch):
    monkeypatch.setattr(regulator, "_KI_Q10", 60)
    found = replay(plain)
    assert not found.is_equal
    assert found.difference.item == found.items + 1
    assert found.difference.column in ("current_q4", "difference_q4", "load_mv", "dose_uc")
    assert found.difference.recorded != found.difference.now


@pytest.mark.parametrize(
    ("change", "what", "column"),
    [
        (lambda lines: lines[-1]["close"]["summary"].update(dose_uc=7), "closing", "dose_uc"),
        (lambda lines: lines[-1]["close"]["summary"].update(more=1), "closing", "more"),
        (lambda lines: lines[-2]["snapshot"]["rows"][9].__setitem__(2, -1), "row 10", "load_mv"),
        (lambda lines: lines[-2]["snapshot"]["rows"].pop(), "snapshot", "rows"),
        (lambda lines: lines[-3]["event"].__setitem__(3, 1), "event", "a"),
        (lambda lines: lines.pop(-4), "", ""),
        (lambda lines: lines.insert(9, {"note": [1, "a word"]}), "note", "whole"),
    ],
    ids=["summary", "key", "snapshot", "rows", "event", "missing", "more"],
)
def test_what_was_altered_is_where_it_first_differs(plain, tmp_path, change, what, column):
    found = replay(altered(plain, tmp_path, change))
    assert not found.is_equal
    assert what in found.difference.sentence()
    assert column in found.difference.column


def test_another_seed_differs(plain, tmp_path):
    other = altered(plain, tmp_path, lambda lines: lines[0]["header"].update(seed=2))
    found = replay(other)
    assert not found.is_equal
    assert found.difference.item > 0


@pytest.mark.long
def test_a_command_at_a_time_when_no_host_could_send_it_differs(tmp_path):
    def act(session):
        session.step(5.0)
        session.set(200)

    def much_later(lines):
        [line] = [one for one in lines if one.get("name") == "command"]
        line["event"][1] += 1

    found = replay(altered(recorded(tmp_path / "data", act), tmp_path, much_later))
    assert (found.difference.what, found.difference.column) == ("event", "t_ms")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"rung": "serial"}, "a session on a real board"),
        ({"response": {"score": 3}}, "no session"),
        ({"board": {"name": "virtual", "max_ua": 1}}, "another max_ua today"),
        ({"board": {"name": "gone"}}, "no board 'gone'"),
        ({"skin": "gone"}, "no load called 'gone'"),
        ({"seed": None}, "header cannot be used"),
        ({"program": {"words": [3], "crc": 1}}, "header cannot be used"),
        ({"protocol": {"name": "x", "toml": "", "sha256": ""}}, "header cannot be used"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_record_that_cannot_be_replayed_is_exit_2_with_the_reason(plain, tmp_path, change, why):
    other = altered(plain, tmp_path, lambda lines: lines[0]["header"].update(change))
    said = call("replay", other)
    assert said.code == 2
    assert why in said.err.splitlines()[-1]
    assert "Traceback" not in said.err


@pytest.mark.parametrize("name", ["v1-every-state.jsonl", "v2-fault.jsonl"])
def test_a_record_of_an_older_program_is_exit_2_with_both_versions(name, tmp_path):
    shutil.copy(FIXTURES / name, tmp_path)
    said = call("replay", tmp_path / name)
    assert said.code == 2
    assert "today's firmware runs 3" in said.err


def test_a_record_of_the_chip_is_replayed_on_the_chip(plain, tmp_path):
    asked = []

    def target(rung):
        asked.append(rung)
        return target_for("virtual")

    other = altered(plain, tmp_path, lambda lines: lines[0]["header"].update(rung="chip"))
    assert replay(other, target).is_equal
    assert asked == ["chip"]
    assert RUNGS == ("virtual", "chip")


def test_the_command_says_equal_or_where_it_differs_by_its_exit_code(plain, tmp_path):
    data = plain.parents[2]
    said = call("replay", "last", "--data", data, "--json")
    assert (said.code, said.object["equal"], said.object["difference"]) == (0, True, None)
    assert "equal: 8" in call("replay", "demo-s1", "--data", data).out
    other = altered(plain, tmp_path, lambda lines: lines[0]["header"].update(seed=2))
    said = call("replay", other, "--json")
    assert (said.code, said.object["equal"]) == (1, False)
    assert set(said.object["difference"]) == {
        *("item", "t_ms", "what", "column", "recorded", "now")
    }
    assert "first at item" in call("replay", other).out


@pytest.mark.long
def test_the_hosts_own_stop_for_a_wrong_clock_is_not_sent_twice(tmp_path):
    record = recorded(tmp_path, faults="clock-rate@1:3", protocol="dental-fluoride")
    assert "told to stop" in record.read_text("utf-8")
    found = replay(record)
    assert found.is_equal, found.difference
