"""The stage and its load in exact virtual time: their state, its edges and its stepping.

Two integrators share one state. The *smooth* one is exact for a stage that conducts into a
load below compliance (`network`): any step, and a flat fast path for the loop's 1000 us. The
*stiff* one (`stiff`) takes everything else in small implicit steps: gate off, open, short,
saturation, PROBE, the microseconds after an edge. Slow states are stepped every 10 ms. No solver
of a library is used: a step here is some multiplications, and a trace must not depend on a
solver's version.

Units: uA, mV, kOhm, nF, us, charge in pC. Signs are those of the stage's side of the polarity
bridge. Must not know who drives it.
"""

from iontobench.signs import US

from .branches import follow_current, reverse_branches
from .dead_man import DeadMan
from .network import Stepper
from .stage import Limiter, StageParams
from .stiff import stiff_step, stiff_step_us
from .truth import GONE_UA
from .voigt import SLOW_TAU_US, SkinStepper

NEVER_US = 1 << 62
SETTLED_US = 200  # after an edge: far longer than C_out takes through the series resistance
TICK_US = 1000
_DRIEST = 1e6  # times what the load was: no current is left to speak of
_LEAST_AREA = 1e-4  # of what it was
_GIVEN_PC = 1.0  # what is left of a wind-up that has been given
_GUARD = 0.985  # of the limiter's threshold: nearer, only small steps see it in time


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
        if self.load.is_skin:
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


class PlantError(RuntimeError):
    """The simulation left its own range: what it shows from then on is worth nothing."""


class Plant(PlantState):
    """The state and its stepping; `SimulatedBench` adds the pins, the senses and the faults."""

    __slots__ = (
        *("_area", "_dried", "_is_skin", "_is_slow", "_reach_mv"),
        *("_rc_flat", "_rc_tick", "_skin_flat", "_skin_tick"),  # one pair is in use
    )

    def __init__(self, stage: StageParams, load) -> None:
        super().__init__(stage, load)
        self._is_skin = load.is_skin
        self._is_slow = False  # skin whose branches 4 and 5 do not follow at once
        self._dried = self._area = 1.0  # what faults have made of the load so far
        # Stored at compliance and turned over, in series with another electrode's polarisation.
        self._reach_mv = 2.0 * stage.open_mv(stage.compliance_mv) + 20000.0
        self._make_ticks()
        self.recompute()

    def _make_ticks(self) -> None:
        """Make the steppers of a tick anew, after a change of the load's capacitance."""
        if self._is_skin:
            self._skin_tick = SkinStepper(self.load, TICK_US, self.stage)
        else:
            self._rc_tick = Stepper(self.load, TICK_US, self.stage)

    def advance(self, to_us: int) -> None:
        """Integrate to `to_us`, with the inputs as they stand.

        Raises:
            ValueError: `to_us` lies in the past.
        """
        if (
            to_us - self.now_us == TICK_US
            and self.smooth
            and to_us <= self.due_us
            and to_us < self.dead_us
            and (
                self._skin_step(self._skin_flat, to_us)
                if self._is_skin
                else self._rc_step(self._rc_flat, to_us)
            )
        ):
            if to_us < self.due_us:
                return
        elif to_us < self.now_us:
            raise ValueError(f"cannot go back from {self.now_us} {US} to {to_us} {US}")
        while True:
            if self.now_us >= self.refresh_us:
                self._refresh()
            if self.now_us >= self.fault_due_us:
                self.fault_edges()
            self.switch()
            if self.now_us >= to_us:
                return
            self._part(min(to_us, self.due_us))

    def _smooth_step(self, to_us: int) -> bool:
        """Step the conducting stage to `to_us`, with coefficients of that length.

        Returns:
            False, with nothing changed, where the stage saturates, nears the limiter's
            threshold or hardly conducts.
        """
        h_us = to_us - self.now_us
        if self._is_skin:
            if h_us == TICK_US:
                return self._skin_step(self._skin_flat, to_us)
            return self._skin_step(SkinStepper(self.load, h_us, self.stage).flat(self.gain), to_us)
        if h_us == TICK_US:
            return self._rc_step(self._rc_flat, to_us)
        return self._rc_step(Stepper(self.load, h_us, self.stage).flat(self.gain), to_us)

    def _rc_step(self, flat: tuple[float, ...], to_us: int) -> bool:
        """The step into a resistor [`network.Stepper`]."""
        # fmt: off
        (e, f, s1, s2, keep, ag, b, c, emf, series, settle, leak_ms, k, w, gain, a, h_us, c_out,
         return_leak) = flat
        # fmt: on
        d = self.drive_ua
        u1 = self.x1_ua - d
        u2 = self.x2_ua - d
        x1 = d + e * u1
        x2 = d + e * u2 + f * u1
        source = gain * x2
        v = keep * self.v1_mv + ag * d + b * u1 + c * u2
        node = (v + emf + series * source) * settle
        leak = node * leak_ms + source * return_leak
        v -= leak * a
        current = k * (source - leak) + w * v
        if not (current > GONE_UA and x1 < self.guard_ua and node < self.compliance_mv):
            return False
        self.net_pc += (
            gain * (h_us * d + s1 * u1 + s2 * u2) - h_us * leak - c_out * (node - self.node_mv)
        )
        self.x1_ua = x1
        self.x2_ua = x2
        self.v1_mv = v
        self.node_mv = node
        self.shunt_ua = self.load_ua = current
        if current > self.peak_ua:
            self.peak_ua = current
        self.now_us = to_us
        return True

    def _skin_step(self, flat: tuple[float, ...], to_us: int) -> bool:
        """The step into skin [`voigt.SkinStepper`]; straight-line: most sessions are this."""
        # fmt: off
        (e, f, s1, s2,
         k11, a11, b11, c11, k12, a12, b12, c12, k13, a13, b13, c13,
         k21, a21, b21, c21, k22, a22, b22, c22, k23, a23, b23, c23,
         emf, z, q, leak_ms, leak_share, gain, h_us, c_out, slope) = flat
        # fmt: on
        d = self.drive_ua
        u1 = self.x1_ua - d
        u2 = self.x2_ua - d
        x1 = d + e * u1
        x2 = d + e * u2 + f * u1
        before = self.node_mv
        source = gain * x2 - before * leak_ms
        d -= before * leak_share
        v11 = k11 * self.v11_mv + a11 * d + b11 * u1 + c11 * u2
        v12 = k12 * self.v12_mv + a12 * d + b12 * u1 + c12 * u2
        v13 = k13 * self.v13_mv + a13 * d + b13 * u1 + c13 * u2
        v21 = k21 * self.v21_mv + a21 * d + b21 * u1 + c21 * u2
        v22 = k22 * self.v22_mv + a22 * d + b22 * u1 + c22 * u2
        v23 = k23 * self.v23_mv + a23 * d + b23 * u1 + c23 * u2
        node = v11 + v12 + v13 + v21 + v22 + v23 + emf + z * source - q * (x1 - x2)
        moved = node - before
        current = source - slope * moved
        if not (current > GONE_UA and x1 < self.guard_ua and node < self.compliance_mv):
            return False
        self.net_pc += gain * (h_us * d + s1 * u1 + s2 * u2) - c_out * moved
        self.x1_ua = x1
        self.x2_ua = x2
        self.v11_mv = v11
        self.v12_mv = v12
        self.v13_mv = v13
        self.v21_mv = v21
        self.v22_mv = v22
        self.v23_mv = v23
        self.node_mv = node
        self.shunt_ua = self.load_ua = current
        if current > self.peak_ua:
            self.peak_ua = current
        self.now_us = to_us
        return True

    def _part(self, to_us: int) -> None:
        """Integrate up to `to_us` at most; no slow state or fault changes before it."""
        if not self.smooth:
            self._stiff_part(to_us)
            return
        to_us = min(to_us, self.dead_us)
        if not self._smooth_step(to_us):
            self.leave_smooth()
            if self.load_ua > GONE_UA:
                self.edge_us = self.now_us

    def _stiff_part(self, to_us: int) -> None:
        limiter = self.limiter
        if self.source:
            to_us = min(to_us, self.dead_us)
            if limiter.tripped and limiter.opens_us > self.now_us:
                to_us = min(to_us, limiter.opens_us)
        elif self.now_us < self.live_us < self.dead_us:
            to_us = min(to_us, self.live_us)
        while self.now_us < to_us:
            h_us = min(to_us - self.now_us, stiff_step_us(self))
            stiff_step(self, h_us)
            if limiter.watch(self.shunt_ua, h_us, self.now_us):
                return
            if self._may_be_smooth():
                self.smooth = True
                return

    def _may_be_smooth(self) -> bool:
        return (
            self.source
            and self.contact
            and (self.gate or self.gate_welded)
            and not (self.probe or self.short_kohm or self.forced_ua or self._is_slow)
            and self.now_us - self.edge_us >= SETTLED_US
            and self.load_ua > 2.0 * GONE_UA
            and -_GIVEN_PC < self.wound_pc < _GIVEN_PC
            and self.node_mv < self.compliance_mv
            and max(self.x1_ua, self.drive_ua) < self.guard_ua
        )

    def fault_edges(self) -> None:
        """Apply what is due at `now_us`; a plant alone has no faults."""

    def recompute(self) -> None:
        """Take new coefficients after a change of the load, the stage or the limiter."""
        if self._is_skin:
            self._skin_flat = self._skin_tick.flat(self.gain)
            self._is_slow = max(self.load.tau1_us, self.load.tau2_us) > SLOW_TAU_US
            if self._is_slow and self.smooth:
                self.leave_smooth()
        else:
            self._rc_flat = self._rc_tick.flat(self.gain)
        self.guard_ua = _GUARD * self.limiter.limit_ua / self.gain
        self.due_us = min(self.refresh_us, self.fault_due_us)

    def worsen(self, resistance: float, area: float = 1.0) -> None:
        """Multiply the load's resistance and its area of contact, as far as either can go."""
        resistance = min(resistance, _DRIEST / self._dried)
        area = max(area, _LEAST_AREA / self._area)
        self._dried *= resistance
        self._area *= area
        if area != 1.0:
            self.edge()
        self.load.worsen(resistance, area)
        self._make_ticks()
        self.recompute()

    def check(self) -> None:
        """Look whether every voltage and current is one that this stage and load could make.

        Raises:
            PlantError: one is not, or is no number: a fault of the simulation.
        """
        reach_mv = self._reach_mv
        most_ua = reach_mv / self.load.series_kohm + abs(self.gain * self.x2_ua)
        if (
            -reach_mv <= self.node_mv <= reach_mv
            and -reach_mv <= self.v1_mv <= reach_mv
            and -reach_mv <= self.v2_mv <= reach_mv
            and -most_ua <= self.load_ua <= most_ua
        ):
            return
        for name, value, most in (
            ("node_mv", self.node_mv, reach_mv),
            ("v1_mv", self.v1_mv, reach_mv),
            ("v2_mv", self.v2_mv, reach_mv),
            ("load_ua", self.load_ua, most_ua),
        ):
            if not -most <= value <= most:
                raise PlantError(
                    f"the simulated plant left its range after {self.now_us} {US}: {name} is"
                    f" {value:.6g}, at most {most:.6g} can be"
                )

    def hurry(self) -> None:
        """The current is about to jump: the load's slow states follow within a ms, not ten."""
        soon_us = self.now_us + TICK_US
        if soon_us < self.refresh_us:
            self.refresh_us = soon_us
            self.due_us = min(soon_us, self.fault_due_us)

    def _refresh(self) -> None:
        """Step the load's slow states by what flowed since the last time."""
        net_pc = self.net_pc - self._slow_net_pc
        gross_pc = net_pc + 2.0 * (self.backward_pc - self._slow_backward_pc)
        self._slow_net_pc = self.net_pc
        self._slow_backward_pc = self.backward_pc
        if self.smooth and self._is_skin:
            follow_current(self)
        self.check()
        dt_us = self.now_us - self._slow_since_us
        self._slow_since_us = self.now_us
        stand_us = self.load.step(dt_us, gross_pc, net_pc, self.v1_mv, self.v2_mv)
        self.refresh_us = self.now_us + stand_us
        self.recompute()
