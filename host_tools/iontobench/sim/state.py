"""The state of the stage and its load, and the edges that switches, leads and faults make.

Units: uA, mV, kOhm, nF, us, charge in pC. Signs are those of the stage's side of the polarity
bridge. Nothing here integrates; must not know who drives it.
"""

from .stage import Limiter, StageParams
from .truth import GONE_UA

NEVER_US = 1 << 62
SETTLED_US = 200  # after an edge: far longer than C_out takes through the series resistance


class PlantState:
    """Every state of the plant, and what happens to it in no time."""

    __slots__ = (
        *("stage", "load", "limiter", "now_us", "refresh_us", "fault_due_us", "due_us"),
        *("x1_ua", "x2_ua", "drive_ua", "v1_mv", "v2_mv", "node_mv", "shunt_ua", "load_ua"),
        *("lag_ua", "lagging", "smooth", "gate", "probe", "source", "contact", "short_kohm"),
        *("gain", "dead_us", "edge_us", "met_us", "net_pc", "backward_pc", "peak_ua"),
        *("back_peak_ua", "dump_peak_ua", "last_above_us", "guard_ua"),
        *("_slow_net_pc", "_slow_backward_pc", "_slow_since_us"),
        *("hold_us", "gate_welded", "series_welded", "starved", "leaves_b", "leads_off"),
        "compliance_mv",
    )

    def __init__(self, stage: StageParams, load) -> None:
        self.stage = stage
        self.load = load
        self.limiter = Limiter(stage)
        self.now_us = 0
        self.x1_ua = self.x2_ua = self.drive_ua = 0.0  # the two poles and what feeds them
        self.v1_mv = self.v2_mv = self.node_mv = 0.0
        self.shunt_ua = self.load_ua = 0.0
        self.lag_ua = 0.0  # the stage's current while it recovers from saturation
        self.lagging = self.smooth = self.gate = self.probe = self.source = False
        self.contact = True
        self.leads_off = 0  # two faults may each take one off: contact needs both back
        self.short_kohm = 0.0  # 0: no short
        self.gain = 1.0
        self.hold_us = stage.hold_us  # 0: edges of ENABLE no longer reach the dead-man
        self.dead_us = -1  # the dead-man conducts up to here
        self.gate_welded = self.series_welded = False
        self.starved = False  # the supply is below what the stage needs
        self.leaves_b = False  # the bridge's own short: current that sense B never sees
        self.edge_us = self.met_us = -SETTLED_US  # the last edge, and the last re-contact
        self.net_pc = self.backward_pc = 0.0
        self.peak_ua = self.back_peak_ua = self.dump_peak_ua = 0.0
        self.last_above_us: int | None = None
        self._slow_net_pc = self._slow_backward_pc = 0.0
        self._slow_since_us = 0
        self.refresh_us = 1000
        self.fault_due_us = NEVER_US
        self.due_us = 0  # the fast path stops here: a refresh or a fault's edge
        self.guard_ua = 0.0
        self.compliance_mv = stage.compliance_mv  # below it the stage still regulates

    def switch(self) -> None:
        """Let gate, dead-man and limiter decide whether the stage feeds node N."""
        chain = self.now_us < self.dead_us and not self.limiter.tripped
        source = (
            (self.gate or self.gate_welded) and (chain or self.series_welded) and not self.starved
        )
        if source != self.source:
            self.source = source
            self.lagging = False
            self.edge()

    def edge(self) -> None:
        """Something switched: small steps from here."""
        self.edge_us = self.now_us
        self.smooth = False

    def meet(self) -> None:
        """A lead is back: what the output capacitance holds goes through the load."""
        self.leads_off = max(0, self.leads_off - 1)
        if self.leads_off:
            return
        self.contact = True
        self._dump()
        self.edge()

    def _dump(self) -> None:
        """The output capacitance meets a load at another voltage: a packet of about 1 us."""
        self.met_us = self.now_us
        load = self.load
        gap_mv = self.node_mv - self.v1_mv - self.v2_mv - load.emf_mv
        resistance = load.series_kohm + (0.0 if load.c1_nf else load.r1_kohm)
        self.dump_peak_ua = max(self.dump_peak_ua, abs(gap_mv) / resistance)

    def lift(self) -> None:
        """A lead is off: from here on the load gets nothing."""
        self.leads_off += 1
        if abs(self.load_ua) > GONE_UA:
            self.last_above_us = self.now_us
        self.contact = False
        self.shunt_ua = self.load_ua = 0.0
        self.edge()

    def bridge(self, r_kohm: float) -> None:
        """Join the load's terminals: the load's capacitors run out through it."""
        self.short_kohm = r_kohm
        self.edge()

    def weaken(self, share: float) -> None:
        """From now on the stage reaches `share` of its nominal compliance."""
        self.compliance_mv = share * self.stage.nominal_mv
        self.edge()

    def weld_series(self) -> None:
        """The series switch conducts for ever: dead-man and limiter no longer open it."""
        self.series_welded = True
        self.hold_us = self.dead_us = NEVER_US

    def turn_over(self) -> None:
        """Reverse the load at the polarity bridge."""
        self.load.reverse()
        self.v1_mv, self.v2_mv = -self.v1_mv, -self.v2_mv
        self.load_ua = self.shunt_ua = 0.0
        if self.contact:
            self._dump()
        self._slow_net_pc, self._slow_backward_pc = self.net_pc, self.backward_pc
        self.edge()
