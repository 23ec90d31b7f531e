"""Whether a board can serve a protocol: by current, by voltage, and by accuracy.

Currents in uA, voltages in mV. A refusal names a board of the same sort that can, if there is
one. Must not judge anything that is not the board's.
"""

from math import ceil

from msgspec.structs import replace

from ionto.core.limits import Board
from iontobench import resources, signs

from .limits import LimitRow
from .schema import OffPhase, Protocol
from .site_load import median_mv
from .timeline import Timeline

# of a set point; the drug sellers' 5 to 10 % [docs/protocol-file.md, Accuracy, unverified]
ERROR_MAX_PERCENT = 5


def board_rows(
    protocol: Protocol, timeline: Timeline, board: Board, trip_ua: int | None
) -> list[LimitRow]:
    """The board's own walls, in the order of the table."""
    rows = _rows(protocol, timeline, board, trip_ua)
    if all(row.ok for row in rows):
        return rows
    if board.name not in resources.board_names():  # nobody knows what else is on that bench
        return rows
    other = board_for(protocol, timeline, real=_is_real(board.name))
    return [_advised(row, other) for row in rows]


def _rows(
    protocol: Protocol, timeline: Timeline, board: Board, trip_ua: int | None
) -> list[LimitRow]:
    return [
        _current(protocol, timeline, board, trip_ua),
        _accuracy(protocol, timeline, board),
        _voltage(protocol, timeline, board),
        *_reversals(protocol, timeline, board),
    ]


def least_ua(board: Board) -> int:
    """The smallest set point that the board can be trusted with."""
    return ceil(board.accuracy_ua * 100 / ERROR_MAX_PERCENT)


def highest(protocol: Protocol) -> str:
    """The key of the highest current."""
    if protocol.max_current_ma is not None:
        return "max_current_ma"
    return f"phases[{_by_current(protocol)[-1][1]}].current_ma"


def _by_current(protocol: Protocol) -> list[tuple[float, int]]:
    """(current, index) of every phase that has one, the lowest first."""
    found = [
        (phase.current_ma, index)
        for index, phase in enumerate(protocol.phases)
        if not isinstance(phase, OffPhase)
    ]
    return sorted(found, key=lambda row: (row[0], -row[1]))


def above(protocol: Protocol, most_ma: float) -> str:
    """What has to be lowered to `most_ma`: the highest, and each phase that is above that too."""
    if protocol.max_current_ma is None:
        return "it"
    phases = [f"phases[{index}].current_ma" for ma, index in _by_current(protocol) if ma > most_ma]
    return " and ".join(["it", *sorted(phases)])


def _current(
    protocol: Protocol, timeline: Timeline, board: Board, trip_ua: int | None
) -> LimitRow:
    peak_ua, most_ma = timeline.peak_ua, board.max_ua / 1000
    return LimitRow(
        quantity="peak current, board",
        bound=peak_ua / 1000,
        trip=None if trip_ua is None else trip_ua / 1000,
        limit=most_ma,
        unit="mA",
        digits=3,
        source=f"board {board.name}",
        ok=peak_ua <= board.max_ua,
        key=highest(protocol),
        advice=f"lower {above(protocol, most_ma)} to {most_ma:g} mA or less",
    )


def _accuracy(protocol: Protocol, timeline: Timeline, board: Board) -> LimitRow:
    lowest_ua = min(timeline.levels_ua)
    low_ua = least_ua(board)
    return LimitRow(
        quantity="set-point error",
        bound=board.accuracy_ua * 100 / lowest_ua,
        trip=None,
        limit=ERROR_MAX_PERCENT,
        unit="%",
        digits=1,
        source=f"{board.accuracy_ua} {signs.UA} of board {board.name}",
        ok=lowest_ua >= low_ua,
        key=f"phases[{_by_current(protocol)[0][1]}].current_ma",
        advice=f"raise it to {low_ua / 1000:g} mA or more",
    )


def _voltage(protocol: Protocol, timeline: Timeline, board: Board) -> LimitRow:
    load_mv = median_mv(protocol, timeline.peak_ua)
    return LimitRow(
        quantity="median load, settled",
        bound=load_mv / 1000,
        trip=None,
        limit=board.compliance_mv / 1000,
        unit="V",
        digits=1,
        source=f"compliance of board {board.name}",
        ok=load_mv <= board.compliance_mv,
        key=highest(protocol),
        advice="lower it, or enlarge the electrodes",
    )


def _reversals(protocol: Protocol, timeline: Timeline, board: Board) -> list[LimitRow]:
    """The phases that a board without a bridge cannot serve; no row without any."""
    count = sum(segment.polarity < 0 for segment in timeline.segments)
    if board.bridge or not count:
        return []
    if protocol.polarity < 0:
        key, advice = "electrodes.active.polarity", 'use "anode", and swap the leads by hand'
    else:
        key, advice = "phases", "leave reversals out"
    return [
        LimitRow(
            quantity="reversed phases",
            bound=count,
            trip=None,
            limit=0,
            unit="of them",
            digits=0,
            source=f"board {board.name} has no bridge",
            ok=False,
            key=key,
            advice=advice,
        )
    ]


def _advised(row: LimitRow, other: str | None) -> LimitRow:
    if row.ok or other is None:
        return row
    return replace(row, advice=f"{row.advice}, or use --board {other}")


def board_for(protocol: Protocol, timeline: Timeline, real: bool = False) -> str | None:
    """The name of the first board that can serve the protocol, simulated or real."""
    for name in resources.board_names():
        if _is_real(name) == real:
            rows = _rows(protocol, timeline, resources.load_board(name).BOARD, None)
            if all(row.ok for row in rows):
                return name
    return None


def cannot(protocol: Protocol, timeline: Timeline, board: Board) -> str | None:
    """The first wall of the board's own that the protocol passes, in words; None: it can serve."""
    for row in _rows(protocol, timeline, board, None):
        if not row.ok:
            return f"{row.quantity} {row.bound_text} of {row.relation} {row.limit_text}"
    return None


def _is_real(name: str) -> bool:
    """A board that exists outside the simulation has a boot file of its own."""
    return (resources.data_root() / "boards" / name / "boot.py").is_file()
