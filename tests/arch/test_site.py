"""The site of the documentation: every page is in it, what is made from the code is whole."""

import importlib.util
import re
import shutil

import pytest
from tests.arch.markdown import tables
from tests.arch.sources import ROOT
from tests.arch.test_hazards import hazards
from tests.site import check, generated, nav, pages
from tests.site.__main__ import build, stage

import iontobench
from ionto.core import codes
from iontobench import resources
from iontobench.campaign import required

HAS_ZENSICAL = importlib.util.find_spec("zensical") is not None
_LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)\s]*)?\)")


@pytest.fixture(scope="module")
def staged(tmp_path_factory):
    """The folder that the site's generator reads."""
    work = tmp_path_factory.mktemp("site")
    stage(work)
    return work / "pages"


def names_in(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*.md")}


def test_every_page_is_in_the_navigation_once_and_none_is_missing(staged):
    listed = nav.listed()
    assert len(listed) == len(set(listed))
    assert set(listed) - set(nav.COMING) == names_in(staged) - set(nav.COMING)


def test_only_the_browser_page_may_be_listed_before_it_is_written():
    assert nav.COMING == ("page.md",)
    assert nav.COMING[0] in nav.listed()


def test_a_page_that_is_not_written_yet_has_no_line_in_what_is_built(staged, tmp_path):
    (tmp_path / "page.md").touch()
    assert "page.md" in nav.listed(nav.present(tmp_path))
    (tmp_path / "page.md").unlink()
    assert "page.md" not in nav.listed(nav.present(tmp_path))
    assert len(nav.listed(nav.present(tmp_path))) == len(nav.listed()) - 1


def test_every_page_of_the_site_says_bench_only_before_anything_else(staged):
    for path in staged.rglob("*.md"):
        lines = [line for line in path.read_text("utf-8").splitlines() if line.strip()]
        first = lines[1].lstrip("> ")
        assert first.startswith("**Bench only: dummy loads, never people.**"), path.name


def test_every_link_of_a_staged_page_leads_to_a_file(staged):
    for path in staged.rglob("*.md"):
        for link in _LINK.findall(path.read_text("utf-8")):
            assert _is_elsewhere(link) or (path.parent / link).exists(), f"{path.name}: {link}"


def _is_elsewhere(link):
    return "://" in link or link.startswith("data:")


def test_the_pages_made_from_the_code_are_made_anew_and_never_stored():
    stored = {f"docs/{name}" for name in generated.PAGES} & set(pages.sources())
    assert stored == set()
    assert not (ROOT / "docs" / "reference").exists()


def test_every_command_and_option_stands_in_the_page_of_commands():
    text = generated.commands()
    for words, command in generated.every_command():
        assert f" {' '.join(words)}\n" in text
        assert all(one.opts[0] in text for one in command.params if one.opts[0].startswith("--"))
    assert len(generated.every_command()) > 40


def test_every_hazard_stands_in_its_page_with_a_test():
    parts = generated.hazards().split("\n## ")[1:]
    assert [part[:4] for part in parts] == list(hazards())
    assert all("test_" in part and "**Control.** " in part for part in parts)


def test_every_code_board_family_and_case_stands_in_its_page():
    text = generated.code_tables()
    assert all(sentence in text for sentence in codes.FAULT_SENTENCES.values())
    named = (codes.STATE_NAMES, codes.EVENT_NAMES, codes.OUTCOME_NAMES)
    assert all(f"`{name}`" in text for names in named for name in names.values())
    text = generated.limits()
    assert all(f"`{name}`" in text for name in resources.board_names())
    text = generated.fault_matrix()
    words = [row for rows in generated.fault_words() for row in rows]
    assert text.count("\n| `") == len(required.CASES) + len(words)
    used = {f"`{word}`" for case in required.CASES for word in (case.expect, case.observable_from)}
    assert used <= {word for word, _ in words}


def test_every_public_name_has_its_docstring_in_the_page_of_calls():
    text = generated.python()
    for name in iontobench.__all__:
        if not name.startswith("_"):
            assert f"::: {generated.where(name)}\n" in text


def test_a_section_that_is_taken_over_is_whole():
    head, *_ = tables(ROOT / "docs" / "loads.md")["Known misfits"]
    assert f"| {' | '.join(head)} |" in generated.validation()
    assert "`make bench` measures them" in generated.figures()


def test_a_page_of_another_folder_keeps_its_links_and_its_lists(tmp_path):
    page = "control.md"
    places = {"README.md": "project/readme.md", f"docs/{page}": page}
    text = f"# A\n\nSee [a\nrule](docs/{page}#open), [docs/{page}, Open, row 8] and [F29]:\n"
    text += "- one\n  - two\n\n```sh\n[no](link)\n  - no list\n```\n"
    made = pages.for_site(text, "README.md", places, tmp_path)
    assert f"[a\nrule](../{page}#open)" in made
    assert f"[docs/{page}, Open, row 8](../{page}#open)" in made
    assert "[F29](../sources" in made
    assert ":\n\n- one\n    - two\n" in made
    assert "[no](link)\n  - no list\n" in made


def test_the_links_of_a_page_from_the_code_begin_at_the_root(tmp_path):
    page = "control.md"
    places = {f"docs/{page}": page, "reference/codes": "reference/codes"}
    made = pages.for_site(f"[a](docs/{page})", "reference/codes", places, tmp_path, base="")
    assert made == f"[a](../{page})\n"


def test_a_link_to_a_file_that_is_no_page_leads_to_a_copy_of_it(tmp_path):
    places = {"README.md": "project/readme.md"}
    made = pages.for_site("[law](LICENSE) [folder](docs/examples)", "README.md", places, tmp_path)
    assert made == "[law](../files/LICENSE) folder (`docs/examples`)\n"
    assert (tmp_path / "files" / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ('<a href="b.html">b</a>', "a.html: b.html: no such file"),
        ('<a href="a.html#b">b</a>', "a.html: a.html#b: no such anchor"),
        ('<img src="https://x.org/a.png">', "a.html: asks https://x.org/a.png"),
        ('<script src="//x.org/a.js"></script>', "a.html: asks //x.org/a.js"),
        ('<p id="b"><a href="#b">b</a><a href="https://x.org">x</a></p>', None),
        ('<link rel="canonical" href="https://x.org/">', None),
    ],
)
def test_a_broken_link_and_a_request_to_another_server_are_told(page, told, tmp_path):
    (tmp_path / "a.html").write_text(page, "utf-8")
    assert check.site(tmp_path) == ([told] if told else [])


def test_a_style_that_asks_another_server_is_told(tmp_path):
    (tmp_path / "a.css").write_text("@import url(https://x.org/font.css);", "utf-8")
    assert check.site(tmp_path) == ["a.css: asks https://x.org/font.css"]


def test_a_warning_of_the_generator_is_told():
    assert check.warnings("Build started\nWarning: page does not exist\ngriffe: a.py:3: x\n") == [
        "Warning: page does not exist",
        "griffe: a.py:3: x",
    ]


@pytest.mark.long
@pytest.mark.skipif(not HAS_ZENSICAL, reason="needs the extra docs (make docs installs it)")
def test_the_site_builds_without_a_warning_or_a_broken_link(tmp_path):
    assert build(tmp_path / "work", tmp_path / "site") == []
    assert (tmp_path / "site" / "index.html").exists()
    shutil.rmtree(tmp_path)
