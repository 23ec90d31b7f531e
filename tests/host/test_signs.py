"""Units have their signs in all that people read; a terminal without them gets their letters."""

import ast
import contextlib
import io
import os
import re
import subprocess
import sys

import click
import pytest
from tests.arch.sources import HOST, ROOT, files, name, tree
from tests.host.cli import call

from ionto.core import codes
from ionto.core.codes import FAULT_SENTENCES
from iontobench import signs, text
from iontobench.cli.main import COMMANDS, LazyGroup, cli
from iontobench.link.events import Event
from iontobench.protocols import list_protocols, load
from iontobench.protocols.board_fit import board_for
from iontobench.protocols.lowering import lower

# What stands for a sign where there is none; in names it has a letter, a digit or _ before it.
LETTERS = re.compile(
    r"(?<!\w)u[ACFSV](?!\w)|mA min\b|[kM]Ohm|(?<!\w)Ohm|\d ?(?:ohms?|us)\b|\b[cm]m2\b|ohm cm"
)
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "firmware/DESIGN.md")),
    *sorted((ROOT / "boards").glob("*/README.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "host_tools").rglob("*.toml")),
]


SOURCES = [path for path in files(HOST) if path.name != "signs.py"]


def letters(text):
    return [match[0] for match in LETTERS.finditer(text)]


def pages(command, context):
    """The help page of a command and of each one in it."""
    yield command.get_help(context)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            one = command.get_command(context, name)
            yield from pages(one, click.Context(one, info_name=name, parent=context))


@pytest.mark.parametrize(
    "text", ["5 uA", "5 uA/s", "2 mA min", "kOhm", "Ohm", "12 ohm", "3 us", "1 cm2", "x mA/cm2"]
)
def test_letters_for_a_sign_are_found(text):
    assert letters(text)


@pytest.mark.parametrize(
    "text", ["5 µA, 2 mA·min", "profile us", "peak_ua", "r0_kohm_cm2", "2 mA, min 3", "OHM:NF"]
)
def test_names_and_signs_are_no_letters_for_a_sign(text):
    assert letters(text) == []


def test_every_help_page_is_ascii_for_click_writes_utf_8_to_any_terminal():
    told = list(pages(cli, click.Context(cli, info_name="iontobench")))
    assert isinstance(cli, LazyGroup)
    assert len(told) > 2 * len(COMMANDS)
    for page in told:
        assert page.isascii()
        assert letters(page) == []


@pytest.mark.parametrize("name", list_protocols())
@pytest.mark.parametrize("profile", ["us", "eu"])
def test_the_check_of_a_shipped_protocol_has_signs(name, profile):
    protocol = load(name)
    board = board_for(protocol, lower(protocol))
    said = call("check", name, "--profile", profile, "--board", board)
    assert "mA/cm²" in said.out
    assert "mA·min" in said.out
    assert letters(said.out) == []


@pytest.mark.parametrize("code", codes.EVENT_NAMES)
@pytest.mark.parametrize("values", [(0, 0), (1, 1), (4000, 5210)])
def test_the_sentence_of_an_event_has_signs(code, values):
    assert letters(text.event(Event(0, 0, code, *values))) == []


@pytest.mark.parametrize("code", FAULT_SENTENCES)
def test_the_sentence_of_a_fault_has_signs(code):
    assert letters(FAULT_SENTENCES[code]) == []


@pytest.mark.parametrize(
    ("command", "sign"),
    [
        (("run", "demo", "--fault", "help"), "0.1 to 10000 Ω"),
        (("run", "demo", "--fault", "mains@1:0"), "1 to 1000 µA"),
        (("run", "demo", "--skin", "bath:1"), "µS/cm"),
        (("protocols", "list"), "mA·min"),
        (("protocols", "show", "tapwater-feet"), "mA·min"),
        (("protocols", "new", "mine"), "cm²"),
        (("boards", "list"), ""),
        (("boards", "show", "virtual_500ua"), ""),
        (("skins", "list"), "µS/cm"),
        (("skins", "show", "resistor:5000"), "5000 Ω"),
        (("skins", "new", "palm"), "cm²"),
    ],
)
def test_what_a_command_says_has_signs(command, sign):
    said = call(*command)
    assert sign in said.out + said.err
    assert letters(said.out + said.err) == []


@pytest.mark.drawn
def test_a_session_its_record_and_its_report_have_signs(tmp_path):
    data = ("--data", tmp_path)
    ran = call("run", "demo", "--plain", "--fault", "open@5", *data)
    assert ran.code == 3
    said = [call("records", "list", *data)]
    said += [call("records", act, "last", *data) for act in ("show", "verify", "report")]
    [report] = tmp_path.rglob("report.html")
    texts = [ran.out, *(one.out for one in said), report.read_text(encoding="utf-8")]
    for written in texts:
        assert letters(written) == []
    for sign in ("µA", "kΩ", "mA·min"):
        assert sign in ran.out
    assert "load (kΩ)" in texts[-1]
    assert "dose (mA·min)" in texts[-1]


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_a_document_has_signs(path):
    text = re.sub(r"`[^`\n]*`", "", path.read_text(encoding="utf-8"))
    assert letters(text) == []


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_no_text_in_the_host_tools_has_letters_for_a_sign(path):
    """Whatever is printed from a source is a literal there; docstrings are for programmers."""
    found = list(ast.walk(tree(path)))
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef)
    documents = {
        id(node.body[0].value)
        for node in found
        if isinstance(node, owners) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in found:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert id(node) in documents or letters(node.value) == [], node.value


@pytest.mark.parametrize(
    ("text", "ascii_text", "latin_text"),
    [
        ("5 µA", "5 uA", "5 µA"),
        ("2 mA·min", "2 mA min", "2 mA·min"),
        ("5 kΩ, 3 Ω", "5 kOhm, 3 Ohm", "5 kOhm, 3 Ohm"),
        ("1 kΩ·cm²", "1 kOhm cm2", "1 kOhm·cm²"),
        ("≥ 1 …", ">= 1 ...", ">= 1 ..."),
        ("mü.toml", r"m\xfc.toml", "mü.toml"),
        ("m\u20ac", r"m\u20ac", r"m\u20ac"),
    ],
)
def test_a_sign_that_an_encoding_lacks_is_told_in_letters(text, ascii_text, latin_text):
    assert signs.spelled(text, "ascii") == ascii_text
    assert signs.spelled(text, "latin-1") == latin_text
    assert signs.spelled(text, "utf-8") == text


def test_the_name_of_a_file_in_an_ascii_locale_is_its_bytes():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    signs.spell_on(stream)
    stream.write(b"m\xc3\xbc.toml: 5 ".decode("ascii", "surrogateescape") + "µA")
    stream.flush()
    assert raw.getvalue() == b"m\xc3\xbc.toml: 5 uA"


def test_half_a_character_is_escaped_where_it_cannot_be_written():
    assert signs.spelled("m\udcfc", "utf-8") == r"m\udcfc"


def test_a_stream_that_is_no_file_is_left_alone():
    stream = io.StringIO()
    signs.spell_on(stream)
    with contextlib.redirect_stdout(stream):
        print("5 µA")
    assert stream.getvalue() == "5 µA\n"


SCRIPT = """\
import sys
from iontobench.cli.main import invoke
data = ["--data", sys.argv[1]]
codes = [invoke(args) for args in (
    ["run", "demo", "--plain", "--fault", "open@5", *data],
    ["records", "list", *data],
    ["records", "show", "last", *data],
    ["protocols", "list"],
    ["protocols", "show", "demo"],
    ["check", "demo"],
    ["skins", "list"],
    ["run", "demo", "--fault", "help"],
    ["run", "demo", "--fault", "short@1:0"],
    ["skins", "check", sys.argv[2]],
)]
sys.exit(0 if codes == [3, 0, 0, 0, 0, 0, 0, 0, 2, 2] else repr(codes))
"""


def told_in(encoding, tmp_path, **environment):
    """All that the script's commands say where standard streams have this encoding."""
    skin = tmp_path / "mine.toml"
    good = call("skins", "new", "forearm").out
    skin.write_text(good.replace("r0_kohm_cm2 = 150.0", "r0_kohm_cm2 = -1"), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path), str(skin)],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    text = done.stdout.decode(encoding)
    assert done.returncode == 0, text
    assert "Traceback" not in text
    assert "?" not in text
    assert "\\x" not in text
    return text


def assert_aligned(text):
    """A sign may be shorter than its letters: they are put in before columns are measured."""
    rows = [line for line in text.splitlines() if re.match(r"(KIND|short|mains|drying) ", line)]
    assert len(rows) == 4
    assert len({re.search(r"\S+ *$", line).start() for line in rows}) == 1


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param(
            {"PYTHONIOENCODING": "ascii"}, id="PYTHONIOENCODING=ascii", marks=pytest.mark.long
        ),
        pytest.param({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": ""}, id="LC_ALL=C"),
    ],
)
def test_an_ascii_terminal_is_told_units_in_letters(tmp_path, environment):
    text = told_in("ascii", tmp_path, **environment)
    for part in ("uA, load", " kOhm", "mA min", "mA/cm2", "uS/cm", "10000 Ohm", "kOhm cm2", ">= "):
        assert part in text
    assert_aligned(text)


@pytest.mark.long
def test_a_latin_1_terminal_is_told_the_signs_that_it_has(tmp_path):
    text = told_in("latin-1", tmp_path, PYTHONIOENCODING="latin-1")
    for part in ("µA, load", " kOhm", "mA·min", "mA/cm²", "µS/cm", "10000 Ohm", "kOhm·cm²"):
        assert part in text
