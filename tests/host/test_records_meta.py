"""The companion meta.json: what a change in it is said to be, and a record that is without one."""

import json
import os
from pathlib import Path

import pytest
from tests.host.cli import call, play
from tests.host.fake_runner import FakeRunner
from tests.host.synthetic_sessions import header, small

from iontobench.records import RecordError, RecordStore, RecordWriter, commands, write_meta

OLD, NEW = "2025-01-01T00:00:00+00:00", "2025-03-01T00:00:00+00:00"


@pytest.fixture
def store(tmp_path):
    return RecordStore(tmp_path)


def add(store, started_at=OLD):
    path = store.new_path("mine", 1)
    with RecordWriter(path, header()) as writer:
        for item in small():
            writer.item(item)
        writer.close({"outcome": "fault", "fault": "open", "dose_uc": 90000})
    if started_at:
        write_meta(path, started_at, "0.1.0")
    return path


def edit(path, change):
    """Change the fields of the companion, as somebody with an editor can."""
    meta = path.with_name("meta.json")
    fields = json.loads(meta.read_text(encoding="utf-8"))
    meta.write_text(json.dumps(change(fields)), encoding="utf-8")


def asked(tmp_path, *args):
    return call("records", *args, "--data", tmp_path)


CHANGES = {
    "another time": lambda fields: fields | {"started_at": NEW},
    "another version": lambda fields: fields | {"host_version": "9"},
    "no time": lambda fields: {key: fields[key] for key in fields if key != "started_at"},
    "a field more": lambda fields: fields | {"operator": "x"},
    "another hash": lambda fields: fields | {"meta_sha256": "0" * 64},
    "no text for a hash": lambda fields: fields | {"meta_sha256": [1]},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_companion_that_was_altered_is_told_and_exit_1(store, tmp_path, change):
    path = add(store)
    assert asked(tmp_path, "verify", "last").code == 0
    edit(path, change)
    said = asked(tmp_path, "verify", "last")
    assert said.code == 1
    assert "intact: 8 lines" in said.out
    assert "but meta.json was altered" in said.out
    found = commands.verify_record(store, "mine-s1-001")
    assert (found["ok"], found["status"], found["meta"]) == (False, "intact", "altered")
    assert "meta.json was altered" in asked(tmp_path, "show", "last").out
    page = tmp_path / "r.html"
    assert asked(tmp_path, "report", "last", "--out", page).code == 0
    assert "altered" in page.read_text(encoding="utf-8")


def test_another_layout_of_the_same_fields_is_no_change(store):
    path = add(store)
    edit(path, lambda fields: dict(reversed(fields.items())))
    assert commands.verify_record(store, "last")["meta"] == "intact"


def test_a_companion_from_before_it_had_a_hash_is_told_and_not_called_damaged(store, tmp_path):
    path = add(store)
    edit(path, lambda fields: {key: fields[key] for key in fields if key != "meta_sha256"})
    said = asked(tmp_path, "verify", "last")
    assert said.code == 0
    assert "meta.json is without a hash of its own" in said.out
    assert commands.list_records(store)[0]["started_at"] == OLD


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b"[1]", b"[" * 9000, b"\0" * 64])
def test_a_companion_that_cannot_be_read_is_told_and_exit_1(store, tmp_path, raw):
    first, second = add(store), add(store, NEW)
    second.with_name("meta.json").write_bytes(raw)
    assert store.find("last").record == first
    said = asked(tmp_path, "verify", "mine-s1-002")
    assert said.code == 1
    assert "but meta.json cannot be read" in said.out
    for act in (("list",), ("show", "mine-s1-002")):
        assert asked(tmp_path, *act).code == 0


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo, lambda path: os.symlink(path, path)])
def test_a_pipe_or_folder_in_the_place_of_the_meta_file_is_not_opened(store, tmp_path, make):
    path = add(store, None)
    make(path.with_name("meta.json"))
    assert commands.verify_record(store, path.parent.name)["meta"] == "unreadable"
    assert asked(tmp_path, "list").code == 0


@pytest.mark.parametrize("started_at", [5, None, [], {}, "x" * 9, "\x1b[31m", "9999999999-01-01"])
def test_a_time_that_is_none_ends_no_list(store, tmp_path, started_at):
    edit(add(store), lambda fields: fields | {"started_at": started_at})
    for act in (("list",), ("list", "--json"), ("show", "last"), ("show", "last", "--json")):
        said = asked(tmp_path, *act)
        assert said.code == 0
        assert "\x1b" not in said.out


def test_a_record_without_a_companion_is_listed_shown_and_verified_but_never_last(store, tmp_path):
    path = add(store)
    bare = add(store, None)
    os.utime(bare, (4102444800, 4102444800))  # 2100: the newest by far
    assert store.find("last").record == path
    rows = commands.list_records(store)
    assert [(row["name"], row["started_at"]) for row in rows] == [
        ("mine-s1-002", None),
        ("mine-s1-001", OLD),
    ]
    said = asked(tmp_path, "verify", "mine-s1-002")
    assert said.code == 0
    assert "there is no meta.json beside it" in said.out
    for act in (("list",), ("show", "mine-s1-002"), ("show", "mine-s1-002", "--json")):
        assert asked(tmp_path, *act).code == 0


def test_where_no_session_has_ended_last_is_one_clear_line(store, tmp_path):
    add(store, None)
    with pytest.raises(RecordError, match="no session has ended yet: mine-s1-001"):
        store.find("last")
    assert asked(tmp_path, "show", "last").code == 2


class CrashError(BaseException):
    """The process ends here."""


# What a session does at its end, in this order; each is where a process could be killed.
STEPS = [
    "iontobench.records.RecordWriter.close",
    "iontobench.sessions.latched_fault.HostLatch.set",
    "iontobench.records.meta.file_sha256",
    "iontobench.disk.os.fsync",
    "iontobench.disk.os.replace",
]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.short_cases("iontobench.disk.os.replace", "iontobench.records.RecordWriter.close")
def test_a_crash_at_the_end_of_a_session_leaves_nothing_that_is_last(tmp_path, monkeypatch, step):
    def ended(*_args):
        raise CrashError

    def run(*args):
        return call("run", "dexamethasone-40", "--data", tmp_path, *args)

    play(monkeypatch, FakeRunner())
    assert run().code == 0
    with monkeypatch.context() as patch:
        play(patch, FakeRunner(open_at_s=8.0))
        if step.startswith("iontobench.disk"):  # the record's and the latch's own come first
            patch.setattr("iontobench.records.writer.os", type("Os", (), {"fsync": os.fsync}))
            patch.setattr("iontobench.sessions.latched_fault.write_whole", Path.write_bytes)
        patch.setattr(step, ended)
        with pytest.raises(CrashError):
            run()
    store = RecordStore(tmp_path)
    cut = [entry for entry in store.list() if not entry.meta().is_there]
    assert [entry.name for entry in cut] == ["dexamethasone-40-s1-002"]
    assert store.find("last").name == "dexamethasone-40-s1-001"
    for act in (("list",), ("show", cut[0].name), ("verify", cut[0].name)):
        assert asked(tmp_path, *act).code in (0, 1)


def test_the_companion_is_on_the_disk_before_it_has_its_name(store, monkeypatch):
    path, done = add(store, None), []
    sync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda number: (done.append("sync"), sync(number)))
    monkeypatch.setattr(os, "replace", lambda *names: (done.append("name"), replace(*names)))
    write_meta(path, OLD, "0.1.0")
    assert done == ["sync", "name"]
