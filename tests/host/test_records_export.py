"""A record as a table of another program: the same numbers, units in names, nothing invented."""

import csv
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.host.cli import call
from tests.host.synthetic_sessions import dexamethasone, header, small

from iontobench.link.events import Event, Sample
from iontobench.records import RecordWriter, export, read, write_meta
from iontobench.records.columns import read_columns
from iontobench.records.quantities import event_values
from iontobench.records.store import RecordStore

FIXTURES = sorted((Path(__file__).parent / "fixtures").glob("*.jsonl"))
CLOCK = "2025-03-01T12:00:00+00:00"
NAME = "dexamethasone-40-s1-001"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Commands are typed in an empty folder."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def record(tmp_path):
    items, summary = dexamethasone(open_at_s=30.0)
    return written(tmp_path / "iontobench-data", items, summary)


def written(data_dir, items, summary):
    path = RecordStore(data_dir).new_path("dexamethasone-40", 1)
    with RecordWriter(path, header(label="load A")) as writer:
        for item in items:
            writer.item(item)
        writer.close(summary)
    write_meta(path, CLOCK, "0.1.0")
    return path


def read_csv(path):
    """What describes a table, and its rows, as any reader of CSV finds them."""
    lines = Path(path).read_text("utf-8").splitlines(keepends=True)
    about = [line[2:].rstrip("\n").split(": ", 1) for line in lines if line.startswith("#")]
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    return {key: json.loads(value) for key, value in about}, rows


def read_parquet(path):
    parquet = pytest.importorskip("pyarrow.parquet", reason="no pyarrow: install the extra `data`")
    table = parquet.read_table(path)
    told = {key.decode(): value for key, value in table.schema.metadata.items()}
    about = {
        key.removeprefix(export.PREFIX): json.loads(value)
        for key, value in told.items()
        if key.startswith(export.PREFIX)
    }
    return about, table.to_pylist()


def samples_of(rows):
    types = Sample.__annotations__
    return [Sample(**{key: types[key](value) for key, value in row.items()}) for row in rows]


def events_of(rows):
    return [Event(*(int(row[key]) for key in ("seq", "t_ms", "code", "a", "b"))) for row in rows]


READERS = {"csv": read_csv, "parquet": read_parquet}
needs_arrow = pytest.mark.parametrize("kind", READERS)


def exported(kind, *more):
    if kind == "parquet":
        pytest.importorskip("pyarrow", reason="no pyarrow: install the extra `data`")
    said = call("records", "export", *more, f"--{kind}", "--json")
    return said, READERS[kind](said.object["file"])


@needs_arrow
def test_what_is_read_back_is_the_record_and_what_describes_it(record, kind):
    said, (about, rows) = exported(kind, "last")
    found = read(record)
    assert (said.code, said.object["ok"], said.object["rows"]) == (0, True, len(found.samples))
    assert said.object["file"] == f"{NAME}.{kind}"
    assert samples_of(rows) == found.samples
    assert about["header"] == found.header
    assert about["summary"] == found.summary
    assert about["started_at"] == CLOCK
    assert about["head"] == found.verdict.head
    assert about["states"]["6"] == "hold"
    assert about["disclaimer"].startswith("Bench only")


@needs_arrow
def test_events_have_names_and_their_numbers_units(record, kind):
    said, (about, rows) = exported(kind, "last", "--events")
    found = read(record)
    assert said.object["file"] == f"{NAME}-events.{kind}"
    assert about["table"] == "events"
    assert events_of(rows) == found.events
    assert [json.loads(row["values"]) for row in rows] == list(map(event_values, found.events))
    assert rows[-1]["event"] == "end"


@needs_arrow
@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_records_of_every_version_have_todays_states(path, kind):
    _, (_, rows) = exported(kind, path)
    assert samples_of(rows) == read(path).samples
    assert Path(f"{path.stem}.{kind}").is_file()


COUNT = st.integers(-(1 << 53), 1 << 53)
SMALL = st.integers(-(1 << 24), 1 << 24)
ROWS = st.lists(
    st.builds(
        lambda q4, rest: Sample.of((*rest[:4], *q4, *rest[4:])),
        st.tuples(COUNT, SMALL, SMALL),
        st.tuples(COUNT, SMALL, SMALL, SMALL, SMALL, COUNT),
    ),
    max_size=20,
)


@given(rows=ROWS)
def test_any_samples_come_back_exactly(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("any")
    path = written(folder, rows, {"outcome": "complete"})
    store = RecordStore(folder)
    kinds = export.KINDS if has_arrow() else ("csv",)
    for kind in kinds:
        target = folder / f"any.{kind}"
        done = export.export_record(store, "last", kind, False, target)
        _, found = READERS[kind](target)
        assert samples_of(found) == read(path).samples == rows
        assert done.rows == len(rows)


def has_arrow():
    try:
        import pyarrow  # noqa: F401
    except ModuleNotFoundError:
        return False
    return True


def test_columns_are_the_fields_of_a_sample_in_their_order(record):
    found = read_columns(record)
    assert tuple(found.samples) == Sample.__struct_fields__
    assert {name: len(column) for name, column in found.samples.items()} == dict.fromkeys(
        Sample.__struct_fields__, len(read(record).samples)
    )


@pytest.mark.parametrize("cut", [-1, -400])
def test_a_cut_record_gives_what_verifies_says_so_and_is_exit_1(record, cut):
    record.write_bytes(record.read_bytes()[:cut])
    said, (about, rows) = exported("csv", NAME)
    assert (said.code, said.object["ok"]) == (1, False)
    assert "only what verifies is written" in said.err
    assert about["verdict"].startswith("incomplete")
    assert about["summary"] is None
    assert samples_of(rows) == read(record).samples


def test_a_damaged_record_gives_the_lines_before_the_damage(tmp_path):
    path = written(tmp_path / "iontobench-data", small(), {"outcome": "fault"})
    path.write_bytes(path.read_bytes().replace(b"10900", b"10901"))
    said, (about, rows) = exported("csv", NAME)
    assert said.code == 1
    assert about["verdict"].startswith("damaged at line 6")
    assert len(rows) == 1


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ([], "Say --csv or --parquet"),
        (["--csv", "--parquet"], "leave one out"),
        (["--csv", "-o", "mine.parquet"], "leave one out"),
        (["--csv", "-o", "nowhere/mine.csv"], "nowhere: there is no such folder"),
        (["-o", "kept.csv"], "kept.csv: it is there already; choose another name"),
    ],
)
def test_what_cannot_be_written_is_exit_2_with_one_line(record, options, told):
    Path("kept.csv").write_text("mine\n")
    said = call("records", "export", "last", *options)
    assert said.code == 2
    assert told in said.err.splitlines()[-1]
    assert Path("kept.csv").read_text() == "mine\n"
    assert [path.name for path in Path().iterdir() if path.is_file()] == ["kept.csv"]


def test_the_ending_of_a_file_says_its_kind(record):
    assert call("records", "export", "last", "-o", "mine.CSV").code == 0
    assert len(read_csv("mine.CSV")[1]) == len(read(record).samples)


def test_no_such_record_is_exit_2(record):
    said = call("records", "export", "nothing", "--csv")
    assert said.code == 2
    assert "no record of that name" in said.err


def test_parquet_without_its_library_says_what_to_install_before_it_reads(record, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    said = call("records", "export", "nothing", "--parquet")
    assert said.code == 4
    line = "iontobench: --parquet: pyarrow is missing; pip install 'iontobench[data]'"
    assert said.err.splitlines()[-1] == line
    assert not list(Path().glob("*.parquet*"))


def test_a_disk_that_takes_no_more_leaves_no_half_table(record, monkeypatch):
    def full(stream, columns, about):
        stream.write(b"half")
        raise OSError(28, "No space left on device", "a.csv")

    monkeypatch.setattr(export, "write_csv", full)
    said = call("records", "export", "last", "--csv", "-o", "a.csv")
    assert said.code == 2
    assert "No space left" in said.err
    assert not list(Path().glob("a.csv*"))
