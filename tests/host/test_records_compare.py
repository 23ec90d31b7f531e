"""Records side by side: what differs is marked, and their currents lie over each other."""

import re
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from tests.host.cli import call
from tests.host.synthetic_sessions import dexamethasone, header

from ionto.core import codes
from iontobench.link.events import Event, Sample
from iontobench.records import Record, RecordStore, RecordWriter, Verdict, write_meta
from iontobench.records.measures import measured
from iontobench.report import overlay

CLOCK = "2025-03-01T12:00:00+00:00"
WHOLE, CUT_OFF = "dexamethasone-40-s1-001", "dexamethasone-40-s2-001"


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """A folder with a complete session and one that an open lead ended, written once."""
    folder = tmp_path_factory.mktemp("both")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for seed, open_at_s in ((1, None), (2, 300.0)):
            items, summary = dexamethasone(open_at_s, 1)
            written(seed, items, summary)
    return folder


@pytest.fixture(autouse=True)
def here(both, tmp_path, monkeypatch):
    """A copy of it, typed in there."""
    shutil.copytree(both, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)


def written(seed, items, summary, **changes):
    path = RecordStore("iontobench-data").new_path("dexamethasone-40", seed)
    with RecordWriter(path, header(seed=seed, **changes)) as writer:
        for item in items:
            writer.item(item)
        writer.close(summary)
    write_meta(path, CLOCK, "0.1.0")
    return path


def compared(*names):
    said = call("records", "compare", *names, "--json")
    assert said.code == 0, said.err
    return said.object


def test_values_are_numbers_with_units_and_what_differs_is_named():
    found = compared(WHOLE, CUT_OFF)
    whole, cut_off = found["records"]
    assert (whole["name"], whole["outcome"], whole["fault"]) == (WHOLE, "complete", None)
    assert (cut_off["outcome"], cut_off["fault"]) == ("fault", "open")
    assert whole["dose_mamin"] == pytest.approx(40, abs=0.01)
    assert (whole["anodal_mamin"], whole["cathodal_mamin"]) == (0, whole["dose_mamin"])
    assert cut_off["duration_s"] == 300.1
    assert 3 < whole["mean_load_kohm"] < cut_off["mean_load_kohm"] < 6
    assert found["differs"] == [
        *("outcome", "fault", "dose_mamin", "cathodal_mamin", "mean_load_kohm"),
        *("duration_s", "peak_ma", "seed"),
    ]


def test_a_table_marks_what_differs_and_nothing_else():
    said = call("records", "compare", WHOLE, CUT_OFF)
    rows = {line.split("  ")[0]: line for line in said.out.splitlines()}
    assert rows["outcome"].split() == ["outcome", "complete", "fault", "differs"]
    assert rows["seed"].split() == ["seed", "1", "2", "differs"]
    assert rows["board"].split() == ["board", "virtual", "virtual"]
    assert rows["load"].split() == ["load", "forearm", "forearm"]
    assert f"A: {WHOLE}" in said.out
    assert "mA·min" in rows["dose"]


def test_a_record_beside_itself_differs_in_nothing():
    assert compared(WHOLE, WHOLE)["differs"] == []
    assert "0 of 19 differ; nothing differs" in call("records", "compare", WHOLE, WHOLE).out


def test_another_text_of_a_protocol_of_the_same_name_is_told():
    items, summary = dexamethasone(None, 1)
    other = {"name": "dexamethasone-40", "toml": "", "sha256": "ab" * 32}
    written(3, items, summary, protocol=other, label="load B")
    found = compared(WHOLE, "dexamethasone-40-s3")
    assert found["differs"] == ["protocol_sha256", "label", "seed"]


def test_each_current_is_drawn_with_its_own_letter():
    lines = call("records", "compare", WHOLE, CUT_OFF).out.splitlines()
    drawn = [line for line in lines if re.match(r"\s*(\d\.\d)?\s*[│┤]", line)]
    assert drawn
    marks = "".join(drawn)
    assert marks.count("A") > 40
    assert marks.count("B") > 10
    late = "".join(line[60:] for line in drawn)
    assert "A" in late
    assert "B" not in late


def test_a_picture_has_both_names_and_is_the_same_each_time():
    for name in ("one.svg", "two.svg"):
        assert call("records", "compare", WHOLE, CUT_OFF, "-o", name).code == 0
    assert Path("one.svg").read_bytes() == Path("two.svg").read_bytes()
    words = [one.text for one in ET.parse("one.svg").iter() if one.tag.endswith("text")]
    assert {f"A: {WHOLE}", f"B: {CUT_OFF}", "current (mA)"} <= set(words)


def test_a_picture_may_be_a_png():
    said = call("records", "compare", WHOLE, CUT_OFF, "-o", "both.png", "--json")
    assert said.object["picture"] == "both.png"
    assert Path("both.png").read_bytes().startswith(b"\x89PNG")


def test_a_name_is_drawn_as_it_is_and_not_read_as_a_formula():
    names = ["A: $x^2$", "B: _"]
    drawn = overlay.picture(names, [[], []], "svg")
    words = {one.text for one in ET.fromstring(drawn).iter() if one.tag.endswith("text")}
    assert set(names) <= words


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([WHOLE], "give 2 to 26 records"),
        ([WHOLE] * 27, "give 2 to 26 records"),
        ([WHOLE, "nothing"], "no record of that name"),
        ([WHOLE, CUT_OFF, "-o", "both.pdf"], "a picture ends in .svg or .png"),
        ([WHOLE, CUT_OFF, "-o", "kept.svg"], "kept.svg: it is there already"),
    ],
)
def test_what_cannot_be_compared_is_exit_2_with_one_line(words, told):
    Path("kept.svg").write_text("mine")
    said = call("records", "compare", *words)
    assert said.code == 2
    assert told in said.err.splitlines()[-1]
    assert Path("kept.svg").read_text() == "mine"


def test_a_damaged_record_is_compared_as_far_as_it_verifies_and_told():
    path = Path("iontobench-data", "records", CUT_OFF, "record.jsonl")
    path.write_bytes(path.read_bytes()[:-1])
    said = call("records", "compare", WHOLE, CUT_OFF, "--json")
    assert said.code == 0
    assert "incomplete" in said.err
    assert [row["ok"] for row in said.object["records"]] == [True, False]
    assert said.object["records"][1]["outcome"] == "no closing line"


def test_records_without_a_sample_have_no_plot_and_still_a_table():
    for seed in (8, 9):
        written(seed, [], {"outcome": "refused", "fault": None})
    said = call("records", "compare", "dexamethasone-40-s8", "dexamethasone-40-s9")
    assert said.code == 0
    assert "there is no sample to draw" in said.out


def limited(*events, samples=()):
    verdict = Verdict("intact", 1, 1, "", "")
    return measured(Record({}, list(samples), list(events), [], [], None, verdict))["limited_s"]


def test_the_time_limited_is_the_firmwares_and_an_open_stretch_ends_with_the_record():
    began = Event(0, 1000, codes.EVENT_LIMITED, 0, 0)
    ended = Event(1, 3000, codes.EVENT_LIMITED_END, 2000, 0)
    again = Event(2, 7000, codes.EVENT_LIMITED, 0, 0)
    last = Sample(3, 8500, codes.STATE_HOLD, 0, 0.0, 0.0, 0.0, 0, 0)
    assert limited() == 0
    assert limited(began, ended) == 2
    assert limited(ended) == 2
    assert limited(began, ended, again, samples=[last]) == 3.5


FIXTURES = sorted((Path(__file__).parent / "fixtures").glob("*.jsonl"))


def test_records_of_every_version_can_be_compared():
    found = compared(WHOLE, *FIXTURES)
    assert [row["outcome"] for row in found["records"]] == [
        "complete",
        *("fault" if "fault" in path.name else "complete" for path in FIXTURES),
    ]
    assert all(row["mean_load_kohm"] > 0 for row in found["records"])


@pytest.mark.parametrize("value", [[1, [2]], {"a": 10**30}, True, "x" * 300, 10**30])
@pytest.mark.short_cases("value1")
def test_a_header_and_a_closing_line_of_odd_values_are_compared(value):
    odd = dict.fromkeys(("protocol", "board", "skin", "firmware", "rung", "adc"), value)
    items, _ = dexamethasone(5.0, 1)
    written(7, items, {"outcome": value, "fault": value, "dose_uc": value}, **odd)
    for more in ((), ("--json",)):
        said = call("records", "compare", WHOLE, "dexamethasone-40-s7", *more)
        assert said.code == 0, said.err
