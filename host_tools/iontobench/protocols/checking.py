"""What `iontobench check` answers: every bound beside its limit, and a verdict in words.

A file that makes no program is an error; one that a wall forbids is an answer. Must not print.
"""

import hashlib
import textwrap
from typing import Any

import msgspec

from ionto.core.limits import Board
from iontobench import signs

from .compiler import compile_protocol, draft
from .errors import RefusedError
from .loader import load
from .plan import Plan
from .profiles import profile
from .rows import Row
from .schema import Protocol

_WIDTH = 80
_HEADER = ("", "proven bound", "cut off at", "limit", "verdict")


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """The answer for one protocol, one profile and one board; `reason` is one line, or empty.

    `plan` is None where there is not even a session to plan.
    """

    ok: bool
    reason: str
    name: str
    title: str
    profile: str
    board: str
    rows: list[Row]
    plan: Plan | None
    words: list[int]
    crc: int | None
    toml_sha256: str

    def as_dict(self) -> dict[str, Any]:
        """Plain data for `--json`; rows with their values, without layout."""
        return {
            "protocol": self.name,
            "title": self.title,
            "board": self.board,
            "profile": self.profile,
            "ok": self.ok,
            "reason": self.reason,
            "bounds": [_row_dict(row) for row in self.rows],
            **plan_dict(self.plan),
            "words": self.words,
            "crc": self.crc,
            "toml_sha256": self.toml_sha256,
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
    made, crc, reason = None, None, ""
    try:
        made = draft(protocol, limits_profile, board)
        crc = compile_protocol(protocol, limits_profile, board).crc
    except RefusedError as error:
        reason = str(error)
    return CheckResult(
        ok=not reason,
        reason=reason,
        name=protocol.name,
        title=protocol.title,
        profile=limits_profile.name,
        board=board.name,
        rows=made.rows if made else [],
        plan=made.plan if made else None,
        words=made.words if made else [],
        crc=crc,
        toml_sha256=hashlib.sha256(protocol.toml.encode()).hexdigest(),
    )


def plan_dict(plan: Plan | None) -> dict[str, Any]:
    """What a plan says, as plain data: charge in uC, times in s."""
    names = ("planned_uc", "positive_uc", "negative_uc", "net_uc")
    names += ("nominal_s", "total_s", "max_time_s", "restarts")
    return {name: None if plan is None else getattr(plan, name) for name in names}


def render_check(result: CheckResult) -> str:
    """The table as text of at most 80 columns, ending with the verdict in words."""
    lines = [f"{result.name}: {result.title}"]
    if result.plan is not None:
        lines += [*plan_lines(result.plan), ""]
        lines += _table([_HEADER] + [_cells(row) for row in result.rows])
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


def plan_lines(plan: Plan) -> list[str]:
    """What a session would do when nothing limits it, in words."""
    lines = [
        f"planned {plan.planned_uc / 60000:.4g} {signs.MAMIN} in {_clock(plan.nominal_s)} of "
        f"current, {_clock(plan.total_s)} in all",
        f"at most {_clock(plan.max_time_s)} of current before the ramp down",
    ]
    if plan.positive_uc and plan.negative_uc:
        lines.append(
            f"{plan.positive_uc / 60000:.4g} {signs.MAMIN} anodal, {plan.negative_uc / 60000:.4g} "
            f"cathodal, net {plan.net_uc / 60000:.4g}"
        )
    return lines


def _cells(row: Row) -> tuple[str, ...]:
    sign = "≥ " if row.relation == "at least" else ""
    return (row.quantity, row.bound_text, row.trip_text, sign + row.limit_text, row.verdict)


def _table(cells: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(line[column]) for line in cells) for column in range(len(_HEADER))]
    return [
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]


def _row_dict(row: Row) -> dict[str, Any]:
    return {
        "quantity": row.quantity,
        "bound": row.bound,
        "trip": row.trip,
        "limit": row.limit,
        "relation": row.relation,
        "unit": row.unit,
        "source": row.source,
        "ok": row.ok,
        "key": row.key,
        "verdict": row.verdict,
    }


def _clock(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} min {rest:02d} s"
