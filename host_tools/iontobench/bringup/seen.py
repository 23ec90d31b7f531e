"""What a bring-up sees of a board: its lines, its senses at rest, one short session.

Currents in uA, voltages in mV, loads in ohm. Data only: who looks is in `benches`, what it means
in `naming`.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from ionto.core import codes
from ionto.core.units import UA_Q4
from iontobench.link.events import Event, Item, Sample, snapshot_of

OUTPUTS = ("drive", "gate", "enable", "probe", "polarity", "lim_test", "rearm")
COMPLETE = codes.OUTCOME_NAMES[codes.OUTCOME_COMPLETE]
STOPPED = codes.OUTCOME_NAMES[codes.OUTCOME_STOPPED]
APART = codes.FAULT_NAMES[codes.FAULT_SENSES_APART]
SIGN = codes.FAULT_NAMES[codes.FAULT_PROOF_SIGN]
_SIGN_ROWS = 8  # of the snapshot, 8 ms each: the proof's step before it had a current
_MEAN_ROWS = 2  # the proof judges the mean of 16 decisions, 21 ms


class LineSeen(msgspec.Struct, frozen=True):
    """The level of one output line as an input: by itself, and with the chip's pull-up."""

    rest: int
    pulled_up: int


class RestSeen(msgspec.Struct, frozen=True):
    """Means with the output off, as the converter's codes; the supply in mV; the inputs' bits.

    `off_ua` is how far the currents are from 0 by the scales in use, the further of A and B.
    """

    a_code: float
    b_code: float
    v_code: float
    off_ua: float
    supply_mv: int
    inputs: int


class SessionSeen(msgspec.Struct, frozen=True):
    """One session of `bench.run`: how it ended, and what the senses said.

    `probe_ohm` is None where the session never came to its proof. `rows` are the last second
    before its end: (A, B, load voltage, set point), A and B by the board's own sign.
    """

    outcome: str
    fault: str | None
    proof: int
    probe_ohm: int | None = None
    rows: tuple[tuple[float, float, float, float], ...] = ()
    held: tuple[float, float, float] | None = None  # means of a hold: A, B, load voltage

    @property
    def is_complete(self) -> bool:
        """Whether it came to its programmed end."""
        return self.outcome == COMPLETE

    @property
    def told(self) -> str:
        """Its end in words."""
        return self.outcome if self.fault is None else f"{self.outcome}: {self.fault}"


class CurrentsSeen(NamedTuple):
    """Estimates of one current, uA: the drive's, both senses', the load's by its known resistor.

    B is positive in the commanded polarity.
    """

    drive: float
    a: float
    b: float
    load: float


def currents(seen: SessionSeen, load_ohm: float, proof_ua: float, polarity: int) -> CurrentsSeen:
    """What flowed when the session ended, or in a proof of sense B's sign just before.

    Args:
        seen: with rows.
        load_ohm: the known resistor.
        proof_ua: what the proof drives, where no set point is told.
        polarity: the commanded one.
    """
    rows = [(set_ua or proof_ua, a, b, mv * 1e3 / load_ohm) for a, b, mv, set_ua in seen.rows]
    if seen.fault == SIGN:
        rows = sorted(rows[-_SIGN_ROWS:], key=lambda row: sum(map(abs, row[1:])))
    rows = rows[-1:] if seen.fault == APART else rows[-_MEAN_ROWS:]
    if not rows:
        return CurrentsSeen(proof_ua, 0.0, 0.0, 0.0)
    drive, a, b, load = (sum(column) / len(rows) for column in zip(*rows, strict=True))
    return CurrentsSeen(drive, a, b * polarity, load)


class SessionWatcher:
    """A listener that keeps what a bring-up asks of a session."""

    def __init__(self) -> None:
        self._probe_ohm: int | None = None
        self._held: list[Sample] = []

    def on_item(self, item: Item) -> None:
        """Keep the probe's answer, and the samples of the last hold."""
        if isinstance(item, Event) and item.code == codes.EVENT_PROBE:
            self._probe_ohm = item.b
        elif isinstance(item, Sample) and item.state == codes.STATE_HOLD:
            self._held.append(item)

    def on_tick(self, t_us: int) -> list[str]:
        """Nothing is due."""
        return []

    def seen(self, last: dict[str, Any], flat: Sequence[int], polarity: int) -> SessionSeen:
        """All of it; `flat` is what `bench.snapshot()` returned."""
        last_second = snapshot_of(flat)
        rows = () if last_second is None else last_second.rows
        return SessionSeen(
            outcome=last["outcome"],
            fault=last["fault"],
            proof=last["proof"],
            probe_ohm=self._probe_ohm,
            rows=tuple((a / UA_Q4, b / UA_Q4, float(mv), to / UA_Q4) for a, b, mv, to in rows),
            held=self._mean(polarity),
        )

    def _mean(self, polarity: int) -> tuple[float, float, float] | None:
        """Of the hold's second half: before it the trim settles."""
        held = self._held[len(self._held) // 2 :]
        if not held:
            return None
        a = sum(one.current_ua for one in held) / len(held)
        b = sum(one.current_ua - one.difference_ua for one in held) / len(held)
        return a, b * polarity, sum(one.load_mv for one in held) / len(held)
