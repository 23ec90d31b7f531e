"""The reader of pages: tables, sections and fenced blocks."""

import pytest
from tests.arch.markdown import blocks, column, names, sections, tables

PAGE = """\
# Page

## Keys

| key | meaning |
|---|---|
| `a` | one \\| two |
| `b` `c` | three |

Some words
on two lines.

<!-- not run: needs a board -->
```sh
make x
```

```
plain
```
"""


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "page.md"
    path.write_text(PAGE, encoding="utf-8")
    return path


def test_the_rows_of_a_table_come_without_head_and_rule(page):
    assert tables(page) == {"Keys": [["`a`", "one \\| two"], ["`b` `c`", "three"]]}
    assert column(page, "Keys") == ["a", "b c"]
    assert names("`b` and `c`") == ["b", "c"]


def test_a_section_is_one_line_of_text(page):
    assert sections(page)["Keys"].startswith("| key")
    assert "Some words on two lines." in sections(page)["Keys"]


def test_only_the_block_below_a_mark_is_not_run(page):
    marked, plain = blocks(page)
    assert (marked.language, marked.lines, marked.not_run) == ("sh", ["make x"], "needs a board")
    assert (plain.language, plain.lines, plain.not_run) == ("", ["plain"], "")
    assert marked.line == 14
