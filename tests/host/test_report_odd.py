"""A record may be cut, damaged, forged or odd: its report is a page or one clear line."""

import pytest
from tests.host.report_pages import Page, drawings, make, page_of
from tests.host.synthetic_sessions import dexamethasone, small

from ionto.core import codes
from iontobench.link.events import Event, GapNote, LinkNote, Sample
from iontobench.records import RecordError
from iontobench.report import write_report

pytestmark = pytest.mark.drawn


def test_what_a_record_says_is_text_and_never_markup(tmp_path):
    nasty = "<script>alert(1)</script>\"'>&{{ 'q' * 9 }}$x^2$"
    record = make(
        tmp_path,
        [*small(), LinkNote(1, nasty)],
        {"outcome": nasty, "fault": nasty},
        protocol={"name": nasty},
        board={"name": nasty},
        skin=nasty,
        faults=[nasty],
        profile=nasty,
        disclaimer=nasty,
        rung=nasty,
    )
    page = page_of(record)
    assert "<script" not in page
    assert "qqqqqqqqq" not in page
    assert page.count("&lt;script&gt;") >= 8
    assert len(drawings(page)) == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"program": None},
        {"program": {"words": []}},
        {"program": {"words": ["x"], "crc": "y"}},
        {"program": {"words": [1] * 12}},
        {"program": {"words": [0] * 20}},
        {"program": {"words": [1, 1, 1, -1, -1, -1, -1, -1, -1, -1, -1, -1, *([-5] * 8)]}},
        {"program": {"words": [1 << 60] * 20}},
        {"limits": 7, "board": "x", "profile": {"name": 3}, "faults": "no list", "firmware": []},
        {
            "limits": {
                "bounds": {"longest_s": "x", "peak_ua": None},
                "profile": {"density_ua_cm2": 1},
            }
        },
        {
            "board": {"name": "b", "max_ua": -1, "compliance_mv": -5, "sigma_q4": 0},
            "seed": [1, {}],
        },
        {"protocol": None, "skin": None, "adc": None, "rung": None, "seed": None},
    ],
)
@pytest.mark.short_cases("changes1", "changes4", "changes8")
def test_an_odd_header_still_makes_a_page(tmp_path, changes):
    page = page_of(make(tmp_path, *dexamethasone(open_at_s=2.0), **changes))
    assert "Ended by a fault: open" in Page(page).text


@pytest.mark.parametrize(
    "summary",
    [
        {},
        {"outcome": None, "dose_uc": "x", "duration_us": [], "gate_off_us": True},
        {"outcome": 3, "dose_uc": -5, "duration_us": -1, "true_peak_ua": 1e300},
        {"outcome": "complete", "dose_uc": 1e18, "true_charge_uc": 0, "duration_us": 2**62},
    ],
)
@pytest.mark.short_cases("summary0", "summary3")
def test_an_odd_summary_still_makes_a_page(tmp_path, summary):
    assert "Against the protocol" in page_of(make(tmp_path, small(), summary))


def test_a_session_without_samples_says_that_there_is_nothing_to_plot(tmp_path):
    events = [Event(0, 0, codes.EVENT_FAULT, codes.FAULT_NO_LOAD, 0)]
    page = page_of(make(tmp_path, events, {"outcome": "refused", "fault": "no load"}))
    assert drawings(page) == []
    words = Page(page).text
    assert "nothing to plot" in words
    assert "the probe found no load before the start" in words


def test_extreme_samples_make_a_page_and_not_a_crash(tmp_path):
    far = 1 << 53
    items = [
        Sample(0, -5, 99, -1, -2000.0, -1.0, 0.0, -5, -7),
        Sample(1, far, 0, 0, 1e9, 1e9, 0.0, far, far),
        Event(2, -5, 99, far, -far),
        Event(3, far, codes.EVENT_FAULT, 99, 0),
        GapNote(far, 0, far),
    ]
    page = page_of(make(tmp_path, items, None))
    assert len(drawings(page)) == 3
    assert "fault 99" in Page(page).text


def test_a_cut_record_is_reported_as_far_as_it_verifies_and_says_so(tmp_path):
    record = make(tmp_path, *dexamethasone(open_at_s=8.0))
    whole = record.read_bytes()
    record.write_bytes(whole[: len(whole) // 2])
    words = Page(page_of(record)).text
    assert "Cut: the record has no end, so the outcome is not known" in words
    assert "The record is not whole Incomplete: cut inside line" in words


def test_a_damaged_record_is_reported_up_to_the_damage_and_says_so(tmp_path):
    record = make(tmp_path, *dexamethasone(open_at_s=8.0))
    lines = record.read_bytes().splitlines(keepends=True)
    lines[50] = lines[50].replace(b",3", b",4", 1).replace(b",2,", b",3,", 1)
    record.write_bytes(b"".join(lines))
    assert "Damaged at line 51" in Page(page_of(record)).text


def test_lost_frames_are_told(tmp_path):
    page = page_of(make(tmp_path, small(), {"outcome": "complete"}))
    assert "3 telemetry frames never arrived" in Page(page).text


def test_what_is_no_record_and_where_no_page_can_be_are_one_clear_line(tmp_path):
    with pytest.raises(RecordError):
        write_report(tmp_path / "none", tmp_path / "out.html")
    record = make(tmp_path, small(), {})
    with pytest.raises(RecordError, match="none"):
        write_report(record, tmp_path / "none" / "out.html")
    assert not (tmp_path / "out.html").exists()
