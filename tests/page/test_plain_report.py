"""The report of the page: the command line's, but that its plots are drawn without matplotlib."""

import re
import xml.etree.ElementTree as ET

import pytest
from tests.host.synthetic_sessions import header, small
from tests.page.bridge_bench import Script, run

from iontobench.records import RecordWriter, read
from iontobench.records.meta import file_sha256, read_meta
from iontobench.report import plain_plots
from iontobench.report.page import render

_SVG = re.compile(r"<svg.*?</svg>", re.DOTALL)
MARK_UP = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def ended():
    script = Script()
    return script, run(script, "demo", faults="open@5")


def both(path):
    given = read(path), read_meta(path), file_sha256(path)
    return render(*given), render(*given, plain_plots)


def test_all_words_and_tables_are_those_of_the_command_lines_report(ended, tmp_path):
    script, last = ended
    path = tmp_path / "record.jsonl"
    path.write_bytes(last["record"])
    usual, plain = both(path)
    assert _SVG.sub("", plain) == _SVG.sub("", usual)
    assert len(_SVG.findall(plain)) == len(_SVG.findall(usual)) == 4
    told = script.ask(type="export", of="s1", kind="report")
    assert _SVG.findall(told["bytes"].decode()) == _SVG.findall(plain)
    assert (told["mime"], told["name"][-5:]) == ("text/html", ".html")


def test_each_plot_is_an_image_with_a_title_and_a_description_and_stays_within_its_box(
    ended, tmp_path
):
    path = tmp_path / "record.jsonl"
    path.write_bytes(ended[1]["record"])
    for drawing in _SVG.findall(both(path)[1]):
        root = ET.fromstring(drawing)
        _, _, width, height = map(float, root.get("viewBox").split())
        ids = {one.get("id") for one in root.iter()}
        assert root.get("role") == "img"
        assert set(root.get("aria-labelledby").split()) <= ids
        for path_ in root.iter("{http://www.w3.org/2000/svg}path"):
            numbers = [float(one) for one in re.findall(r"-?\d+\.\d", path_.get("d"))]
            assert all(0 <= x <= width for x in numbers[::2])
            assert all(0 <= y <= height for y in numbers[1::2])


def test_the_same_record_gives_the_same_drawing(ended, tmp_path):
    path = tmp_path / "record.jsonl"
    path.write_bytes(ended[1]["record"])
    assert both(path)[1] == both(path)[1]


@pytest.mark.parametrize("items", [[], small()[:2], small()], ids=["none", "one", "some"])
def test_a_record_with_hardly_a_sample_and_mark_up_in_its_texts_is_reported(tmp_path, items):
    path = tmp_path / "record.jsonl"
    told = header(protocol={"name": MARK_UP, "toml": MARK_UP}, skin=MARK_UP)
    with RecordWriter(path, told) as writer:
        for item in items:
            writer.item(item)
        writer.close({"outcome": MARK_UP})
    usual, plain = both(path)
    assert MARK_UP not in plain
    assert _SVG.sub("", plain) == _SVG.sub("", usual)
