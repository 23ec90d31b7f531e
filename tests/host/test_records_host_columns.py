"""A column that the host computes while it records: one row of a table, and all show it.

The table of the program is empty. A process of its own has one with a column, before anything of
the records has been loaded: the time between a sample and the one before it.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from iontobench.link.events import Sample
from iontobench.records import host_columns
from iontobench.records.format import OPTIONAL_KEYS_SINCE, READABLE

FIXTURES = Path(__file__).with_name("fixtures")

# Loads the table alone, puts a column into it, and only then the records.
PROGRAM = """
import importlib.util, json, pathlib, sys
from iontobench.link.events import Mark, Sample

name = "iontobench.records.host_columns"
path = pathlib.Path(sys.argv[1])
spec = importlib.util.spec_from_file_location(name, path)
table = sys.modules[name] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(table)

def between():
    before = []
    def follow(item):
        if not isinstance(item, Sample):
            return 0
        before.append(item.t_ms)
        return item.t_ms - before[-2] if before[1:] else 0
    return follow

table.HOST_COLUMNS = (table.HostColumn("apart_ms", 4, between),)

from iontobench.records import RecordStore, RecordWriter, commands, read
from iontobench.records import format as form
from iontobench.records.columns import read_columns
from iontobench.report import write_report
from tests.host.synthetic_sessions import header

store = RecordStore(sys.argv[2])
record = store.new_path("demo", 1)
with RecordWriter(record, header()) as writer:
    for t_ms in (100, 200, 450):
        writer.item(Sample(t_ms, t_ms, 3, 2, 500.0, 499.0, 0.5, 6000, 650))
        writer.item(Mark(t_ms, "between"))
    writer.close({"outcome": "complete", "fault": None})
write_report(record, record.with_name("report.html"))
shown = commands.show_record(store, str(record))
old = [read(sys.argv[3]), read_columns(sys.argv[3])]
print(json.dumps({
    "versions": [form.FORMAT_VERSION, form.READABLE, form.COLUMNS["sample"][-1]],
    "read": [read(record).verdict.status, read(record).host, len(read(record).samples)],
    "exported": read_columns(record).samples["apart_ms"].tolist(),
    "shown": shown["measured"]["highest_apart_ms"],
    "said": list(commands.words_of(shown)["summary"].items())[-1],
    "old": [set(old[0].host["apart_ms"]) == {None}, len(old[0].samples), list(old[1].samples)],
}))
"""


@pytest.mark.long
def test_a_column_in_the_table_is_recorded_read_exported_and_shown(tmp_path):
    old = FIXTURES / "v2-every-state.jsonl"
    table = Path(host_columns.__file__)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(table), str(tmp_path), str(old)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["versions"] == [4, [1, 2, 3, 4], "apart_ms"]
    assert found["read"] == ["intact", {"apart_ms": [0, 100, 250]}, 3]
    assert found["exported"] == [0, 100, 250]
    assert found["shown"] == 250
    assert found["said"] == ["highest apart", "0.250 s"]
    has_none, samples, columns = found["old"]
    assert has_none
    assert samples > 0
    assert "apart_ms" not in columns


def test_without_a_column_the_format_is_that_of_the_optional_keys():
    assert host_columns.HOST_COLUMNS == ()
    assert tuple(range(1, OPTIONAL_KEYS_SINCE + 1)) == READABLE


@pytest.mark.parametrize(
    ("shown", "value"), [("highest", 9), ("lowest", 2), ("last", 4)], ids=lambda value: str(value)
)
def test_of_a_column_the_value_is_shown_that_its_row_asks_for(monkeypatch, shown, value):
    column = host_columns.HostColumn("wait_ms", 4, lambda: lambda item: 0, shown)
    monkeypatch.setattr(host_columns, "HOST_COLUMNS", (column,))
    assert host_columns.told_of({"wait_ms": [None, 2, 9, 4]}) == {f"{shown}_wait_ms": value}
    assert host_columns.told_of({"wait_ms": [None]}) == {f"{shown}_wait_ms": None}
    assert host_columns.told_of({}) == {f"{shown}_wait_ms": None}


def test_a_column_sees_every_item_and_has_a_value_for_samples_alone(monkeypatch):
    seen = []
    column = host_columns.HostColumn("count", 4, lambda: lambda item: seen.append(item) or 7)
    monkeypatch.setattr(host_columns, "HOST_COLUMNS", (column,))
    values = host_columns.HostValues()
    sample = Sample(1, 100, 3, 2, 500.0, 499.0, 0.5, 6000, 650)
    assert [values.of(item) for item in ("another", sample)] == [(), (7,)]
    assert seen == ["another", sample]
