"""Reads and validates a plan file, and has the text of a new one.

Everything that is wrong is told at once, a line each. Must not judge a calendar or a protocol.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from iontobench.errors import UserError
from iontobench.tomlfile.errors import FileError, quote
from iontobench.tomlfile.judge import read_as
from iontobench.tomlfile.source import Source, file_hint, is_file_name

from .schema import LABEL_PATTERN, Plan, PlanError, PlanFile

_TEXT = """\
# Bench only: dummy loads, never people.
# A plan of runs on one load. `iontobench plan check FILE` reads it; `plan due FILE` says when the
# next run is allowed. A label is a load's name, never a person's: no names, no initials, no dates
# of birth. Every number below is an example of this project's own and no recommendation.
label = "{label}" # a pseudonym of the load, as records keep it
site = "hands" # where the electrodes are: charge is summed by label and site
protocol = "{protocol}" # a shipped one, or a file beside this one
anode = "left" # left or right, recorded with every run; leave it out where there is no side
# swap_after_response = true # the anode changes sides once the load has responded

[initial] # until the load has responded: `iontobench plan response FILE SCORE`
per_week = 3 # runs in any 7 days
until = "response"
max_sessions = 12 # then no more without a response

[maintenance] # from the response on
every_days = 7 # days of 24 h between two starts

[limits] # of both phases
min_interval_h = 24 # from start to start
per_week = 5 # runs in any 7 days
charge_c_cm2_28d = 2.0 # charge density in any 28 days, C/cm², the next run's bound included
"""


def load_plan(path: str | Path) -> Plan:
    """Read a plan from its file.

    Raises:
        PlanError: a line with the file, the key, what is allowed and what to do; `all` has
            every line.
    """
    file = str(path)
    if not is_file_name(file):
        raise PlanError(file, "", "a plan is a file", "a path that ends in .toml", file_hint(file))
    return parse(Source.read(file, Path(file), PlanError))


def parse(source: Source) -> Plan:
    """Validate the text of one file.

    Raises:
        PlanError: as `load_plan`.
    """
    content = read_as(source, source.data, PlanFile)
    if errors := list(_disagreements(source, content)):
        raise errors[0].with_others(errors)
    return Plan(file=source.file, toml=source.text, **msgspec.structs.asdict(content))


def new_plan(label: str, protocol: str) -> str:
    """The text of a plan for the load `label`.

    Raises:
        UserError: a label that no load can have.
    """
    if not re.match(LABEL_PATTERN, label):
        allowed = "1 to 40 of A-Z, a-z, 0-9, ., _ and -"
        raise UserError(f"label: found {quote(label)}; allowed: {allowed}; take one as L07")
    if not re.match(r"^[A-Za-z0-9._/-]{1,200}\Z", protocol):
        raise UserError(f"protocol: found {quote(protocol)}; give a name or a path without blanks")
    return _TEXT.format(label=label, protocol=protocol)


def _disagreements(source: Source, content: PlanFile) -> Iterator[FileError]:
    """What each key allows by itself, but not beside the others."""
    limits, initial = content.limits, content.initial
    if initial.per_week > limits.per_week:
        found = f"found {initial.per_week}, above limits.per_week"
        hint = "lower it: the limit holds in both phases"
        yield source.error(
            ("initial", "per_week"), found, f"{limits.per_week} runs in 7 days or fewer", hint
        )
    if content.maintenance.every_days * 24 < limits.min_interval_h:
        found = f"found {content.maintenance.every_days}, shorter than limits.min_interval_h"
        allowed = f"{-(-limits.min_interval_h // 24)} days or more"
        yield source.error(("maintenance", "every_days"), found, allowed, "lengthen it")
    if content.swap_after_response and content.anode is None:
        found = "found true, and there is no anode"
        yield source.error(("swap_after_response",), found, "false", "say which side is the anode")
