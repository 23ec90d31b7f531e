"""Single failed parts of the stage: what the load sees, and what the guards then do.

2 mA into 1 kOhm; the part fails at 17 ms. Shorts are 1 Ohm and come within a microsecond. Each
fault says what is expected of it; a test holds the expectation. Must not know the firmware.
"""

from dataclasses import dataclass, replace

import numpy as np

from .bench import (
    LOAD,
    LOW,
    SENSES,
    DummyLoad,
    PinDrive,
    StageBench,
    line,
    sense_a_ua,
    sense_b_ua,
    stage,
)
from .edges import LIMIT_UA, is_tripped
from .netlist import Netlist
from .ngspice import transient

_AT_MS = 17.0
_CURRENT_UA = 2000.0
# A short as a conductance that grows smoothly; a switch model stops the simulator here.
_SHORT = "Bfault {a} {b} i=(v({a})-v({b}))*0.5*(1+tanh(24*(v(fails)-0.5)))"

TRIPS, OFF, STAYS = "limiter trips", "current ends", "current stays"

# The steps have their names from the table of docs/control.md, Proof.
_BY_SERIES = "the proof's step 3, series switch"
_BY_LIMITER = "the proof's step 4, limiter"


@dataclass(frozen=True)
class FailedPart:
    """One part that fails: a short between two nodes, or a part that is open."""

    name: str
    end: str  # TRIPS, OFF or STAYS
    seen_by: str  # in words: who notices
    short: tuple[str, str] | None = None
    open: str = ""  # the part's line
    pin: int = 0  # the pin of that line which comes off
    gate: str | None = None  # another waveform of GATE
    most_ma: float = 50.0  # of the peak

    def netlist(self) -> Netlist:
        """The stage with that fault; v(fails) goes from 0 to 1, v(alive) from 1 to 0."""
        made = stage().broken_at(self.open, "alive", self.pin) if self.open else stage()
        ramp = (_AT_MS, _AT_MS + 0.001)
        made = made.added(
            f"Vfails fails 0 {line([(0, 0), (ramp[0], 0), (ramp[1], 1)])}",
            f"Valive alive 0 {line([(0, 1), (ramp[0], 1), (ramp[1], 0)])}",
        )
        if self.short is None:
            return made
        return made.added(_SHORT.format(a=self.short[0], b=self.short[1]))


FAULTS = (
    FailedPart("M2 drain to source", TRIPS, "limiter", ("chain", "out_drain"), most_ma=22),
    FailedPart(
        "M2 drain to source, gate low",
        TRIPS,
        "limiter",
        ("chain", "out_drain"),
        gate=LOW,
        most_ma=22,
    ),
    FailedPart("M3 drain to source", STAYS, _BY_SERIES, ("s_top", "chain"), most_ma=2.2),
    FailedPart("M1 drain to source", TRIPS, "limiter", ("copy", "foot"), most_ma=10),
    FailedPart("R202 short", TRIPS, "limiter", ("foot", "0"), most_ma=10),
    FailedPart("R202 open", OFF, "firmware: open lead", open="R202", most_ma=2.2),
    FailedPart("R211 open", TRIPS, "limiter", open="R211", most_ma=10),
    FailedPart("R213 short", TRIPS, "limiter", ("sense_tap", "s_top"), most_ma=11),
    FailedPart("U2 output low", TRIPS, "limiter", ("out_high", "vee"), most_ma=10),
    FailedPart("U1B output high", TRIPS, "limiter", ("out_low", "v5"), most_ma=7),
    FailedPart(
        "D501 short",
        STAYS,
        "nobody: a charged load could feed back",
        ("out_drain", "n"),
        most_ma=2.2,
    ),
    FailedPart("C501 short", OFF, "firmware: open lead", ("n", "0"), most_ma=2.2),
    FailedPart("R401 open", TRIPS, "limiter", open="R401", most_ma=2.2),
    FailedPart(
        "R401 short",
        STAYS,
        _BY_LIMITER,
        ("return_top", "a_top"),
        most_ma=3,
    ),
    FailedPart("R601 open", TRIPS, "limiter; A against B", open="R601", most_ma=2.2),
    FailedPart(
        "R601 short",
        STAYS,
        "A against B; the limiter opens 6 % higher",
        ("a_top", "0"),
        most_ma=2.2,
    ),
    FailedPart("R612 open", OFF, "firmware: open lead or A against B", open="R612", most_ma=2.2),
    FailedPart("limiter's threshold at 0 V", TRIPS, "limiter", ("threshold", "0"), most_ma=2.2),
    FailedPart(
        "U4A output low",
        STAYS,
        _BY_LIMITER,
        ("delay", "0"),
        most_ma=2.2,
    ),
    FailedPart("U4B output low", STAYS, _BY_LIMITER, ("trip", "0"), most_ma=2.2),
    FailedPart("U5A output low", TRIPS, "limiter", ("armed", "0"), most_ma=2.2),
    FailedPart("U5A output high", STAYS, _BY_LIMITER, ("armed", "v5"), most_ma=2.2),
    FailedPart("U5B output low", STAYS, _BY_LIMITER, ("tripped", "0"), most_ma=2.2),
    FailedPart("M4 drain to source", STAYS, _BY_LIMITER, ("and_top", "and_middle"), most_ma=2.2),
    FailedPart("U4C output low", OFF, "firmware: open lead", ("pump_gate", "0"), most_ma=2.2),
    FailedPart(
        "U4C output open",
        STAYS,
        "nobody: the dead-man then holds longer, see below",
        open="XU4C",
        pin=2,
        most_ma=2.2,
    ),
    FailedPart("M5 drain to source", STAYS, _BY_SERIES, ("and_middle", "0"), most_ma=2.2),
    FailedPart(
        "return lead to ground", STAYS, "firmware: A and B see nothing", ("lead_2", "0"), most_ma=3
    ),
)


@dataclass(frozen=True)
class Outcome:
    """What a fault did."""

    peak_ma: float
    above_us: float  # above the limiter's 5.25 mA
    extra_nc: float  # above the current before
    end_ua: float
    trips: bool
    a_ua: float
    b_ua: float

    @property
    def end(self) -> str:
        """In the words of `FailedPart.end`."""
        if self.trips:
            return TRIPS
        return OFF if abs(self.end_ua) < 62.5 else STAYS


def outcome(fault: FailedPart) -> Outcome:
    """Run a fault."""
    drive = PinDrive.steady(_CURRENT_UA)
    if fault.gate is not None:
        drive = replace(drive, gate=fault.gate)
    netlist = fault.netlist()
    bench = StageBench(drive, DummyLoad(1e3), netlist)
    result = transient(bench.deck(), 22, 5, {**LOAD, **SENSES}, from_ms=16.5, most_us=10)
    since = result.t_ms >= _AT_MS
    current_ua = result["load_ua"]
    before_ua = result.at("load_ua", _AT_MS - 0.1)
    over_ms = result.t_ms[since & (current_ua > LIMIT_UA)]
    extra_ua = np.clip(current_ua - before_ua, 0, None)
    return Outcome(
        peak_ma=float(current_ua[since].max() / 1e3),
        above_us=float(np.ptp(over_ms) * 1e3) if len(over_ms) else 0.0,
        extra_nc=result.charge_nc(extra_ua, _AT_MS, 22),
        end_ua=float(current_ua[-1]),
        trips=is_tripped(result),
        a_ua=float(sense_a_ua(result["adc_a_v"][-1])),
        b_ua=float(sense_b_ua(result["adc_b_v"][-1])),
    )
