"""The folder of records and what the `records` command is given to print."""

import json
import os
import shutil

import pytest
from tests.host.cli import call
from tests.host.synthetic_sessions import dexamethasone, header, small

from ionto.core import codes
from iontobench.link.events import Event, GapNote, Sample
from iontobench.records import (
    RecordError,
    RecordStore,
    RecordWriter,
    commands,
    quantities,
    write_meta,
)
from iontobench.records import format as form
from iontobench.records.quantities import event_values

CLOCK = "2025-01-01T00:00:00+00:00"


@pytest.fixture
def store(tmp_path):
    return RecordStore(tmp_path / "data")


def add(store, seed=1, started_at=None, items=None, summary=None, protocol="dexamethasone-40"):
    path = store.new_path(protocol, seed)
    with RecordWriter(path, header(seed=seed)) as writer:
        for item in small() if items is None else items:
            writer.item(item)
        writer.close(summary or {"outcome": "fault", "fault": "open", "dose_uc": 90000})
    if started_at:
        write_meta(path, started_at, "0.1.0")
    return path


def test_names_are_the_protocol_the_seed_and_a_number_that_rises(store):
    names = [add(store, seed).parent.name for seed in (1, 1, 2, 1)]
    assert names == [
        "dexamethasone-40-s1-001",
        "dexamethasone-40-s1-002",
        "dexamethasone-40-s2-001",
        "dexamethasone-40-s1-003",
    ]


def test_a_name_that_was_used_is_not_used_again_while_a_later_one_is_there(store):
    for _ in range(2):
        add(store)
    last = add(store)
    for folder in store.root.iterdir():
        if folder != last.parent:
            shutil.rmtree(folder)
    assert last.parent.name == "dexamethasone-40-s1-003"
    assert add(store).parent.name == "dexamethasone-40-s1-004"


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b\\c:d", "ÄÖ", "", "x" * 300, ".."])
def test_no_protocol_name_leaves_the_folder(store, name):
    path = store.new_path(name, 1)
    assert path.parent.parent == store.root
    assert path.parent.is_dir()


def test_the_newest_comes_first_by_the_clock_of_meta_and_else_of_the_file(store):
    old = add(store, 1, "2025-01-01T00:00:00+00:00")
    new = add(store, 2, "2025-03-01T00:00:00+00:00")
    bare = add(store, 3)
    os.utime(bare, (1738368000, 1738368000))  # 2025-02-01
    assert [entry.record for entry in store.list()] == [new, bare, old]
    assert store.find("last").record == new


def test_a_record_is_found_by_its_name_or_the_unique_beginning_of_it(store):
    first, second = add(store), add(store)
    add(store, 12)
    assert store.find(first.parent.name).record == first
    assert store.find("dexamethasone-40-s12").name == "dexamethasone-40-s12-001"
    with pytest.raises(RecordError, match="fits 3 records"):
        store.find("dexa")
    with pytest.raises(RecordError, match="no record of that name"):
        store.find("nothing")
    with pytest.raises(RecordError):
        store.find("")
    assert second.exists()


def test_an_empty_store_lists_nothing_and_says_so_when_asked_for_one(store):
    assert store.list() == []
    assert commands.list_records(store) == []
    with pytest.raises(RecordError, match="no records yet"):
        store.find("last")


def test_a_data_folder_that_is_a_file_is_one_clear_line(tmp_path):
    (tmp_path / "data").write_text("")
    with pytest.raises(RecordError):
        RecordStore(tmp_path / "data").new_path("x", 1)


def test_the_list_is_in_the_units_people_use_and_json_can_hold_it(store):
    items, summary = dexamethasone(open_at_s=8.0)
    add(store, 5, "2025-01-01T00:00:00+00:00", items, summary)
    rows = json.loads(json.dumps(commands.list_records(store)))
    assert rows[0]["name"] == "dexamethasone-40-s5-001"
    assert rows[0]["outcome"] == "fault"
    assert rows[0]["fault"] == "open"
    assert rows[0]["duration_s"] == 8.1
    assert rows[0]["dose_mamin"] == round(summary["dose_uc"] / 60000, 3)
    assert rows[0]["report"] is False


def test_the_list_survives_files_that_are_no_records_or_were_cut(store):
    cut = add(store)
    cut.write_bytes(cut.read_bytes()[:-200])
    other = add(store, 2)
    other.write_bytes(b"\x00\xff" * 400)
    (other.parent / "meta.json").write_bytes(b"\xff{")
    empty = add(store, 3)
    empty.write_bytes(b"")
    rows = {row["name"]: row for row in commands.list_records(store)}
    assert rows["dexamethasone-40-s1-001"]["outcome"] == "no closing line"
    assert rows["dexamethasone-40-s2-001"]["outcome"] == "not readable"
    assert rows["dexamethasone-40-s3-001"]["outcome"] == "not readable"


def test_show_says_the_session_its_end_and_its_events_in_words(store):
    items, summary = dexamethasone(open_at_s=300.0)
    add(store, 1, CLOCK, items, summary)
    shown = commands.show_record(store, "last")
    assert json.loads(json.dumps(shown)) == shown
    assert shown["outcome"] == "fault"
    said = commands.words_of(shown)
    assert said["summary"]["fault"] == "open"
    assert said["summary"]["gate off"] == "5.20 ms"
    assert said["summary"]["duration"] == "5 min 0.1 s"
    assert said["summary"]["true peak"].endswith(" mA")
    assert said["session"]["board"] == "virtual"
    assert "injected faults" not in said["session"]
    assert [e["time"] for e in shown["events"] if e["event"] == "fault"] == ["5:00.100"]
    assert shown["disclaimer"].startswith("Bench only")


def test_show_gives_numbers_with_their_units_in_their_names(store):
    items, summary = dexamethasone(open_at_s=300.0)
    path = store.new_path("dexamethasone-40", 1)
    with RecordWriter(path, header(faults=["open@300"])) as writer:
        for item in items:
            writer.item(item)
        writer.close(summary)
    write_meta(path, CLOCK, "0.1.0")
    shown = commands.show_record(store, "last")
    assert shown["started_at"] == CLOCK
    assert shown["closing"] == form.plain(summary)
    assert shown["summary"] == {
        "outcome": "fault",
        "fault": "open",
        "dose_mamin": round(summary["dose_uc"] / 60000, 5),
        "dose_true_mamin": round(summary["true_charge_uc"] / 60000, 5),
        "duration_s": 300.1,
        "peak_ma": round(summary["true_peak_ua"] / 1000, 5),
        "overshoot_ua": round(summary["overshoot_ua"], 3),
        "gate_off_ms": 5.2,
        "dose_uncertainty_mamin": None,  # a record of before
        "dose_coverage_factor": None,
    }
    assert shown["session"]["seed"] == 1
    assert shown["session"]["faults"] == ["open@300"]
    assert commands.words_of(shown)["session"]["injected faults"] == "open@300"
    values = {one["event"]: one["values"] for one in shown["events"]}
    assert values["probe"] == {"current_ua": 737 / 16, "load_ohm": 8500}
    assert values["dose"] == {"anodal_uc": 0, "cathodal_uc": summary["dose_uc"]}


def test_show_adds_up_what_samples_and_events_tell(store):
    items, summary = dexamethasone(open_at_s=300.0)
    more = [GapNote(300_200, 7, 3), Event(9, 1, codes.EVENT_LIMITED_END, 2500, 0)]
    path = store.new_path("dexamethasone-40", 1)
    protocol = {"name": "dexamethasone-40", "toml": "", "sha256": "ab" * 32}
    with RecordWriter(path, header(protocol=protocol, label="load A")) as writer:
        for item in (*items, *more):
            writer.item(item)
        writer.close(summary)
    shown = commands.show_record(store, path.parent.name)
    ohms = [item.load_ohm for item in items if isinstance(item, Sample) and item.load_ohm]
    assert shown["measured"] == {
        "anodal_mamin": 0,
        "cathodal_mamin": shown["summary"]["dose_mamin"],
        "limited_s": 2.5,
        "mean_load_kohm": round(sum(ohms) / len(ohms) / 1000, 4),
    }
    assert shown["bounds"] == header()["limits"]["bounds"]
    assert shown["gaps"] == [{"t_s": 300.2, "first_seq": 7, "frames": 3}]
    assert shown["session"]["label"] == "load A"
    assert shown["session"]["protocol_sha256"] == "ab" * 32
    assert shown["session"]["firmware_sha256"] == "7c" * 32
    assert shown["session"]["firmware_version"] == "0.1.0"


def test_the_peak_of_a_real_board_is_the_firmwares_own(store):
    summary = {"outcome": "complete", "fault": None, "peak_ua": 2001.5, "true_peak_ua": None}
    add(store, 1, CLOCK, None, summary)
    shown = commands.show_record(store, "last")["summary"]
    assert (shown["peak_ma"], shown["dose_true_mamin"], shown["fault"]) == (2.0015, None, None)


def closed_with(path, summary):
    """Give a record another closing line, whose hash is right: JSON that no writer made."""
    *before, _ = path.read_bytes().splitlines(keepends=True)
    head = before[-1][-67:-3]
    body = b'{"close":{"lines":%d,"head":"%s","summary":%s}}' % (len(before), head, summary)
    line = body[:-1] + form.HASH_KEY + form.link(head, body) + form.LINE_END
    path.write_bytes(b"".join(before) + line)
    write_meta(path, CLOCK, "0.1.0")


VALUES = {
    "beyond floats": b"1" + b"0" * 400,
    "a boolean": b"true",
    "text": b'"x"',
    "a list": b"[1, [2]]",
    "a table": b'{"a": 1%s}' % (b"0" * 400),
    "nothing": b"null",
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_a_closing_line_of_odd_values_is_shown_listed_and_verified(store, tmp_path, value):
    names = [b"outcome", b"fault", b"dose_uc", b"duration_us", b"true_peak_ua", b"more_mv"]
    closed_with(add(store), b"{%s}" % b",".join(b'"%s":%s' % (name, value) for name in names))
    for act in (("list",), ("show", "last"), ("verify", "last")):
        for more in ((), ("--json",)):
            assert call("records", *act, "--data", tmp_path / "data", *more).code == 0


def test_every_event_of_the_firmware_has_names_for_its_numbers():
    for code in codes.EVENT_NAMES:
        names = event_values(Event(0, 0, code, 1, 2)).keys()
        assert not {"a", "b"} & names, codes.EVENT_NAMES[code]
    assert event_values(Event(0, 0, 250, 1, 2)) == {"a": 1, "b": 2}


def test_verify_says_intact_cut_or_damaged_and_that_a_chain_shows_no_forgery(store):
    path = add(store)
    whole = path.read_bytes()
    found = commands.verify_record(store, path.parent.name)
    assert (found["ok"], found["status"], found["meta_agrees"]) == (True, "intact", None)
    assert "damage, not forgery" in found["caveat"]
    path.write_bytes(whole[:-1])
    assert commands.verify_record(store, path.parent.name)["sentence"].startswith(
        "incomplete: cut inside"
    )
    path.write_bytes(whole.replace(b"10900", b"10901"))
    found = commands.verify_record(store, path.parent.name)
    assert (found["ok"], found["damaged_line"]) == (False, 6)
    assert found["sentence"].startswith("damaged at line 6: ")


def test_an_intact_record_beside_the_meta_of_another_is_not_ok(store):
    path = add(store, 1, "2025-01-01T00:00:00+00:00")
    assert commands.verify_record(store, "last")["meta_agrees"] is True
    path.write_bytes(add(store, 2).read_bytes())
    found = commands.verify_record(store, "dexamethasone-40-s1-001")
    assert (found["status"], found["ok"], found["meta_agrees"]) == ("intact", False, False)


def test_a_record_file_from_elsewhere_can_be_named_by_its_path(store, tmp_path):
    path = add(store)
    copy = tmp_path / "from-a-colleague.jsonl"
    copy.write_bytes(path.read_bytes())
    for empty_or_not in (store, RecordStore(tmp_path / "empty")):
        assert commands.verify_record(empty_or_not, str(copy))["ok"]
        assert commands.verify_record(empty_or_not, str(path.parent))["ok"]
    with pytest.raises(RecordError, match="a folder without"):
        commands.verify_record(store, str(tmp_path))
    with pytest.raises(RecordError):
        commands.verify_record(store, "a\0b")


@pytest.mark.parametrize(
    ("name", "value", "words_of"),
    [
        ("peak_ua", 2003, "2.003 mA"),
        ("density_ua_cm2", 200, "0.200 mA/cm²"),
        ("compliance_mv", 40000, "40.00 V"),
        ("load_ohm", 5450, "5.45 kΩ"),
        ("dose_uc", 2400000, "40.000 mA·min"),
        ("gate_off_us", 5200, "5.20 ms"),
        ("duration_us", 1220300000, "20 min 20.3 s"),
        ("fault", None, "none"),
        ("limited", True, "yes"),
        ("seed", 7, "7"),
        ("true_peak_ua", float("inf"), "none"),
    ],
)
def test_the_suffix_of_a_name_decides_the_unit(name, value, words_of):
    assert quantities.quantity(name, value) == words_of


@pytest.mark.parametrize(
    ("t_ms", "said"),
    [(0, "0.0 s"), (59949, "59.9 s"), (59950, "1 min 0.0 s"), (3600000, "1 h 0.0 s")],
)
def test_a_duration_carries_into_the_next_unit(t_ms, said):
    assert quantities.duration(t_ms) == said
