"""Every citation leads somewhere: to a page and a heading of it, or to a source that is listed."""

import functools
import io
import re
import shutil
import tokenize

import pytest
from tests.arch.markdown import tables
from tests.arch.sources import ROOT
from tests.census import areas
from tests.census.citations import every, missing, unresolved

BOARDS = ("pico_dac", "pico_demo", "pico_pwm", "pico_pwm/stage")
SOURCES = ROOT / "docs" / "sources.md"
# Tags that stand in brackets alone or beside others; the rest are looked for by their whole text.
TAG = re.compile(r"(?<![\w#])(?:F\d+|RP2040-E\d+|PEP \d+|micropython#\d+)(?![\w#])")
BRACKETS = re.compile(r"\[([^\[\]]*)\]")


@functools.cache
def cited():
    """Each citation of this tree, read once."""
    return every(ROOT)


def test_every_citation_of_a_page_leads_to_a_page_and_a_heading_of_it():
    assert missing(cited(), ROOT) == []
    assert len(cited()) > 150
    assert sum(bool(one.section) for one in cited()) > 120


@pytest.fixture
def copy(tmp_path):
    """The pages of the project without its code."""
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    pages = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "firmware/DESIGN.md")
    more = [f"boards/{name}/README.md" for name in BOARDS]
    for name in (*pages, *more):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        ("# [docs/{}.md, Open]", None),
        ("# [docs/{}.md, Opened]", "section"),
        ("# [docs/{}s.md, Open]", "page"),
        ("x = '; docs/{}.md, Opened, row 8'", "section"),
    ],
)
def test_an_altered_citation_is_told_and_the_true_one_is_not(copy, text, lacking):
    (copy / "firmware" / "ionto").mkdir()
    (copy / "firmware" / "ionto" / "a.py").write_text(text.format("control") + "\n", "utf-8")
    assert [row["missing"] for row in unresolved(copy)] == ([lacking] if lacking else [])


def test_a_heading_that_goes_leaves_its_citations_behind():
    page = ROOT / "docs" / "control.md"
    sections = {one.section.partition(":")[0] for one in cited() if one.page.endswith(page.name)}
    assert {"Open", "Proof", "The stage", "Required figures"} <= sections


@functools.cache
def listed():
    """The tags of the list of sources."""
    return [row[0] for rows in tables(SOURCES).values() for row in rows]


def texts():
    """What people read: comments, strings and pages, but for the list of sources itself."""
    for path in areas.python(ROOT, areas.AREAS):
        if path.name != "test_citations.py" and "census" not in path.as_posix():
            text = path.read_text("utf-8")
            line = " ".join(text.split())
            if not any(TAG.search(inside) for inside in BRACKETS.findall(line)) and not any(
                tag in line for tag in listed()
            ):
                continue  # nothing to find: taking a file into tokens is what costs
            for token in tokenize.generate_tokens(io.StringIO(text).readline):
                if token.type in (tokenize.COMMENT, tokenize.STRING):
                    yield " ".join(token.string.split())
    for path in (*areas.pages(ROOT), *areas.toml(ROOT)):
        if path not in (SOURCES, ROOT / "CHANGELOG.md"):
            yield " ".join(path.read_text("utf-8").split())
    yield " ".join((ROOT / "tests/census/attributes.py").read_text("utf-8").split())


def test_every_source_that_is_cited_is_listed_and_every_one_that_is_listed_is_cited():
    assert len(listed()) == len(set(listed()))
    told = [inside for text in texts() for inside in BRACKETS.findall(text)]
    tags = {tag for inside in told for tag in TAG.findall(inside)}
    assert tags - set(listed()) == set()
    named = {tag for tag in listed() if not TAG.fullmatch(tag)}
    idle = set(listed()) - tags - {tag for tag in named if any(tag in inside for inside in told)}
    assert idle == set()
