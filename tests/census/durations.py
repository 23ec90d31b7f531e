"""The slowest tests, read from the file that `pytest --junitxml FILE` writes. Times in seconds."""

import math
from pathlib import Path
from xml.etree import ElementTree


class BadDurations(Exception):
    """The file cannot be read as one of durations; the message is one line."""


def slowest(file: Path, count: int) -> list[dict]:
    """The slowest tests, set-up and tear-down included; raises BadDurations."""
    rows = [(_seconds(file, case), _name(case)) for case in _cases(file)]
    rows.sort(key=lambda row: (-row[0], row[1]))
    return [{"seconds": seconds, "name": name} for seconds, name in rows[:count]]


def _cases(file: Path) -> list[ElementTree.Element]:
    try:
        cases = list(ElementTree.parse(file).getroot().iter("testcase"))
    except OSError as error:
        raise _bad(file, f"cannot be read ({error.strerror})") from None
    except (ElementTree.ParseError, ValueError) as error:
        raise _bad(file, f"is no XML ({error})") from None
    if not cases:
        raise _bad(file, "names no test")
    return cases


def _seconds(file: Path, case: ElementTree.Element) -> float:
    text = case.get("time", "")
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise _bad(file, f"{_name(case)} has the time {text!r}, not 0 s or more")
    return seconds


def _name(case: ElementTree.Element) -> str:
    return "::".join(filter(None, (case.get("classname"), case.get("name"))))


def _bad(file: Path, why: str) -> BadDurations:
    return BadDurations(f"--durations {file}: {why}; write it by `pytest --junitxml FILE`")
