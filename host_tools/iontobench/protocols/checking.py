"""What `iontobench check` answers: every bound beside its limit, and a verdict in words.

A file that makes no program is an error; one that a wall forbids is an answer. Must not print.
"""

import textwrap
from typing import Any

import msgspec

from ionto.core import program
from ionto.core.limits import Board
from ionto.core.units import UC_PER_MAMIN
from iontobench import signs

from .compiler import CompiledProtocol, compile_and_judge, require_accepted
from .estimates import Estimate, estimates
from .limits import LimitRow
from .loader import load, profile
from .schema import Protocol
from .schema_errors import RefusedError
from .timeline import Timeline

_WIDTH = 80
_HEADER = ("", "proven bound", "cut off at", "limit", "verdict")


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """The answer for one protocol, one profile and one board; `reason` is one line, or empty.

    `compiled` is None where there is not even a session to plan.
    """

    protocol: Protocol
    profile: str
    board: str
    compiled: CompiledProtocol | None
    reason: str

    @property
    def ok(self) -> bool:
        """Whether every wall accepts it."""
        return not self.reason

    @property
    def rows(self) -> list[LimitRow]:
        """The table."""
        return self.compiled.rows if self.compiled else []

    @property
    def timeline(self) -> Timeline | None:
        """What is planned."""
        return self.compiled.timeline if self.compiled else None

    @property
    def estimates(self) -> list[Estimate]:
        """What the planned charge may move or spend; nothing where no session is planned."""
        one = self.timeline
        if one is None:
            return []
        active_uc = one.positive_uc if self.protocol.polarity > 0 else one.negative_uc
        area_mm2 = one.words[program.H_AREA_MM2]
        return estimates(self.protocol, one.planned_uc, active_uc, area_mm2)

    @property
    def crc(self) -> int | None:
        """The checksum of the program that may be run."""
        return self.compiled.crc if self.compiled and self.ok else None

    def as_dict(self) -> dict[str, Any]:
        """Plain data for `--json`; rows with their values, without layout."""
        return {
            "protocol": self.protocol.name,
            "title": self.protocol.title,
            "board": self.board,
            "profile": self.profile,
            "ok": self.ok,
            "reason": self.reason,
            "bounds": [_row_dict(row) for row in self.rows],
            **plan_dict(self.timeline),
            "estimates": [one.as_dict() for one in self.estimates],
            "words": self.compiled.words if self.compiled else [],
            "crc": self.crc,
            "toml_sha256": self.protocol.toml_sha256,
        }


def check(name_or_path: str, profile_name: str, board: Board) -> CheckResult:
    """Load and compile without running anything.

    Raises:
        ProtocolError: no such protocol or profile, or a file that makes no program. A refusal by
            a wall is no error here: `ok` is false and `reason` says why.
    """
    return check_loaded(load(name_or_path), profile_name, board)


def check_loaded(protocol: Protocol, profile_name: str, board: Board) -> CheckResult:
    """`check` of a protocol that has been read.

    Raises:
        ProtocolError: as `check`.
    """
    limits_profile = profile(profile_name)
    compiled, reason = None, ""
    try:
        compiled = compile_and_judge(protocol, limits_profile, board)
        require_accepted(protocol, compiled, board)
    except RefusedError as error:
        reason = str(error)
    return CheckResult(
        protocol=protocol,
        profile=limits_profile.name,
        board=board.name,
        compiled=compiled,
        reason=reason,
    )


def plan_dict(timeline: Timeline | None) -> dict[str, Any]:
    """What is planned, as plain data: charge in uC, times in s."""
    names = ("planned_uc", "positive_uc", "negative_uc", "net_uc")
    names += ("nominal_s", "total_s", "max_time_s", "restarts")
    return {name: None if timeline is None else getattr(timeline, name) for name in names}


def render_check(result: CheckResult) -> str:
    """The table as text of at most 80 columns, ending with the verdict in words."""
    lines = [f"{result.protocol.name}: {result.protocol.title}"]
    if result.timeline is not None:
        lines += [*plan_lines(result.timeline), ""]
        lines += _table([_HEADER] + [_cells(row) for row in result.rows])
        lines += ["", "of the planned charge:"]
        for estimate in result.estimates:
            lines += _wrapped(estimate.line)
        lines.append("")
    for row in result.rows:
        if not row.ok:
            said = f"refused: {row.quantity} {row.bound_text}; {row.key}: {row.advice}"
            lines += _wrapped(said)
    where = f"under profile {result.profile} on board {result.board}"
    if result.ok:
        lines.append(f"accepted {where}: within every wall")
    elif all(row.ok for row in result.rows):
        said = f"refused {where}: {result.reason}"
        lines += _wrapped(said)
    else:
        lines.append(f"refused {where}")
    return "\n".join(lines)


def _wrapped(text: str) -> list[str]:
    """Lines of at most the width; a path or a name stays whole."""
    return textwrap.wrap(
        text, _WIDTH, subsequent_indent="  ", break_on_hyphens=False, break_long_words=False
    )


def plan_lines(one: Timeline) -> list[str]:
    """What a session would do when nothing limits it, in words."""
    gross, anodal, cathodal, net = (
        f"{charge_uc / UC_PER_MAMIN:.4g}"
        for charge_uc in (one.planned_uc, one.positive_uc, one.negative_uc, one.net_uc)
    )
    lines = [
        f"planned {gross} {signs.MAMIN} in {_clock(one.nominal_s)} of current, "
        f"{_clock(one.total_s)} in all",
        f"at most {_clock(one.max_time_s)} of current before the ramp down",
    ]
    if one.positive_uc and one.negative_uc:
        lines.append(f"{anodal} {signs.MAMIN} anodal, {cathodal} cathodal, net {net}")
    return lines


def _cells(row: LimitRow) -> tuple[str, ...]:
    sign = "≥ " if row.relation == "at least" else ""
    return (row.quantity, row.bound_text, row.trip_text, sign + row.limit_text, row.verdict)


def _table(cells: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(line[column]) for line in cells) for column in range(len(_HEADER))]
    return [
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]


def _row_dict(row: LimitRow) -> dict[str, Any]:
    names = ("quantity", "bound", "trip", "limit", "relation", "unit", "source", "ok", "key")
    return {name: getattr(row, name) for name in (*names, "verdict")}


def _clock(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} min {rest:02d} s"
