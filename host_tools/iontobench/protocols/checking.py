"""What `iontobench check` answers: every bound beside its limit, and a verdict in words.

A file that makes no program is an error; one that a wall forbids is an answer. Must not print.
"""

import hashlib
from typing import Any

import msgspec

from ionto.core import program
from ionto.core.limits import Board

from .compiler import compile_protocol, draft
from .errors import RefusedError
from .loader import load
from .profiles import profile
from .rows import Row

_HEADER = ("", "proven bound", "cut off at", "limit", "verdict")


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """The answer for one protocol, one profile and one board; `reason` is one line, or empty."""

    ok: bool
    reason: str
    name: str
    title: str
    profile: str
    board: str
    rows: list[Row]
    planned_mamin: float | None
    nominal_s: int | None
    max_time_s: int | None
    words: list[int]
    crc: int | None
    toml_sha256: str

    def as_dict(self) -> dict[str, Any]:
        """Plain data for `--json`; rows with their texts' values, without layout."""
        fields = msgspec.structs.asdict(self)
        fields["rows"] = [_row_dict(row) for row in self.rows]
        return fields


def check(name_or_path: str, profile_name: str, board: Board) -> CheckResult:
    """Load and compile without running anything.

    Raises:
        ProtocolError: no such protocol or profile, or a file that makes no program. A refusal by
            a wall is no error here: `ok` is false and `reason` says why.
    """
    protocol, limits_profile = load(name_or_path), profile(profile_name)
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
        planned_mamin=made.plan.planned_uc / 60000 if made else None,
        nominal_s=made.plan.nominal_s if made else None,
        max_time_s=made.words[program.H_TIME_S] if made else None,
        words=made.words if made else [],
        crc=crc,
        toml_sha256=hashlib.sha256(protocol.toml.encode()).hexdigest(),
    )


def render_check(result: CheckResult) -> str:
    """The table as text of at most 80 columns, ending with the verdict in words."""
    lines = [f"{result.name}: {result.title}"]
    if result.planned_mamin is not None:
        lines.append(
            f"planned {result.planned_mamin:.1f} mA·min in {_clock(result.nominal_s)}, "
            f"at most {_clock(result.max_time_s)} before the ramp down"
        )
        lines.append("")
        lines += _table([_HEADER] + [_cells(row) for row in result.rows])
        lines.append("")
    where = f"profile {result.profile}, board {result.board}"
    if result.ok:
        lines.append(f"accepted under {where}: within every limit")
    else:
        lines.append(f"refused under {where}")
        lines.append(result.reason)
    return "\n".join(lines)


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
        "verdict": row.verdict,
    }


def _clock(seconds: int | None) -> str:
    minutes, rest = divmod(seconds or 0, 60)
    return f"{minutes} min {rest:02d} s"
