"""The stage and its load in exact virtual time.

Two integrators share one state. The *smooth* one is exact for a stage that conducts into a
load below compliance (`network`): any step, and a flat fast path for the loop's 1000 us. The
*stiff* one (`stiff`) takes everything else in small implicit steps: gate off, open, short,
saturation, PROBE, the microseconds after an edge. Slow states are stepped every 10 ms.

Units: uA, mV, kOhm, nF, us, charge in pC. Signs are those of the stage's side of the polarity
bridge. Must not know who drives it.
"""

from iontobench.signs import US

from .network import Stepper
from .stage import StageParams
from .state import SETTLED_US, PlantState
from .stiff import stiff_step, stiff_step_us
from .truth import GONE_UA

TICK_US = 1000
_DRIEST = 1e6  # times what the load was: no current is left to speak of
_LEAST_AREA = 1e-4  # of what it was
_GUARD = 0.985  # of the limiter's threshold: nearer, only small steps see it in time


class PlantError(RuntimeError):
    """The simulation left its own range: what it shows from then on is worth nothing."""


class Plant(PlantState):
    """The state and its stepping; `SimulatedBench` adds the pins, the senses and the faults."""

    __slots__ = ("_area", "_dried", "_flat", "_reach_mv", "_tick")

    def __init__(self, stage: StageParams, load) -> None:
        super().__init__(stage, load)
        self._dried = self._area = 1.0  # what faults have made of the load so far
        # Stored at compliance and turned over, in series with another electrode's polarisation.
        self._reach_mv = 2.0 * stage.nominal_mv + 20000.0
        self._tick = self._stepper(TICK_US)
        self.recompute()

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
            and self.smooth_step(self._flat, to_us)
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

    def smooth_step(self, flat: tuple[float, ...], to_us: int) -> bool:
        """Step the conducting stage to `to_us` with coefficients of that length.

        Returns:
            False, with nothing changed, where the stage saturates, nears the limiter's
            threshold or hardly conducts.
        """
        # fmt: off
        (e, f, s1, s2, keep1, a1g, b1, c1, keep2, a2g, b2, c2, emf, series, settle, leak_ms,
         k, w1, w2, gain, a1, a2, h_us, c_out) = flat
        # fmt: on
        d = self.drive_ua
        u1 = self.x1_ua - d
        u2 = self.x2_ua - d
        x1 = d + e * u1
        x2 = d + e * u2 + f * u1
        source = gain * x2
        v1 = keep1 * self.v1_mv + a1g * d + b1 * u1 + c1 * u2
        v2 = keep2 * self.v2_mv + a2g * d + b2 * u1 + c2 * u2
        node = (v1 + v2 + emf + series * source) * settle
        leak = node * leak_ms
        v1 -= leak * a1
        v2 -= leak * a2
        current = k * (source - leak) + w1 * v1 + w2 * v2
        if not (current > GONE_UA and x1 < self.guard_ua and node < self.compliance_mv):
            return False
        self.net_pc += (
            gain * (h_us * d + s1 * u1 + s2 * u2) - h_us * leak - c_out * (node - self.node_mv)
        )
        self.x1_ua = x1
        self.x2_ua = x2
        self.v1_mv = v1
        self.v2_mv = v2
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
        h_us = to_us - self.now_us
        flat = self._flat if h_us == TICK_US else self._stepper(h_us).flat(self.gain)
        if not self.smooth_step(flat, to_us):
            self.smooth = False
            if self.load_ua > GONE_UA:
                self.edge_us = self.now_us

    def _stiff_part(self, to_us: int) -> None:
        if self.source:
            to_us = min(to_us, self.dead_us)
        while self.now_us < to_us:
            h_us = min(to_us - self.now_us, stiff_step_us(self))
            stiff_step(self, h_us)
            if self.limiter.watch(self.shunt_ua, h_us):
                self.switch()
                return
            if self._may_be_smooth():
                self.smooth = True
                return

    def _may_be_smooth(self) -> bool:
        return (
            self.source
            and self.contact
            and not (self.lagging or self.probe or self.short_kohm)
            and self.now_us - self.edge_us >= SETTLED_US
            and self.load_ua > 2.0 * GONE_UA
            and max(self.x1_ua, self.drive_ua) < self.guard_ua
        )

    def fault_edges(self) -> None:
        """Apply what is due at `now_us`; a plant alone has no faults."""

    def recompute(self) -> None:
        """Take new coefficients after a change of the load, the stage or the limiter."""
        self._flat = self._tick.flat(self.gain)
        self.guard_ua = _GUARD * self.limiter.limit_ua / self.gain
        self.due_us = min(self.refresh_us, self.fault_due_us)

    def worsen(self, resistance: float, area: float = 1.0) -> None:
        """Multiply the load's resistance and its area of contact, as far as either can go."""
        resistance = min(resistance, _DRIEST / self._dried)
        area = max(area, _LEAST_AREA / self._area)
        self._dried *= resistance
        self._area *= area
        self.load.worsen(resistance, area)
        self._tick = self._stepper(TICK_US)
        self.recompute()
        if area != 1.0:
            self.edge()

    def check(self) -> None:
        """Look whether every voltage and current is one that this stage and load could make.

        Raises:
            PlantError: one is not, or is no number: a fault of the simulation.
        """
        reach_mv = self._reach_mv
        most_ua = reach_mv / self.load.series_kohm + abs(self.gain * self.x2_ua)
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

    def _stepper(self, h_us: int) -> Stepper:
        return Stepper(self.load, h_us, self.stage.c_out_nf, self.stage.leak_ms)

    def _refresh(self) -> None:
        """Step the load's slow states by what flowed since the last time."""
        net_pc = self.net_pc - self._slow_net_pc
        gross_pc = net_pc + 2.0 * (self.backward_pc - self._slow_backward_pc)
        self._slow_net_pc = self.net_pc
        self._slow_backward_pc = self.backward_pc
        self.check()
        dt_us = self.now_us - self._slow_since_us
        self._slow_since_us = self.now_us
        stand_us = self.load.step(dt_us, gross_pc, net_pc, self.v1_mv, self.v2_mv)
        self.refresh_us = self.now_us + stand_us
        self.recompute()
