"""The last second before a fault: from the board through record and report to the eye."""

import hashlib
import json

import pytest
from tests.host.cli import call
from tests.host.report_pages import SVG, Page, drawings, make, page_of
from tests.host.synthetic_sessions import dexamethasone, header, last_second, small

from ionto.core import codes
from iontobench.link.events import Event, snapshot_of
from iontobench.records import RecordWriter, read, verify
from iontobench.records.verify import DAMAGED, INTACT
from iontobench.report.facts import proofs
from iontobench.report.plots import columns, polarity

TITLE = "The last second before the fault"


@pytest.fixture
def path(tmp_path):
    return make(tmp_path, small(), {"outcome": "fault"}, snapshot=last_second())


def test_rows_come_out_of_the_boards_flat_list_and_half_a_row_is_none():
    assert snapshot_of([1, -2, 3, 4, 5, -6, 7, 8]).rows == ((1, -2, 3, 4), (5, -6, 7, 8))
    assert snapshot_of([1, 2, 3]) is None
    assert snapshot_of([]) is None


def test_a_snapshot_is_one_line_of_the_chain_before_the_close(path):
    rows = [json.loads(line) for line in path.read_bytes().splitlines()]
    assert [next(iter(row)) for row in rows[-2:]] == ["snapshot", "close"]
    assert rows[0]["header"]["columns"]["snapshot"] == ["a_q4", "b_q4", "load_mv", "set_q4"]
    record = read(path)
    assert record.verdict.status == INTACT
    assert record.snapshot == last_second()


def test_a_changed_number_in_a_snapshot_is_damage_at_its_line(path):
    data = path.read_bytes()
    path.write_bytes(data.replace(b"[16000,", b"[16001,"))
    verdict = verify(path)
    assert (verdict.status, verdict.damaged_line) == (DAMAGED, 8)


@pytest.mark.parametrize("rows", [[[1, 2, 3]], [[1, 2, 3, 4.5]], "x", None])
def test_a_snapshot_of_another_shape_is_damage_even_with_the_right_hash(tmp_path, rows):
    with RecordWriter(tmp_path / "r", header()) as writer:
        writer._append(json.dumps({"snapshot": {"row_us": 8000, "rows": rows}}).encode())
    assert verify(tmp_path / "r").status == DAMAGED


def test_a_record_of_version_1_is_read_as_before(tmp_path):
    make(tmp_path, small(), {"outcome": "fault"})
    lines = (tmp_path / "record.jsonl").read_bytes().splitlines(keepends=True)
    head, old = b"0" * 64, []
    for line in lines:
        body = line[:-73] + b"}"
        body = body.replace(b'"format_version":3', b'"format_version":1')
        if body.startswith(b'{"close"'):
            close = json.loads(body)
            close["close"]["head"] = head.decode()
            body = json.dumps(close, separators=(",", ":")).encode()
        head = hashlib.sha256(head + body).hexdigest().encode()
        old.append(body[:-1] + b',"h":"' + head + b'"}\n')
    (tmp_path / "old").write_bytes(b"".join(old))
    record = read(tmp_path / "old")
    assert record.verdict.status == INTACT
    assert record.snapshot is None


def test_sense_b_is_drawn_as_a_would_read_it():
    start = Event(0, 0, codes.EVENT_START, -1, 1)
    assert polarity([]) == 1
    assert polarity([start]) == -1
    assert polarity([start, Event(1, 9, codes.EVENT_POLARITY, 1, 1)]) == 1
    assert columns(last_second(), 0, 3)[0][-1] == 16000


@pytest.mark.drawn
def test_the_report_draws_the_last_second_and_says_it_in_words(tmp_path):
    items, summary = dexamethasone(open_at_s=8.0)
    page = page_of(make(tmp_path, items, summary, snapshot=last_second()))
    last = drawings(page)[-1]
    assert last.find(f"{SVG}title").text == TITLE
    told = last.find(f"{SVG}desc").text
    assert "125 rows over 1000 ms" in told
    assert "1.0000 mA in the last one" in told
    words = {text.text for text in last.iter(f"{SVG}text")}
    assert {"set point", "sense A", "sense B"} <= words
    assert TITLE in Page(page).text


@pytest.mark.drawn
def test_a_session_without_a_fault_has_no_last_second(tmp_path):
    page = page_of(make(tmp_path, *dexamethasone()))
    assert TITLE not in Page(page).text
    assert len(drawings(page)) == 3


ALL = 31
NO_LIMITER = ALL & ~codes.PROVEN_LIMITER


@pytest.mark.parametrize(
    ("bits", "sentence"),
    [
        ((ALL,), "Proof: both switches, sense B and the limiter proven."),
        ((ALL, ALL), "Proof before each of 2 ramps: both switches, sense B and the limiter"),
        (
            (NO_LIMITER,),
            "Proof: both switches and sense B proven; limiter: not provable on this board.",
        ),
        ((ALL, NO_LIMITER), "limiter: not provable"),
        ((ALL & ~codes.PROVEN_GATE,), "Proof: not both switches"),
    ],
)
def test_the_report_says_what_was_proven_by_the_weakest_of_the_proofs(tmp_path, bits, sentence):
    items = [Event(at, at, codes.EVENT_PROOF, value, 480) for at, value in enumerate(bits)]
    record = read(make(tmp_path, items, {}))
    (said,) = proofs(record)
    assert said.startswith(sentence) or sentence in said


def test_the_report_says_what_a_board_has_none_of(tmp_path):
    items = [Event(0, 0, codes.EVENT_PROOF, NO_LIMITER, 480)]
    board = {"name": "pico_demo", "lacks": ["bridge", "limiter"]}
    told, polarity = proofs(read(make(tmp_path, items, {}, board=board)))
    assert told.endswith("sense B proven; limiter: this board has none.")
    assert polarity == "This board has no bridge: no polarity was proven."


def test_no_proof_is_no_sentence(tmp_path):
    assert proofs(read(make(tmp_path, small(), {}))) == []


def test_every_fault_of_the_firmware_has_a_sentence_for_its_cause():
    assert set(codes.FAULT_SENTENCES) == set(codes.FAULT_NAMES) - {codes.FAULT_NONE}


@pytest.mark.hazard("H-26")
def test_a_fault_on_the_virtual_bench_leaves_its_last_second_in_the_record(tmp_path):
    fault = ("--fault", "a-scale@12:0.5")
    said = call("run", "dexamethasone-40", "--plain", "--json", "--data", tmp_path, *fault)
    assert said.object["fault"] == "senses apart"
    assert said.object["snapshot_rows"] == 125
    record = read(said.object["record"])
    assert record.verdict.status == INTACT
    a_q4, b_q4, set_q4 = columns(record.snapshot, 0, 1, 3)
    assert set_q4 == sorted(set_q4)
    healthy = list(zip(a_q4, b_q4, set_q4, strict=True))[:-2]
    assert all(abs(a - to) < 0.01 * to and abs(a + b) < 0.01 * to for a, b, to in healthy)
    assert a_q4[-1] < 0.6 * -b_q4[-1]  # the last row is the tick that found them apart
    assert "proven at" in said.err + said.out
