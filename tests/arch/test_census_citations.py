"""A citation is found however it is written, and told when its page or its section is missing.

The names of pages stand alone in `PAGE` and `GONE`: so these trees are no citations themselves.
"""

import pytest
from tests.census.citations import unresolved

PAGE, GONE, DESIGN = "control.md", "gone.md", "DESIGN.md"
HEADINGS = """\
# Control

## Open lead

### 4b. The `skin`, wet: two layers

```
## no heading
```
"""


@pytest.fixture
def missing(tmp_path):
    """A function that writes a file that cites, and returns (line, page, section, missing)."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / PAGE).write_text(HEADINGS, encoding="utf-8")
    (tmp_path / "firmware").mkdir()
    (tmp_path / "firmware" / DESIGN).write_text("# Design\n", encoding="utf-8")

    def write(text, name="firmware/ionto/a.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        rows = unresolved(tmp_path)
        assert all(row["place"].rpartition(":")[0] == name for row in rows)
        lines = [int(row["place"].rpartition(":")[2]) for row in rows]
        return [
            (line, row["page"], row["section"], row["missing"])
            for line, row in zip(lines, rows, strict=True)
        ]

    return write


@pytest.mark.parametrize(
    "text",
    [
        *(f"# [{PAGE}]", f"# [docs/{PAGE}, Open lead]", f"# [{PAGE}, open lead, row 2]"),
        *(f"# [{PAGE}, Open lead: 20 ms; DS p.12]", f"# [DS p.12; {PAGE}, Control]"),
        *(f"# {PAGE}, section 4b", f"# see {PAGE} 4b's rows", f'# rules of {PAGE}, "Open lead".'),
        *(f"# [{PAGE}, 4b]", f"# [{PAGE}, The skin, wet: two layers]"),
        *(f"# [{PAGE}, 4b. The skin, wet: two layers, row 2]", f"# [../../docs/{PAGE}, Control]"),
        *(f"# [{PAGE}, Open\n# lead]", f'x = f(\n    "[{PAGE}, Open "\n    "lead]"\n)'),
        *(f'"""Rules: {PAGE},\n"Open lead".\n"""', f'x = "{PAGE}, Open lead: 5 ms"'),
        *(f"# {DESIGN} has it", "# [DS p.12, Gone]", f"# https://a.b/{GONE}", f'x = "{GONE}"'),
        *(f'x = "a/*/{GONE}"', f'f"{{root}}/{GONE} {{x}}"', f"x = {GONE}"),
        *(f"# {PAGE}, {DESIGN}", f"# {PAGE} and, Nowhere", f"# {PAGE}, Open lead. Nowhere"),
    ],
)
def test_a_citation_that_resolves_and_a_text_that_is_none_are_not_listed(missing, text):
    assert missing(text + "\n") == []


@pytest.mark.parametrize(
    ("text", "line", "section"),
    [
        *((f"# [{GONE}]", 1, ""), (f"x = 1  # [{GONE}, Open]", 1, "Open")),
        *((f"\n# {GONE}, section 5", 2, "5"), (f"# the rows of {GONE} 5b.", 1, "5b")),
        *((f"# one\n# two [a; {GONE}, Open\n# lead]", 2, "Open lead"), (f"# old/{GONE}", 1, "")),
        *((f'"""One.\n\nAs {GONE}, "Open", says.\n"""', 3, "Open"), (f'x = "see {GONE}"', 1, "")),
        (f'x = (\n    "one "\n    "[{GONE}, Open "\n    "lead]"\n)', 3, "Open lead"),
        (f'x = f"{{1}} see [{GONE}, Open] {{2}}"', 1, "Open"),
        (f'x = ["{GONE}, Open: 5 ms, 3 ticks"]', 1, "Open"),
        (f"def f():\n    '''[{GONE}]'''", 2, ""),
        (f'x = A + "; {GONE}, Open, row 8: 5 ms"', 1, "Open"),
    ],
)
def test_a_page_that_is_not_held_is_told_with_its_line(missing, text, line, section):
    page = f"old/{GONE}" if "old/" in text else GONE
    assert missing(text + "\n") == [(line, page, section, "page")]


@pytest.mark.parametrize(
    ("cited", "section"),
    [
        *((", Closed lead]", "Closed lead"), (", Closed lead: 5 ms]", "Closed lead")),
        *((", no heading]", "no heading"), (", Open]", "Open"), (" 4c]", "4c"), (" 4]", "4")),
    ],
)
def test_a_section_that_its_page_does_not_have_is_told(missing, cited, section):
    assert missing(f"# [{PAGE}{cited}\n") == [(1, PAGE, section, "section")]


def test_two_citations_in_a_pair_of_brackets_are_two(missing):
    rows = missing(f"# [{PAGE}, Nowhere; {GONE} 4b, row 2]\n")
    assert rows == [(1, PAGE, "Nowhere", "section"), (1, GONE, "4b", "page")]


def test_links_of_a_page_are_citations_and_its_fenced_blocks_are_not(missing):
    text = (
        f"[here](docs/{PAGE}#open-lead) [there](docs/{PAGE}#closed)\n\n"
        f"```\n{GONE}: a tree\n```\n[{GONE}](docs/{GONE}) https://a.b/{GONE}\n"
        f"[4b](docs/{PAGE}#4b-the-skin-wet-two-layers)\n"
    )
    assert missing(text, "README.md") == [
        (1, f"docs/{PAGE}", "#closed", "section"),
        (6, f"docs/{GONE}", "", "page"),
        (6, GONE, "", "page"),
    ]


@pytest.mark.parametrize("area", ["firmware", "host_tools", "boards", "tests"])
def test_citations_are_looked_for_in_each_area_and_in_toml(missing, area):
    row = (2, GONE, "Open lead", "page")
    assert missing(f"x = 1\n# [{GONE}, Open\n# lead]\n", f"{area}/a.toml") == [row]


def test_a_page_beside_the_citing_file_goes_before_one_of_docs(missing):
    assert missing("# Other\n", f"boards/one/{PAGE}") == []
    assert missing(f"# [{PAGE}, Other]\n", "boards/one/board.py") == []
    rows = missing(f"# [{PAGE}, Open lead]\n", "boards/one/board.py")
    assert rows == [(1, PAGE, "Open lead", "section")]
