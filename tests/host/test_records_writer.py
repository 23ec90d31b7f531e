"""The writer: same bytes from the same session, nothing lost to a kill, nothing overwritten."""

import errno
import hashlib
import json
import os
import signal
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.host.synthetic_sessions import dexamethasone, header, small
from tests.support.tiers import examples

from ionto.core import codes
from iontobench.link.events import Event, GapNote, LinkNote, Sample
from iontobench.records import RecordError, RecordWriter, read, verify, write_meta
from iontobench.records.meta import file_sha256
from iontobench.records.verify import INCOMPLETE, INTACT

_INT = st.integers(min_value=-(1 << 30), max_value=1 << 30)
_Q4 = st.integers(min_value=-(1 << 24), max_value=1 << 24).map(lambda value: value / 16)
_ITEM = st.one_of(
    st.builds(Sample, _INT, _INT, _INT, _INT, _Q4, _Q4, _Q4, _INT, _INT),
    st.builds(Event, _INT, _INT, _INT, _INT, _INT),
    st.builds(GapNote, _INT, _INT, _INT),
    st.builds(LinkNote, _INT, st.text(max_size=60)),
)


def write(path, items, summary=None, **changes):
    with RecordWriter(path, header(**changes)) as writer:
        for item in items:
            writer.item(item)
        if summary is not None:
            writer.close(summary)
    return path


def test_the_same_session_gives_the_same_bytes_wherever_it_is_written(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    items, summary = dexamethasone(open_at_s=8.0, seed=7)
    one = write(tmp_path / "a", items, summary)
    again, summary = dexamethasone(open_at_s=8.0, seed=7)
    two = write(tmp_path / "elsewhere" / "b", again, dict(reversed(summary.items())))
    assert one.read_bytes() == two.read_bytes()


def test_a_float_that_differs_in_its_last_bits_gives_the_same_bytes(tmp_path):
    one = write(tmp_path / "a", [], {"true_charge_uc": 0.1 + 0.2, "overshoot_ua": -0.0})
    two = write(tmp_path / "b", [], {"true_charge_uc": 0.3, "overshoot_ua": 0.0})
    assert one.read_bytes() == two.read_bytes()


@settings(max_examples=examples(20, 60))
@given(items=st.lists(_ITEM, max_size=20))
def test_what_is_written_is_what_is_read(tmp_path_factory, items):
    path = write(tmp_path_factory.mktemp("w") / "r", items, {"outcome": "complete"})
    record = read(path)
    assert record.verdict.status == INTACT
    assert record.samples == [item for item in items if isinstance(item, Sample)]
    assert record.events == [item for item in items if isinstance(item, Event)]
    assert record.gaps == [item for item in items if isinstance(item, GapNote)]
    assert record.notes == [item for item in items if isinstance(item, LinkNote)]


def test_a_record_is_lines_of_json_that_end_in_a_line_feed_only(tmp_path):
    data = write(tmp_path / "r", small(), {"outcome": "fault"}).read_bytes()
    assert b"\r" not in data
    assert data.count(b"\n") == 8
    rows = [json.loads(line) for line in data.decode("utf-8").splitlines()]
    assert [next(iter(row)) for row in rows] == [
        *["header", "event", "sample", "gap", "note", "sample", "event", "close"]
    ]
    assert rows[1]["name"] == "start"
    assert rows[5]["sample"] == [5, 200, codes.STATE_HOLD, 2, 32000, 31999, -8, 10900, 400]
    assert len(rows[0]["header"]["columns"]["sample"]) == 9


def test_text_that_utf8_cannot_hold_and_endless_notes_are_written_all_the_same(tmp_path):
    notes = [LinkNote(0, "\udcff\ud800 \u2028"), LinkNote(1, "x" * 100_000)]
    path = write(tmp_path / "r", notes, {}, protocol={"name": "\udc80", "toml": ""})
    record = read(path)
    assert record.verdict.status == INTACT
    assert record.notes[0].text == "\\udcff\\ud800 \u2028"
    assert len(record.notes[1].text) == 200


def test_a_killed_process_loses_nothing_that_it_was_given(tmp_path):
    path = tmp_path / "record.jsonl"
    code = (
        "import os, sys, signal\n"
        "from tests.host.synthetic_sessions import dexamethasone, header\n"
        "from iontobench.records import RecordWriter\n"
        "writer = RecordWriter(sys.argv[1], header())\n"
        "for item in dexamethasone(open_at_s=8.0)[0][:60]:\n"
        "    writer.item(item)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    if not hasattr(signal, "SIGKILL"):
        pytest.skip("this system has no SIGKILL")
    command = [sys.executable, "-c", code, str(path)]
    assert subprocess.run(command, check=False, timeout=60).returncode == -signal.SIGKILL
    verdict = verify(path)
    assert (verdict.status, verdict.lines) == (INCOMPLETE, 61)
    assert verdict.size_bytes == path.stat().st_size


def test_leaving_without_a_close_leaves_an_incomplete_record(tmp_path):
    def interrupted():
        with RecordWriter(tmp_path / "r", header()) as writer:
            writer.item(small()[0])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert verify(tmp_path / "r").sentence() == (
        "incomplete: no closing line; 2 lines verified up to the cut"
    )


def test_a_disk_that_takes_half_a_line_ends_the_record_there(tmp_path, monkeypatch):
    writer = RecordWriter(tmp_path / "r", header())
    stream = writer._stream

    class HalfFull:
        closed = False

        def write(self, line):
            return stream.write(line[: len(line) // 2])

        def close(self):
            self.closed = True
            stream.close()

    monkeypatch.setattr(writer, "_stream", HalfFull())
    with pytest.raises(OSError, match="part of a line"):
        writer.item(small()[1])
    with pytest.raises(RecordError, match="closed"):
        writer.close({})
    assert verify(tmp_path / "r").sentence().startswith("incomplete: cut inside line 2")


def test_events_reach_the_disk_and_samples_only_the_kernel(tmp_path, monkeypatch):
    synced = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (synced.append(handle), real(handle)))
    with RecordWriter(tmp_path / "r", header()) as writer:
        assert len(synced) == 1
        writer.item(small()[1])
        assert len(synced) == 1
        writer.item(small()[0])
        assert len(synced) == 2
        writer.close({})
    assert len(synced) == 3


def test_a_record_that_is_there_is_never_replaced(tmp_path):
    path = write(tmp_path / "r", small(), {})
    before = path.read_bytes()
    with pytest.raises(RecordError, match="is kept"):
        RecordWriter(path, header())
    assert path.read_bytes() == before


def test_a_closed_record_takes_no_second_close(tmp_path):
    writer = RecordWriter(tmp_path / "r", header())
    writer.close({})
    with pytest.raises(RecordError):
        writer.close({})
    assert verify(tmp_path / "r").status == INTACT


def test_a_header_too_long_or_no_number_is_refused_before_anything_is_written(
    tmp_path,
):
    with pytest.raises(RecordError, match="does not fit"):
        RecordWriter(tmp_path / "r", header(skin="x" * (1 << 20)))
    with pytest.raises(RecordError, match="no number"):
        RecordWriter(tmp_path / "r", header(seed=float("nan")))
    assert not (tmp_path / "r").exists()


def test_an_item_of_another_kind_is_our_own_bug(tmp_path):
    with RecordWriter(tmp_path / "r", header()) as writer, pytest.raises(TypeError):
        writer.item("sample")


def test_meta_holds_the_clock_and_the_hash_of_the_file(tmp_path):
    path = write(tmp_path / "record.jsonl", small(), {})
    before = path.read_bytes()
    target = write_meta(path, "2025-01-02T03:04:05+00:00", "0.1.0", note="x")
    meta = json.loads(target.read_bytes())
    assert meta == {
        "started_at": "2025-01-02T03:04:05+00:00",
        "host_version": "0.1.0",
        "record_sha256": file_sha256(path),
        "note": "x",
        "meta_sha256": meta["meta_sha256"],
    }
    fields = {key: value for key, value in meta.items() if key != "meta_sha256"}
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert meta["meta_sha256"] == hashlib.sha256(text.encode()).hexdigest()
    assert path.read_bytes() == before
    assert sorted(one.name for one in tmp_path.iterdir()) == ["meta.json", "record.jsonl"]


def test_no_folder_for_a_record_is_an_os_error_that_names_it(tmp_path):
    with pytest.raises(OSError, match="none") as caught:
        RecordWriter(tmp_path / "none" / "r", header())
    assert caught.value.errno == errno.ENOENT
