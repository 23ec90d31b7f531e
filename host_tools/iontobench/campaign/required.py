"""What the fault matrix requires of each fault: the reaction, its time, and when it can be seen.

One table (`CASES`) with a row for each fault; every figure names its source. A fault that no rule
can see in a phase is listed with the reason: it is reported as not observable and never as a
success. `iontobench faults` runs it. Times in ms, currents in uA, charge in uC.
"""

from typing import NamedTuple

from iontobench.protocols.timeline import START_S

# Reactions.
TRIP = "trip"  # gate low: a cut, a latched fault, or a refused start
RAMP = "ramp"  # an orderly ramp down at least
WARN = "warn"  # an event; the session goes on
REFUSE = "refuse"  # the next start is refused by its proof
RESET = "reset"  # the processor is gone: the hardware alone turns off
RIDE = "ride"  # nothing: the session must go on as if nothing had happened
SAFE = "safe"  # goes on, or ends in order

# From when a rule can see a fault (`Case.observable_from`).
ONSET = "onset"  # it strikes
LOADED = "loaded"  # the lead is on: nothing flows through one that is off
TURNED = "turned"  # as FLOW, after the bridge was last switched
FLOW = "flow"  # the gate is closed and the set point is at least `from_ua`
OVER = "over"  # the true current is above the limits, or in a steady hold above its mean's for 2 s
CHANGE = "change"  # the set point has changed by `from_ua` since the onset
LOW = "low"  # 1 mA flows, 5 s after the start of the ramp
NEAR = "near"  # the load's voltage is above 80 % of compliance
FELL = "fell"  # a steady hold's voltage fell to a quarter: the second after, when that is noticed
DRIFTED = "drifted"  # a steady hold's voltage rose by 6 % in three minutes
LIFTED = "lifted"  # a steady hold's voltage rose by 6 % above its ten seconds before

_OPEN = "docs/control.md, Open"
_OVER = "docs/control.md, Required figures: 2 ms beyond the peak, 7 ms beyond the envelope"
_APART = "docs/control.md, Senses apart: 5 ms; docs/faults.md, Scenarios, rows 9 to 11: 20 ms"
_PROOF = "docs/control.md, Proof"
_STUCK = "docs/control.md, Stuck sense; docs/faults.md, Scenarios, row 11: 100 ms"
_ROW = "docs/faults.md, Scenarios, row {}"
_DRIFT = "docs/control.md, Drift; docs/faults.md, Scenarios, row 4: 3 min, 60 s"
_NEAR = "docs/control.md, Limited: warn at 80 %, told at 10 Hz"
_CPU_DEAD = "docs/control.md, Required figures: CPU dead, off by the dead-man"
_STUCK_ON = "docs/faults.md, Scenarios, row 7: 20 ms by firmware, 1 ms by hardware"

FROM_OPEN_UA = 40.0  # armed above 3 x I_open, I_open at least 5 sigma
_TICK_MS = 1.0
_SLOW_MS = 16.0  # two turns of the checks that take turns


class Case(NamedTuple):
    """A fault as it is injected (`+` joins two that strike at once), and what is required.

    `required_ms` counts from when it can be seen (`observable_from`), for the reaction and, where
    that is a cut, for the gate. `stray_uc` bounds the charge through the load from then until it
    is off. `hold_ms`: a longer hold than the matrix's own; `late_ms`: so much later does it strike
    in a hold; `early_hold_ms`: the hold's length where it strikes in no hold. `lasts_ms`: the
    fault passes by itself. `start_ms`: the time where it strikes in a start, in which only the
    proof can see it. `blind`: phases that cannot show it, each with the reason.
    """

    fault: str
    expect: str
    required_ms: float
    source: str
    observable_from: str = ONSET
    from_ua: float = 0.0
    stray_uc: float | None = None
    hold_ms: int = 0
    late_ms: int = 0
    early_hold_ms: int = 0
    lasts_ms: float = 0.0
    start_ms: float = 0.0
    blind: tuple[tuple[str, str], ...] = ()

    @property
    def kind(self) -> str:
        """The first fault without its value."""
        return self.fault.partition("+")[0].partition(":")[0]

    def within_ms(self, phase: str) -> float:
        """The time for the reaction where it strikes in this phase."""
        return (self.start_ms if phase in _START else 0.0) or self.required_ms

    def length_ms(self, is_hold: bool) -> int:
        """Of the hold of a program in whose hold it strikes, or elsewhere; 0: the matrix's own."""
        return self.hold_ms if is_hold else self.early_hold_ms or self.hold_ms

    def reason(self, phase: str) -> str | None:
        """Why this phase cannot show it; None where it can."""
        table = dict(self.blind)
        return table.get(phase, table.get("*"))


_SUSTAINED = "docs/control.md, Sustained over-current: the mean over 1 s"
_FALL = "docs/control.md, Low impedance: noticed by the next second, a trip 1 s later"
_WEAK = "docs/control.md, Compliance below nominal: no fault of the load"

_STRAY_UC = 2000.0
_MEAN_HOLD_MS = 8000  # of a train, 2 s of flat parts
_LOW_HOLD_MS = 7000  # low impedance is judged for 1 s, 5 s after a ramp's start
_SHORT_TRAIN = "less than the rule's own 1 s of flat parts is left of this train"
_SHORT_REST = "less than the rule's own 1 s is left of the ramp down"
_DOWN = ("ramp down", "turning", "pausing")
_FALL_MS, _FALL_HOLD_MS = 6000, 12000  # a fall is judged 8 s after a ramp's start at the latest
_LIFT_MS, _LIFT_HOLD_MS = 60000, 66000  # before that a load settles faster than a lift shows
_OWN_MS = 3500  # nothing steady follows: the matrix's own hold will do
_SLOW_LIFT = (
    "a minute's lift creeps: in 10 s no more than a load that settles or dries "
    "[docs/loads.md, Partial lift]"
)
_START = ("probe", "proof")
_START_MS = float(1000 * START_S)  # probe and proof, up to the ramp [docs/control.md, Noise]
_EDGES = "noise is judged on a steady current; a train's own edges are none"
_BRIDGE = "the bridge stands right already, and the program does not switch it again"
_NO_TURN = ("proof", "ramp up", "hold", "pulses", "off", "pausing", "pause", "contact lost")


def _blind(*rows: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return rows


# Rows of docs/faults.md that are no kind of their own.
ELSEWHERE = {
    2: "`open` from the start on: the cell of `open` in the phase `probe`",
    19: "an operator's mistakes are not the bench's: the protocol's checks refuse them",
}

CASES: tuple[Case, ...] = (
    Case("none", RIDE, 0, "docs/control.md, Required figures: nuisance trips"),
    # leads
    Case("open", TRIP, 20, _OPEN, FLOW, FROM_OPEN_UA, _STRAY_UC),
    Case("open:30", TRIP, 20, _OPEN, FLOW, FROM_OPEN_UA, _STRAY_UC, lasts_ms=30.0),
    Case("reopen:30", TRIP, 2020, _OPEN, FLOW, FROM_OPEN_UA, None),
    Case(
        *("reopen:3", TRIP, 6020, "docs/control.md, Contact lost: three dips in 10 s", FLOW, 40.0),
        hold_ms=_LOW_HOLD_MS,
        blind=_blind(("ramp down", "fewer than three gaps before the end")),
    ),
    Case(
        *(
            "drying:10",
            WARN,
            2000,
            _DRIFT,
            DRIFTED,
        ),
        hold_ms=190000,
        blind=_blind(("pulses", "drift is judged at a constant set point")),
    ),
    Case("drying:1000000", WARN, 300, _NEAR, NEAR),
    Case(
        *("short:10", TRIP, 1000 + _SLOW_MS, "docs/control.md, Low impedance: 1 s", LOW, 1000.0),
        hold_ms=_LOW_HOLD_MS,
        blind=_blind(("ramp down", _SHORT_REST), ("pulses", _SHORT_TRAIN)),
    ),
    *(
        Case(
            *(fault, TRIP, 1000 + _SLOW_MS, _FALL, FELL),
            hold_ms=_FALL_HOLD_MS,
            late_ms=_FALL_MS,
            early_hold_ms=_LOW_HOLD_MS,
        )
        for fault in ("short:30", "short:300")
    ),
    Case(
        *("part-lift:50", WARN, 2000, "docs/control.md, Partial lift", LIFTED),
        hold_ms=_LIFT_HOLD_MS,
        late_ms=_LIFT_MS,
        early_hold_ms=_OWN_MS,
    ),
    Case(
        *("slow-lift:50", WARN, 62000, "docs/control.md, Partial lift"),
        hold_ms=70000,
        early_hold_ms=_OWN_MS,
        blind=_blind(("*", _SLOW_LIFT)),
    ),
    # stage
    Case("overcurrent:1.5", TRIP, 2, _OVER, OVER, 0.0, _STRAY_UC),
    Case("overcurrent:3", TRIP, 2, _OVER, OVER, 0.0, _STRAY_UC),
    Case("overcurrent:1.25", TRIP, 2, _SUSTAINED, OVER, hold_ms=_MEAN_HOLD_MS),
    Case("overcurrent:1.22", WARN, 2, _SUSTAINED + ", half of it", OVER, hold_ms=_MEAN_HOLD_MS),
    Case("low-compliance:0.88", RIDE, 0, _WEAK),
    Case("low-compliance:0.88+part-lift:50", RIDE, 0, _WEAK + ", limited"),
    Case(
        *("weak:0.5", TRIP, 1000 + _SLOW_MS, "docs/control.md, Under-current", FLOW, 200.0),
        blind=_blind(*((name, _SHORT_REST) for name in _DOWN), ("pulses", _SHORT_TRAIN)),
    ),
    Case("weak:0.02", TRIP, 20, _OPEN, FLOW, 300.0),
    Case("stage-on:20000", TRIP, 20, _STUCK_ON, LOADED, 0.0, _STRAY_UC),
    Case("stage-on:20000+limiter-dead", TRIP, 20, _STUCK_ON + ", shown without it", LOADED),
    Case("overcurrent:3+limiter-dead", TRIP, 2, _OVER, OVER, 0.0, _STRAY_UC),
    Case("output-short", TRIP, 20, _STUCK_ON, LOADED, 0.0, _STRAY_UC),
    Case("output-short+limiter-dead", TRIP, 20, _STUCK_ON + ", shown without it", LOADED),
    Case("amplifier-stuck", TRIP, 20, _STUCK_ON, LOADED, 0.0, _STRAY_UC),
    Case("stage-on:500", TRIP, 1000 + _SLOW_MS, "docs/control.md, Under-current", LOADED),
    Case(
        "stage-off",
        TRIP,
        20,
        f"{_OPEN}; {_ROW.format(8)}: 100 ms",
        FLOW,
        FROM_OPEN_UA,
    ),
    Case("dac-dead", TRIP, 20, f"{_OPEN}; {_ROW.format(8)}: 100 ms", FLOW, FROM_OPEN_UA),
    Case("dac-stuck", TRIP, 50 + _SLOW_MS, _STUCK, CHANGE, 100.0),
    Case("gate-welded", REFUSE, 0, _PROOF),
    Case("series-welded", REFUSE, 0, _PROOF),
    Case("dead-man-welded", REFUSE, 0, _PROOF),
    Case("limiter-dead", REFUSE, 0, _PROOF),
    Case("enable-stuck", TRIP, 28.4, _OPEN + ", after the dead-man's hold", FLOW, FROM_OPEN_UA),
    Case("limiter-trip", TRIP, 20, _ROW.format(9), FLOW, 0.0, _STRAY_UC),
    Case("limiter-reference", TRIP, 20, _ROW.format(9), FLOW, FROM_OPEN_UA, _STRAY_UC),
    Case(
        *("bridge-welded", TRIP, 20, _ROW.format(20), TURNED, FROM_OPEN_UA),
        blind=_blind(*((name, _BRIDGE) for name in (*_NO_TURN, "ramp down"))),
    ),
    Case(
        *("bridge-flip", TRIP, 20, _ROW.format(20), FLOW, FROM_OPEN_UA),
        blind=_blind(("rest", "the reversal that follows sets the bridge right")),
    ),
    Case("shoot-through", TRIP, 20, _APART, FLOW, 80.0),
    # senses
    Case("a-dead", TRIP, 20, _APART, FLOW, 80.0),
    Case("a-open", TRIP, 20, _APART, stray_uc=_STRAY_UC),
    Case("a-short", TRIP, 20, _APART, FLOW, 80.0),
    Case("b-open", TRIP, 20, _APART, stray_uc=_STRAY_UC),
    Case("return-grounded", TRIP, 20, _OPEN + ": no sense sees a current", FLOW, FROM_OPEN_UA),
    Case("a-scale:0.5", TRIP, 20, _APART, FLOW, 150.0),
    Case("a-scale:1.5", TRIP, 20, _APART, FLOW, 230.0),
    Case("b-dead", TRIP, 20, _APART, FLOW, 80.0),
    Case("a-offset:500", TRIP, 20, _APART),
    Case("a-offset:-500", TRIP, 20, _APART),
    Case("b-offset:500", TRIP, 20, _APART),
    Case(
        *("v-dead", TRIP, 1000 + _SLOW_MS, "docs/control.md, Low impedance: 1 s", LOW, 1000.0),
        hold_ms=_LOW_HOLD_MS,
        blind=_blind(("ramp down", _SHORT_REST), ("pulses", _SHORT_TRAIN)),
    ),
    Case("a-stuck", TRIP, 50 + _SLOW_MS, _STUCK, CHANGE, 100.0),
    Case("adc-stuck", TRIP, 50 + _SLOW_MS, _STUCK, CHANGE, 100.0),
    *(
        Case(
            *(fault, WARN, 200, _ROW.format(12)),
            start_ms=_START_MS,
            blind=_blind(("pulses", _EDGES)),
        )
        for fault in ("adc-noise:100", "mains:100")
    ),
    Case("reference:5", TRIP, 1000, _ROW.format(13)),
    Case(
        *("reference:2", WARN, 1000, _ROW.format(13)),
        blind=_blind(("*", "within what A and B may differ: 5 % + 1 % of full scale")),
    ),
    Case("mux-stuck:0", TRIP, 20, _APART, FLOW, 80.0),
    Case("mux-stuck:2", TRIP, 20, _APART, FLOW, 80.0),
    Case("miso-stuck:0", TRIP, 20, _APART, FLOW, 80.0),
    Case("miso-stuck:1", TRIP, 20, _APART, FLOW, 80.0),
    Case("channels-swapped", TRIP, 20, _APART, FLOW, 80.0),
    Case("no-reference", TRIP, 20, _APART, FLOW, 80.0),
    # supply, clock, processor
    Case("sag:4200", TRIP, 80, _ROW.format(14) + ": stop below 4.3 V; 80 ms for firmware"),
    Case("sag:3500", TRIP, 80, _ROW.format(14), ONSET, 0.0, _STRAY_UC),
    Case("brown-out", RESET, 1, _ROW.format(14), stray_uc=_STRAY_UC),
    Case(
        "hang",
        RESET,
        10,
        _CPU_DEAD,
        stray_uc=2000.0,
    ),
    Case("stall:10", TRIP, 10 + 2 * _TICK_MS, _ROW.format(21), stray_uc=_STRAY_UC),
    Case("stall:1.5", WARN, 220, "docs/control.md, Late: above 2 ms warns"),
    Case("clock-rate:1", RAMP, 10500, "docs/control.md, Clock: 10 s, 0.5 %", hold_ms=16000),
    Case("clock-jump:50", TRIP, 2 * _TICK_MS, "docs/control.md, Late"),
    Case("clock-jump:-50", TRIP, 2 * _TICK_MS, "docs/control.md, Late"),
    # host, operator, memory
    Case("host-gone", RAMP, 3300, "docs/link.md, Timing: no beat for 3 s", hold_ms=6000),
    Case("host-deaf", RIDE, 0, _ROW.format(22)),
    Case("garbage:40", RAMP, 640, "docs/link.md, Timing: 256 bytes, two heard within 4 ms (ours)"),
    Case("cut-lines:3", RAMP, 3300, "docs/link.md, Timing: no beat for 3 s", hold_ms=6000),
    Case("flood:20", SAFE, 0, _ROW.format(23)),
    Case("stop", RAMP, 20, _ROW.format(24)),
    Case("e-stop", RAMP, 20, _ROW.format(24) + ": its contact 1 ms", stray_uc=_STRAY_UC),
    Case("flip:13", TRIP, 300, _ROW.format(18) + ": CRC a word a tick"),
    Case("limit-flip", TRIP, 20, _ROW.format(18)),
)
