"""The checks on a board with a dummy load, in their order; each a row of the result.

Contract, proof, dead-man, regulation, trips. What the wiring cannot show is skipped by its name
and the reason. Currents in uA, times in ms, loads in ohm.
"""

from collections.abc import Callable, Iterator
from statistics import fmean
from typing import NamedTuple

from ionto.core import codes, snapshot
from ionto.core.units import UA_Q4, UC_PER_MAMIN
from iontobench import signs
from iontobench.bringup import programs
from iontobench.bringup.benches import BoardBringUpBench
from iontobench.bringup.steps import FAIL, PASS, SKIPPED
from iontobench.device.port import BoardError

from . import contract, sessions
from .result import Check

_PROOFS = 3
_HOLD_MS = 2000
_ACTED_MS = 30_000  # a hold in which something happens: a hand needs its time
_LEVELS = (0.1, 0.3, 0.6)  # of the most that the board and the load allow
_LOAD_SHARE = 0.01  # the resistor's tolerance, told with the result
_REGULATED_SHARE, _REGULATED_UA = 0.005, 3.0
_WIDE_CODES = 8  # of the RP2040's converter [RP2040-E11]
_TRIP_MS = 20
_ROW_MS = snapshot.ROW_US // 1000
_CONTACT_MS = (90, 115)  # 100 ms without contact
_STOP_MS = 60
_LOST_SHARE = 0.2
_ALL = 31
SKIPS = {
    "over-current": "needs a stage that makes more than it is told; the emulated chip shows it",
    "limiter at its full threshold": "needs more current than the board's maximum",
    "hung loop": "needs a firmware that hangs; the emulated chip shows it",
    "reset at full current": "needs an oscilloscope",
    "host lost": "needs a link that falls silent while the port stays open",
}


class Rig(NamedTuple):
    """A board with its load, and what opens a lead: None, nobody does.

    `open_lead` opens or closes it; `say` tells a person.
    """

    bench: BoardBringUpBench
    load_ohm: float
    open_lead: Callable[[bool], None] | None
    say: Callable[[str], None]

    @property
    def volt_ua(self) -> float:
        """What a wide code of the load voltage's converter may be off, as a current."""
        _, mul, shift = self.bench.nominal[2]
        return _WIDE_CODES * abs(mul) / (1 << shift) * 1000.0 / self.load_ohm

    @property
    def most_ua(self) -> float:
        """The most that the board makes through the load, with half of its compliance to spare."""
        board = self.bench.board
        return min(board.max_ua, board.compliance_mv * 500.0 / self.load_ohm)


def examine(rig: Rig) -> Iterator[Check]:
    """All checks, one after the other; after one that failed no current flows any more."""
    failed = ""
    for check in (*_contract(rig), _lines(rig)):
        yield check
        failed = failed or (check.name if check.verdict == FAIL else "")
    for name, part in _WITH_CURRENT.items():
        if failed:
            why = f"{failed} has failed: look into that first"
            yield Check(name=name, verdict=SKIPPED, found=why)
            continue
        for check in part(rig):
            yield check
            if check.verdict == FAIL:
                failed = check.name
                break
    for name, why in SKIPS.items():
        yield Check(name=name, verdict=SKIPPED, found=why)


def _check(name: str, is_kept: bool, found: str, allowed: str) -> Check:
    return Check(name=name, verdict=PASS if is_kept else FAIL, found=found, allowed=allowed)


def _contract(rig: Rig) -> Iterator[Check]:
    try:
        told = rig.bench.asked(contract.ask)
    except BoardError as error:
        yield Check(name="contract", verdict=FAIL, found=f"the port raised: {error}")
        return
    rules = contract.judged(told, rig.bench.board)
    for name, (is_kept, found) in rules.items():
        yield _check(f"contract: {_words(name)}", is_kept, found, "see ionto/port.py")
    for name in contract.not_shown(rules):
        why = "drives the port past the supervisor: tests show it on simulated boards"
        yield Check(name=f"contract: {_words(name)}", verdict=SKIPPED, found=why)


def _words(rule: str) -> str:
    return rule.removeprefix("test_").replace("_", " ")


def _lines(rig: Rig) -> Check:
    seen = rig.bench.lines()
    lifted = [line for line, one in seen.items() if one.rest or one.pulled_up]
    found = f"{len(seen)} lines, lifted: {', '.join(lifted) or 'none'}"
    return _check("pull-downs", not lifted, found, "none")


def _proof(rig: Rig) -> Iterator[Check]:
    """Healthy sessions, each with its proof; then three proofs in one session."""
    board = rig.bench.board
    level_ua = int(rig.most_ua / programs.SMALL_PART)
    needed = _ALL if board.lim_test else _ALL & ~codes.PROVEN_LIMITER
    proven, ends, longest_us = 0, [], 0
    for _ in range(_PROOFS):
        ended = sessions.run(rig.bench, programs.hold(board, level_ua, 300))
        proven += ended.last["proof"] & needed == needed
        ends.append(ended.told)
        longest_us = max(longest_us, (ended.last["timing"] or {}).get("longest_us", 0))
        if ended.told != "complete":
            break
    is_whole = proven == _PROOFS and set(ends) == {"complete"}
    yield _check("proof", is_whole, f"{proven} of {_PROOFS}: {', '.join(ends)}", "all, complete")
    is_timely = longest_us <= contract.LONGEST_US
    yield _check(
        "rhythm", is_timely, f"longest interval {longest_us} us", f"{contract.LONGEST_US} us"
    )
    words = programs.hold(board, level_ua, 300, offs_ms=programs.OFF_MS)
    ended = sessions.run(rig.bench, words)
    is_whole = ended.told == "complete" and ended.last["proof"] & needed == needed
    yield _check("dead-man, ENABLE still at both levels", is_whole, ended.told, "complete")


def _regulation(rig: Rig) -> Iterator[Check]:
    board = rig.bench.board
    is_calibrated = rig.bench.calibrated() is not None
    for share in _LEVELS:
        level_ua = int(rig.most_ua * share)
        ended = sessions.run(rig.bench, programs.hold(board, level_ua, _HOLD_MS))
        held = ended.watched.held()
        name = f"regulation at {level_ua} {signs.UA}"
        if ended.told != "complete" or not held:
            yield _check(name, False, ended.told, "complete")
            continue
        a_ua = fmean(one.current_ua for one in held)
        b_ua = fmean(one.current_ua - one.difference_ua for one in held)
        load_ua = fmean(one.load_mv for one in held) * 1000 / rig.load_ohm
        most_ua = level_ua * _REGULATED_SHARE + _REGULATED_UA
        yield _check(
            name,
            abs(a_ua - level_ua) <= most_ua,
            f"sense A {a_ua:.1f} {signs.UA}",
            f"{level_ua} {signs.PM} {most_ua:.1f}",
        )
        most_ua = level_ua * _LOAD_SHARE + board.accuracy_ua * 2
        found = f"A {a_ua:.1f}, B {b_ua:.1f}, by the resistor {load_ua:.1f} {signs.UA}"
        name = f"senses at {level_ua} {signs.UA}"
        if not is_calibrated:
            yield Check(name=name, verdict=SKIPPED, found=f"not calibrated; {found}")
            continue
        load_most_ua = most_ua + rig.volt_ua
        is_kept = abs(b_ua - a_ua) <= most_ua and abs(load_ua - a_ua) <= load_most_ua
        yield _check(name, is_kept, found, f"of A: B {most_ua:.1f}, resistor {load_most_ua:.1f}")


def _charge_wall(rig: Rig) -> Iterator[Check]:
    """A program whose charge ends before its time: the session ends at the wall."""
    board = rig.bench.board
    level_ua = int(rig.most_ua * _LEVELS[1])
    words = programs.hold(board, level_ua, 10 * _HOLD_MS, charge_s=2)
    wall_uc = programs.charge_uc(words)
    ended = sessions.run(rig.bench, words)
    dose_uc = ended.last["dose_uc"]
    most_uc = wall_uc + level_ua * _TRIP_MS / 1000
    is_kept = dose_uc <= most_uc and ended.last["outcome"] in ("short", "fault")
    found = f"{ended.told} at {dose_uc} {signs.UC} = {dose_uc / UC_PER_MAMIN:.4f} {signs.MAMIN}"
    yield _check("charge wall", is_kept, found, f"at most {most_uc:.0f} {signs.UC}")


def _stop(rig: Rig) -> Iterator[Check]:
    """The command stop, from a hold: down by a ramp."""
    board = rig.bench.board
    level_ua = int(rig.most_ua * _LEVELS[1])
    words = programs.hold(board, level_ua, _ACTED_MS)
    ended = sessions.run(rig.bench, words, lambda: ["stop"], is_stopped=True)
    began = ended.watched.event_ms(codes.EVENT_STATE, codes.STATE_RAMP_DOWN)
    done = ended.watched.event_ms(codes.EVENT_STATE, codes.STATE_DONE)
    most_ms = level_ua * 1000 / programs.slew_ua_s(board) + _STOP_MS
    if began is None or done is None:
        yield _check("stop", False, ended.told, f"done after {most_ms:.0f} ms")
        return
    found = f"{ended.told}, down after {done - began} ms"
    is_kept = ended.last["outcome"] == "stopped" and done - began <= most_ms
    yield _check("stop", is_kept, found, f"{most_ms:.0f} ms")


def _open_lead(rig: Rig) -> Iterator[Check]:
    """A lead that comes off in a hold: gate low, then the fault 100 ms later."""
    names = ("open lead: the gate goes low", "open lead: the fault latches")
    if rig.open_lead is None:
        for name in names:
            yield Check(name=name, verdict=SKIPPED, found="nobody takes a lead off, no relay does")
        return
    board, open_lead = rig.bench.board, rig.open_lead

    def act() -> list[str]:
        open_lead(True)
        return []

    level_ua = int(rig.most_ua * _LEVELS[1])
    ended = sessions.run(rig.bench, programs.hold(board, level_ua, _ACTED_MS), act)
    open_lead(False)
    if ended.last["fault"] != codes.FAULT_NAMES[codes.FAULT_OPEN]:
        yield _check(names[0], False, ended.told, "fault open")
        return
    rig.bench.clear()  # it was asked for
    gate_ms = _gate_low_ms(ended, level_ua, board.compliance_mv)
    most_ms = _TRIP_MS + _ROW_MS
    found = f"at most {gate_ms} ms after the current, told in steps of {_ROW_MS} ms"
    yield _check(names[0], gate_ms <= most_ms, found, f"{most_ms} ms")
    lost = ended.watched.event_ms(codes.EVENT_CONTACT)
    latched = ended.watched.event_ms(codes.EVENT_FAULT)
    least_ms, longest_ms = _CONTACT_MS
    if lost is None or latched is None:
        yield _check(names[1], False, "no event told it", f"{least_ms} to {longest_ms} ms")
        return
    is_kept = least_ms <= latched - lost <= longest_ms
    found = f"{latched - lost} ms after contact was lost"
    yield _check(names[1], is_kept, found, f"{least_ms} to {longest_ms} ms")


def _gate_low_ms(ended: sessions.Ended, level_ua: float, compliance_mv: int) -> int:
    """How long the stage stood at its compliance without a current: rows of the last second."""
    gone = [row for row in ended.rows if row[0] < level_ua * UA_Q4 * _LOST_SHARE and row[3] > 0]
    high = [row for row in gone if row[2] > compliance_mv / 2]
    return (len(high) + 1) * _ROW_MS


_WITH_CURRENT: dict[str, Callable[[Rig], Iterator[Check]]] = {
    "proof": _proof,
    "regulation": _regulation,
    "charge wall": _charge_wall,
    "stop": _stop,
    "open lead": _open_lead,
}
