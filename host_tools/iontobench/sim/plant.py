"""The stage and its load in exact virtual time: the stepping of their state.

Two integrators share one state (`plant_state`). The *smooth* one is exact for a stage that
conducts into a load below compliance (`smooth`): any step, and a fast path for the loop's 1000 us.
The *stiff* one (`stiff`) takes everything else in small implicit steps: gate off, open, short,
saturation, PROBE, the microseconds after an edge. Slow states are stepped every 10 ms. No solver
of a library is used: a step here is some multiplications, and a trace must not depend on a
solver's version.

Units: uA, mV, kOhm, nF, us, charge in pC. Signs are those of the stage's side of the polarity
bridge. Must not know who drives it.
"""

from iontobench.signs import US

from .branches import follow_current
from .network import Stepper
from .plant_state import SETTLED_US, PlantState
from .smooth import rc_step, skin_step
from .stage import StageParams
from .stiff import stiff_step, stiff_step_us
from .truth import GONE_UA
from .voigt import SLOW_TAU_US, SkinStepper

TICK_US = 1000
_DRIEST = 1e6  # times what the load was: no current is left to speak of
_LEAST_AREA = 1e-4  # of what it was
_GIVEN_PC = 1.0  # what is left of a wind-up that has been given
_GUARD = 0.985  # of the limiter's threshold: nearer, only small steps see it in time


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
                skin_step(self, self._skin_flat, to_us)
                if self._is_skin
                else rc_step(self, self._rc_flat, to_us)
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
                return skin_step(self, self._skin_flat, to_us)
            return skin_step(self, SkinStepper(self.load, h_us, self.stage).flat(self.gain), to_us)
        if h_us == TICK_US:
            return rc_step(self, self._rc_flat, to_us)
        return rc_step(self, Stepper(self.load, h_us, self.stage).flat(self.gain), to_us)

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
