"""The tutorial that changes the firmware: its edits and commands, in a copy of the tree."""

import os
import re
import shlex
import shutil
import subprocess
import sys

import pytest
from tests.arch.markdown import blocks
from tests.arch.sources import ROOT

PAGE = ROOT / "docs" / "tutorials" / "firmware.md"
_LEFT_OUT = shutil.ignore_patterns(".*", "build", "__pycache__", "iontobench-data")


def edited(text, lines):
    """A text with a change of the page made, which fits at one place only."""
    old, new = (line[1:] for line in lines)
    assert [line[:1] for line in lines] == ["-", "+"]
    assert text.count(old) == 1
    return text.replace(old, new)


def test_each_edit_of_the_page_fits_the_sources_and_the_last_one_takes_it_back():
    edits = [block for block in blocks(PAGE) if block.mark == "edit"]
    [path] = {ROOT / block.note for block in edits}
    first = text = path.read_text("utf-8")
    for block in edits:
        text = edited(text, block.lines)
        assert text != first or block is edits[-1]
    assert text == first


def test_an_edit_that_fits_at_two_places_is_refused():
    with pytest.raises(AssertionError):
        edited("a\na\n", ["-a", "+b"])


@pytest.mark.long
def test_the_tutorial_does_what_it_promises_in_a_copy_of_the_tree(tmp_path):
    copy = tmp_path / "clone"
    shutil.copytree(ROOT, copy, ignore=_LEFT_OUT)
    path = os.pathsep.join(str(copy / folder) for folder in ("firmware", "host_tools"))
    for block in blocks(PAGE):
        if block.mark == "edit":
            file = copy / block.note
            file.write_text(edited(file.read_text("utf-8"), block.lines), "utf-8")
        elif block.mark == "run in a copy":
            for line in block.lines:
                code, said = typed(line, copy, path)
                promised = re.search(r"# exit (\d+)", line)
                assert code == (int(promised[1]) if promised else 0), f"{line}\n{said}"


def typed(line, copy, path):
    """The exit code of a line of the page, and what it said; this Python for the clone's."""
    program, *words = shlex.split(line, comments=True)
    programs = {
        ".venv/bin/python": [sys.executable],
        ".venv/bin/iontobench": [sys.executable, "-m", "iontobench"],
    }
    done = subprocess.run(
        [*programs[program], *words],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": path, "IONTOBENCH_COMPILED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr
