"""Every command of the pages is run, or marked as not run with its reason; both are counted.

A fenced block of commands has the language `sh`. Its page's blocks run one after the other in one
empty folder, as a reader would type them. `# exit 3` on a line is the exit code that it promises,
else it is 0. `<!-- not run: why -->` above a block takes it out. What stands below
`<!-- file: NAME -->` is the file that the reader writes; what stands below a mark
`run in a copy` is run by tests/host/test_firmware_tutorial.py. Python of the API's page runs in a
process of its own, of the other pages in this one: each process imports for a second.
"""

import contextlib
import importlib.util
import io
import re
import shlex
import subprocess
import sys
import traceback

import click
import pytest
from tests.arch.markdown import blocks
from tests.arch.sources import ROOT
from tests.host.cli import call

from iontobench.cli.main import cli

pytestmark = pytest.mark.drawn

PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "boards").glob("*/README.md")),
    ROOT / "firmware" / "DESIGN.md",
]
# Page -> (commands that are run, commands that are not); of the other pages there are none.
COUNTS = {
    "README.md": (8, 2),
    "CONTRIBUTING.md": (0, 3),
    "docs/first-run.md": (7, 3),
    "docs/tutorials/bench.md": (6, 6),
    "docs/tutorials/firmware.md": (6, 1),
    "docs/tutorials/research.md": (14, 3),
    "docs/how-to/add-a-board.md": (3, 0),
    "docs/how-to/add-a-fault.md": (2, 0),
    "docs/how-to/add-a-load.md": (5, 0),
    "docs/how-to/add-a-protocol-key.md": (3, 0),
    "docs/how-to/bring-up-a-stage.md": (2, 4),
    "docs/how-to/keep-a-plan.md": (6, 0),
    "docs/how-to/read-and-export-a-record.md": (10, 0),
    "docs/how-to/run-a-campaign.md": (4, 4),
    "docs/how-to/wire-a-dummy-load.md": (4, 0),
    "docs/explanation/loads.md": (1, 0),
    "docs/api.md": (3, 1),
    "docs/boards.md": (5, 11),
    "boards/pico_demo/README.md": (0, 5),
    "docs/page.md": (0, 2),
    "docs/bring-up.md": (2, 6),
    "docs/compiled.md": (0, 3),
    "docs/plans.md": (7, 0),
    "docs/campaigns.md": (6, 4),
    "docs/data.md": (11, 3),
    "docs/protocol-file.md": (3, 0),
    "docs/record-format.md": (5, 0),
}
_OWN_PROCESS = "docs/api.md"
_STARTS = re.compile(
    r"\s*(?:\$ )?(?:\.venv/bin/)?(?:make|iontobench|python|pip|mpremote|export)\b ?"
)
_INLINE = re.compile(r"`(make|iontobench|python -m) ([^`]+)`")
_PLACEHOLDER = re.compile(r"[A-Z]+(?:\.\w+)?|\.\.\.|….*")


def page_name(page):
    return page.relative_to(ROOT).as_posix()


def commands(block):
    """(command, exit code that it promises) of each line of a block."""
    if block.language == "python":
        return [("\n".join(block.lines), 0)]
    found = []
    for line in block.lines:
        promised = re.search(r"# exit (\d+)", line)
        code = int(promised[1]) if promised else 0
        found += [(one.strip(), code) for one in line.partition(" #")[0].split("&&")]
    return [row for row in found if row[0]]


def of_commands(page):
    return [block for block in blocks(page) if block.language in ("sh", "python")]


def counted(page):
    """(run, not run)"""
    found = [(bool(block.not_run), len(commands(block))) for block in of_commands(page)]
    return (
        sum(count for is_not, count in found if not is_not),
        sum(count for is_not, count in found if is_not),
    )


def test_the_commands_of_the_pages_are_counted():
    found = {page_name(page): counted(page) for page in PAGES}
    assert {name: row for name, row in found.items() if any(row)} == COUNTS
    run, not_run = (sum(row[at] for row in found.values()) for at in (0, 1))
    print(f"commands of the pages: {run} run, {not_run} marked as not run")


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_a_block_with_a_command_says_so(page):
    for block in blocks(page):
        if block.language not in ("sh", "python"):
            told = [line for line in block.lines if _STARTS.match(line)]
            assert told == [], f"{page_name(page)}:{block.line}"


@pytest.mark.parametrize("page", [ROOT / name for name in COUNTS], ids=page_name)
@pytest.mark.short_cases(
    "README.md",
    "docs/first-run.md",
    "docs/how-to/add-a-fault.md",
    "docs/how-to/add-a-load.md",
    "docs/how-to/add-a-protocol-key.md",
    "docs/how-to/keep-a-plan.md",
    "docs/how-to/wire-a-dummy-load.md",
    "docs/boards.md",
    "docs/compiled.md",
    "docs/plans.md",
    "docs/protocol-file.md",
    "docs/record-format.md",
)
def test_the_commands_of_a_page_do_what_it_promises(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    python = in_a_process if page_name(page) == _OWN_PROCESS else in_this_process
    for block in blocks(page):
        if block.mark == "file":
            (tmp_path / block.note).write_text("\n".join(block.lines) + "\n", encoding="utf-8")
        is_command = block.language in ("sh", "python")
        for command, promised in commands(block) if is_command else ():
            if block.mark not in ("not run", "run in a copy"):
                code, said = run(block, command, tmp_path, python)
                assert code == promised, f"{page_name(page)}:{block.line} {command}\n{said}"


def run(block, command, folder, python):
    """The exit code of a command, and what it said; `python` runs a block of that language."""
    if block.language == "python":
        if '"record.jsonl"' in command:  # beside the only record that there is
            [record] = folder.rglob("record.jsonl")
            folder = record.parent
        return python(command, folder)
    program, *words = shlex.split(command)
    assert program == "iontobench", "only this program's commands can be run here"
    done = call(*words)
    return done.code, done.err


def in_a_process(code, folder):
    """Run Python as a reader does."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stderr


def in_this_process(code, folder):
    """The same, with what is imported already."""
    with contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()):
        try:
            exec(compile(code, "a block of the page", "exec"), {"__name__": "__main__"})
        except Exception:
            return 1, traceback.format_exc()
    return 0, ""


@pytest.mark.parametrize("python", [in_a_process, in_this_process])
def test_python_that_fails_is_told_with_its_error(python, tmp_path):
    code, said = python("assert 1 == 2, 'not equal'", tmp_path)
    assert (code, "AssertionError: not equal" in said) == (1, True)
    assert python("open('made', 'w').close()", tmp_path) == (0, "")
    assert (tmp_path / "made").exists()


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_a_command_in_a_sentence_is_there(page):
    targets = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    for program, words in _INLINE.findall(page.read_text("utf-8")):
        first, *rest = words.split()
        if program == "make":
            assert first in targets, words
        elif program == "python -m":
            assert importlib.util.find_spec(first) is not None, words
        else:
            assert known([first, *rest]) == [], words


def known(words):
    """The words of a command line that this program does not know."""
    command = cli
    unknown = []
    for word in words:
        if word.startswith("--") and word != "--version":
            options = [name for one in command.params for name in one.opts]
            unknown += [] if word.partition("=")[0] in [*options, "--help"] else [word]
        elif isinstance(command, click.Group) and not _PLACEHOLDER.fullmatch(word):
            found = command.get_command(click.Context(command), word)
            if found is None:
                return [word]
            command = found
    return unknown


@pytest.mark.parametrize(
    ("words", "unknown"),
    [
        *(("run demo --on auto", []), ("records verify last", []), ("repl PORT", [])),
        *(("burn demo", ["burn"]), ("records burn", ["burn"]), ("run --onn x", ["--onn"])),
    ],
)
def test_a_word_that_the_program_does_not_know_is_found(words, unknown):
    assert known(words.split()) == unknown


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CHANGELOG.md"], ids=page_name)
def test_every_link_and_picture_of_a_page_is_there(page):
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target
