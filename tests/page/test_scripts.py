"""The page's scripts move bytes and draw: no name, number or rule of the bench is in them."""

import re

import pytest
from tests.arch.sources import ROOT

from ionto.core import codes, command, crc, fields, limits, telemetry, units
from iontobench.link.host_session import BEAT_PERIOD_US
from iontobench.protocols import PROFILES, list_protocols
from iontobench.protocols.limits import FAMILIES
from iontobench.records import format as form
from iontobench.resources import board_names
from iontobench.sessions.start import ADCS
from iontobench.sim.faults import KINDS

STATIC = ROOT / "host_tools" / "iontobench" / "page" / "static"
SCRIPTS = sorted(STATIC.glob("*.js"))
# Words that are the page's own too: of its buttons, of a browser, of English.
_OURS = {"start", "state", "off", "set", "open", "end", "stop", "idle", "short", "host", "link"}
_OURS |= {"pause", "resume", "done", "fault", "dose", "command", "low", "over", "complete"}
_OURS |= {"refused", "late", "hang", "stuck", "none", "stopped", "ideal", "us", "virtual", "rest"}
_OURS |= {"beat", "flip", "cut"}
_STRING = re.compile(r"\"([^\"\\\n]*)\"|'([^'\\\n]*)'|`([^`]*)`")
_NUMBER = re.compile(r"(?<![\w.#])(0x[0-9a-fA-F]+|\d[\d_]*(?:\.\d+)?(?:e\d+)?)(?![\w.])")
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_ROUND = {1000, 60, 60000, 3600, 100, 10000, 500, 30, 20, 200, 120, 400, 300, 2000, 5000}


def code_of(path):
    return _COMMENT.sub("", path.read_text("utf-8"))


def names():
    """Names of states, events, faults, outcomes, boards, protocols, converters, commands."""
    tables = (codes.STATE_NAMES, codes.EVENT_NAMES, codes.FAULT_NAMES, codes.OUTCOME_NAMES)
    found = {name for table in tables for name in table.values()}
    found |= {*KINDS, *board_names(), *list_protocols(), *ADCS, *PROFILES, *FAMILIES}
    found |= {*command.COMMAND_NAMES, *fields.FLAG_NAMES.values()}
    return {str(name) for name in found if name} - _OURS


def numbers():
    """Widths of frames, the CRC's, limits, periods: integers above 8 that are no round number."""
    found = {crc.CRC_START, form.MAX_LINE_BYTES, form.TAIL_BYTES, BEAT_PERIOD_US, 0x1021}
    for module in (limits, telemetry, units, codes):
        found |= {value for value in vars(module).values() if type(value) is int}
    found |= {width for _, width, _ in fields.SAMPLE_FIELDS + fields.EVENT_FIELDS}
    found.add(sum(width for _, width, _ in fields.SAMPLE_FIELDS))
    for profile in PROFILES.values():
        found |= set(profile.density_ua_cm2.values())
    return {value for value in found if value > 32} - _ROUND


def test_there_are_scripts_and_things_to_look_for():
    assert len(SCRIPTS) >= 10
    assert {"hold", "ramp", "open-lead", "dexamethasone-40"} & names()
    assert 0x1021 in numbers()


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_script_has_a_name_of_the_bench(path):
    strings = ["".join(parts) for parts in _STRING.findall(code_of(path))]
    known = names()
    assert [one for one in strings if one in known] == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_script_has_a_number_of_the_bench(path):
    found = {
        int(float(one.replace("_", ""))) if not one.startswith("0x") else int(one, 16)
        for one in _NUMBER.findall(code_of(path))
    }
    assert found & numbers() == set()


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_script_makes_mark_up_of_text_or_script_of_text(path):
    words = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(")
    more = ("new Function", "srcdoc", "setHTML", "javascript:")
    assert [word for word in (*words, *more) if word in code_of(path)] == []


def test_the_page_itself_has_no_inline_script_and_no_style_attribute():
    page = (STATIC / "index.html").read_text("utf-8")
    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", page) == []
    assert re.findall(r"\son\w+=", page) == []
    assert re.findall(r"\sstyle=", page) == []
    assert re.findall(r"(?:src|href)=\"(?:https?:)?//", page) == []
