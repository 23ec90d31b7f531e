"""The state of the stage and its load, and what happens to it in no time: edges, no stepping.

Units: uA, mV, kOhm, us, charge in pC. Signs are those of the stage's side of the polarity bridge.
Must not know who drives it, nor how it is integrated.
"""

from .branches import follow_current, reverse_branches
from .dead_man import DeadMan
from .stage import Limiter, StageParams
from .truth import GONE_UA

NEVER_US = 1 << 62
SETTLED_US = 200  # after an edge: far longer than C_out takes through the series resistance


class PlantState:
    """Every state of the plant, and what happens to it in no time."""

    __slots__ = (
        *("stage", "load", "limiter", "now_us", "refresh_us", "fault_due_us", "due_us"),
        *("x1_ua", "x2_ua", "drive_ua", "v1_mv", "v2_mv", "node_mv", "shunt_ua", "load_ua"),
        *(
            "passed",
            "wound_pc",
            "closing_ua",
            "surge_pc",
            "forced_ua",
            "sense_ua",
            "sense_mv",
            "open_mv",
        ),
        *("smooth", "gate", "probe", "probe_us", "source", "contact", "short_kohm"),
        *(
            "dead_man",
            "enable",
            "live_us",
            "dead_us",
            "even_us",
            "full_us",
            "hold_us",
            "compliance_mv",
        ),
        *("gain", "edge_us", "met_us", "net_pc", "backward_pc", "peak_ua"),
        *("back_peak_ua", "dump_peak_ua", "last_above_us", "guard_ua"),
        *("_slow_net_pc", "_slow_backward_pc", "_slow_since_us"),
        *("gate_welded", "series_welded", "starved", "leaves_b", "leads_off"),
        "last_driven_us",
        # Of skin, from the slowest branch to the fastest; v1_mv and v2_mv are their sums. While
        # smooth the sums and the two fastest branches are brought up to date where they are read.
        *("v11_mv", "v12_mv", "v13_mv", "v14_mv", "v15_mv"),
        *("v21_mv", "v22_mv", "v23_mv", "v24_mv", "v25_mv"),
    )

    def __init__(self, stage: StageParams, load) -> None:
        self.stage = stage
        self.load = load
        self.limiter = Limiter(stage)
        self.now_us = 0
        self.x1_ua = self.x2_ua = self.drive_ua = 0.0  # the two poles and what feeds them
        self.v1_mv = self.v2_mv = self.node_mv = 0.0
        self.v11_mv = self.v12_mv = self.v13_mv = self.v14_mv = self.v15_mv = 0.0
        self.v21_mv = self.v22_mv = self.v23_mv = self.v24_mv = self.v25_mv = 0.0
        self.shunt_ua = self.load_ua = 0.0
        self.passed = 0.0  # the share of the drive that the gate passes: its own pole
        self.wound_pc = 0.0  # what the stage still owes; below 0: so much passes before it gives
        self.closing_ua = 0.0  # the series switch has just closed: so fast the wind-up is given
        self.forced_ua = 0.0  # a fault: it makes so much, whatever it is told
        self.surge_pc = 0.0  # and this beside, at first
        self.sense_ua = self.sense_mv = 0.0  # behind the senses' poles, while not smooth
        self.smooth = self.gate = self.probe = self.source = False
        self.probe_us = 0  # PROBE's switch conducts from here
        self.contact = True
        self.leads_off = 0  # two faults may each take one off: contact needs both back
        self.short_kohm = 0.0  # 0: no short
        self.gain = 1.0
        self.hold_us = stage.hold_us  # 0: edges of ENABLE no longer reach the dead-man
        self.dead_man = DeadMan(stage)
        self.enable = False  # the pin's level
        self.live_us = 0  # the dead-man conducts from here
        self.dead_us = -1  # up to here
        self.even_us = -1  # where the next edge only repeats the last one: the pump is full
        self.full_us = 0  # and lasts so long
        self.gate_welded = self.series_welded = False
        self.starved = False  # the supply is below what the stage needs
        self.leaves_b = False  # the bridge's own short: current that sense B never sees
        self.edge_us = self.met_us = -SETTLED_US  # the last edge, and the last re-contact
        self.net_pc = self.backward_pc = 0.0
        self.peak_ua = self.back_peak_ua = self.dump_peak_ua = 0.0
        self.last_above_us: int | None = None
        self.last_driven_us: int | None = None  # the same of currents in the stage's direction
        self._slow_net_pc = self._slow_backward_pc = 0.0
        self._slow_since_us = 0
        self.refresh_us = 1000
        self.fault_due_us = NEVER_US
        self.due_us = 0  # the fast path stops here: a refresh or a fault's edge
        self.guard_ua = 0.0
        self.compliance_mv = stage.compliance_mv  # below it the stage regulates any current
        self.open_mv = stage.open_mv(stage.compliance_mv)

    def switch(self) -> None:
        """Let dead-man, limiter and lockout decide whether the stage feeds node N."""
        now_us = self.now_us
        limiter = self.limiter
        chain = self.live_us <= now_us < self.dead_us
        if limiter.tripped and now_us >= limiter.opens_us:
            chain = False
        source = (chain or self.series_welded) and not self.starved
        if source != self.source:
            self.source = source
            self.edge()
            if source and self.wound_pc > 0.0:
                self.closing_ua = self.stage.closing_ua
                self.wound_pc = min(self.wound_pc, self.stage.closing_pc)

    @property
    def is_driven(self) -> bool:
        """Whether the drive reaches node N: gate and series switch closed, or a fault."""
        return self.source and bool(self.gate or self.gate_welded or self.forced_ua)

    def pumped(self, dead_after_us: int) -> None:
        """The dead-man's pump now lasts for `dead_after_us`."""
        now_us = self.now_us
        if not dead_after_us:
            return
        if now_us >= self.dead_us:
            self.live_us = now_us + self.stage.ready_us
        self.dead_us = now_us + dead_after_us

    def edge(self) -> None:
        """Something switched: small steps from here."""
        self.edge_us = self.now_us
        if self.smooth:
            self.leave_smooth()

    def leave_smooth(self) -> None:
        """From here on the states that only small steps move are followed."""
        self.smooth = False
        # Right after a refresh the branches are up to date, and only their resistances have moved:
        # a capacitor keeps its voltage then, or the difference would be a peak of current.
        if self.load.is_skin and self.now_us != self._slow_since_us:
            follow_current(self)
        self.passed = 1.0
        self.wound_pc = 0.0
        self.sense_ua, self.sense_mv = self.shunt_ua, self.node_mv

    def meet(self) -> None:
        """A lead is back: what the output capacitance holds goes through the load."""
        self.leads_off = max(0, self.leads_off - 1)
        if self.leads_off:
            return
        self.edge()
        self.contact = True
        self._dump()

    def _dump(self) -> None:
        """The output capacitance meets a load at another voltage: a packet of some us."""
        self.met_us = self.now_us
        load = self.load
        gap_mv = self.node_mv - self.v1_mv - self.v2_mv - load.emf_mv
        resistance = load.series_kohm + (0.0 if load.c1_nf else load.r1_kohm)
        resistance += self.stage.dump_kohm
        self.dump_peak_ua = max(self.dump_peak_ua, abs(gap_mv) / resistance)

    def lift(self) -> None:
        """A lead is off: from here on the load gets nothing."""
        self.leads_off += 1
        if abs(self.load_ua) > GONE_UA:
            self.last_above_us = self.now_us
            if self.load_ua > 0.0:
                self.last_driven_us = self.now_us
        self.edge()
        self.contact = False
        self._part_from_load()

    def _part_from_load(self) -> None:
        """No current flows through load and return any more; N keeps its voltage to ground."""
        self.node_mv += self.stage.return_kohm * self.shunt_ua
        self.shunt_ua = self.load_ua = 0.0

    def short(self, r_kohm: float) -> None:
        """Join the load's terminals by `r_kohm`: the load's capacitors run out through it."""
        self.short_kohm = r_kohm
        self.edge()

    def weaken(self, share: float) -> None:
        """From now on the stage reaches `share` of its nominal compliance."""
        self.compliance_mv = share * self.stage.nominal_mv
        self.open_mv = self.stage.open_mv(self.compliance_mv)
        self.edge()

    def weld_series(self) -> None:
        """The series switch conducts for ever: dead-man and limiter no longer open it."""
        self.series_welded = True
        self.weld_dead_man()

    def weld_dead_man(self) -> None:
        """The dead-man conducts for ever, without edges."""
        self.hold_us = self.dead_us = NEVER_US
        self.live_us = 0
        self.even_us = -1

    def deafen_dead_man(self) -> None:
        """From now on no edge reaches the dead-man."""
        self.hold_us = 0
        self.even_us = -1

    def turn_over(self) -> None:
        """Reverse the load at the polarity bridge."""
        self.edge()
        self.load.reverse()
        self.v1_mv, self.v2_mv = -self.v1_mv, -self.v2_mv
        if self.load.is_skin:
            reverse_branches(self)
        self._part_from_load()
        if self.contact:
            self._dump()
        self._slow_net_pc, self._slow_backward_pc = self.net_pc, self.backward_pc
