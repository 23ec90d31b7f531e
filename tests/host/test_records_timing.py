"""A record says how even the ticks of its session were; one without it is read as ever."""

import pytest
from tests.host.cli import call
from tests.host.protocol_files import short, written
from tests.host.report_pages import make, page_of
from tests.host.synthetic_sessions import small

from iontobench.records import RecordStore, read

_TOLD = {"late_ticks": 2, "longest_us": 1586, "margin_us": [208, 230]}


def _timing_of(folder, *fault):
    protocol = written(folder, short(0.5, 0.01, 1.0), "short.toml")
    said = call("run", protocol, "--plain", *fault, "--data", folder)
    assert said.code == 0, said.err
    [entry] = RecordStore(folder).list()
    return read(entry.record).summary["timing"], folder


def test_ticks_of_the_virtual_bench_are_exact_and_nothing_wakes_them(tmp_path):
    timing, _ = _timing_of(tmp_path)
    assert timing == {"late_ticks": 0, "longest_us": 1000, "margin_us": None}


def test_loop_that_stalls_has_a_late_tick_in_its_record(tmp_path):
    timing, folder = _timing_of(tmp_path, "--fault", "stall@2:0.8")
    assert timing == {"late_ticks": 1, "longest_us": 1800, "margin_us": None}
    shown = call("records", "show", "last", "--data", folder).out
    assert "late ticks 1, longest 1.80 ms, margin none" in shown


def test_report_tells_the_rhythm_in_a_sentence(tmp_path):
    page = page_of(make(tmp_path, small(), {"outcome": "complete", "timing": _TOLD}))
    told = "Ticks: 2 late, longest interval 1.59 ms, woken 0.21 ms to 0.23 ms after they were due."
    assert told in page


@pytest.mark.parametrize(
    "timing", [None, 7, {}, {"late_ticks": "x", "longest_us": 1}, {"late_ticks": 1}]
)
@pytest.mark.short_cases("None", "timing2")
def test_report_of_a_record_without_its_rhythm_does_not_tell_it(tmp_path, timing):
    page = page_of(make(tmp_path, small(), {"outcome": "complete", "timing": timing}))
    assert "Ticks:" not in page
