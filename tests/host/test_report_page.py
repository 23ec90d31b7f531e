"""The page: self-contained, readable without seeing it, and true to its record."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest
from tests.host.report_pages import SVG, Page, drawings, make, page_of
from tests.host.synthetic_sessions import dexamethasone

from iontobench.link.events import Event, Sample
from iontobench.records import DISCLAIMER, write_meta
from iontobench.report import plots

pytestmark = pytest.mark.drawn


@pytest.fixture(scope="module")
def complete(tmp_path_factory):
    record = make(tmp_path_factory.mktemp("complete"), *dexamethasone())
    write_meta(record, "2025-01-02T03:04:05+00:00", "0.1.0")
    return page_of(record)


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    folder = tmp_path_factory.mktemp("opened")
    return page_of(make(folder, *dexamethasone(open_at_s=300.0), faults=["open@300"]))


def test_the_page_asks_nothing_of_the_network_and_runs_nothing(complete):
    page = Page(complete)
    assert {"script", "img", "iframe", "object", "embed", "base"}.isdisjoint(
        t for t, _ in page.tags
    )
    for tag, attributes in page.tags:
        for name, value in attributes.items():
            assert not name.startswith("on")
            if name in ("href", "xlink:href", "src", "action"):
                assert tag == "use"
                assert value.startswith("#")
    assert "@import" not in complete
    for url in re.findall(r"url\(([^)]*)\)", complete):
        assert url.startswith("#")
    addresses = set(re.findall(r"https?://[^\s\"'<]+", complete))
    assert addresses == {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert "default-src 'none'" in complete


def test_every_id_is_unique_and_every_reference_has_its_target(complete):
    page = Page(complete)
    assert len(page.ids) == len(set(page.ids))
    told = re.findall(r'(?:xlink:href="|url\()#([^")]+)', complete)
    for _, attributes in page.tags:
        told += attributes.get("aria-labelledby", "").split()
    assert len(told) > 10
    assert set(told) <= set(page.ids)


def test_each_plot_has_a_title_and_a_description_before_anything_else(complete, opened):
    for page in (complete, opened):
        titles = []
        for drawing in drawings(page):
            title, desc = list(drawing)[:2]
            assert (title.tag, desc.tag) == (f"{SVG}title", f"{SVG}desc")
            assert drawing.get("role") == "img"
            assert drawing.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
            assert len(desc.text) > 40
            titles.append(title.text)
        assert titles == [
            "Current against set point",
            "Voltage and load",
            "Dose against the target",
        ]


def test_the_disclaimer_comes_before_everything_else(complete):
    words = Page(complete[complete.index("<body>") :]).text
    assert words.startswith(DISCLAIMER)


def test_asked_and_delivered_stand_side_by_side(complete):
    words = Page(complete).text
    assert "Complete: the whole program was delivered" in words
    assert "Dose, as the firmware counted it 40.000 mA·min 40.000 mA·min +0.00 %" in words
    assert "Charge the load received, known in simulation only 40.000 mA·min 40.008" in words
    assert "Duration 20 min 20.4 s 20 min 20.3 s -0.01 %" in words
    assert "virtual: simulated, nothing was measured on hardware" in words


def test_limits_are_the_firmwares_own_rules(complete):
    words = Page(complete).text
    assert "Set point 2.000 mA 2.000 mA 2.000 mA" in words
    assert "Current, cut off above 2.163 mA" in words  # 2.0 x 1.05 + 1 % of 6.25 mA
    assert "Current density 0.500 mA/cm² 0.200 mA/cm²" in words


def test_provenance_holds_hashes_seed_and_the_clock_of_meta(complete):
    words = Page(complete).text
    for told in ("7c" * 32, "Seed 1", "2025-01-02T03:04:05+00:00", "intact: 12216 lines"):
        assert told in words
    assert "A chain without a key shows damage, not forgery." in words


def test_a_fault_is_named_with_its_cause_its_time_and_the_dose_that_was_kept(opened):
    words = Page(opened).text
    assert "Ended by a fault: open" in words
    assert "Open at 5:00.100: contact with the load was lost and did not come back" in words
    assert "The gate was off 5.20 ms after the onset" in words
    assert "9.658 mA·min, was kept" in words
    assert "open@300" in words


def test_the_fault_is_marked_on_every_plot_and_told_in_its_description(opened, complete):
    for drawing, panels in zip(drawings(opened), (1, 2, 1), strict=True):
        lines = [
            one for one in drawing.iter(f"{SVG}path") if "var(--fault" in one.get("style", "")
        ]
        assert len(lines) == panels
        assert any(one.text == "fault: open" for one in drawing.iter(f"{SVG}text"))
        assert "5:00.100" in drawing.find(f"{SVG}desc").text
    for drawing in drawings(complete):
        assert "var(--fault" not in ET.tostring(drawing, encoding="unicode")


@pytest.mark.parametrize(("mamin", "shown"), [(0.05, "0.05"), (0.125, "0.125"), (40.0, "40")])
def test_a_small_dose_is_marked_as_it_was_asked_for(mamin, shown):
    items, _ = dexamethasone(open_at_s=8.0)
    shared = plots.Shared(
        [one for one in items if isinstance(one, Sample)],
        [one for one in items if isinstance(one, Event)],
    )
    drawing = ET.fromstring(plots.dose(shared, mamin, "for a test"))
    texts = [one.text for one in drawing.iter(f"{SVG}text")]
    assert f"asked: {shown} mA·min" in texts


@pytest.mark.long
def test_the_same_record_gives_the_same_page(tmp_path):
    record = make(tmp_path, *dexamethasone(open_at_s=8.0))
    assert page_of(record, "a.html") == page_of(record, "b.html")


def test_a_page_is_small_however_long_the_session_was(complete):
    assert len(complete.encode()) < 400_000
    assert max(map(len, re.findall(r"<svg.*?</svg>", complete, flags=re.DOTALL))) < 100_000


def test_no_date_no_tool_and_no_path_of_this_machine_is_in_a_page(complete, tmp_path):
    for word in ("matplotlib", "dc:date", str(tmp_path.parent), "/home/"):
        assert word not in complete


def test_matplotlib_is_not_loaded_until_a_plot_is_drawn():
    code = "import sys, iontobench.report; sys.exit('matplotlib' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
