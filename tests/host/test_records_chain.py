"""The chain: what a cut, a changed byte or a foreign file is said to be."""

import hashlib
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.host.synthetic_sessions import dexamethasone, header, small

from iontobench.records import RecordError, RecordWriter, read, verify
from iontobench.records.format import DISCLAIMER, MAX_LINE_BYTES
from iontobench.records.verify import CAVEAT, DAMAGED, INCOMPLETE, INTACT, scan_stream

SUMMARY = {"outcome": "fault", "fault": "open", "dose_uc": 400, "true_charge_uc": 400.123456789}


def write(path, items=None, summary=SUMMARY, **changes):
    with RecordWriter(path, header(**changes)) as writer:
        for item in small() if items is None else items:
            writer.item(item)
        if summary is not None:
            writer.close(summary)
    return path.read_bytes()


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    return write(tmp_path_factory.mktemp("chain") / "record.jsonl")


def judge(data):
    return scan_stream(io.BytesIO(data), lambda _number, _line: None, "record")


def line_of(data, at):
    return data.count(b"\n", 0, at) + 1


def test_a_whole_record_is_intact_and_its_head_is_the_last_hash(record):
    verdict = judge(record)
    assert verdict.status == INTACT
    assert verdict.lines == record.count(b"\n") == 8
    assert verdict.size_bytes == len(record)
    assert record.endswith(b'"h":"' + verdict.head.encode() + b'"}\n')


def test_the_ten_lines_of_the_format_check_a_record_without_this_package(record):
    head = b"0" * 64
    for line in io.BytesIO(record):
        body, told = line[:-73] + b"}", line[-67:-3]
        head = hashlib.sha256(head + body).hexdigest().encode()
        assert told == head
        assert line == body[:-1] + b',"h":"' + head + b'"}\n'
    assert body.startswith(b'{"close":')


def test_the_disclaimer_is_the_first_thing_in_a_record(record):
    assert record.startswith(b'{"header":{"disclaimer":"' + DISCLAIMER.encode())


def test_a_record_cut_at_any_byte_verifies_up_to_the_cut(record):
    for size in range(len(record)):
        verdict = judge(record[:size])
        assert verdict.status == INCOMPLETE, size
        assert verdict.lines == record.count(b"\n", 0, size), size
        assert verdict.size_bytes == record.rfind(b"\n", 0, size) + 1, size


def test_any_changed_byte_is_found_and_its_line_is_named(record):
    for at in range(len(record)):
        for new in {record[at] ^ 1, record[at] ^ 0x80, 0, ord("\n"), ord("}")} - {record[at]}:
            verdict = judge(record[:at] + bytes([new]) + record[at + 1 :])
            assert verdict.status == DAMAGED, (at, new)
            assert verdict.damaged_line == line_of(record, at), (at, new)
            assert verdict.lines == verdict.damaged_line - 1


@given(at=st.integers(min_value=0), what=st.binary(min_size=1, max_size=80))
def test_whatever_is_inserted_is_found(record, at, what):
    at %= len(record) + 1
    assert judge(record[:at] + what + record[at:]).status == DAMAGED


@given(at=st.integers(min_value=0), size=st.integers(min_value=1, max_value=500))
def test_whatever_is_taken_out_before_the_end_is_found(record, at, size):
    at %= len(record) - 1
    size = min(size, len(record) - at - 1)
    left = record[:at] + record[at + size :]
    try:
        verdict = judge(left)
    except RecordError:  # both marks of a record were in what is gone
        return
    # What is left may be the record's own beginning: that is a cut, and said to be one.
    assert verdict.status == (INCOMPLETE if record.startswith(left) else DAMAGED)


def test_lines_swapped_repeated_or_left_out_are_found(record):
    lines = record.splitlines(keepends=True)
    swapped = [*lines[:2], lines[3], lines[2], *lines[4:]]
    for changed in (
        swapped,
        [*lines[:3], *lines[2:]],
        [*lines[:2], *lines[3:]],
        [*lines, lines[-1]],
    ):
        assert judge(b"".join(changed)).status == DAMAGED


def test_a_changed_byte_before_a_cut_is_found(record):
    cut = record[: len(record) * 3 // 4]
    whole = cut.rfind(b"\n") + 1
    for at in range(whole):
        changed = bytearray(cut)
        changed[at] ^= 2
        verdict = judge(bytes(changed))
        assert (verdict.status, verdict.damaged_line) == (DAMAGED, line_of(record, at)), at


def test_zeros_that_a_power_cut_left_at_the_end_are_damage_and_the_rest_verifies(record):
    verdict = judge(record[: record.rfind(b"\n", 0, -1) + 1] + bytes(512))
    assert (verdict.status, verdict.lines, verdict.damaged_line) == (DAMAGED, 7, 8)


def test_a_rebuilt_chain_verifies_and_the_verdict_says_what_it_cannot_show(record):
    head, forged = b"0" * 64, b""
    for line in record.replace(b"10900", b"10901").splitlines(keepends=True):
        body = re.sub(rb'"head":"[0-9a-f]{64}"', b'"head":"' + head + b'"', line[:-73] + b"}")
        head = hashlib.sha256(head + body).hexdigest().encode()
        forged += body[:-1] + b',"h":"' + head + b'"}\n'
    assert judge(forged).status == INTACT
    assert CAVEAT == "A chain without a key shows damage, not forgery."


def test_a_closing_line_that_counts_wrongly_is_damage_although_its_hash_is_right(record):
    body = record.splitlines()[-1][:-72] + b"}"
    before = record[: record.rfind(b"\n", 0, -1) + 1]
    previous = judge(before).head.encode()
    body = body.replace(b'"lines":7', b'"lines":6')
    link = hashlib.sha256(previous + body).hexdigest().encode()
    verdict = judge(before + body[:-1] + b',"h":"' + link + b'"}\n')
    assert verdict.status == DAMAGED
    assert "does not fit" in verdict.reason


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"sample":[1,2,3]}',
        b'{"sample":[0,0,0,0,0,0,0,0,1.5]}',
        b'{"event":[0,0,1,0,0]}',
        b'{"gap":[0,0,1],"note":[0,"x"]}',
        b'{"header":{}}',
        b'{"note":[0,"\xff"]}',
        b'{"sample":[0,0,0,0,0,0,0,0,9007199254740993]}',
        b'{"note":' + b"[" * 5000 + b"]" * 5000 + b"}",
    ],
)
def test_a_well_chained_line_of_no_known_form_is_damage(record, body):
    first = record[: record.index(b"\n") + 1]
    link = hashlib.sha256(judge(first).head.encode() + body).hexdigest().encode()
    verdict = judge(first + body[:-1] + b',"h":"' + link + b'"}\n')
    assert (verdict.status, verdict.damaged_line) == (DAMAGED, 2)


def test_a_well_chained_line_after_the_close_is_damage(record):
    body = b'{"gap":[0,0,1]}'
    link = hashlib.sha256(judge(record).head.encode() + body).hexdigest().encode()
    verdict = judge(record + body[:-1] + b',"h":"' + link + b'"}\n')
    assert (verdict.status, verdict.damaged_line) == (DAMAGED, 9)


def test_a_line_too_long_for_memory_is_damage_and_is_not_read(record):
    first = record[: record.index(b"\n") + 1]
    verdict = judge(first + b'{"' + b"x" * (MAX_LINE_BYTES + 5) + b"\n")
    assert (verdict.status, verdict.damaged_line) == (DAMAGED, 2)
    assert "longer than" in verdict.reason


@pytest.mark.parametrize(
    "data",
    [b"hello\n", b"\x00" * 4096, b"\xff\xfe\x00{", b"{}\n", b'{"header":{}}\n', b"x" * 3_000_000],
)
def test_what_is_no_record_is_one_clear_line(tmp_path, data):
    path = tmp_path / "other"
    path.write_bytes(data)
    for act in (verify, read):
        with pytest.raises(RecordError, match="not a record of a session") as caught:
            act(path)
        assert "\n" not in str(caught.value)


def test_an_empty_file_is_a_record_cut_before_its_first_byte_and_cannot_be_read(tmp_path):
    path = tmp_path / "record.jsonl"
    path.write_bytes(b"")
    assert verify(path).status == INCOMPLETE
    with pytest.raises(RecordError, match="nothing can be read"):
        read(path)


def test_a_folder_a_missing_file_and_a_broken_name_are_one_clear_line(tmp_path):
    for path in (
        tmp_path,
        tmp_path / "none",
        tmp_path / "none" / "x",
        "a\0b",
        tmp_path / ("n" * 300),
    ):
        with pytest.raises(RecordError) as caught:
            verify(path)
        assert "\n" not in str(caught.value)


def test_another_version_of_the_format_is_refused_and_not_called_damaged(record):
    body = record[: record.index(b"\n") + 1][:-73] + b"}"
    body = body.replace(b'"format_version":3', b'"format_version":4')
    link = hashlib.sha256(b"0" * 64 + body).hexdigest().encode()
    with pytest.raises(RecordError, match="format 4; this program reads 1, 2 and 3; use"):
        judge(body[:-1] + b',"h":"' + link + b'"}\n')


def test_a_full_session_is_intact_and_reads_back_what_verifies(tmp_path):
    items, summary = dexamethasone()
    path = tmp_path / "record.jsonl"
    data = write(path, items, summary)
    assert verify(path).sentence().startswith(f"intact: {len(items) + 2} lines, head ")
    path.write_bytes(data[: len(data) // 2])
    record = read(path)
    assert record.verdict.status == INCOMPLETE
    assert record.summary is None
    kept = [item for item in items[: record.verdict.lines - 1] if hasattr(item, "set_ua")]
    assert record.samples == kept
