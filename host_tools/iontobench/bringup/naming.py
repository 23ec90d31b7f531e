"""From what was seen to the mistakes that explain it: at most three that cannot be told apart.

At rest the converter's codes tell which sense is on which input. In a session four estimates of
one current stand beside each other: the drive, sense A, sense B, and the load's voltage over the
known resistor. The odd one out is wrong. Currents in uA, loads in ohm. Must not know a bench.
"""

from collections.abc import Mapping, Sequence
from itertools import permutations

from ionto.core import codes
from ionto.core.limits import Board
from ionto.core.units import INPUT_LIMITER, INPUT_STOP
from iontobench.device.calibration import Row

from .seen import CurrentsSeen, LineSeen, RestSeen, SessionSeen, currents

_FAR_SHARE = 0.03  # of the converter's range: no offset is as large
_END_SHARE = 0.005
_SUPPLY_GONE_MV = 100
_FEW_UA = 200  # below it a quarter apart is alike, on the RP2040's converter
_FEW_SHARE, _MORE_SHARE, _ALIKE_UA = 0.25, 0.12, 7.0
_HELD_SHARE, _HELD_UA = 0.04, 20.0  # of a hold, not calibrated yet
_NOTHING_UA = 6.0
_PROBE_SHARE, _PROBE_OHM = 0.15, 150.0
_PROOF_UA = 30
_SENSES = ("A", "B", "V")
_UNCONNECTED = {"A": "sense A", "B": "sense B", "V": "load voltage"}
_OF_FAULT = {
    codes.FAULT_SUPPLY: ("supply",),
    codes.FAULT_LATE: ("slow board",),
    codes.FAULT_PROOF_GATE: ("gate stuck", "converter leaks"),
    codes.FAULT_PROOF_SERIES: ("dead-man holds", "series shorted"),
    codes.FAULT_LEAK: ("leak", "converter leaks", "gate stuck"),
    codes.FAULT_NOT_ZERO: ("leak", "converter leaks", "gate stuck"),
    codes.FAULT_INTERMITTENT: ("lead",),
}


def of_lines(lines: Mapping[str, LineSeen]) -> list[str]:
    """Mistakes of lines that are not low by themselves."""
    return [f"high {line}" for line, seen in lines.items() if seen.rest]


def of_pull_downs(lines: Mapping[str, LineSeen]) -> list[str]:
    """Mistakes of the first line that the chip's pull-up lifts: the pull-down is on the stage."""
    for line, seen in lines.items():
        if seen.pulled_up and not seen.rest:
            return [f"wire {line}", f"pull-down {line}"]
    return []


def of_supply(supply_mv: int, board: Board) -> list[str]:
    """Mistakes of the 5 V, by the board's own sense of them."""
    if supply_mv >= board.supply_min_mv:
        return []
    return ["supply", "supply sense"] if supply_mv < _SUPPLY_GONE_MV else ["supply"]


def of_rest(seen: RestSeen, designed: Sequence[Row], board: Board) -> list[str]:
    """Mistakes of the senses and the inputs with the output off."""
    codes_ = (seen.a_code, seen.b_code, seen.v_code)
    zeros = tuple(row[0] for row in designed[:3])
    top = board.code_top
    far = [abs(code - zero) > _FAR_SHARE * top for code, zero in zip(codes_, zeros, strict=True)]
    if any(far):
        return _of_codes(codes_, zeros, far, top)
    if seen.inputs & INPUT_STOP:
        return ["stop line"]
    if seen.inputs & INPUT_LIMITER:
        return ["limiter line", "limiter at rest"]
    return []


def _of_codes(
    found: Sequence[float], zeros: Sequence[int], far: Sequence[bool], top: int
) -> list[str]:
    ends = [0 if code < _END_SHARE * top else 1 for code in found]
    at_end = [min(code, top - code) < _END_SHARE * top for code in found]
    if all(at_end):
        if all(ends):
            return ["reference", "data line"]
        return ["amplifiers", "data line", "reference"]
    for order in permutations(range(3)):
        if order != (0, 1, 2) and all(
            abs(found[at] - zeros[of]) <= _FAR_SHARE * top for at, of in enumerate(order)
        ):
            moved = [_SENSES[at] for at, of in enumerate(order) if at != of]
            return [f"{'swapped' if len(moved) == 2 else 'turned'} {' '.join(moved)}"]
    wrong = [name for name, is_far in zip(_SENSES, far, strict=True) if is_far]
    if len(wrong) == 1:
        return [_UNCONNECTED[wrong[0]], f"pedestal {wrong[0]}"]
    return [_UNCONNECTED[name] for name in wrong[:2]] + ["amplifiers"]


def of_probe(seen: SessionSeen, load_ohm: float, board: Board) -> list[str]:
    """Mistakes that the PROBE source shows on a known resistor; it passes up to 50 uA."""
    if seen.probe_ohm is None:
        return ["lead"] if _is(seen, codes.FAULT_NO_LOAD) else of_session(seen, load_ohm, board)
    if abs(seen.probe_ohm - load_ohm) <= _PROBE_SHARE * load_ohm + _PROBE_OHM:
        return []
    if seen.probe_ohm < load_ohm / 10:
        return ["PROBE", "load voltage", "shorted leads"]
    return ["other resistor", "divider"]


def of_session(seen: SessionSeen, load_ohm: float, board: Board, polarity: int = 1) -> list[str]:
    """Mistakes behind a session that did not come to its end; none where it did."""
    if seen.is_complete:
        return []
    fault = _code(seen.fault)
    if fault in (codes.FAULT_NO_LOAD, codes.FAULT_OPEN):
        return ["lead"]
    if fault == codes.FAULT_LIMITER:
        return ["limiter at rest", "limiter line", "REARM"]
    if fault == codes.FAULT_PROOF_LIMITER:
        return _of_limiter(seen, board)
    if fault == codes.FAULT_LEAK and seen.probe_ohm is not None:
        return ["drive scale", "converter leaks"]  # the proof has begun, and it drives 30 uA
    if fault in _OF_FAULT:
        return list(_OF_FAULT[fault])
    found = currents(seen, load_ohm, float(_PROOF_UA * board.proof_scale), polarity)
    share = _FEW_SHARE if found.drive < _FEW_UA * board.proof_scale else _MORE_SHARE
    return of_currents(found, polarity, share, _ALIKE_UA, board.proof_scale) or ["noise"]


def _of_limiter(seen: SessionSeen, board: Board) -> list[str]:
    """The limiter did not trip, or trips and is not seen, or stays tripped."""
    last_ua = [row[0] for row in seen.rows[-2:]] or [0.0]
    flows = max(last_ua) > _NOTHING_UA * 2 * board.proof_scale
    if flows:
        return ["limiter dead", "LIM_TEST", "latch"]
    return ["limiter line", "REARM"]


def of_hold(seen: SessionSeen, load_ohm: float, level_ua: int, board: Board) -> list[str]:
    """Mistakes of scale, of a session that held a level on a known resistor."""
    if seen.held is None or not seen.is_complete:
        return of_session(seen, load_ohm, board)
    a, b, mv = seen.held
    told = CurrentsSeen(float(level_ua), a, b, mv * 1000.0 / load_ohm)
    return of_currents(told, 1, _HELD_SHARE, _HELD_UA, board.proof_scale)


def of_currents(
    told: CurrentsSeen, polarity: int, share: float, floor_ua: float, scale: int
) -> list[str]:
    """Mistakes behind estimates of one current that disagree; none where they agree.

    Args:
        told: the estimates.
        polarity: the commanded one.
        share, floor_ua: how far two of them may be apart.
        scale: the board's `proof_scale`, of small currents.
    """

    def alike(one: float, other: float) -> bool:
        return abs(one - other) <= share * max(abs(one), abs(other)) + floor_ua * scale

    nothing_ua = _NOTHING_UA * scale
    drive, a, b, load = told
    if alike(a, load) and alike(b, load):
        if alike(load, drive):
            return []
        return ["high voltage", "chain", "converter"] if a < drive / 3 else ["drive scale"]
    if alike(a, load):
        if alike(b, -load):
            crossed = ["bridge reversed", "B reversed"]
            return crossed if polarity > 0 else ["bridge stuck", "wire polarity"]
        return _of_one("B", b, load, nothing_ua)
    if alike(b, load):
        return _of_one("A", a, load, nothing_ua)
    if alike(a, b):
        if abs(a) < nothing_ua:
            return ["return grounded"]
        is_gone = abs(load) < a / 4
        return ["load voltage", "shorted leads"] if is_gone else ["other resistor", "divider"]
    return ["sense A", "sense B", "load voltage"]


def _of_one(name: str, found_ua: float, true_ua: float, nothing_ua: float) -> list[str]:
    """Mistakes of the one sense that says something else than the others."""
    if abs(found_ua) < nothing_ua:
        return [f"sense {name}", f"{name} shunt low"]
    return [f"{name} shunt {'high' if abs(found_ua) > true_ua else 'low'}"]


def _is(seen: SessionSeen, fault: int) -> bool:
    return _code(seen.fault) == fault


def _code(fault: str | None) -> int:
    """The number of a fault's name; 0 for none."""
    return next((code for code, name in codes.FAULT_NAMES.items() if name == fault), 0)
